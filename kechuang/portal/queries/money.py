"""资金去向: where all the money lies, and the way of one order's money, each step with its act, article and proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.claims import queries as claims
from kechuang.claims.states import ClaimState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.queries import Money, Station, balances, money, sums_by_year, transfers_of
from kechuang.ledger.rules import KIND_LABELS, PROVIDER_KINDS, Kind
from kechuang.orders import queries as orders
from kechuang.orders.states import OrderState
from kechuang.parties.queries import party_names, person_names, region_name
from kechuang.portal.queries.records import Place, place
from kechuang.subsidies import queries as subsidies
from kechuang.trail.models import Event
from kechuang.trail.queries import way as events_of
from kechuang.treasury import queries as treasury
from kechuang.ui import clock
from kechuang.vouchers import queries as vouchers

_RELEASING = ("release", "open_release", "allot")  # rules by which money comes into a budget
_GRANTING = ("grant", "open_grant")
_BOOKED_BY = {  # by rule, and whether money moved or was only set aside
    ("offset", False): "orders.place",
    ("offset", True): "orders.settle",
    ("submit", True): "claims.submit",
    ("approve", True): "claims.clear",
    ("pay", True): "claims.pay",
    ("subsidy_owe", True): "subsidies.clear",
    ("subsidy_pay", True): "subsidies.pay",
}
LIES = {
    "held": _("占用"),
    "offset": _("抵扣"),
    "in_claim": _("申兑中"),
    "owed": _("应付"),
    "paid": _("已付"),
}
_C = ClaimState
_CLAIMED = {
    "in_claim": (_C.SUBMITTED, _C.RETURNED, _C.CONFIRMED, _C.IN_NOTICE),
    "owed": (_C.PAYABLE, _C.IN_PAYMENT, _C.PAYMENT_FAILED, _C.SUSPENDED),
    "paid": (_C.PAID,),
}
ON_HOLD = (OrderState.PLACED, OrderState.IN_SERVICE, OrderState.DELIVERED, OrderState.ACCEPTED, OrderState.DISPUTED)
_COMES_NEXT = {
    Kind.BUDGET: _("待核发"),
    Kind.VOUCHER: _("待结算抵扣"),
    Kind.UNCLAIMED: _("待服务机构申兑"),
    Kind.IN_CLAIM: _("待确认、公示"),
    Kind.OWED: _("待银行支付"),
    Kind.SUBSIDY_POT: _("待核算、公示"),
    Kind.SUBSIDY_OWED: _("待银行支付"),
}
_PAYEES = (*PROVIDER_KINDS, Kind.SUBSIDY_OWED, Kind.SUBSIDY_PAID)


@dataclass(frozen=True, slots=True)
class County:
    """One county's line of the overview."""

    name: str
    money: Money
    code: str


@dataclass(frozen=True, slots=True)
class Published:
    """One county's year as everybody may read it: net of what was cut, moved and given back. Each contains the next."""

    name: str
    year: int
    released_fen: int
    granted_fen: int
    offset_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the actor may follow: counties' money for offices, the own money for a party, and the orders it hangs on."""

    counties: Sequence[County]
    own: Mapping[str, int]  # label of an account kind -> fen
    picture: Mapping[str, Any] | None
    orders: QuerySet[Any]
    narrowed: str = ""  # in words: 越城区 · 应付


@dataclass(frozen=True, slots=True)
class Step:
    """One station of the money's way: what was booked, and the act that booked it."""

    station: Station
    event: Event | None
    place: str  # the county, or the party whose account it reached
    url: str


@dataclass(frozen=True, slots=True)
class Way:
    """The whole way of one order's money."""

    place: Place
    title: str
    steps: Sequence[Step]
    comes_next: str  # "" when the money has arrived
    events: Sequence[Event]
    places: Mapping[str, str]
    people: Mapping[str, str]  # who acted, for an auditor only


