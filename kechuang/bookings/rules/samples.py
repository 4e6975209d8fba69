"""Samples (送样): what is declared of one, who has it, and what is refused."""

from datetime import date
from enum import StrEnum

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class Hazard(StrEnum):
    """危险性 of a sample, as its sender declares it."""

    NONE = "none"
    FLAMMABLE = "flammable"
    TOXIC = "toxic"
    CORROSIVE = "corrosive"
    BIOLOGICAL = "biological"
    RADIOACTIVE = "radioactive"
    OTHER = "other"


class Storage(StrEnum):
    """How a sample is kept (保存条件)."""

    ROOM = "room"
    DRY = "dry"
    DARK = "dark"
    COLD = "cold"
    FROZEN = "frozen"
    DEEP_FROZEN = "deep_frozen"


class Afterwards(StrEnum):
    """What becomes of a sample when it was tested (检后处置)."""

    RETURN = "return"
    DISPOSE = "dispose"


class Keeper(StrEnum):
    """Who has a sample (当前保管方)."""

    HOLDER = "holder"
    COURIER = "courier"
    PROVIDER = "provider"
    NOBODY = "nobody"


HAZARD_LABELS: dict[Hazard, str] = {
    Hazard.NONE: _("无危险性"),
    Hazard.FLAMMABLE: _("易燃易爆"),
    Hazard.TOXIC: _("有毒"),
    Hazard.CORROSIVE: _("腐蚀"),
    Hazard.BIOLOGICAL: _("生物危害"),
    Hazard.RADIOACTIVE: _("放射性"),
    Hazard.OTHER: _("其他危险"),
}
STORAGE_LABELS: dict[Storage, str] = {
    Storage.ROOM: _("常温"),
    Storage.DRY: _("干燥"),
    Storage.DARK: _("避光"),
    Storage.COLD: _("冷藏（2—8 ℃）"),
    Storage.FROZEN: _("冷冻（−20 ℃）"),
    Storage.DEEP_FROZEN: _("超低温（−80 ℃）"),
}
AFTERWARDS_LABELS: dict[Afterwards, str] = {Afterwards.RETURN: _("退还"), Afterwards.DISPOSE: _("代为处置")}
KEEPER_LABELS: dict[Keeper, str] = {
    Keeper.HOLDER: _("送样方"),
    Keeper.COURIER: _("快递途中"),
    Keeper.PROVIDER: _("检测方"),
    Keeper.NOBODY: _("已处置"),
}

# What is not taken in by the usual way at all; its sender has to arrange it with the provider first.
BY_ARRANGEMENT = frozenset({Hazard.RADIOACTIVE})


class SampleLate(Refusal):
    code = "bookings.sample_late"
    text = _("预计送达日 {expected_on} 已过")
    remedy = _("请填写今天或以后的日期")
    field = "expected_on"
    status = 422


class HazardUndescribed(Refusal):
    code = "bookings.hazard_undescribed"
    text = _("样品有危险性的，须写明成分和防护要求")
    remedy = _("请填写危险性说明，无法确定的请先与服务机构联系")
    field = "hazard_note"
    status = 422


class HazardByArrangement(Refusal):
    code = "bookings.hazard_by_arrangement"
    text = _("放射性样品不能在线登记送样")
    remedy = _("请先与服务机构联系，由其安排接收")
    field = "hazard"
    status = 422


class ReturnAddressMissing(Refusal):
    code = "bookings.return_address_missing"
    text = _("检后退还的样品须有退还地址")
    remedy = _("请填写退还地址，或选择代为处置")
    field = "return_address"
    status = 422


class SamplesNotTaken(Refusal):
    code = "bookings.samples_not_taken"
    text = _("“{name}”不接受送样")
    remedy = _("请按时段预约，或选择接受送样的仪器")


class SettleDayPast(Refusal):
    code = "bookings.settle_day_past"
    text = _("处理期限 {settle_by_on} 已过")
    remedy = _("请填写今天或以后的日期")
    field = "settle_by_on"
    status = 422


class CourierMissing(Refusal):
    code = "bookings.courier_missing"
    text = _("请填写快递公司和单号；自行送达的填写“自送”和送样人")
    remedy = _("填写后检测方据此收样")
    field = "courier_number"
    status = 422


def refuse_undeclared(
    *, hazard: Hazard, hazard_note: str, afterwards: Afterwards, return_address: str, expected_on: date, on: date
) -> None:
    """What a sample must say before it is sent (送样登记); raises the first thing that is missing."""
    if hazard in BY_ARRANGEMENT:
        raise HazardByArrangement()
    if hazard is not Hazard.NONE and not hazard_note:
        raise HazardUndescribed()
    if afterwards is Afterwards.RETURN and not return_address:
        raise ReturnAddressMissing()
    if expected_on < on:
        raise SampleLate(expected_on=expected_on.isoformat())


def refuse_unshipped(*, courier: str, number: str) -> None:
    if not courier or not number:
        raise CourierMissing()


def refuse_past(settle_by_on: date, *, on: date) -> None:
    if settle_by_on < on:
        raise SettleDayPast(settle_by_on=settle_by_on.isoformat())
