"""Reading orders: one with all its figures, lists per side, what waits, what a claim needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.urls import reverse

from kechuang.catalog.queries import PriceLine
from kechuang.deadlines.queries import Clock, clocks
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.orders.access import roles_on, visible_to
from kechuang.orders.formats.contract import ContractFacts
from kechuang.orders.models import Contract, Delivery, Invoice, Order, OrderVersion, OwnShare
from kechuang.orders.rules import FrozenPrice, OrderTerms
from kechuang.orders.states import (
    BEFORE_PLACING,
    CLOSED_BY_REVOCATION,
    MACHINE,
    OPEN,
    REVOCATION_LOOK_BACK_DAYS,
    SERVICE_LABELS,
    UNFINISHED,
    WAITING_MAX,
    WAITING_TITLES,
    OrderState,
    Version,
)
from kechuang.parties.queries import PartyCard, parties, party_names, region_name
from kechuang.policy.book import current, replay
from kechuang.registers.queries import admitted, revoked_since
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting, waiting
from kechuang.vouchers.queries import Hold, holds_of, seen_from
from kechuang.vouchers.rules import OrderFacts

REGISTER = "provider-library"  # the register of a region's providers, beside its voucher scheme


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
        return (agreed or list(self.versions) or [None])[-1]

    @property
    def proposed(self) -> OrderVersion | None:
        """Final lines that wait for an answer."""
        waiting_ones = [v for v in self.versions if v.kind == Version.FINAL and not v.agreed_on and not v.rejected_on]
        return waiting_ones[-1] if waiting_ones else None

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(move.action for move in self.open_moves)


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
    )


def listed(actor: Actor, *, side: str = "", state: str = "", channel: str = "", text: str = "") -> QuerySet[Order]:
    """The orders an actor may see, newest first, filtered. Names of both sides come with the rows.

    `side` narrows to the actor's own as "holder" or "provider"; `text` is a number or the beginning of a title.
    """
    rows = visible_to(actor).select_related("holder", "provider").order_by("-id")
    if side in ("holder", "provider"):
        rows = rows.filter(**{f"{side}_id": actor.party_id})
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel=channel)
    if text:
        rows = rows.filter(number__iexact=text) | rows.filter(title__startswith=text)
    return rows


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): to quote, place, start, deliver, accept, settle, mediate. Four statements."""
    rows = list(_waits(actor).order_by("due_on", "id")[:WAITING_MAX])
    running = clocks([row.id for row in rows], on=on)
    names = party_names({row.holder_id if row.provider_id == actor.party_id else row.provider_id for row in rows})
    return [
        waiting(
            WAITING_TITLES["final" if _answers_final(row, actor) else row.state],
            subject_id=row.id,
            number=row.number,
            url=reverse("orders:order", args=[row.id]),
            state_label=MACHINE.labels[OrderState(row.state)],
            clock=running.get(row.id),
            party=names.get(row.holder_id) or names.get(row.provider_id) or "",
            fen=row.price_fen or None,
        )
        for row in rows
    ]


def order_for_claim(order_id: str) -> OrderForClaim:
    """What a claim on this order is compared with; the caller has shown that the actor may claim. Raises NotVisible."""
    order = Order.objects.select_related("voucher").filter(id=order_id).first()
    if order is None:
        raise NotVisible
    agreed = OrderVersion.objects.filter(order=order, agreed_on__isnull=False).order_by("-version").first()
    contract = Contract.objects.filter(order=order).first()
    sealed = contract is not None and contract.holder_seal and contract.provider_seal
    deliveries = Delivery.objects.filter(order=order).order_by("id")
    shares = OwnShare.objects.filter(order=order).exclude(file_id="").order_by("id")
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
        own_share_file_ids=list(shares.values_list("file_id", flat=True)),
        invoice_to=order.invoice_to,
        invoices=list(Invoice.objects.filter(order=order).order_by("id")),
        terms=order.terms,
    )


