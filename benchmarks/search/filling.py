"""Documents around the instruments that are looked for: what a province's catalogue is otherwise full of.

Three sorts. Things that serve an instrument and carry its name (扫描电子显微镜样品台, with maker and model): they have every
word of a question and are no answer. Other equipment, whose names share words with instruments (红外测温枪, 质谱级溶剂柜).
For the volumes at which only time is measured, also instruments of every shipped type, thousands of each.

In the first two a thing that *is* one of the given instruments, that is, whose name ends in one of their names, is left
out: it would be a right answer that the file of expected answers does not know.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kechuang.search.rules import Document, Filters, key

SHIPPED = Path(__file__).resolve().parents[2] / "kechuang" / "search" / "shipped"
REGIONS = ("330102", "330106", "330110", "330203", "330302", "330411", "330502", "330602", "330603", "330702", "331002")

SERVING = (
    "样品台 样品架 样品杆 循环水冷却机 配套UPS电源 自动进样器 制样镀膜仪 样品制备间 维修保养服务 操作培训 标准物质 真空泵 隔音罩 防震台"
    " 数据处理软件 备用光源 冷却水箱 气路控制柜 专用清洗机 样品粉碎机 配套空压机 载物台 探头 电源柜 校准装置 用计算机 恒温水浴 控制器"
    " 专用工作台 配套稳压电源 废液收集装置 升级套件 用高纯气体发生器 维护工具箱 附件柜 样品存放冰箱 用手套 远程监控终端"
).split()
QUALIFIERS = (
    "数控 全自动 半自动 便携式 台式 立式 卧式 智能 高速 低温 高温 真空 恒温 精密 液压 气动 双头 多功能 小型 大型 实验室 工业 车载 手持式"
    " 防爆 变频 数字 激光 红外 超声波 电子 光学 磁力 微波 荧光 紫外 X射线 核磁 质谱级 色谱用 电镜用 纳米 等离子 离子 热重 元素 粒度 基因"
    " 细胞 流式 电化学 薄膜 镀层 扫描 显微 拉曼 原子 同步 三维 光刻 测序 离心 冷冻 干燥"
).split()
THINGS = (
    "车床 铣床 钻床 磨床 冲床 剪板机 折弯机 水泵 油泵 真空泵 空压机 风机 冷水机 除湿机 加湿器 空调机组 锅炉 换热器 冷却塔 储气罐 储罐 搅拌机"
    " 混合机 灌装机 包装机 贴标机 封口机 输送带 提升机 叉车 行车 电梯 发电机 变压器 配电柜 稳压电源 蓄电池组 充电桩 电机 减速机 阀门 传感器"
    " 变送器 记录仪 控制器 调节器 报警器 测温枪 测距枪 温度计 压力表 流量计 液位计 电表 水表 气表 台秤 地磅 打印机 扫描枪 投影仪 摄像机 监控主机"
    " 服务器机柜 交换机 路由器 存储柜 工控机 通风柜 药品柜 实验台 溶剂柜 气瓶柜 洗眼器 清洗机 洗瓶机 烘干机 消毒柜 水浴锅 油浴锅 电热板 搅拌器"
    " 振荡器 混匀器 移液器 定时器 封膜机 切片架 染色架 恒温槽 冷阱 冰柜 制冰机 液氮罐 气体发生器 减压阀 过滤器 干燥塔 柱温箱 进样针 检测卡"
    " 标本柜 载玻片架 光源 光纤 透镜组 反射镜 滤光片 偏振片 光学平台 防震台 导轨 位移台 转台 夹具 支架 探头 天线 屏蔽箱 衰减器 放大器 滤波器"
    " 焊台 烙铁 热风枪 回流焊炉 贴片机 点胶机 雕刻机 缝纫机 织布机 印花机 定型机 浆纱机 卷布机 验布机 裁床 粉碎机 造粒机 筛分机 压片模具"
    " 称量台 取样器 采样泵 采样箱 浮标 气象站 雨量筒 风速表 照度表 噪声屏 粉尘罩 净化器 废水处理槽 沉淀池 曝气机 膜组件 反渗透机组 软水器"
).split()
ORGANISATIONS = (
    "浙江大学分析测试中心 绍兴文理学院 浙江工业大学 宁波材料技术与工程研究所 浙江省计量科学研究院 杭州电子科技大学 浙江理工大学 温州医科大学"
    " 浙江省农业科学院 嘉兴南湖实验室 之江实验室 湖州师范学院 浙江师范大学 台州学院 宁波大学 中国计量大学 浙江省冶金研究院 浙江省化工研究院"
    " 绍兴市质量技术监督检测院 杭州海关技术中心 浙江清华长三角研究院 浙江省医学科学院 浙江海洋大学 丽水学院 衢州学院 诸暨市检验检测中心"
).split()
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXZ"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A row of the file of instruments. `type` is the answer's label and is not put into the index."""

    id: str
    name: str
    model: str
    brand: str
    brand_en: str
    category: str
    org: str


