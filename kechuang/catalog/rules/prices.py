"""What a price list is and what a choice from it costs. Pure; all prices are gross (含税), quantities in hundredths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.catalog.rules.steps import Part, Step, amount, steps_rise
from kechuang.catalog.states import ITEM_LABELS, ItemKind, PriceGroup, StepMode, Unit
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen, surcharge_half_up
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


class SteppedTwice(Refusal):
    code = "catalog.stepped_twice"
    text = _("“{item}”有阶梯价或最低收费，数量须合在一行计算")
    remedy = _("请把同一收费项目的数量合计后填写")
    field = "lines"
    status = 422


@dataclass(frozen=True, slots=True)
class NewPrice:
    """One line as a provider writes it: an amount per unit, or for surcharges a rate on the base lines."""

    item: str
    unit: Unit
    price_fen: Fen | None = None
    kind: ItemKind = ItemKind.BASE
    rate_bp: int | None = None
    conditions: str = ""
    group: PriceGroup = PriceGroup.ALL
    steps: tuple[Step, ...] = ()
    step_mode: StepMode = StepMode.PART
    minimum_fen: Fen | None = None


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
    group: PriceGroup = PriceGroup.ALL
    steps: tuple[Step, ...] = ()
    step_mode: StepMode = StepMode.PART
    minimum_fen: Fen | None = None
    valid_until: date | None = None

    @property
    def whole_only(self) -> bool:
        """Whether the quantity must be counted in one: steps and a minimum would be got round by parts."""
        return bool(self.steps) or self.minimum_fen is not None


@dataclass(frozen=True, slots=True)
class Charge:
    """What one chosen line comes to, and of which parts; `minimum` when the minimum charge was taken."""

    line: PriceLine
    hundredths: int
    fen: Fen
    parts: tuple[Part, ...] = ()
    minimum: bool = False


def charges(chosen: Sequence[tuple[PriceLine, int]]) -> list[Charge]:
    """What each chosen line costs (费用明细): (line, quantity in hundredths of its unit), in the order given.

    A quantity is counted by the line's price, its steps and its minimum (see `steps.amount`); a rate (加急) is taken of
    all base lines together, rounded half up, once, whatever its quantity. Raises NotOnTheList for a rate without base
    lines, SteppedTwice for a stepped line that is chosen twice.
    """
    _refuse_parted(chosen)
    counted = [_counted(line, hundredths) for line, hundredths in chosen]
    base = Fen(sum(one.fen for one in counted if one is not None and one.line.kind is ItemKind.BASE))
    found = []
    for one, (line, hundredths) in zip(counted, chosen, strict=True):
        if one is not None:
            found.append(one)
        elif line.rate_bp is None or not base:
            raise NotOnTheList(item=line.item)
        else:
            found.append(Charge(line, hundredths, surcharge_half_up(base, line.rate_bp)))
    return found


def _refuse_parted(chosen: Sequence[tuple[PriceLine, int]]) -> None:
    seen: set[str] = set()
    for line, _hundredths in chosen:
        if line.whole_only and line.id in seen:
            raise SteppedTwice(item=line.item)
        seen.add(line.id)


def _counted(line: PriceLine, hundredths: int) -> Charge | None:
    if line.price_fen is None:
        return None
    found = amount(line.price_fen, hundredths, steps=line.steps, mode=line.step_mode, minimum_fen=line.minimum_fen)
    return Charge(line, hundredths, found.fen, found.parts, found.minimum)


def total(chosen: Sequence[tuple[PriceLine, int]]) -> Fen:
    """The price of a choice, gross (总价)."""
    return Fen(sum(charge.fen for charge in charges(chosen)))


def for_group(lines: Sequence[PriceLine], group: PriceGroup) -> list[PriceLine]:
    """The lines that are for these people (适用对象): their own and those for all."""
    return [line for line in lines if line.group in (PriceGroup.ALL, group)]


def group_of(*, party_id: str, provider_id: str) -> PriceGroup:
    """Whose prices somebody gets: people of the provider itself inside ones, everybody else outside ones (外部用户)."""
    return PriceGroup.INSIDE if party_id and party_id == provider_id else PriceGroup.OUTSIDE


def check_list(lines: Sequence[NewPrice]) -> None:
    """Whether a price list is whole (收费标准): a base line, every item named once for the same people, amount or rate,
    steps that rise. Raises PriceListUnfit."""
    if not any(line.kind is ItemKind.BASE for line in lines):
        raise PriceListUnfit(what=_("没有基本费用"))
    seen: dict[str, set[PriceGroup]] = {}
    for line in lines:
        if not line.item:
            raise PriceListUnfit(what=_("收费项目未命名"))
        others = seen.setdefault(line.item, set())
        if others and (line.group is PriceGroup.ALL or {line.group, PriceGroup.ALL} & others):
            raise PriceListUnfit(what=line.item)
        others.add(line.group)
        if not _amount_fits(line):
            raise PriceListUnfit(what=f"{line.item}（{ITEM_LABELS[line.kind]}）")


def _amount_fits(line: NewPrice) -> bool:
    if line.unit is Unit.RATE:
        plain = line.price_fen is None and not line.steps and line.minimum_fen is None
        return plain and line.rate_bp is not None and line.rate_bp > 0 and line.kind is not ItemKind.BASE
    fits = line.price_fen is not None and line.price_fen >= 0 and line.rate_bp is None
    return fits and steps_rise(line.steps) and (line.minimum_fen is None or line.minimum_fen > 0)


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
    counted = (line.price_fen, line.rate_bp, line.steps, str(line.step_mode), line.minimum_fen)
    return (line.item, str(line.group), str(line.kind), str(line.unit), counted, line.conditions)
