"""What a provider sees before handing a claim in: the invoices as they were read, and what the county would find."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kechuang.claims import rules
from kechuang.claims.models import Claim, InvoiceLine, SetAside
from kechuang.claims.queries.evidence import Read, compared, read_invoices, refuse_foreign
from kechuang.claims.queries.orders import ClaimOrder, terms_of
from kechuang.claims.states import ORDERS_MAX
from kechuang.documents.queries import File, files_among
from kechuang.documents.rules import Comparison, Invoice
from kechuang.documents.states import KIND_LABELS, Kind
from kechuang.kernel.errors import Refusal
from kechuang.orders.queries import OrderLabel, labels_of, settled_with_offset
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Preview:
    """预审: `refusal` is what would be said on handing in now; `rows` the comparisons the county would see."""

    missing: tuple[str, ...]
    invoices: list[Invoice]
    rows: list[Comparison]
    refusal: Refusal | None
    spread_over: dict[str, OrderLabel]  # this order first, then others of the same two that one invoice may cover

    @property
    def ready(self) -> bool:
        return not self.missing and self.refusal is None


@compiled
def _aside(claim_id: str) -> QuerySet[SetAside, str]:
    return SetAside.objects.filter(claim_id=claim_id).values_list("file_id", flat=True)


def papers_of(claim: Claim) -> list[File]:
    """The papers a claim rests on: its own and its order's, those set aside left out."""
    aside = set(_aside(claim.id))
    return [file for file in files_among(claim.id, claim.order_id) if file.id not in aside]


def missing_labels(order: ClaimOrder, terms: rules.ClaimTerms, papers: Sequence[File]) -> tuple[str, ...]:
    """The kinds of papers that are still to be brought; a contract sealed here counts as one."""
    present = {paper.kind for paper in papers} | ({Kind.CONTRACT} if order.contract_digest else set())
    missing = rules.missing_files(terms.claim_documents.pick(service=order.service), sorted(present))
    return tuple(KIND_LABELS[Kind(kind)] for kind in missing)


def preview(claim: Claim, order: ClaimOrder, *, on: date) -> Preview:
    """A claim looked at as the county will look at it; nothing is bound or kept by this."""
    terms, papers = terms_of(claim), papers_of(claim)
    missing = missing_labels(order, terms.terms, papers)
    spread_over = _spread_over(order)
    try:
        read = read_invoices(claim.id, papers)
        refuse_foreign(order, read)
    except Refusal as refusal:
        return Preview(missing, [], [], refusal, spread_over)
    lines = list(_bound(order, read))
    rows = list(compared(order, terms, read, lines, on=on)) if read else []
    return Preview(missing, [one.invoice for one in read], rows, None, spread_over)


def _bound(order: ClaimOrder, read: Sequence[Read]) -> QuerySet[InvoiceLine]:
    numbers = [one.invoice.number for one in read]
    return InvoiceLine.objects.select_related("invoice").filter(order_id=order.id, invoice__number__in=numbers)


def _spread_over(order: ClaimOrder) -> dict[str, OrderLabel]:
    rows = settled_with_offset(order.provider.id).filter(holder_id=order.holder.id).exclude(id=order.id)
    return labels_of([order.id]) | labels_of(
        rows.order_by("-settled_on", "-id").values_list("id", flat=True)[:ORDERS_MAX]
    )
