"""The invoices a carrier's orders were paid by, for the national yearly report (发票凭证)."""

from dataclasses import dataclass
from datetime import date

from kechuang.ledger.queries import used_of
from kechuang.orders.models import Invoice, Order
from kechuang.orders.states import InvoiceMark
from kechuang.parties.queries import party_names, person_names


@dataclass(frozen=True, slots=True)
class Invoiced:
    """One invoice that stands: not taken back in red, not followed by another of its number."""

    order_id: str
    order_number: str
    number: str
    issued_on: date
    handled_by: str  # who marked it issued (经办人)
    title: str  # what for (摘要)
    instrument: str
    payer: str  # who bought: the voucher's part was paid by the county
    gross_fen: int
    voucher_fen: int  # of the order, by the ledger


def invoices_of(carrier_id: str, *, year: int) -> list[Invoiced]:
    """Invoices issued in a year for orders of a carrier that were settled, the first first. Five statements."""
    marks = list(
        Invoice.objects.filter(order__offer__carrier_id=carrier_id, order__settled_on__isnull=False)
        .select_related("order__offer")
        .order_by("issued_on", "id")
    )
    red = {(row.order_id, row.invoice_number) for row in marks if row.mark == InvoiceMark.RED}
    rows = {
        (row.order_id, row.invoice_number): row
        for row in marks
        if row.mark != InvoiceMark.RED and (row.order_id, row.invoice_number) not in red and row.issued_on.year == year
    }
    orders: dict[str, Order] = {row.order_id: row.order for row in rows.values()}
    payers = party_names({order.holder_id for order in orders.values()})
    people = person_names({row.by for row in rows.values()})
    booked = used_of(list(orders), "offset", "open_offset")
    back = used_of(list(orders), "restore", "refuse_out")
    return [
        Invoiced(
            order_id=row.order_id,
            order_number=row.order.number,
            number=row.invoice_number,
            issued_on=row.issued_on,
            handled_by=people.get(row.by, ""),
            title=row.order.title,
            instrument=row.order.offer.name,
            payer=payers.get(row.order.holder_id, ""),
            gross_fen=row.gross_fen,
            voucher_fen=booked.get(row.order_id, 0) - back.get(row.order_id, 0),
        )
        for row in rows.values()
    ]