def read(path: Path) -> list[Instrument]:
    rows = json.loads(path.read_text())
    return [Instrument(**{name: str(row.get(name) or "") for name in Instrument.__slots__}) for row in rows]


def document(row: Instrument, random: Random) -> Document:
    return _document(random, row.id, row.name, row.model, f"{row.brand} {row.brand_en}".strip(), row.category, row.org)


def around(instruments: Sequence[Instrument], count: int, *, seed: int) -> Iterator[Document]:
    """`count` documents that are none of the instruments."""
    random = Random(seed)
    answers = {key(row.name) for row in instruments} | {key(row.model) for row in instruments if row.model}
    made = 0
    while made < count:
        if random.random() < 0.45:
            title, model, maker = _serving(random.choice(instruments), random)
        else:
            title, model, maker = _other(instruments, random)
        short = key(title)
        if key(model) in answers or any(short[start:] in answers for start in range(len(short))):
            continue
        made += 1
        org = random.choice(ORGANISATIONS)
        yield _document(random, f"fill{made:06}", title, model, maker, random.choice(instruments).category, org)


def province(count: int, *, seed: int) -> Iterator[Document]:
    """`count` instruments of all shipped types."""
    random = Random(seed)
    with (SHIPPED / "types.csv").open() as file:
        types = [(row["name"], row["english"], row["aliases"].split(";")) for row in csv.DictReader(file)]
    with (SHIPPED / "brands.csv").open() as file:
        brands = [(row["brand_zh"], row["aliases"].split(";")[0]) for row in csv.DictReader(file)]
    weights = [1 / (1 + place) ** 0.5 for place in range(len(types))]
    for number, (name, english, aliases) in enumerate(random.choices(types, weights, k=count)):
        zh, en = random.choice(brands)
        said = name if random.random() < 0.7 else next((a for a in aliases if any(c >= "一" for c in a)), name)
        title = f"{random.choice(QUALIFIERS)}{said}" if random.random() < 0.3 else said
        written = english if random.random() < 0.3 else ""
        org = random.choice(ORGANISATIONS)
        yield _document(random, f"prov{number:06}", title, _model(random), f"{zh} {en}", "", org, english=written)


def filters_of(place: str) -> Filters:
    return Filters(regions=frozenset({place}))


def _serving(row: Instrument, random: Random) -> tuple[str, str, str]:
    what = random.choice(SERVING)
    lead = f"{row.brand}" if random.random() < 0.3 else ""
    number = f" {row.model} " if random.random() < 0.15 else ""
    return f"{lead}{number}{row.name}{what}", _model(random), _maker(row, random)


def _other(instruments: Sequence[Instrument], random: Random) -> tuple[str, str, str]:
    many = random.choices(QUALIFIERS, k=random.choice((1, 1, 2)))
    model = _model(random) if random.random() < 0.8 else _altered(random.choice(instruments).model, random)
    return "".join(dict.fromkeys(many)) + random.choice(THINGS), model, _maker(random.choice(instruments), random)


def _maker(row: Instrument, random: Random) -> str:
    return (
        f"{row.brand} {row.brand_en}".strip()
        if random.random() < 0.6
        else random.choice(("国产", "自制", "科瑞", "恒力"))
    )


def _model(random: Random) -> str:
    letters = "".join(random.choices(LETTERS, k=random.choice((1, 2, 2, 3))))
    digits = str(random.randrange(10 ** random.choice((2, 3, 4)), 10**5))[: random.choice((2, 3, 4))]
    tail = random.choice(("", "", "A", "B", "S", "-II", " Plus", "E"))
    return f"{letters}{random.choice(('', '-', ' '))}{digits}{tail}"


def _altered(model: str, random: Random) -> str:
    """A neighbouring model number: one digit another."""
    places = [i for i, char in enumerate(model) if char.isdigit()]
    if not places:
        return _model(random)
    place = random.choice(places)
    return f"{model[:place]}{(int(model[place]) + random.randrange(1, 9)) % 10}{model[place + 1 :]}"


def _document(
    random: Random, subject_id: str, title: str, model: str, maker: str, category: str, org: str, *, english: str = ""
) -> Document:
    return Document(
        subject_id=subject_id,
        kind="instrument",
        title=title,
        english=english,
        model=model,
        maker=maker,
        words={"B": [category] if category else [], "D": [org]},
        class_code=f"{random.randrange(1, 16):02}{random.randrange(1, 9):02}{random.randrange(1, 9):02}",
        region=random.choice(REGIONS),
        carrier_id=f"car_{random.randrange(500):03}",
        carrier_kind="university",
        share_mode="external",
        open_modes=("slot",),
        price_fen=random.randrange(50, 2_000) * 100,
        latitude_e6=random.randrange(27_500_000, 31_000_000),
        longitude_e6=random.randrange(118_000_000, 122_500_000),
        bookable=random.random() < 0.7,
    )
