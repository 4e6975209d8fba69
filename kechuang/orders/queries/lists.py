"""Lists of orders, what waits, and what the clock looks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.orders.access import visible_to
from kechuang.orders.models import Contract, Order
from kechuang.orders.queries.facts import register_of
from kechuang.orders.rules import OrderTerms, closed_by_revocation
from kechuang.orders.states import (
    BATCH,
    BEFORE_PLACING,
    CONTRACTED,
    MACHINE,
    OPEN,
    REVOCATION_LOOK_BACK_DAYS,
    UNFINISHED,
    WAITING_MAX,
    WAITING_TITLES,
    OrderState,
)
from kechuang.parties.queries import ended_since, parties, party_names
from kechuang.policy.book import current, replay
from kechuang.registers.queries import admitted, revoked_since
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting

HEAVY = ("terms", "price_list", "offices", "needs", "invoice_to")  # what a list does not show and would pay for


def listed(actor: Actor, *, side: str = "", state: str = "", channel: str = "", text: str = "") -> QuerySet[Order]:
    """The orders an actor may see, newest first, filtered. Names of both sides come with the rows.

    `side` narrows to the actor's own as "holder" or "provider"; `text` is a number or the beginning of a title.
    """
    rows = visible_to(actor).select_related("holder", "provider").defer(*HEAVY).order_by("-id")
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


def clocks_of(orders: Iterable[Order], *, on: date) -> dict[str, Clock]:
    """The open clock of each order of a page."""
    return clocks([order.id for order in orders], on=on)


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): to quote, place, draw and seal, start, deliver, accept, pay, settle, mediate. Four statements."""
    rows = _waiting(actor)
    running = clocks([row.id for row in rows], on=on)
    names = party_names({row.holder_id if row.provider_id == actor.party_id else row.provider_id for row in rows})
    return [
        waiting(
            WAITING_TITLES[_what_waits(row, is_holder=row.holder_id == actor.party_id)],
            subject_id=row.id,
            number=row.number,
            url=reverse("orders:order", args=[row.id]),
            state_label=MACHINE.labels[OrderState(row.state)],
            clock=running.get(row.id),
            party=names.get(row.holder_id) or names.get(row.provider_id) or "",
            fen=row.price_fen or None,
            about=row.title,
        )
        for row in rows
    ]


def due(*, on: date) -> list[str]:
    """Ids of orders whose time ran out before `on` and for which something then happens by itself."""
    return _due(on)


@compiled
def _due(on: date) -> QuerySet[Order, str]:
    acting = [OrderState.REQUESTED, OrderState.QUOTED, OrderState.PLACED, OrderState.DELIVERED]
    rows = Order.objects.filter(due_on__lt=on)
    rows = rows.filter(state__in=acting) | rows.filter(state=OrderState.ACCEPTED, paid_fen__gte=F("own_share_fen"))
    return rows.order_by("due_on", "id").values_list("id", flat=True)[:BATCH]


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
        for row in _unfinished_of(list(revoked)) if revoked else ():
            reach = closed_by_revocation(terms=replay(row.terms, OrderTerms).terms)
            goes_on = admitted(register, party_id=row.provider_id, unit_id=row.unit_id or "", on=on, region=row.region)
            if row.state in reach and register_of(row.scheme) == register and not goes_on:
                found.append((row.id, revoked[row.provider_id]))
    return found


@compiled
def _unfinished_of(provider_ids: list[str]) -> QuerySet[Order]:
    rows = Order.objects.filter(provider_id__any=provider_ids, state__in=[*BEFORE_PLACING, *UNFINISHED])
    return rows.order_by("id")


def of_merged(*, on: date) -> list[str]:
    """Open orders of which a side was merged lately (合并承继)."""
    since = on - timedelta(days=REVOCATION_LOOK_BACK_DAYS)
    merged = [card.id for card in ended_since(since) if card.merged_into]
    if not merged:
        return []
    rows = Order.objects.filter(state__in=OPEN)
    rows = rows.filter(holder_id__in=merged) | rows.filter(provider_id__in=merged)
    return list(rows.order_by("id").values_list("id", flat=True))


