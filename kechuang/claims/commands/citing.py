"""Binding invoice numbers (发票绑定): for ever, in the whole installation, to the orders they were first claimed for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kechuang.claims import rules
from kechuang.claims.models import Citation, Claim, Invoice, InvoiceLine
from kechuang.claims.queries.evidence import Read, refuse_foreign
from kechuang.claims.queries.orders import ClaimOrder
from kechuang.claims.states import UNCHECKED, ClaimState
from kechuang.kernel.money import Fen
from kechuang.orders.queries import own_orders
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import insert, insert_many


class Said(Protocol):
    """What is kept of an invoice: read from its file, or told by a table of the opening."""

    @property
    def number(self) -> str: ...
    @property
    def seller_code(self) -> str: ...
    @property
    def buyer_code(self) -> str: ...
    @property
    def issued_on(self) -> date: ...
    @property
    def net_fen(self) -> Fen | None: ...
    @property
    def tax_fen(self) -> Fen | None: ...
    @property
    def gross_fen(self) -> Fen: ...


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
    if claim.state != ClaimState.DRAFT:  # what was never handed in has cited nothing
        uncite(claim)
    lines = [
        bound_line(order, read.invoice, read.file_id, allocations.get(read.invoice.number), now=now)
        for read in invoices
    ]
    speak_for(claim, lines)
    return lines


def speak_for(claim: Claim, lines: Sequence[InvoiceLine]) -> None:
    """The claim cites these lines; raises InvoiceBound when another live claim does."""
    try:
        with transaction.atomic(savepoint=False):  # refused, the caller writes nothing more
            insert_many(Citation, [Citation(line=line, claim=claim) for line in lines], wait=True)
    except IntegrityError as error:
        raise rules.InvoiceBound(number="、".join(line.invoice.number for line in lines)) from error


def uncite(claim: Claim) -> None:
    """The claim no longer speaks for its invoice lines; the numbers stay bound to their orders."""
    _uncite(claim.id)


@compiled_update
def _uncite(claim_id: str) -> Change:
    return Citation.objects.filter(claim_id=claim_id, live=True), {"live": False}


def bound_line(
    order: ClaimOrder, found: Said, file_id: str, lines: Mapping[str, Fen] | None, *, now: datetime
) -> InvoiceLine:
    """The line of an invoice that belongs to the order: bound before, or bound now with all its lines."""
    number = found.number
    known = _lines_of(number)
    if bound := next((line for line in known if line.order_id == order.id), None):
        _refuse_changed(bound.invoice, found)
        return bound
    if known:
        raise rules.InvoiceBound(number=number)
    return _bind(order, found, file_id, rules.allocated(number, found.gross_fen, order.id, lines), now=now)


@compiled
def _lines_of(number: str) -> QuerySet[InvoiceLine]:
    return InvoiceLine.objects.select_related("invoice").filter(invoice__number=number)


def _refuse_changed(kept: Invoice, found: Said) -> None:
    """The same number again says what it said at first; a page may leave codes unreadable, never the amount."""
    codes = ((kept.seller_code, found.seller_code), (kept.buyer_code, found.buyer_code))
    if kept.gross_fen != found.gross_fen or any(old and new and old != new for old, new in codes):
        raise rules.InvoiceChanged(number=kept.number)


def _bind(order: ClaimOrder, found: Said, file_id: str, spread: rules.Allocated, *, now: datetime) -> InvoiceLine:
    """Of two claims that bring one number at once, the second finds it bound and is refused."""
    if set(spread.lines) - own_orders(order.provider.id, spread.lines):
        raise rules.InvoiceNotForOrder(number=spread.number)
    invoice = Invoice(
        number=spread.number,
        seller_code=found.seller_code,
        buyer_code=found.buyer_code,
        issued_on=found.issued_on,
        net_fen=found.net_fen,
        tax_fen=found.tax_fen,
        gross_fen=found.gross_fen,
        allocated_fen=sum(spread.lines.values()),
        checked=UNCHECKED,
        file_id=file_id,
        bound_at=now,
    )
    if not insert(invoice):
        raise rules.InvoiceBound(number=spread.number)
    made = [InvoiceLine(invoice=invoice, order_id=order_id, gross_fen=fen) for order_id, fen in spread.lines.items()]
    insert_many(InvoiceLine, made)
    return next(line for line in made if line.order_id == order.id)
