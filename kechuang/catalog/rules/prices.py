"""What a price list is and what a choice from it costs. Pure; all prices are gross (含税), quantities in hundredths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.catalog.states import ITEM_LABELS, ItemKind, Unit
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen, surcharge_half_up, times_half_up
from kechuang.kernel.text import gettext_noop as _


class PriceListUnfit(Refusal):
    code = "catalog.price_list_unfit"
    text = _("收费标准有误：{what}")
    remedy = _("请逐行核对收费项目、计量单位和单价；至少要有一项基本费用")
    field = "prices"
    status = 422


class PriceBackdated(Refusal):
    code = "catalog.price_backdated"
    text = _("收费标准不能从过去的日期起执行（{valid_from}）")
    remedy = _("请选择今天或以后的日期；已下单的订单按下单时的价格")
    field = "valid_from"
    status = 422


class NotOnTheList(Refusal):
    code = "catalog.not_on_the_list"
    text = _("所选收费项目不在现行收费标准内")
    remedy = _("价格可能刚刚调整，请刷新后重新选择")


@dataclass(frozen=True, slots=True)
class NewPrice:
    """One line as a provider writes it: an amount per unit, or for surcharges a rate on the base lines."""

    item: str
    unit: Unit
    price_fen: Fen | None = None
    kind: ItemKind = ItemKind.BASE
    rate_bp: int | None = None
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of the price list in force (收费标准)."""

    id: str
    item: str
    unit: str
    price_fen: Fen | None  # None: a rate on the base lines
    kind: ItemKind = ItemKind.BASE
    rate_bp: int | None = None
    conditions: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What one chosen line comes to."""

    line: PriceLine
    hundredths: int
    fen: Fen


def charges(chosen: Sequence[tuple[PriceLine, int]]) -> list[Charge]:
    """What each chosen line costs (费用明细): (line, quantity in hundredths of its unit), in the order given.

    A quantity times a price is rounded half up to a fen; a rate (加急) is taken of all base lines together, rounded half
    up, once, whatever its quantity. Raises NotOnTheList for a rate without base lines.
    """
    counted = {
        line.id: times_half_up(line.price_fen, hundredths) for line, hundredths in chosen if line.price_fen is not None
    }
    base = Fen(sum(counted[line.id] for line, _q in chosen if line.kind is ItemKind.BASE and line.id in counted))
    found = []
    for line, hundredths in chosen:
        if line.price_fen is not None:
            found.append(Charge(line, hundredths, counted[line.id]))
        elif line.rate_bp is None or not base:
            raise NotOnTheList(item=line.item)
        else:
            found.append(Charge(line, hundredths, surcharge_half_up(base, line.rate_bp)))
    return found


def total(chosen: Sequence[tuple[PriceLine, int]]) -> Fen:
    """The price of a choice, gross (总价)."""
    return Fen(sum(charge.fen for charge in charges(chosen)))


def check_list(lines: Sequence[NewPrice]) -> None:
    """Whether a price list is whole (收费标准): a base line, every item named once, amount or rate. Raises PriceListUnfit."""
    if not any(line.kind is ItemKind.BASE for line in lines):
        raise PriceListUnfit(what=_("没有基本费用"))
    seen: set[str] = set()
    for line in lines:
        if not line.item:
            raise PriceListUnfit(what=_("收费项目未命名"))
        if line.item in seen:
            raise PriceListUnfit(what=line.item)
        seen.add(line.item)
        if not _amount_fits(line):
            raise PriceListUnfit(what=f"{line.item}（{ITEM_LABELS[line.kind]}）")


def _amount_fits(line: NewPrice) -> bool:
    if line.unit is Unit.RATE:
        return (
            line.price_fen is None and line.rate_bp is not None and line.rate_bp > 0 and line.kind is not ItemKind.BASE
        )
    return line.price_fen is not None and line.price_fen >= 0 and line.rate_bp is None


def check_first_day(valid_from: date, *, on: date) -> None:
    """Prices begin today or later. Raises PriceBackdated."""
    if valid_from < on:
        raise PriceBackdated(valid_from=valid_from)


def changed(old: Sequence[PriceLine], new: Sequence[NewPrice]) -> tuple[list[PriceLine], list[NewPrice]]:
    """The lines that end and those that begin when `new` follows `old` (调价); a line that stays the same runs on."""
    was = {_said(line): line for line in old}
    will = {_said(line): line for line in new}
    return [was[key] for key in was if key not in will], [will[key] for key in will if key not in was]


def _said(line: PriceLine | NewPrice) -> tuple[object, ...]:
    return (line.item, str(line.kind), str(line.unit), line.price_fen, line.rate_bp, line.conditions)
