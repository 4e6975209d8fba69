"""Orders as claims need them (兑付所需)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.orders.models import Contract, Delivery, Invoice, Order, OrderVersion, OwnShare
from kechuang.orders.states import InvoiceMark, OrderState
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class OrderForClaim:
    """What a claim compares its papers with (兑付所需的订单事实). Amounts are gross."""

    order_id: str
    number: str
    state: str
    holder_id: str
    provider_id: str
    unit_id: str
    voucher_id: str
    scheme: str
    region: str  # whose budget pays
    year: int  # of that budget
    offices: Mapping[str, str]
    service: str
    title: str
    channel: str
    price_fen: Fen
    voucher_fen: Fen  # offset, net of what was put back: the most that can be claimed
    own_share_fen: Fen
    paid_fen: Fen
    placed_on: date | None
    delivered_on: date | None
    accepted_on: date | None
    settled_on: date | None
    lines: Sequence[Mapping[str, Any]]
    contract_kind: str
    contract_file_id: str
    contract_digest: str  # "" until both sides have sealed
    contract_fen: Fen | None
    contract_on: date | None
    report_file_ids: Sequence[str]
    own_share_file_ids: Sequence[str]
    invoice_to: Mapping[str, str]
    invoices: Sequence[Invoice]
    terms: Mapping[str, Any]  # the frozen record

    @property
    def settled(self) -> bool:
        return self.state == OrderState.SETTLED


@dataclass(frozen=True, slots=True)
class Bill:
    """What an order comes to and where it stands (应付). Gross."""

    number: str
    state: str
    price_fen: Fen
    own_share_fen: Fen
    paid_fen: Fen


def bill(order_id: str) -> Bill:
    """What is to be paid on an order; the caller has shown that the actor may see it. Raises NotVisible."""
    found = _bill.first(order_id)
    if found is None:
        raise NotVisible
    number, state, *amounts = found
    return Bill(number, state, *(Fen(fen) for fen in amounts))


@compiled
def _bill(order_id: str) -> QuerySet[Order, tuple[str, str, int, int, int]]:
    return Order.objects.filter(id=order_id).values_list("number", "state", "price_fen", "own_share_fen", "paid_fen")


@compiled
def _with_voucher(order_id: str) -> QuerySet[Order]:
    return Order.objects.select_related("voucher").filter(id=order_id)


@compiled
def _contract(order_id: str) -> QuerySet[Contract]:
    return Contract.objects.filter(order_id=order_id)


def order_for_claim(order_id: str, *, papers: bool = True) -> OrderForClaim:
    """What a claim on this order is compared with; the caller has shown that the actor may claim. Raises NotVisible.

    Without `papers` lines, reports, slips and marked invoices stay empty, at the price of two statements for six.
    """
    order = _with_voucher.first(order_id)
    if order is None:
        raise NotVisible
    agreed, deliveries, shares, invoices = _papers(order) if papers else (None, [], [], [])
    contract = _contract.first(order.id)
    sealed = contract is not None and contract.holder_seal and contract.provider_seal
    return OrderForClaim(
        order_id=order.id,
        number=order.number,
        state=order.state,
        holder_id=order.holder_id,
        provider_id=order.provider_id,
        unit_id=order.unit_id or "",
        voucher_id=order.voucher_id or "",
        scheme=order.scheme,
        region=order.region,
        year=order.voucher.year if order.voucher else (order.placed_on or order.requested_on).year,
        offices=order.offices,
        service=order.service,
        title=order.title,
        channel=order.channel,
        price_fen=Fen(order.price_fen),
        voucher_fen=Fen(order.captured_fen),
        own_share_fen=Fen(order.own_share_fen),
        paid_fen=Fen(order.paid_fen),
        placed_on=order.placed_on,
        delivered_on=order.delivered_on,
        accepted_on=order.accepted_on,
        settled_on=order.settled_on,
        lines=agreed.lines if agreed else [],
        contract_kind=contract.kind if contract else "",
        contract_file_id=contract.file_id if contract else "",
        contract_digest=contract.digest if contract and sealed else "",
        contract_fen=Fen(contract.price_fen) if contract else None,
        contract_on=contract.made_on if contract else None,
        report_file_ids=[file["id"] for one in deliveries for file in one.files],
        own_share_file_ids=shares,
        invoice_to=order.invoice_to,
        invoices=invoices,
        terms=order.terms,
    )


def _papers(order: Order) -> tuple[OrderVersion | None, list[Delivery], list[str], list[Invoice]]:
    agreed = OrderVersion.objects.filter(order=order, agreed_on__isnull=False).order_by("-version").first()
    shares = OwnShare.objects.filter(order=order).exclude(file_id="").order_by("id")
    return (
        agreed,
        list(Delivery.objects.filter(order=order).order_by("id")),
        list(shares.values_list("file_id", flat=True)),
        list(Invoice.objects.filter(order=order).order_by("id")),
    )


def settled_with_offset(provider_id: str = "") -> QuerySet[Order]:
    """Settled orders with voucher money, of one provider or of all, in the order of settling (可申兑)."""
    rows = Order.objects.filter(state=OrderState.SETTLED, captured_fen__gt=0)
    return (rows.filter(provider_id=provider_id) if provider_id else rows).order_by("settled_on", "id")


def own_orders(provider_id: str, order_ids: Iterable[str]) -> set[str]:
    """Which of these orders are the provider's."""
    return set(_own_orders(provider_id, sorted(set(order_ids))))


@compiled
def _own_orders(provider_id: str, order_ids: list[str]) -> QuerySet[Order, str]:
    return Order.objects.filter(provider_id=provider_id, id__any=order_ids).values_list("id", flat=True)


def red_numbers(numbers: Iterable[str]) -> set[str]:
    """Which of these invoice numbers a provider has noted as cancelled in red (红冲), on whichever order."""
    return set(_red_numbers(sorted(set(numbers))))


@compiled
def _red_numbers(numbers: list[str]) -> QuerySet[Invoice, str]:
    rows = Invoice.objects.filter(mark=InvoiceMark.RED, invoice_number__any=numbers)
    return rows.values_list("invoice_number", flat=True)


def unclaimed(provider_id: str, *, unit_ids: Iterable[str] = ()) -> QuerySet[Order]:
    """Settled orders of a provider (of some of its units) with voucher money; the upper room takes off the claimed."""
    rows, wanted = settled_with_offset(provider_id).select_related("holder"), list(unit_ids)
    return rows.filter(unit_id__in=wanted) if wanted else rows


def redeemed(provider_id: str, *, since: date, until: date) -> Fen:
    """What vouchers offset at a provider in a period, by the day of settling."""
    rows = Order.objects.filter(
        provider_id=provider_id, state=OrderState.SETTLED, settled_on__gte=since, settled_on__lt=until
    )
    return Fen(rows.aggregate(fen=Sum("captured_fen"))["fen"] or 0)
