"""What an order costs and who pays what (价款、自付款). Pure: price list and terms come in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from kechuang.catalog.rules import Amount, Part, Step, amount, read_steps
from kechuang.catalog.states import UNIT_HUNDREDTHS, StepMode
from kechuang.kernel.money import BasisPoints, Fen, share_down, surcharge_half_up, times_half_up
from kechuang.kernel.text import tidy
from kechuang.orders.rules.refusals import (
    AboveListPrice,
    DisputeTooLate,
    InstalmentTooMuch,
    InvoiceBeforeOrder,
    InvoiceEmpty,
    NoLines,
    NotDueYet,
    NotOnPriceList,
    OwnShareTooMuch,
    OwnShareUnpaid,
    PublicMoneyBelowNothing,
    QuoteExpired,
    RateTwice,
    ReasonMissing,
    RefundTooMuch,
    SplitDoesNotAddUp,
    SteppedTwice,
)
from kechuang.orders.states import CLOSED_BY_REVOCATION, OrderState
from kechuang.policy.tables import Table

BASE = "base"
NOTHING = Fen(0)


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """The parameters an order lives by from its placing to its end (冻结的规则)."""

    quote_within_days: int
    quote_valid_days: int
    start_within_days: int
    hold_release_days: int
    deliver_within_days: int
    accept_within_days: int
    on_accept_silence: str
    final_lines_answer_days: int
    settle_within_days: int
    settle_at: str
    first_instalment_bp: BasisPoints
    refund_after_settlement: str
    dispute_within_days: int
    dispute_office: str
    dispute_working_days: int
    contract_parties: Table[str]
    contract_template: str
    declaration_text: str
    channels: tuple[str, ...]
    on_revocation: str
    invoice_not_before_order: bool
    claim_within_days: int
    on_refusal: str
    on_no_claim: str
    claim_office: str
    paying_budget: str
    admission_office: str
    revoking_office: str
    outside_office: str


@dataclass(frozen=True, slots=True)
class FrozenPrice:
    """A line of the price list as it stood when the order was quoted: an amount per unit, or a rate on base lines."""

    id: str
    kind: str
    item: str
    unit: str
    price_fen: int | None
    rate_bp: int | None = None
    steps: tuple[Step, ...] = ()
    step_mode: str = StepMode.PART
    minimum_fen: int | None = None

    @property
    def whole_only(self) -> bool:
        """Whether its quantity must stand on one line: steps and a minimum would be got round by parts."""
        return bool(self.steps) or self.minimum_fen is not None

    def listed(self, quantity: int) -> Amount:
        """What the list asks for a quantity, with its parts (阶梯价、最低收费)."""
        minimum = None if self.minimum_fen is None else Fen(self.minimum_fen)
        price = Fen(self.price_fen or 0)
        return amount(price, quantity, steps=self.steps, mode=StepMode(self.step_mode), minimum_fen=minimum)


def frozen_price(kept: Mapping[str, Any]) -> FrozenPrice:
    """A line of a price list as an order has kept it; older orders have kept neither steps nor a minimum."""
    return FrozenPrice(**{**kept, "steps": read_steps(kept.get("steps", ()))})


@dataclass(frozen=True, slots=True)
class Asked:
    """One line as it is asked for: which price, how many hundredths of the unit, and a price below the listed one."""

    price_id: str
    quantity: int = UNIT_HUNDREDTHS
    unit_price_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    price_id: str
    kind: str
    item: str
    unit: str
    quantity: int  # hundredths
    unit_price_fen: int | None
    rate_bp: int | None
    amount_fen: int
    parts: tuple[Part, ...] = ()  # by the list's steps; none where one price was taken for all
    minimum: bool = False  # the minimum charge was taken

    def record(self) -> dict[str, object]:
        return asdict(self)


def priced(asked: Iterable[Asked], prices: Sequence[FrozenPrice]) -> tuple[Line, ...]:
    """The lines with their amounts (明细). Amounts per unit are rounded half up; rates are taken on all base lines.

    Prices are gross; steps and a minimum charge are the list's. A price may be below the list, never above it. Raises
    NotOnPriceList, AboveListPrice, RateTwice, SteppedTwice, NoLines.
    """
    listed = {price.id: price for price in prices}
    wanted = list(asked)
    for one in wanted:
        if one.price_id not in listed:
            raise NotOnPriceList(item=one.price_id)
    _refuse_parted(wanted, listed)
    rated = [one.price_id for one in wanted if listed[one.price_id].rate_bp is not None]
    if len(rated) > len(set(rated)):  # a rate is on the whole: twice would be above the list
        raise RateTwice(item=listed[rated[-1]].item)
    amounts = [_per_unit(one, listed[one.price_id]) for one in wanted if listed[one.price_id].rate_bp is None]
    base = Fen(sum(line.amount_fen for line in amounts if line.kind == BASE))
    rates = [_on_base(listed[one.price_id], base) for one in wanted if listed[one.price_id].rate_bp is not None]
    lines = (*amounts, *rates)
    if sum(line.amount_fen for line in lines) <= 0:
        raise NoLines()
    return lines


def total(lines: Iterable[Line]) -> Fen:
    return Fen(sum(line.amount_fen for line in lines))


def _refuse_parted(wanted: Sequence[Asked], listed: Mapping[str, FrozenPrice]) -> None:
    """A stepped quantity on two lines would cost another sum than the list says."""
    stepped = [one.price_id for one in wanted if listed[one.price_id].whole_only]
    if len(stepped) > len(set(stepped)):
        raise SteppedTwice(item=listed[stepped[-1]].item)


def _per_unit(one: Asked, price: FrozenPrice) -> Line:
    """One line by the list, or by a lower price for every unit of it."""
    by_list = price.listed(max(one.quantity, 0))
    unit_price = (price.price_fen or 0) if one.unit_price_fen is None else one.unit_price_fen
    if one.quantity <= 0 or unit_price < 0:
        raise NoLines()
    if one.unit_price_fen is None or (price.whole_only and unit_price == price.price_fen):
        parts = by_list.parts if price.whole_only else ()
        found = by_list.fen
        return _line(one, price, unit_price, found, parts, minimum=by_list.minimum)
    found = times_half_up(Fen(unit_price), one.quantity)
    if found > by_list.fen or (unit_price > (price.price_fen or 0) and not price.steps):
        raise AboveListPrice(item=price.item, asked_fen=unit_price, listed_fen=price.price_fen or 0)
    return _line(one, price, unit_price, found, (), minimum=False)


def _line(one: Asked, price: FrozenPrice, unit_price: int, fen: Fen, parts: tuple[Part, ...], *, minimum: bool) -> Line:
    return Line(
        price.id, price.kind, price.item, price.unit, one.quantity, unit_price, None, fen, parts=parts, minimum=minimum
    )


def _on_base(price: FrozenPrice, base: Fen) -> Line:
    amount = surcharge_half_up(base, price.rate_bp or 0)
    return Line(price.id, price.kind, price.item, price.unit, UNIT_HUNDREDTHS, None, price.rate_bp, amount)


def asked_again(lines: Sequence[Mapping[str, object]]) -> tuple[Asked, ...]:
    """Kept lines as they could be asked for again: the form of the final lines begins with the quote."""
    return tuple(
        Asked(str(line["price_id"]), int(str(line["quantity"])), _int(line["unit_price_fen"])) for line in lines
    )


def _int(value: object) -> int | None:
    return None if value is None else int(str(value))


def instalment_left(own_share_fen: Fen, paid_fen: Fen, *, accepted: bool, terms: OrderTerms) -> Fen:
    """What of the own share may be paid now (首付): before acceptance a part, then all that is left."""
    limit = own_share_fen if accepted else share_down(own_share_fen, terms.first_instalment_bp)
    if terms.settle_at == "order":
        limit = own_share_fen
    return Fen(max(limit - paid_fen, 0))


def refuse_share(asked_fen: int, *, own_share_fen: Fen, paid_fen: Fen, accepted: bool, terms: OrderTerms) -> None:
    """Raises OwnShareTooMuch above what is owed, InstalmentTooMuch above what may be paid before acceptance."""
    if asked_fen <= 0 or asked_fen > own_share_fen - paid_fen:
        raise OwnShareTooMuch(asked_fen=asked_fen, left_fen=max(own_share_fen - paid_fen, 0))
    left = instalment_left(own_share_fen, paid_fen, accepted=accepted, terms=terms)
    if asked_fen > left:
        raise InstalmentTooMuch(max_fen=left)


def refuse_unpaid(own_share_fen: int, paid_fen: int) -> None:
    """Settling needs the whole own share on record (余款付清)."""
    if paid_fen < own_share_fen:
        raise OwnShareUnpaid(due_fen=own_share_fen, paid_fen=paid_fen)


def refundable_share(own_share_fen: int, paid_fen: int, *, ended: bool) -> Fen:
    """What of the own share is to be paid back: all when the order ended without service, else what was too much."""
    return Fen(paid_fen if ended else max(paid_fen - own_share_fen, 0))


def offset_refund(fen: Fen, *, terms: OrderTerms) -> tuple[Fen, Fen]:
    """Where an offset made before the service goes back when there is none: to the voucher, to the budget (已抵扣额的退回).

    It always goes back whole: nobody may claim the money of an order without service.
    """
    return {"restored": (fen, NOTHING), "returned": (NOTHING, fen)}[terms.refund_after_settlement]


def closed_by_revocation(*, terms: OrderTerms) -> tuple[OrderState, ...]:
    """The states in which an order of a revoked provider ends (撤销入库时未完成的订单)."""
    return CLOSED_BY_REVOCATION[terms.on_revocation]


def refuse_refund(asked_fen: int, left_fen: int) -> None:
    if asked_fen <= 0 or asked_fen > left_fen:
        raise RefundTooMuch(asked_fen=asked_fen, left_fen=left_fen)


def refuse_below_nothing(other_public_fen: int) -> None:
    """Other public money on the same content is none or some; below nothing it would widen the limit."""
    if other_public_fen < 0:
        raise PublicMoneyBelowNothing()


def refuse_split(fen: int, *, price_fen: int) -> None:
    """A mediated price lies above nothing and not above the agreed one."""
    if not 0 < fen <= price_fen:
        raise SplitDoesNotAddUp(price_fen=price_fen)


def refuse_unusable_invoice(
    number: str, gross_fen: int, *, issued_on: date, placed_on: date | None, terms: OrderTerms
) -> None:
    """An invoice has a number and an amount, and by the terms is not older than the order."""
    if not number or gross_fen <= 0:
        raise InvoiceEmpty()
    if terms.invoice_not_before_order and placed_on and issued_on < placed_on:
        raise InvoiceBeforeOrder(issued_on=issued_on.isoformat(), placed_on=placed_on.isoformat())


def last_day(start: date, days: int) -> date:
    """The last day of a period in calendar days whose first day is not counted."""
    return start + timedelta(days=days)


def refuse_expired_quote(quoted_on: date, *, on: date, terms: OrderTerms) -> None:
    last = last_day(quoted_on, terms.quote_valid_days)
    if on > last:
        raise QuoteExpired(last_on=last.isoformat())


def refuse_late_dispute(delivered_on: date, *, on: date, terms: OrderTerms) -> None:
    last = last_day(delivered_on, terms.dispute_within_days)
    if on > last:
        raise DisputeTooLate(last_on=last.isoformat())


def refuse_before(last: date, *, on: date) -> None:
    """The clock acts only after the last day, however early it is asked."""
    if on <= last:
        raise NotDueYet(last_on=last.isoformat())


def reason(typed: str) -> str:
    """A reason as it is kept; raises ReasonMissing for an empty one."""
    if not (text := tidy(typed)):
        raise ReasonMissing()
    return text