def overview(actor: Actor, *, on: date, county: str = "", lies: str = "") -> Overview:
    """The money an actor may see; offices by their counties, parties their own.

    `county` and `lies` narrow the list of orders to those whose money makes up one amount of the overview.
    """
    if actor.party_id:
        return Overview([], _own(actor), None, orders.listed(actor))
    regions = sorted({found.region for found in balances(Kind.BUDGET, regions=actor.regions() or [""])})
    counties = [County(region_name(code), money(on, region=code), code) for code in regions]
    rows, said = orders.listed(actor), []
    if county in regions:
        rows, said = rows.filter(region=county), [region_name(county)]
    if lies in LIES:
        rows = rows.filter(id__in=_lying(actor, rows, lies))
        said.append(gettext(LIES[lies]))
    return Overview(counties, {}, _picture(counties), rows, " · ".join(said))


def _lying(actor: Actor, rows: QuerySet[Any], lies: str) -> QuerySet[Any]:
    """The orders whose money lies there now: set aside, offset, in a claim, owed or paid."""
    if lies in _CLAIMED:
        return claims.queue(actor).filter(state__in=_CLAIMED[lies]).order_by().values("order_id")
    if lies == "offset":
        return rows.filter(captured_fen__gt=0).order_by().values("id")
    return rows.filter(state__in=ON_HOLD, voucher_fen__gt=0).order_by().values("id")


def published() -> list[Published]:
    """Every county's and year's totals by the ledger (资金公开), the latest year first; nobody is named in it."""
    found = []
    for (region, year), lies in sums_by_year().items():
        offset = sum(lies.get(kind, 0) for kind in PROVIDER_KINDS)
        granted = offset + lies.get(Kind.VOUCHER, 0)
        released = granted + lies.get(Kind.BUDGET, 0)
        if released:
            paid = lies.get(Kind.PAID, 0)
            row = Published(region_name(region), year, released, granted, offset, paid)
            found.append(((-year, region), row))
    return [row for _place, row in sorted(found, key=lambda one: one[0])]


def _own(actor: Actor) -> dict[str, int]:
    """Where a party's money lies: on its vouchers, and as a provider on the way to its bank."""
    held = vouchers.live_of(actor.party_id, on=clock.today())
    lies = {
        _("可用券额"): sum(one.balance.free_fen for one in held),
        _("占用"): sum(one.balance.held_fen for one in held),
    }
    for kind in PROVIDER_KINDS:
        mine = balances(kind, owners=[actor.party_id])
        lies[KIND_LABELS[kind]] = sum(found.posted_fen for found in mine.values())
    return {label: fen for label, fen in lies.items() if fen}


def _picture(counties: Sequence[County]) -> dict[str, Any] | None:
    """A Sankey of all the counties together: from the release to where the money lies now."""
    total = {name: sum(getattr(one.money, name) for one in counties) for name in Money.__slots__}
    net = total["granted"] - total["returned"]
    links = [
        (_("下达净额"), _("未核发"), total["unallocated"]),
        (_("下达净额"), _("核发"), net),
        (_("核发"), _("可用券额"), total["voucher_available"]),
        (_("核发"), _("占用"), total["held"]),
        (_("核发"), _("抵扣"), total["offset"]),
        *((_("抵扣"), KIND_LABELS[kind], total[str(kind)]) for kind in PROVIDER_KINDS),
    ]
    flows = [(gettext(source), gettext(target), fen) for source, target, fen in links if fen > 0]
    names = dict.fromkeys(name for source, target, _fen in flows for name in (source, target))
    if not flows:
        return None
    series = {
        "type": "sankey",
        "data": [{"name": name} for name in names],
        "links": [{"source": source, "target": target, "value": fen} for source, target, fen in flows],
    }
    return {"k_money": True, "tooltip": {"trigger": "item"}, "series": [series]}