def settled_with_offset(provider_id: str = "") -> QuerySet[Order]:
    """Settled orders with voucher money, of one provider or of all, in the order of settling (可申兑)."""
    rows = Order.objects.filter(state=OrderState.SETTLED, captured_fen__gt=0)
    return (rows.filter(provider_id=provider_id) if provider_id else rows).order_by("settled_on", "id")


def own_orders(provider_id: str, order_ids: Iterable[str]) -> set[str]:
    """Which of these orders are the provider's."""
    return set(Order.objects.filter(provider_id=provider_id, id__in=set(order_ids)).values_list("id", flat=True))


def unclaimed(provider_id: str, *, unit_ids: Iterable[str] = ()) -> QuerySet[Order]:
    """Settled orders of a provider (of some of its units) with voucher money; the upper room takes off the claimed."""
    rows, wanted = settled_with_offset(provider_id).select_related("holder"), list(unit_ids)
    return rows.filter(unit_id__in=wanted) if wanted else rows


def due(*, on: date, limit: int) -> list[str]:
    """Ids of orders whose time ran out before `on` and for which something then happens by itself."""
    acting = [OrderState.REQUESTED, OrderState.QUOTED, OrderState.PLACED, OrderState.DELIVERED]
    rows = Order.objects.filter(due_on__lt=on)
    rows = rows.filter(state__in=acting) | rows.filter(state=OrderState.ACCEPTED, paid_fen__gte=F("own_share_fen"))
    return list(rows.order_by("due_on", "id").values_list("id", flat=True)[:limit])


def due_action(order_id: str) -> str:
    """What the clock does with an order whose time ran out; raises NotVisible."""
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise NotVisible
    if order.state == OrderState.DELIVERED:
        silence = replay(order.terms, OrderTerms).terms.on_accept_silence
        return "escalate" if silence == "escalate" else "accept_by_silence"
    return "settle_by_clock" if order.state == OrderState.ACCEPTED else "lapse"


def to_close_after_revocation(*, on: date) -> list[tuple[str, str]]:
    """Open orders of providers revoked lately that the terms do not let go on (`on_revocation`), with the reason.

    An order goes on where its provider is still admitted for its county: a revocation may bind one county only.
    """
    since = on - timedelta(days=REVOCATION_LOOK_BACK_DAYS)
    found = []
    for register in {name for scheme in current().packs if (name := register_of(scheme))}:
        revoked = {row.party_id: row.reason for row in revoked_since(register, since)}
        rows = Order.objects.filter(provider_id__in=revoked, state__in=[*BEFORE_PLACING, *UNFINISHED]).order_by("id")
        for row in rows:
            reach = CLOSED_BY_REVOCATION[replay(row.terms, OrderTerms).terms.on_revocation]
            here = {"party_id": row.provider_id, "unit_id": row.unit_id or "", "on": on, "region": row.region}
            if row.state in reach and register_of(row.scheme) == register and not admitted(register, **here):
                found.append((row.id, revoked[row.provider_id]))
    return found


def open_of_provider(provider_id: str, *, unit_id: str = "") -> QuerySet[Order]:
    """Orders of a provider that are not finished, for what a revocation does to them."""
    rows = Order.objects.filter(provider_id=provider_id, state__in=OPEN)
    return (rows.filter(unit_id=unit_id) if unit_id else rows).order_by("id")


def holding(voucher_id: str) -> QuerySet[Order]:
    """Open orders on one voucher."""
    return Order.objects.filter(voucher_id=voucher_id, state__in=OPEN).order_by("id")


def counts() -> dict[str, int]:
    """How many orders are in each state."""
    tallies = dict.fromkeys((str(state) for state in OrderState), 0)
    for state in Order.objects.values_list("state", flat=True).iterator():
        tallies[state] += 1
    return tallies


