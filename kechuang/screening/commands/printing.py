"""Prints of papers (指纹), taken when a claim is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kechuang.screening.models import Print
from kechuang.screening.rules import bands_of, results_of
from kechuang.screening.states import ITEMS_LENGTH, PrintKind
from kechuang.ui import clock
from kechuang.ui.rows import insert_many


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """An invoice as it was read."""

    number: str
    seller_code: str
    buyer_code: str
    gross_fen: int
    issued_on: date
    items: str


def keep_prints(
    *, claim_id: str, order_id: str, invoices: Sequence[InvoicePaper], report: str, again: bool, now: datetime
) -> None:
    """Keeps what a claim's invoices and reports say (留存指纹), each once; handed in `again`, only what is new."""
    on = clock.day(now)
    rows = [_of_invoice(claim_id, order_id, paper, on) for paper in invoices]
    if pieces := results_of(report):
        rows.append(
            Print(
                kind=PrintKind.REPORT,
                claim_id=claim_id,
                order_id=order_id,
                pieces=list(pieces),
                bands=list(bands_of(pieces)),
                made_on=on,
            )
        )
    kept = set(Print.objects.filter(claim_id=claim_id).values_list("kind", "number")) if again else set()
    insert_many(Print, [row for row in rows if (row.kind, row.number) not in kept])


def _of_invoice(claim_id: str, order_id: str, paper: InvoicePaper, on: date) -> Print:
    return Print(
        kind=PrintKind.INVOICE,
        claim_id=claim_id,
        order_id=order_id,
        number=paper.number,
        seller_code=paper.seller_code,
        buyer_code=paper.buyer_code,
        gross_fen=paper.gross_fen,
        issued_on=paper.issued_on,
        items=paper.items[:ITEMS_LENGTH],
        made_on=on,
    )