def successors(order: Order) -> tuple[str, str]:
    """Who stands for holder and provider now: themselves, or the party that took them over."""
    cards = parties([order.holder_id, order.provider_id])
    holder, provider = cards[order.holder_id], cards[order.provider_id]
    return holder.merged_into or holder.id, provider.merged_into or provider.id


def open_of_provider(provider_id: str, *, unit_id: str = "") -> QuerySet[Order]:
    """Orders of a provider that are not finished, for what a revocation does to them."""
    rows = Order.objects.filter(provider_id=provider_id, state__in=OPEN)
    return (rows.filter(unit_id=unit_id) if unit_id else rows).order_by("id")


def holding(voucher_id: str) -> QuerySet[Order]:
    """Open orders on one voucher."""
    return Order.objects.filter(voucher_id=voucher_id, state__in=OPEN).order_by("id")


def counts() -> dict[str, int]:
    """How many orders are in each state."""
    counted = Order.objects.order_by().values_list("state").annotate(count=Count("id"))
    return dict.fromkeys((str(state) for state in OrderState), 0) | dict(counted)


def numbers(order_ids: Iterable[str]) -> dict[str, str]:
    """Numbers of orders by id, for upper rooms' lists and the digest."""
    return dict(Order.objects.filter(id__in=set(order_ids)).values_list("id", "number"))


@dataclass(frozen=True, slots=True)
class OrderLabel:
    """An order's number and title, for upper rooms' lists."""

    number: str
    title: str


def labels_of(order_ids: Iterable[str]) -> dict[str, OrderLabel]:
    """Number and title of orders by id."""
    return {order_id: OrderLabel(number, title) for order_id, number, title in _labels(list(order_ids))}


@compiled
def _labels(order_ids: list[str]) -> QuerySet[Order, tuple[str, str, str]]:
    return Order.objects.filter(id__any=order_ids).values_list("id", "number", "title")


@compiled
def _waiting(actor: Actor) -> QuerySet[Order]:
    return _waits(actor).defer(*HEAVY).order_by("due_on", "id")[:WAITING_MAX]


def _waits(actor: Actor) -> QuerySet[Order]:
    drawn = Contract.objects.filter(order_id=OuterRef("id"))
    rows = visible_to(actor).annotate(
        drawn=Exists(drawn),
        unsealed_by_holder=Exists(drawn.filter(holder_seal="")),
        unsealed_by_provider=Exists(drawn.filter(provider_seal="")),
    )
    if actor.party_id:
        mine = rows.filter(holder_id=actor.party_id)
        served = rows.filter(provider_id=actor.party_id)
        return (
            mine.filter(state__in=_states(Role.HOLDER))
            | mine.filter(final_open=True)
            | mine.filter(state__in=CONTRACTED, unsealed_by_holder=True)
            | served.filter(state__in=_states(Role.PROVIDER))
            | served.filter(state__in=CONTRACTED).exclude(drawn=True, unsealed_by_provider=False)
        )
    return rows.filter(state=OrderState.DISPUTED, dispute_region__in=actor.regions(Role.COUNTY_OFFICER))


def _states(role: Role) -> list[OrderState]:
    return [OrderState(state) for state, waits in MACHINE.waits.items() if waits is role]


def _what_waits(row: Order, *, is_holder: bool) -> str:
    """The key of its title: what the order's page offers first. A contract is drawn and sealed before the report."""
    if row.final_open and is_holder:
        return "final"
    if row.state in CONTRACTED:
        if row.unsealed_by_holder if is_holder else row.unsealed_by_provider:  # type: ignore[attr-defined]
            return "seal"
        if not is_holder and not row.drawn:  # type: ignore[attr-defined]
            return "contract"
    if row.state == OrderState.ACCEPTED and row.paid_fen < row.own_share_fen:
        return "own_share"
    return row.state
