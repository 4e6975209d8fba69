"""One order with all its figures (订单页)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.deadlines.queries import Clock, clocks
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.orders.access import roles_on, visible_to
from kechuang.orders.models import Contract, Delivery, Horizontal, Invoice, Order, OrderVersion, OwnShare
from kechuang.orders.queries.income import horizontal_of
from kechuang.orders.rules import OrderTerms, instalment_left, refundable_share
from kechuang.orders.states import (
    MACHINE,
    WAY,
    OrderState,
    Version,
)
from kechuang.parties.queries import PartyCard, parties
from kechuang.policy.book import replay
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.show import Step, steps
from kechuang.vouchers.queries import Hold, PriceAfter, holds_of
from kechuang.vouchers.rules import Limit


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """All that the page of one order shows; its figures explain themselves."""

    order: Order
    parties: Mapping[str, PartyCard]
    versions: Sequence[OrderVersion]
    holds: Sequence[Hold]
    contract: Contract | None
    deliveries: Sequence[Delivery]
    shares: Sequence[OwnShare]
    invoices: Sequence[Invoice]
    files: Sequence[File]
    events: Sequence[Event]
    clock: Clock | None
    open_moves: Sequence[Move]
    roles: frozenset[Role]
    horizontal: Horizontal | None  # 横向科研经费标记

    @property
    def holder(self) -> PartyCard:
        return self.parties[self.order.holder_id]

    @property
    def provider(self) -> PartyCard:
        return self.parties[self.order.provider_id]

    @property
    def agreed(self) -> OrderVersion | None:
        """The lines in force: the latest that were agreed, before placing the latest quote."""
        agreed = [version for version in self.versions if version.agreed_on]
        known = agreed or list(self.versions)
        return known[-1] if known else None

    @property
    def proposed(self) -> OrderVersion | None:
        """Final lines that wait for an answer."""
        waiting_ones = [v for v in self.versions if v.kind == Version.FINAL and not v.agreed_on and not v.rejected_on]
        return waiting_ones[-1] if waiting_ones else None

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(move.action for move in self.open_moves)


def sheet(actor: Actor, order_id: str, *, on: date) -> OrderSheet:
    """One order as `actor` may see it; raises NotVisible also when they may not. A fixed number of statements."""
    order = visible_to(actor).select_related("offer", "voucher", "unit").filter(id=order_id).first()
    if order is None:
        raise NotVisible
    roles = roles_on(actor, order)
    return OrderSheet(
        order=order,
        parties=parties([order.holder_id, order.provider_id]),
        versions=list(OrderVersion.objects.filter(order=order).order_by("version")),
        holds=holds_of(order.id),
        contract=Contract.objects.filter(order=order).first(),
        deliveries=list(Delivery.objects.filter(order=order).order_by("id")),
        shares=list(OwnShare.objects.filter(order=order).order_by("id")),
        invoices=list(Invoice.objects.filter(order=order).order_by("id")),
        files=list(files_of(order.id)),
        events=list(way([order.id])),
        clock=clocks([order.id], on=on).get(order.id),
        open_moves=MACHINE.open(OrderState(order.state), roles),
        roles=roles,
        horizontal=horizontal_of(order.id) if order.state == OrderState.SETTLED else None,
    )


def figures(sheet: OrderSheet) -> PriceAfter | None:
    """The order's figures with the terms they follow from (为什么); None before there is a price."""
    order = sheet.order
    if not order.price_fen:
        return None
    held = next((hold for hold in reversed(sheet.holds) if hold.order_id == order.id), None)
    return PriceAfter(
        Fen(order.price_fen),
        Fen(order.voucher_fen),
        Fen(order.own_share_fen),
        order.bound_by,
        order.voucher_id or "",
        limits={order.bound_by: order.voucher_fen} if held and order.bound_by in set(Limit) else None,
        record=held.terms if held else None,
    )


def expected(sheet: OrderSheet, action: str) -> Fen | None:
    """The amount that is usually meant (应填金额): what may be paid now, what is to be paid back, what is invoiced."""
    order = sheet.order
    if action == "own_share":
        terms, accepted = replay(order.terms, OrderTerms).terms, order.state == OrderState.ACCEPTED
        own, paid = Fen(order.own_share_fen), Fen(order.paid_fen)
        return instalment_left(own, paid, accepted=accepted, terms=terms) or None
    if action == "refund_share":
        return _refundable(order) or None
    return Fen(order.price_fen) if action == "invoice" and not sheet.invoices else None


def _refundable(order: Order) -> Fen:
    ended = order.state in (OrderState.CANCELLED, OrderState.LAPSED)
    return refundable_share(order.own_share_fen, order.paid_fen, ended=ended)


def useful(sheet: OrderSheet, action: str) -> bool:
    """Whether a button makes sense now; what the machine lets pass but nothing waits for is not shown."""
    order, contract = sheet.order, sheet.contract
    if action in ("mark_horizontal", "unmark_horizontal"):
        return (sheet.horizontal is None) == (action == "mark_horizontal")
    if action in ("agree_final", "reject_final"):
        return order.final_open
    if action in ("accept", "settle"):
        return not order.final_open and (action == "accept" or order.paid_fen >= order.own_share_fen)
    if action == "own_share":
        return order.paid_fen < order.own_share_fen
    if action == "refund_share":
        return _refundable(order) > 0
    if action == "contract":
        return contract is None or not (contract.holder_seal and contract.provider_seal)
    if action == "seal":
        own = "holder_seal" if Role.HOLDER in sheet.roles else "provider_seal"
        return contract is not None and not getattr(contract, own)
    return action != "deliver" or contract is not None


# What each state of WAY waits for, in the short words of a stepper; the last has nothing left to wait for.
WAY_STEPS = (_("报价"), _("下单"), _("开始服务"), _("交付"), _("验收"), _("结算"))


def steps_of(sheet: OrderSheet) -> list[Step]:
    """The way from request to settlement, for the stepper; an order that ended otherwise shows how far it came."""
    state = OrderState(sheet.order.state)
    return steps(WAY_STEPS, WAY.index(state)) if state in WAY else []
