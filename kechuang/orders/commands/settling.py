"""Paying, settling, invoices and refunds (自付款、结算、开票、退款)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth
from kechuang.orders import rules
from kechuang.orders.adapters.payment import channel as payment_channel
from kechuang.orders.commands.recording import record_service
from kechuang.orders.commands.serving import Upload, keep_file
from kechuang.orders.commands.steps import CLAIM_WAIT, Step, begin, finish, frozen, notify, start_clock
from kechuang.orders.models import Invoice, Order, OwnShare
from kechuang.orders.states import InvoiceMark, OrderState, OwnShareKind
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import add
from kechuang.vouchers import commands as vouchers

_ENDED = (OrderState.CANCELLED, OrderState.LAPSED)


@transaction.atomic
def own_share(
    actor: Actor,
    *,
    order_id: str,
    fen: Fen,
    file: Upload | None = None,
    reference: str = "",
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Records a payment of the own share (自付款) with its evidence: a bank slip, or a payment channel that confirms it.

    Before acceptance a part only (首付). Raises OwnShareTooMuch, InstalmentTooMuch, EvidenceMissing.
    """
    step = begin(actor, order_id, "own_share", seen=seen)
    if step.repeated:
        return step.order
    order = step.order
    if reference and OwnShare.objects.filter(order=order, reference=reference, fen=fen).exists():
        return order
    accepted = order.state == OrderState.ACCEPTED
    rules.refuse_share(
        fen,
        own_share_fen=Fen(order.own_share_fen),
        paid_fen=Fen(order.paid_fen),
        accepted=accepted,
        terms=step.terms,
    )
    kind = OwnShareKind.PAID if accepted else OwnShareKind.INSTALMENT
    row = _evidenced(step, kind, fen, file, reference, "own_share", now)
    order.paid_fen += fen
    facts = {"fen": fen, "kind": str(kind), "file_id": row.file_id, "reference": reference, "paid_fen": order.paid_fen}
    return finish(step, now=now, saves=["paid_fen"], facts=facts)


