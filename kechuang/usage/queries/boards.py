"""The board of a carrier or a region, the idle list, and what the public reads (看板)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from kechuang.catalog.queries import carrier_card, carrier_cards, own_carriers
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import ratio_bp_down
from kechuang.parties.queries import region, region_name
from kechuang.parties.states import Level
from kechuang.policy.book import InForce, in_force
from kechuang.usage import rules
from kechuang.usage.access import OFFICES, may_watch
from kechuang.usage.models import Baseline
from kechuang.usage.queries.effect import watched_carrier
from kechuang.usage.queries.figures import (
    Reach,
    Stock,
    delays_by_carrier,
    idle,
    measured,
    months,
    months_of_clients,
    services_by_carrier,
    stocks,
)
from kechuang.usage.rules import Delays, Goal, PlanTerms, UsageTerms, Utilisation
from kechuang.usage.states import IDLE_SHOWN, PLAN, SCHEME, YEARS_SHOWN, Scope

BANDS = 1 + 1 + 1  # below 30 万元, from there, from 50 万元


@dataclass(frozen=True, slots=True)
class Row:
    """A carrier or a county on a board."""

    id: str
    name: str
    stock: Stock
    services: Counter[str]
    delays: Delays


@dataclass(frozen=True, slots=True)
class IdleRow:
    """A machine that stands idle, whose it is, and what to do about it."""

    id: str
    name: str
    number: str
    carrier_id: str
    carrier_name: str
    region: str
    value_fen: int | None
    use: Utilisation
    advice: str


@dataclass(frozen=True, slots=True)
class Target:
    """家次 of the year against the task of source 000."""

    reached: int
    wanted: int
    article: str

    @property
    def bp(self) -> int:
        return ratio_bp_down(self.reached, self.wanted)


@dataclass(frozen=True, slots=True)
class Board:
    """All that a board shows."""

    reach: Reach
    name: str
    bands: list[Stock]  # all; from 30 万元; from 50 万元
    goal: Goal | None
    baseline: Baseline | None
    months: list[Counter[str]]
    client_months: list[Counter[str]]
    target: Target | None
    delays: Delays
    carriers: list[Row]
    counties: list[Row]
    idle: list[IdleRow]
    terms: InForce[UsageTerms]
    plan: InForce[PlanTerms]

    @property
    def total(self) -> Stock:
        return self.bands[0]

    @property
    def year_sums(self) -> Counter[str]:
        return sum(self.months, Counter())

    @property
    def is_region(self) -> bool:
        return self.reach.scope is Scope.REGION


def carrier_board(actor: Actor, carrier_id: str, *, year: int, on: date) -> Board:
    """The board of a carrier, for its own people and the offices over its place; raises NotVisible."""
    known = watched_carrier(actor, carrier_id)
    return _board(Reach(Scope.CARRIER, carrier_id, year, on), known.name)


def region_board(actor: Actor, code: str, *, year: int, on: date) -> Board:
    """The board of a county, city or province, for its offices; raises NotVisible."""
    if not may_watch(actor, code):
        raise NotVisible
    return _board(Reach(Scope.REGION, code, year, on), region(code).name)


def public_board(code: str, *, year: int, on: date) -> Board:
    """The same sums for everybody, without who stands idle (公开汇总)."""
    return _board(Reach(Scope.REGION, code, year, on), region(code).name, public=True)


def _board(reach: Reach, name: str, *, public: bool = False) -> Board:
    terms = in_force(SCHEME, UsageTerms, on=reach.today)
    plan = in_force(PLAN, PlanTerms, on=reach.today)
    found = stocks(reach, terms.terms)
    bands = [Stock() for _band in range(BANDS)]
    for key, stock in found.items():
        for band in range(key.band + 1):
            bands[band].add(stock)
    by_carrier = delays_by_carrier(reach)
    is_region = reach.scope is Scope.REGION
    client_months = months_of_clients(reach) if is_region else []
    baseline = baseline_of(reach.scope, reach.id)
    carriers = (
        [] if public or not is_region else _carriers(reach, _grouped(found, "carrier_id"), by_carrier, terms.terms)
    )
    return Board(
        reach=reach,
        name=name,
        bands=bands,
        goal=_goal(bands[0], baseline, plan.terms),
        baseline=baseline,
        months=months(reach),
        client_months=client_months,
        target=_target(reach, client_months, plan) if is_region else None,
        delays=rules.delays(_together(by_carrier.values()), terms=terms.terms),
        carriers=carriers,
        counties=_counties(reach, _grouped(found, "region")) if is_region else [],
        idle=[] if public else _first_idle(reach, terms.terms),
        terms=terms,
        plan=plan,
    )


def _goal(stock: Stock, baseline: Baseline | None, terms: PlanTerms) -> Goal | None:
    if baseline is None:
        return None
    return rules.goal(reached_bp=stock.use.bp, baseline_bp=baseline.utilisation_bp, terms=terms)


def _target(reach: Reach, client_months: Sequence[Counter[str]], plan: InForce[PlanTerms]) -> Target | None:
    """The task is set for cities and for all of them together; counties have none of their own."""
    level = region(reach.id).level
    reached = sum(month["enterprises"] for month in client_months)
    if level == Level.PROVINCE:
        return Target(reached, plan.terms.city_service_total_count, plan.article("city_service_total_count"))
    if level != Level.CITY:
        return None
    wanted = next((row.value for row in plan.terms.city_service_target_count.rows if row.fits({"city": reach.id})), 0)
    return Target(reached, wanted, plan.article("city_service_target_count")) if wanted else None


def _carriers(
    reach: Reach, stock: Mapping[str, Stock], delayed: Mapping[str, Mapping[int, int]], terms: UsageTerms
) -> list[Row]:
    """Every carrier with instruments or services, the least used first."""
    served = services_by_carrier(reach)
    cards = carrier_cards(set(stock) | set(served))
    rows = [
        Row(
            card.id,
            card.name,
            stock.get(card.id, Stock()),
            served.get(card.id, Counter()),
            rules.delays(delayed.get(card.id, {}), terms=terms),
        )
        for card in cards.values()
    ]
    return sorted(rows, key=lambda row: (row.stock.use.bp, row.name))


def _counties(reach: Reach, stock: Mapping[str, Stock]) -> list[Row]:
    """The counties below, by code; none for a county itself."""
    if set(stock) <= {reach.id}:
        return []
    nobody = Delays(0, 0, 0, 0)
    return [Row(code, region_name(code), found, Counter(), nobody) for code, found in sorted(stock.items())]


def _grouped(found: Mapping[Any, Stock], name: str) -> dict[str, Stock]:
    groups: dict[str, Stock] = {}
    for key, stock in found.items():
        groups.setdefault(getattr(key, name), Stock()).add(stock)
    return groups


def _together(histograms: Iterable[Mapping[int, int]]) -> Counter[int]:
    total: Counter[int] = Counter()
    for one in histograms:
        total.update(one)
    return total


def _first_idle(reach: Reach, terms: UsageTerms) -> list[IdleRow]:
    """The first of the idle list. Sorted by id alone: rows of instruments are wide, and there may be 50,000."""
    ids = list(idle_of(reach, terms).values_list("pk", flat=True)[:IDLE_SHOWN])
    return idle_rows(idle_of(reach, terms).filter(pk__in=ids)) if ids else []


def idle_of(reach: Reach, terms: UsageTerms) -> "QuerySet[Any]":
    """The idle instruments of a scope, the dearest first."""
    rows = measured(reach, terms).filter(idle(terms)).select_related("offer__carrier")
    return rows.order_by(F("original_value_fen").desc(nulls_last=True), "used", "pk")


def idle_rows(rows: Iterable[Any]) -> list[IdleRow]:
    """As lists show them, with what to do (处理建议)."""
    return [
        IdleRow(
            id=row.offer_id,
            name=row.offer.name,
            number=row.offer.inner_number or row.offer.number,
            carrier_id=row.offer.carrier_id,
            carrier_name=row.offer.carrier.name,
            region=row.offer.region,
            value_fen=row.original_value_fen,
            use=Utilisation(row.used, row.base),
            advice=rules.advice(
                used=row.used, share_mode=row.share_mode, run_status=row.run_status, state=row.offer.state
            ),
        )
        for row in rows
    ]


def idle_list(actor: Actor, scope: Scope, subject_id: str, *, year: int, on: date) -> "QuerySet[Any]":
    """The whole idle list of a carrier or region; raises NotVisible."""
    where = carrier_card(subject_id).region if scope is Scope.CARRIER else subject_id
    own = scope is Scope.CARRIER and own_carriers(actor).filter(id=subject_id).exists()
    if not own and not may_watch(actor, where):
        raise NotVisible
    return idle_of(Reach(scope, subject_id, year, on), in_force(SCHEME, UsageTerms, on=on).terms)


def baseline_of(scope: Scope, subject_id: str) -> Baseline | None:
    """The newest baseline entered for a carrier or region."""
    return Baseline.objects.filter(scope=scope, subject_id=subject_id).order_by("-id").first()


def scopes_of(actor: Actor) -> list[tuple[Scope, str, str]]:
    """The boards an actor has: their carriers, their offices' regions; scope, id, name."""
    mine = [(Scope.CARRIER, row.id, row.name) for row in own_carriers(actor)] if actor.party_id else []
    posts = [post for post in actor.posts if post.role in OFFICES]
    codes = {code for post in posts for code in ([post.region] if post.reaches(post.region) else post.reach)}
    return mine + [(Scope.REGION, code, region_name(code)) for code in sorted(codes)]


def years(on: date) -> list[int]:
    """The years a board can be asked for, this one first."""
    return [on.year - back for back in range(YEARS_SHOWN)]
