"""Reading the invoices of a claim and holding them against order, contract and payment (材料比对)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.claims import rules
from kechuang.claims.models import InvoiceLine
from kechuang.claims.queries.orders import ClaimOrder
from kechuang.documents.queries import File, opened
from kechuang.documents.rules import (
    Allocation,
    Amount,
    Comparison,
    Covers,
    Expected,
    Invoice,
    NoInvoiceData,
    compare,
    read_invoice,
)
from kechuang.documents.states import Kind
from kechuang.kernel.money import Fen
from kechuang.orders.queries import red_numbers
from kechuang.policy.book import InForce


@dataclass(frozen=True, slots=True)
class Read:
    """One invoice as it was read from its file."""

    invoice: Invoice
    file_id: str


def read_invoices(claim_id: str, papers: Sequence[File]) -> list[Read]:
    """The invoices of a claim, each number once; a structured file is preferred over the page of the same invoice.

    A picture of an invoice goes along with the file that it is of; alone it is refused, with NoInvoiceData.
    """
    found: dict[str, Read] = {}
    pictures: list[NoInvoiceData] = []
    for paper in papers:
        if paper.kind != Kind.INVOICE or paper.subject_id != claim_id:
            continue
        content = opened(paper).content
        try:
            invoice = read_invoice(paper.name, content)
        except NoInvoiceData as picture:
            pictures.append(picture)
            continue
        known = found.get(invoice.number)
        if known is None or invoice.trust < known.invoice.trust:  # full sorts before partial
            found[invoice.number] = Read(invoice, paper.id)
    if pictures and not found:
        raise pictures[0]
    return list(found.values())


def refuse_foreign(order: ClaimOrder, invoices: Sequence[Read]) -> None:
    """Red invoices, cancelled ones and those between other parties go no further; raises InvoiceRed, AnothersInvoice."""
    cancelled = red_numbers(read.invoice.number for read in invoices)
    for read in invoices:
        invoice = read.invoice
        if invoice.red or invoice.number in cancelled:
            raise rules.InvoiceRed(number=invoice.number)
        sides = (
            (rules.SELLER, order.provider.credit_code, invoice.seller_code),
            (rules.BUYER, order.holder.credit_code, invoice.buyer_code),
        )
        for side, expected, found in sides:
            if expected and found and expected != found:
                raise rules.AnothersInvoice(number=invoice.number, side=side, expected=expected, found=found)


def compared(
    order: ClaimOrder,
    terms: InForce[rules.ClaimTerms],
    invoices: Sequence[Read],
    lines: Sequence[InvoiceLine],
    *,
    on: date,
) -> tuple[Comparison, ...]:
    """Every comparison of the claim's papers with what order, contract and payment say."""
    spread = [
        Allocation(line.invoice.number, Fen(line.gross_fen), Fen(line.invoice.allocated_fen - line.gross_fen))
        for line in lines
    ]
    expected = Expected(
        buyer_name=order.holder.name,
        seller_name=order.provider.name,
        price_fen=order.price_fen,
        own_share_fen=order.own_share_fen,
        ordered_on=order.placed_on,
        buyer_code=order.holder.credit_code,
        seller_code=order.provider.credit_code,
        invoice_amount=Amount(terms.terms.invoice_amount),
        invoice_covers=Covers(terms.terms.invoice_covers),
        contract_fen=order.contract_fen,
        paid_fen=order.paid_fen,
        claimed_on=on,
        articles={
            "amount": terms.article("invoice_amount"),
            "invoice": terms.article("claim_documents"),
        },
    )
    return compare([read.invoice for read in invoices], expected, spread)