@transaction.atomic
def settle(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """One button (一键抵扣): offsets the voucher's part; the holder has paid the rest and keeps what is left.

    Settled twice by the same person, it answers with the settled order. Raises FinalOpen, OwnShareUnpaid, StaleTab.
    """
    return _settle(actor, order_id, "settle", seen, now)


@transaction.atomic
def settle_by_clock(actor: Actor, *, order_id: str, now: datetime) -> Order:
    """Settles for a user who has paid but does not press the button (逾期自动结算); raises NotDueYet before."""
    return _settle(actor, order_id, "settle_by_clock", None, now)


@transaction.atomic
def invoice(
    actor: Actor,
    *,
    order_id: str,
    mark: InvoiceMark,
    invoice_number: str,
    gross_fen: Fen,
    issued_on: date,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """The provider notes an invoice as issued, reissued or cancelled in red (开票、重开、红冲). Gross amount.

    The same note again changes nothing. Raises InvoiceBeforeOrder, InvoiceMarkedTwice for another amount.
    """
    step = begin(actor, order_id, "invoice", seen=seen)
    if step.repeated:
        return step.order
    order, number = step.order, halfwidth(invoice_number).upper()
    rules.refuse_unusable_invoice(number, gross_fen, issued_on=issued_on, placed_on=order.placed_on, terms=step.terms)
    if noted := _noted.first(order.id, mark, number):
        if (noted.gross_fen, noted.issued_on) != (gross_fen, issued_on):
            raise rules.InvoiceMarkedTwice(number=number)
        return order
    noted = Invoice(
        order=order,
        mark=mark,
        invoice_number=number,
        gross_fen=gross_fen,
        issued_on=issued_on,
        by=actor.person_id,
        on=clock.day(now),
    )
    add(noted)
    facts = {"mark": str(mark), "number": number, "gross_fen": gross_fen, "issued_on": issued_on.isoformat()}
    return finish(step, now=now, facts=facts)


@transaction.atomic
def refund_share(
    actor: Actor,
    *,
    order_id: str,
    fen: Fen,
    file: Upload | None = None,
    reference: str = "",
    seen: int | None = None,
    now: datetime,
) -> Order:
    """The provider records what it paid back of the own share, with the evidence (自付款退款); raises RefundTooMuch."""
    step = begin(actor, order_id, "refund_share", seen=seen)
    if step.repeated:
        return step.order
    order = step.order
    left = rules.refundable_share(order.own_share_fen, order.paid_fen, ended=order.state in _ENDED)
    rules.refuse_refund(fen, left)
    row = _evidenced(step, OwnShareKind.REFUND, fen, file, reference, "refund", now)
    order.paid_fen -= fen
    facts = {"fen": fen, "file_id": row.file_id, "reference": reference, "paid_fen": order.paid_fen}
    done = finish(step, now=now, saves=["paid_fen"], facts=facts)
    notify(done, _("服务机构登记了退款"), to=Role.HOLDER, now=now)
    return done


@transaction.atomic
def give_up(actor: Actor, *, order_id: str, fen: Fen, why: str, now: datetime) -> Order:
    """What was offset and will not be claimed any more (抵扣额不再兑付); `claims` has moved the money. Raises RefundTooMuch."""
    step = begin(actor, order_id, "give_up")
    order = step.order
    rules.refuse_refund(fen, order.captured_fen)
    order.captured_fen -= fen
    done = finish(step, now=now, saves=["captured_fen"], facts={"fen": fen, "why": why})
    notify(done, _("订单抵扣额不再兑付"), to=Role.PROVIDER, text=why, now=now)
    return done


def _settle(actor: Actor, order_id: str, action: str, seen: int | None, now: datetime) -> Order:
    step = begin(actor, order_id, action, seen=seen)
    if step.repeated:
        return step.order
    order, on = step.order, clock.day(now)
    if action == "settle_by_clock":
        rules.refuse_before(order.due_on or on, on=on)
    if order.final_open:
        raise rules.FinalOpen()
    rules.refuse_unpaid(order.own_share_fen, order.paid_fen)
    if order.voucher_fen and not order.captured_fen:
        vouchers.capture(actor, order_id=order.id, fen=Fen(order.voucher_fen), now=now)
        order.captured_fen = order.voucher_fen
    order.settled_on = on
    facts = {
        "price_fen": order.price_fen,
        "voucher_fen": order.voucher_fen,
        "own_share_fen": order.own_share_fen,
        "paid_fen": order.paid_fen,
    }
    article = frozen(order).article("settle_at")
    done = finish(step, now=now, saves=["captured_fen", "settled_on"], facts=facts, article=article)
    record_service(done, now=now)
    if done.captured_fen:
        start_clock(done, CLAIM_WAIT, now)
    return done


@compiled
def _noted(order_id: str, mark: InvoiceMark, number: str) -> QuerySet[Invoice]:
    return Invoice.objects.filter(order_id=order_id, mark=mark, invoice_number=number)


def _evidenced(
    step: Step, kind: OwnShareKind, fen: Fen, file: Upload | None, reference: str, file_kind: str, now: datetime
) -> OwnShare:
    """A payment needs a file or a channel that confirms it; a reference that nobody confirms is no evidence."""
    named = ""
    if file is None:
        vouching = payment_channel()
        if not reference or not vouching.confirms(reference=reference, fen=fen):
            raise rules.EvidenceMissing()
        named = vouching.name
    file_id = keep_file(step, file, file_kind, now).id if file else ""
    share = OwnShare(
        order=step.order,
        kind=kind,
        fen=fen,
        file_id=file_id,
        channel=named,
        reference=reference,
        by=step.actor.person_id,
        on=clock.day(now),
    )
    return add(share)
