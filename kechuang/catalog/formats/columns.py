"""The columns of the national instrument workbook (大型科研仪器信息表): name, note, and the rule each cell must keep."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kechuang.catalog.states import VALUE_MAX_FEN
from kechuang.documents.rules import serial_day
from kechuang.kernel.money import Fen, NotAnAmount, fen_from_yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth

_TEN_THOUSAND = 10_000  # 万元
_HOURS_MAX = 8_784
_PART_CHARS_MAX = 60
_BIG_CLASSES = {*(f"{n:02d}" for n in range(1, 15)), "99"}


class CellError(Exception):
    """One cell breaks its column's rule; it becomes a finding, never a refusal."""

    def __init__(self, rule: str, remedy: str, limit: str = "") -> None:
        self.rule, self.remedy, self.limit = rule, remedy, limit
        super().__init__(rule)


_Reader = Callable[[str], object]


def _words(limit: int) -> _Reader:
    def read(text: str) -> str:
        if len(text) > limit:
            raise CellError(_("字数上限："), _("请精简内容"), str(limit))
        if text.startswith("#") and text.rstrip("!?/A0").isupper():
            raise CellError(_("单元格是公式错误值"), _("请改为直接填写内容"))
        return text

    return read


def _one_of(*choices: str, prefix: str = "") -> _Reader:
    def read(text: str) -> str:
        if text and text.removeprefix(prefix) not in choices:
            raise CellError(_("只能填写："), _("请从列出的内容中选一个，按全称填写"), "、".join(choices))
        return text.removeprefix(prefix)

    return read


def _several(limit: int, *choices: str) -> _Reader:
    def read(text: str) -> tuple[str, ...]:
        parts = tuple(part for part in re.split(r"[,，、;；]\s*", text) if part)
        if any(len(part) > _PART_CHARS_MAX for part in parts):
            raise CellError(_("单项字数上限："), _("请用逗号把几项分开"), str(_PART_CHARS_MAX))
        if len(parts) > limit:
            raise CellError(_("个数上限："), _("请保留主要的几个，用逗号分隔"), str(limit))
        if choices and not set(parts) <= set(choices):
            raise CellError(_("只能填写："), _("请按全称填写，用逗号分隔"), "、".join(choices))
        return parts

    return read


def _shaped(shape: str, rule: str, remedy: str) -> _Reader:
    pattern = re.compile(shape)

    def read(text: str) -> str:
        narrow = halfwidth(text)
        if narrow and not pattern.fullmatch(narrow):
            raise CellError(rule, remedy)
        return narrow

    return read


def _class_code(text: str) -> str:
    code = halfwidth(text)
    if code.isdigit() and len(code) == 5:
        raise CellError(_("应为 6 位数字，现有 5 位"), _("Excel 可能去掉了开头的 0：请把该列设为文本格式后补上 0"))
    if not re.fullmatch(r"\d{6}", code):
        raise CellError(_("应为 6 位数字"), _("请按仪器分类编码表填写大类、中类、小类各两位"))
    if code[:2] not in _BIG_CLASSES:
        raise CellError(_("大类应为 01–14 或 99"), _("请按现行仪器分类编码表填写"))
    return code


def _myriads(text: str) -> Fen:
    """万元 with at most two decimals, as fen."""
    try:
        fen = Fen(fen_from_yuan(text) * _TEN_THOUSAND)
    except NotAnAmount as wrong:
        raise CellError(_("应为以万元为单位的数字，最多两位小数"), _("例如 128.50；不要写单位")) from wrong
    if not fen:
        raise CellError(_("原值应大于 0"), _("请填写购置或研制的原值（万元）"))
    if fen > VALUE_MAX_FEN:
        raise CellError(
            _("疑似把元填作万元：单台（套）一般不超过 5 亿元"), _("请以万元为单位填写，例如 1285000 元填 128.50")
        )
    return fen


def _day(text: str) -> date | None:
    if not text:
        return None
    narrow = halfwidth(text[:10])
    try:
        if narrow.isdigit() and len(narrow) == 5:
            return serial_day(int(narrow))
        match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", narrow)
        if not match:
            raise ValueError(text)
        return date(*map(int, match.groups()))
    except (ValueError, OverflowError) as wrong:
        raise CellError(_("应为日期，不是说明文字"), _("写成年-月-日，例如 2016-01-01")) from wrong


def _hours(text: str) -> int | None:
    if not text:
        return None
    try:
        hundredths = int(fen_from_yuan(text))
    except NotAnAmount as wrong:
        raise CellError(_("应为小时数"), _("例如 1200；不要写单位")) from wrong
    if hundredths > _HOURS_MAX * 100:
        raise CellError(_("一年的小时数上限："), _("请核对单位是否为小时"), str(_HOURS_MAX))
    return hundredths


