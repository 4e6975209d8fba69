"""What a booked time costs by the published price list (预约计价), before anybody has quoted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kechuang.catalog.rules.booked import quantity
from kechuang.catalog.states import ItemKind
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.orders.rules.pricing import Asked, FrozenPrice


class BookingNotOpen(Refusal):
    code = "orders.booking_not_open"
    text = _("预约 {number} 当前状态为“{state}”，不能据此下单")
    remedy = _("请先完成预约（或改期），机构确认后再下单")


class BookingHasOrder(Refusal):
    code = "orders.booking_has_order"
    text = _("预约 {number} 已有订单")
    remedy = _("请直接打开该订单继续办理")


class NoStandingQuote(Refusal):
    code = "orders.no_standing_quote"
    text = _("该项目没有开启按公布价自动报价")
    remedy = _("请在服务页面开启后再试")


@dataclass(frozen=True, slots=True)
class Booked:
    """How much of an instrument was booked: minutes of time, and how many samples come with it."""

    minutes: int
    samples: int = 0


def lines_for(booked: Booked, prices: Sequence[FrozenPrice], *, chosen: str = "") -> list[Asked]:
    """The base line a booking is charged by, with its quantity (计价数量); [] when no published line fits.

    Hours to the hundredth, rounded up; days begun count whole; 样品 and 件 by the number of samples, 次 and 份 once. Of
    several lines that fit, `chosen` (a price id) decides, else the first of the list.
    """
    fitting = [
        (price, counted)
        for price in prices
        if price.kind == ItemKind.BASE and price.price_fen is not None and (counted := _quantity(booked, price))
    ]
    picked = [one for one in fitting if one[0].id == chosen] or fitting[:1]
    return [Asked(price.id, counted) for price, counted in picked]


def fitting(booked: Booked, prices: Sequence[FrozenPrice]) -> list[FrozenPrice]:
    """The published base lines a booking may be charged by (可选收费项目)."""
    return [price for price in prices if lines_for(booked, [price])]


def _quantity(booked: Booked, price: FrozenPrice) -> int:
    return quantity(price.unit, minutes=booked.minutes, samples=booked.samples)
