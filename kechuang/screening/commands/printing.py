"""Prints of papers (指纹), taken when a claim is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kechuang.documents.rules import ReducedPage, difference, layout_bits
from kechuang.screening.models import Likeness, Print
from kechuang.screening.queries.pictures import near_pictures
from kechuang.screening.rules import bands_of, bands_of_layout, results_of
from kechuang.screening.states import ITEMS_LENGTH, LIKENESS_PARTS_MAX, PICTURES_COMPARED, PrintKind
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


@dataclass(frozen=True, slots=True)
class PicturePaper:
    """An invoice as it looks: a file with its pages that are pictures, and the two sides of its order."""

    file_id: str
    name: str
    digest: str
    pages: tuple[ReducedPage, ...]
    seller_code: str
    buyer_code: str


def keep_prints(
    *,
    claim_id: str,
    order_id: str,
    invoices: Sequence[InvoicePaper],
    pictures: Sequence[PicturePaper],
    report: str,
    again: bool,
    now: datetime,
) -> None:
    """Keeps what a claim's invoices and reports say and how they look (留存指纹), each once; handed in `again`, only what is new.

    A new picture is held against those of other orders at once; what is alike is kept, for the rules to judge.
    """
    on = clock.day(now)
    rows = [_of_invoice(claim_id, order_id, paper, on) for paper in invoices]
    rows += [row for paper in pictures for row in _of_picture(claim_id, order_id, paper, on)]
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
    new = [row for row in rows if (row.kind, row.number) not in kept]
    insert_many(Print, new)
    insert_many(Likeness, [one for row in new if row.kind == PrintKind.PICTURE for one in _alike(row, on)])


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


def _of_picture(claim_id: str, order_id: str, paper: PicturePaper, on: date) -> list[Print]:
    return [
        Print(
            kind=PrintKind.PICTURE,
            claim_id=claim_id,
            order_id=order_id,
            number=f"{paper.file_id}:{place}",
            seller_code=paper.seller_code,
            buyer_code=paper.buyer_code,
            pieces=list(page.layout),
            bands=list(bands_of_layout(page.layout)),
            name=paper.name,
            digest=paper.digest,
            dots=page.dots,
            made_on=on,
        )
        for place, page in enumerate(paper.pages)
    ]


def _alike(row: Print, on: date) -> list[Likeness]:
    """The pictures of other orders that this one looks like, of each claim the most alike."""
    near = sorted(near_pictures(row), key=lambda other: (layout_bits(row.pieces, other.pieces), other.id))
    found: dict[str, Likeness] = {}
    for other in near[:PICTURES_COMPARED]:
        differs = difference(_page(row), _page(other), parts_max=LIKENESS_PARTS_MAX)
        exact, known = row.digest == other.digest, found.get(other.claim_id)
        if not exact and (differs.parts > LIKENESS_PARTS_MAX or (known and known.parts <= differs.parts)):
            continue
        found[other.claim_id] = Likeness(
            claim_id=row.claim_id,
            other_id=other.claim_id,
            picture=row,
            other_picture=other,
            exact=exact,
            bits=differs.bits,
            parts=differs.parts,
            parts_of=differs.parts_of,
            made_on=on,
        )
    return list(found.values())


def _page(row: Print) -> ReducedPage:
    return ReducedPage(tuple(row.pieces), bytes(row.dots or b""))