def _yes(text: str) -> bool:
    if text not in ("是", "否", ""):
        raise CellError(_("只能填写："), _("不在监管年限内填“否”"), "是、否")
    return text == "是"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the national workbook: its name there, its note, its field here, its rule."""

    field: str
    name: str
    note: str
    read: _Reader
    required: bool = False


_CARRIERS = ("重大科研基础设施", "科学仪器中心", "国家重点实验室", "国家工程技术研究中心", "生物种质资源库馆")
_FUNDS = ("中央财政资金", "地方财政资金", "单位自有资金", "其他资金")
_PHONE = _shaped(r"[\d()+\-]{7,20}(转\d{1,6})?", _("应为电话号码"), _("例如 0575-88000000"))
COLUMNS: tuple[Column, ...] = (
    Column("number", "仪器编号", "必填，管理系统中的关联仪器编号", _words(60), required=True),
    Column("own_number", "所在单位仪器编号", "", _words(60)),
    Column("name", "仪器设备名称", "", _words(200), required=True),
    Column("english_name", "英文名称", "", _words(200)),
    Column("carrier_kind", "所属资源载体类型", "按全称填写，没有请空缺不填", _one_of(*_CARRIERS, prefix="附属于")),
    Column("carrier", "所属资源载体内部编号", "没有请空缺不填", _words(200)),
    Column("department", "所属单位内部门", "", _words(100)),
    Column("class_code", "仪器分类编码", "", _class_code, required=True),
    Column("source", "设备仪器来源", "购置、研制、赠送、其他", _one_of("购置", "研制", "赠送", "其他"), required=True),
    Column("under_customs", "是否在海关监管年限内", "是/否", _yes),
    Column("original_value_fen", "原值", "单位万元、保留小数点后两位", _myriads, required=True),
    Column("country", "产地国别", "", _words(60)),
    Column("maker", "生产制造商", "", _words(200)),
    Column("booked_on", "建账日期", "例：2016-01-01", _day),
    Column("category", "仪器设备类别", "通用/专用", _one_of("通用", "专用")),
    Column("model", "规格型号", "", _words(200)),
    Column("indicators", "主要技术指标", "最多500字", _words(500)),
    Column("functions", "主要功能", "最多300字", _words(300)),
    Column("subjects", "主要学科领域", "如有多个，用逗号分隔，最多填写4个", _several(4)),
    Column("funds", "主要购置经费来源", "如有多个，用逗号分隔，最多填写4个", _several(4, *_FUNDS)),
    Column("services", "服务内容", "分析测试项目等，最多200字", _words(200)),
    Column(
        "picture",
        "图片",
        "文件名称，jpg格式、1M以内大小",
        _shaped(r"[^/\\]{1,120}\.jpe?g|", _("应为 jpg 文件名"), _("例如 sem.jpg")),
    ),
    Column("yearly_hours_hundredths", "年运行机时", "小时", _hours),
    Column("notice", "用户须知", "最多500字", _words(500)),
    Column("charges", "参考收费标准", "最多500字", _words(500)),
    Column(
        "booking_url",
        "预约服务网址",
        "",
        _shaped(r"https?://\S{3,300}", _("应为网址"), _("以 http:// 或 https:// 开头")),
    ),
    Column("province", "安放地址-省", "", _words(40)),
    Column("city", "安放地址-市", "", _words(40)),
    Column("county", "安放地址-区县", "", _words(40)),
    Column("street", "安放地址-街道", "乡镇", _words(200)),
    Column("external_hours_hundredths", "年对外服务机时", "小时", _hours),
    Column("contact", "联系人", "", _words(60)),
    Column("phone", "电话", "", _PHONE),
    Column(
        "email",
        "电子邮箱",
        "",
        _shaped(r"[^@\s]{1,64}@[^@\s]{1,120}\.[^@\s]{1,60}", _("应为电子邮箱"), _("例如 lab@example.edu.cn")),
    ),
    Column("address", "通讯地址", "", _words(200)),
    Column("postcode", "邮政编码", "", _shaped(r"\d{6}", _("应为 6 位数字"), _("例如 312000"))),
    Column(
        "declaration_number",
        "进口报关单编号",
        "18位",
        _shaped(r"[0-9A-Za-z]{18}", _("应为 18 位"), _("请照报关单填写")),
    ),
    Column(
        "declaration_item",
        "进口报关单项号",
        "2位数字",
        _shaped(r"\d{2}", _("应为 2 位数字"), _("例如 01；请把该列设为文本格式")),
    ),
    Column("released_on", "海关放行日期", "例：2016-01-01", _day),
    Column("declared_name", "仪器设备在进口报关单上的名称", "", _words(200)),
)
