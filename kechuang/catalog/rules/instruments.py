"""What an instrument's sheet must keep (仪器信息的规则), whoever writes it: a form, a file, another platform. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kechuang.catalog.formats.classes import ClassSet
from kechuang.catalog.states import (
    EARLIEST_YEAR,
    SEVERAL_MAX,
    SHEET_CHARS,
    VALUE_MAX_FEN,
)
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _


class SheetUnfit(Refusal):
    """`field` is that of the first fault, so that a form shows it there."""

    code = "catalog.sheet_unfit"
    text = _("{name}：{rule}{limit}")
    remedy = _("{advice}")
    status = 422

    def __init__(self, *, field: str, name: str, rule: str, limit: str, advice: str) -> None:
        super().__init__(name=name, rule=rule, limit=limit, advice=advice)
        vars(self)["field"] = field  # each has its own


class PictureTooLarge(Refusal):
    code = "catalog.picture_too_large"
    text = _("图片“{name}”超过 1M")
    remedy = _("请缩小后再上传；国家网络管理平台只接收 1M 以内的 jpg")
    field = "picture"
    status = 422


class PictureNotJpg(Refusal):
    code = "catalog.picture_not_jpg"
    text = _("图片“{name}”不是 jpg 格式")
    remedy = _("请另存为 jpg 后再上传")
    field = "picture"
    status = 422


class NumberTaken(Refusal):
    code = "catalog.number_taken"
    text = _("编号“{number}”已用于“{name}”")
    remedy = _("同一载体内每台（套）一个编号；要改信息请打开原来的仪器")
    field = "inner_number"
    status = 409


class ClearanceUnfit(Refusal):
    code = "catalog.clearance_unfit"
    text = _("这台仪器不在海关监管年限内，不需要登记海关手续")
    remedy = _("如确在监管年限内，请先修改“是否在海关监管年限内”")


class ClearanceNumberMissing(Refusal):
    code = "catalog.clearance_number_missing"
    text = _("请填写补税记录或《通知书》的编号")
    remedy = _("以海关出具的文书为准")
    field = "number"
    status = 422


class NoLongerYours(Refusal):
    code = "catalog.no_longer_yours"
    text = _("载体已不由您所在单位管理，没有导入")
    remedy = _("请由载体现在的管理单位重新提交")


@dataclass(frozen=True, slots=True)
class SheetFault:
    """One value that breaks a rule: our column, the rule with its figure, what to do."""

    field: str
    rule: str
    remedy: str
    limit: str = ""


_CUSTOMS = ("declaration_number", "declaration_item", "released_on", "declared_name")


def sheet_faults(values: Mapping[str, object], *, on: date, classes: ClassSet) -> list[SheetFault]:
    """Everything in these values (columns of ours, with `class_code` where it is given) that breaks a rule."""
    faults = [*_texts(values), *_days(values, on), *_class(values, classes), *_hours(values), *_place(values)]
    value = values.get("original_value_fen")
    if isinstance(value, int) and not 0 < value <= VALUE_MAX_FEN:
        rule = _("原值应大于 0 且单台（套）不超过 5 亿元，疑似单位有误")
        faults.append(SheetFault("original_value_fen", rule, _("请核对单位是元还是万元")))
    for name in ("subjects", "funds"):
        several = values.get(name)
        if isinstance(several, list | tuple) and len(several) > SEVERAL_MAX:
            faults.append(SheetFault(name, _("个数上限："), _("请保留主要的几个"), str(SEVERAL_MAX)))
    return faults


def customs_faults(values: Mapping[str, object]) -> list[SheetFault]:
    """What an instrument under customs supervision (在海关监管年限内) must say as well; the national workbook asks for it."""
    if not values.get("under_customs"):
        return []
    rule, remedy = _("在海关监管年限内的仪器必填"), _("请照进口报关单填写")
    return [SheetFault(name, rule, remedy) for name in _CUSTOMS if not values.get(name)]


def refuse_unfit(faults: list[SheetFault], names: Mapping[str, str]) -> None:
    """Raises SheetUnfit for the first of the faults; `names` are the columns' own."""
    for fault in faults:
        raise SheetUnfit(
            field=fault.field,
            name=names.get(fault.field, fault.field),
            rule=fault.rule,
            limit=fault.limit,
            advice=fault.remedy,
        )


def _texts(values: Mapping[str, object]) -> list[SheetFault]:
    return [
        SheetFault(name, _("字数上限："), _("请精简内容"), str(limit))
        for name, limit in SHEET_CHARS.items()
        if len(str(values.get(name) or "")) > limit
    ]


def _days(values: Mapping[str, object], on: date) -> list[SheetFault]:
    faults = []
    for name in ("booked_on", "started_on", "released_on"):
        day = values.get(name)
        if isinstance(day, date) and not (day <= on and day.year >= EARLIEST_YEAR):
            faults.append(SheetFault(name, _("应不晚于今天"), _("请核对年份")))
    started, retired = values.get("started_on"), values.get("retired_on")
    if isinstance(started, date) and isinstance(retired, date) and retired < started:
        faults.append(SheetFault("retired_on", _("应不早于启用日期"), _("请核对两个日期")))
    return faults


def _class(values: Mapping[str, object], classes: ClassSet) -> list[SheetFault]:
    code = str(values.get("class_code") or "")
    if not code or code in classes.leaves:
        return []
    like = "、".join(f"{near} {classes.name(near)}" for near in classes.like(code))
    rule = _("须选到最末一级分类，可选：") if code in classes.names else _("代码集中没有这一编码，相近的有：")
    return [SheetFault("class_code", rule, _("请从仪器分类编码表中选择最末一级"), like)]


def _hours(values: Mapping[str, object]) -> list[SheetFault]:
    yearly, external = values.get("yearly_hours_hundredths"), values.get("external_hours_hundredths")
    if isinstance(yearly, int) and isinstance(external, int) and external > yearly:
        return [SheetFault("external_hours_hundredths", _("不超过年运行机时"), _("请核对两项机时"))]
    return []


def _place(values: Mapping[str, object]) -> list[SheetFault]:
    if (values.get("latitude_e6") is None) != (values.get("longitude_e6") is None):
        return [SheetFault("latitude_e6", _("经度和纬度须一并填写"), _("请补填另一项，或都不填"))]
    return []


@dataclass(frozen=True, slots=True)
class ReportingTerms:
    """From which original value on an instrument is reported (纳入平台的原值); figures and articles are the pack's."""

    national_value_fen: Fen
    provincial_value_fen: Fen


def reported_to(value_fen: int | None, terms: ReportingTerms) -> tuple[str, ...]:
    """To which platforms an instrument of this value is reported; the threshold itself counts in (“以上”含本数)."""
    if value_fen is None:
        return ()
    levels = (("national", terms.national_value_fen), ("provincial", terms.provincial_value_fen))
    return tuple(level for level, least in levels if value_fen >= least)