def numbers(order_ids: Iterable[str]) -> dict[str, str]:
    """Numbers of orders by id, for upper rooms' lists and the digest."""
    return dict(Order.objects.filter(id__in=set(order_ids)).values_list("id", "number"))


def redeemed(provider_id: str, *, since: date, until: date) -> Fen:
    """What vouchers offset at a provider in a period, by the day of settling."""
    rows = Order.objects.filter(
        provider_id=provider_id, state=OrderState.SETTLED, settled_on__gte=since, settled_on__lt=until
    )
    return Fen(rows.aggregate(fen=Sum("captured_fen"))["fen"] or 0)


def register_of(scheme: str) -> str:
    """The register that a scheme's providers are in (服务机构库); "" where the packs have none."""
    region, _, _ = scheme.partition("/")
    name = f"{region}/{REGISTER}"
    return name if name in current().packs else ""


def facts_for(order: Order, holder: PartyCard, provider: PartyCard, provider_kind: str, *, on: date) -> OrderFacts:
    """What the tables of the pack are asked with for one order (查表事实)."""
    bare = OrderFacts(
        service=order.service,
        provider_kind=provider_kind,
        situations=tuple(order.situations),
        other_public_fen=Fen(order.other_public_fen),
        provider_id=provider.id,
    )
    return seen_from(bare, holder, provider.region, scheme_region=order.region, on=on)


def as_frozen(line: PriceLine) -> FrozenPrice:
    return FrozenPrice(line.id, str(line.kind), line.item, str(line.unit), line.price_fen, line.rate_bp)


def frozen_prices(order: Order) -> list[FrozenPrice]:
    """The price list the order was quoted from."""
    return [FrozenPrice(**line) for line in order.price_list]


def contract_facts(order: Order, *, on: date) -> ContractFacts:
    """What the contract's template is filled with."""
    cards = parties([order.holder_id, order.provider_id])
    holder, provider = cards[order.holder_id], cards[order.provider_id]
    agreed = OrderVersion.objects.filter(order=order, agreed_on__isnull=False).order_by("-version").first()
    terms = replay(order.terms, OrderTerms).terms
    return ContractFacts(
        number=order.number,
        title=order.title,
        service=SERVICE_LABELS.get(order.service, order.service),
        holder=holder.name,
        holder_code=holder.credit_code,
        provider=provider.name,
        provider_code=provider.credit_code,
        county=region_name(order.region),
        made_on=on.isoformat(),
        price_fen=order.price_fen,
        voucher_fen=order.voucher_fen,
        own_share_fen=order.own_share_fen,
        lines=agreed.lines if agreed else [],
        needs=order.needs,
        deliver_days=terms.deliver_within_days,
        declaration=terms.declaration_text,
        scheme=order.scheme,
    )


def _waits(actor: Actor) -> QuerySet[Order]:
    rows = visible_to(actor)
    if actor.party_id:
        mine = rows.filter(holder_id=actor.party_id)
        served = rows.filter(provider_id=actor.party_id)
        return (
            mine.filter(state__in=_states(Role.HOLDER))
            | mine.filter(final_open=True)
            | served.filter(state__in=_states(Role.PROVIDER))
        )
    return rows.filter(state=OrderState.DISPUTED, dispute_region__in=actor.regions(Role.COUNTY_OFFICER))


def _states(role: Role) -> list[OrderState]:
    return [OrderState(state) for state, waits in MACHINE.waits.items() if waits is role]


def _answers_final(row: Order, actor: Actor) -> bool:
    return row.final_open and row.holder_id == actor.party_id


@dataclass(frozen=True, slots=True)
class OrderLabel:
    """An order's number and title, for upper rooms' lists."""

    number: str
    title: str


def labels_of(order_ids: Iterable[str]) -> dict[str, OrderLabel]:
    """Number and title of orders by id."""
    rows = Order.objects.filter(id__in=set(order_ids)).values_list("id", "number", "title")
    return {order_id: OrderLabel(number, title) for order_id, number, title in rows}