def way(actor: Actor, subject_id: str) -> Way:
    """The way of the money of an order, a claim, a voucher or a budget, from the county's release on; raises NotVisible."""
    found = place(actor, subject_id)
    trace = _trace(actor, found)
    booked = [one for one in transfers_of(trace.subjects) if one.subject in trace.own or one.rule in _GRANTING]
    stations = _released_before(booked) + booked
    paid_by = set(treasury.batches_with(actor, trace.own))
    events = list(events_of({one.subject for one in stations} | trace.own | paid_by))
    by_act: dict[tuple[str, object], list[Event]] = {}
    for event in events:
        by_act.setdefault((event.object_id, event.at), []).append(event)
    names = party_names({one.credit.owner for one in stations if one.credit.kind in _PAYEES})
    steps = [
        Step(
            one,
            _act_of(one, by_act.get((one.subject, one.at), [])),
            names.get(one.credit.owner) or region_name(one.credit.region),
            trace.urls.get(one.subject, ""),
        )
        for one in stations
    ]
    places = {event.region: region_name(event.region) for event in events}
    own_events = [event for event in events if event.object_id in trace.own | paid_by]
    people = _people(own_events) if Role.AUDITOR in actor.roles_in(found.region) else {}
    return Way(found, trace.title, steps, _next(stations), own_events, places, people)


def _people(events: Sequence[Event]) -> dict[str, str]:
    """Who acted and in whose place (代理)."""
    return person_names({event.person_id for event in events} | {event.stands_in_for for event in events} - {""})


@dataclass(frozen=True, slots=True)
class _Trace:
    """The records on the way: all of them, and those that are this subject's alone (a voucher serves several orders)."""

    subjects: list[str]
    own: frozenset[str]
    title: str
    urls: Mapping[str, str]


def _trace(actor: Actor, found: Place) -> _Trace:
    if found.subject_id.startswith("bud_"):
        pages = {found.subject_id: found.url}
        return _Trace([found.subject_id], frozenset({found.subject_id}), gettext("预算"), pages)
    if found.subject_id.startswith("sbs_"):
        both = {found.subject_id, subsidies.statement(actor, found.subject_id).settlement_id}
        return _Trace(sorted(both), frozenset(both), gettext("补助结算单"), {found.subject_id: found.url})
    if found.subject_id.startswith("vch_"):
        mine = list(orders.listed(actor).filter(voucher_id=found.subject_id))
        title = gettext("创新券")
    else:
        order_id = found.subject_id
        if order_id.startswith("clm_"):
            order_id = claims.queue(actor).get(id=order_id).order_id
        mine = list(orders.listed(actor).filter(id=order_id))
        title = mine[0].title if mine else found.number
    asked = list(claims.queue(actor).filter(order_id__in=[order.id for order in mine]))
    voucher_ids = {order.voucher_id for order in mine if order.voucher_id}
    own = {found.subject_id, *(order.id for order in mine), *(claim.id for claim in asked)}
    seen = vouchers.listed(actor).filter(id__in=voucher_ids).order_by().values_list("id", flat=True)
    pages = {
        **{voucher: reverse("vouchers:voucher", args=[voucher]) for voucher in seen},
        **{order.id: reverse("orders:order", args=[order.id]) for order in mine},
        **{claim.id: reverse("claims:claim", args=[claim.id]) for claim in asked},
    }
    return _Trace(sorted(own | voucher_ids), frozenset(own), title, pages)


def _released_before(booked: Sequence[Station]) -> list[Station]:
    """The county's releases of that year up to the grant: where this money came from."""
    granted = next((one for one in booked if one.rule in _GRANTING), None)
    if granted is None:
        return []
    budget = treasury.budget_of(granted.debit.region, granted.debit.year)
    released = transfers_of([budget.id]) if budget else []
    return [one for one in released if one.rule in _RELEASING and one.id < granted.id]


def _act_of(station: Station, acts: Sequence[Event]) -> Event | None:
    """The act that booked a station; of several at one instant the one by which such a booking comes about."""
    wanted = _BOOKED_BY.get((station.rule, station.moves), "")
    return next((event for event in acts if event.action == wanted), acts[-1] if acts else None)


def _next(stations: Sequence[Station]) -> str:
    """What comes next, by where the money lies now."""
    moved = [one for one in stations if one.moves]
    return _COMES_NEXT.get(moved[-1].credit.kind, "") if moved else ""
