"""Binding invoice numbers (发票绑定): for ever, in the whole installation, to the orders they were first claimed for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from kechuang.claims import rules
from kechuang.claims.models import Citation, Claim, Invoice, InvoiceLine
from kechuang.claims.queries.evidence import Read, refuse_foreign
from kechuang.claims.queries.orders import ClaimOrder
from kechuang.claims.states import UNCHECKED
from kechuang.kernel.money import Fen
from kechuang.orders.queries import own_orders


def cite(
    claim: Claim,
    order: ClaimOrder,
    invoices: Sequence[Read],
    allocations: Mapping[str, Mapping[str, Fen]],
    *,
    now: datetime,
) -> list[InvoiceLine]:
    """The lines of these invoices that belong to the claim's order, bound to it and cited by this claim alone.

    A number seen for the first time is bound with all its lines. A number already bound may be cited again only for a
    line it was bound to, and only when no other live claim cites that line. Raises InvoiceBound and what
    `rules.allocated` and `evidence.refuse_foreign` raise.
    """
    refuse_foreign(order, invoices)
    uncite(claim)
    lines = [_line(order, read, allocations.get(read.invoice.number), now=now) for read in invoices]
    try:
        with transaction.atomic():
            Citation.objects.bulk_create(Citation(line=line, claim=claim) for line in lines)
    except IntegrityError as error:
        raise rules.InvoiceBound(number="、".join(line.invoice.number for line in lines)) from error
    return lines


def uncite(claim: Claim) -> None:
    """The claim no longer speaks for its invoice lines; the numbers stay bound to their orders."""
    Citation.objects.filter(claim=claim, live=True).update(live=False)


def _line(order: ClaimOrder, read: Read, lines: Mapping[str, Fen] | None, *, now: datetime) -> InvoiceLine:
    number = read.invoice.number
    bound = InvoiceLine.objects.select_related("invoice").filter(invoice__number=number, order_id=order.id).first()
    if bound is not None:
        _refuse_changed(bound.invoice, read)
        return bound
    if Invoice.objects.filter(number=number).exists():
        raise rules.InvoiceBound(number=number)
    return _bind(order, read, rules.allocated(number, read.invoice.gross_fen, order.id, lines), now=now)


def _refuse_changed(kept: Invoice, read: Read) -> None:
    """The same number again says what it said at first; a page may leave codes unreadable, never the amount."""
    found = read.invoice
    codes = ((kept.seller_code, found.seller_code), (kept.buyer_code, found.buyer_code))
    if kept.gross_fen != found.gross_fen or any(old and new and old != new for old, new in codes):
        raise rules.InvoiceChanged(number=kept.number)


def _bind(order: ClaimOrder, read: Read, spread: rules.Allocated, *, now: datetime) -> InvoiceLine:
    """Of two claims that bring one number at once, the second finds it bound and is refused."""
    if set(spread.lines) - own_orders(order.provider.id, spread.lines):
        raise rules.InvoiceNotForOrder(number=spread.number)
    found = read.invoice
    try:
        with transaction.atomic():
            invoice = Invoice.objects.create(
                number=spread.number,
                seller_code=found.seller_code,
                buyer_code=found.buyer_code,
                issued_on=found.issued_on,
                net_fen=found.net_fen,
                tax_fen=found.tax_fen,
                gross_fen=found.gross_fen,
                allocated_fen=sum(spread.lines.values()),
                checked=UNCHECKED,
                file_id=read.file_id,
                bound_at=now,
            )
    except IntegrityError as error:
        raise rules.InvoiceBound(number=spread.number) from error
    made = [InvoiceLine(invoice=invoice, order_id=order_id, gross_fen=fen) for order_id, fen in spread.lines.items()]
    InvoiceLine.objects.bulk_create(made)
    return next(line for line in made if line.order_id == order.id)
