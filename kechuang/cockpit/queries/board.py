"""The cockpit of a region: its figures, what is below it, tasks of source 000, reports and targets (驾驶舱)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from kechuang.claims import queries as claims
from kechuang.cockpit import rules
from kechuang.cockpit.access import (
    WATCHERS,
    freezing_role,
    may_watch,
    snapshots_visible_to,
    target_roles_on,
    targets_visible_to,
)
from kechuang.cockpit.models import OpenDays, Publication, Snapshot, Target
from kechuang.cockpit.queries.figures import Reading, Span, read_figures
from kechuang.cockpit.rules.indicators import Figures, Indicator
from kechuang.cockpit.rules.reports import PerformanceTerms, Reached
from kechuang.cockpit.states import (
    LIST_SHOWN,
    PROVINCE_SCHEME,
    TARGET_MACHINE,
    YEARS_BACK,
    Period,
    TargetState,
    Unit,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.ledger.queries import booked, booked_sums, horizon, regions_seen
from kechuang.orders import queries as orders
from kechuang.parties.queries import covers, region, region_name
from kechuang.parties.states import Level
from kechuang.policy.book import InForce, NoTermsInForce, in_force, scheme_at
from kechuang.subsidies.queries import Due, due
from kechuang.supervision.queries import HalfSum, halves_of_year
from kechuang.treasury.queries import QuotaProgress, budget_numbers, quota_progress
from kechuang.usage.queries import Board as UsageBoard
from kechuang.usage.queries import Target as Task
from kechuang.usage.queries import public_board, tasks_of_cities
from kechuang.vouchers import queries as vouchers

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CityTask:
    """One city against both annexes of source 000: vouchers issued of the quota, 家次 of the task."""

    name: str
    quota: QuotaProgress
    task: Task | None


@dataclass(frozen=True, slots=True)
class Board:
    """All that a region's page shows."""

    code: str
    name: str
    year: int
    reading: Reading
    cities: Sequence[CityTask]
    snapshots: Sequence[Snapshot]
    subsidies: Due  # of the year's redemptions; live, since settlements are still made for it
    checks: Sequence[HalfSum]  # how much of each half-year's payouts was drawn for a check; live, since draws go on
    usage: UsageBoard  # instruments and their use, live: hours are corrected, so they are in no frozen report
    targets: Mapping[str, Target]
    warnings: frozenset[str]
    terms: InForce[PerformanceTerms] | None
    books: frozenset[str]  # regions whose accounts the actor may list


def own_regions(actor: Actor) -> list[str]:
    """The regions whose cockpit is the actor's, their own offices' first."""
    return sorted({post.region for post in actor.posts if post.role in WATCHERS and post.reaches(post.region)})


def years(on: date) -> list[int]:
    return [on.year - back for back in range(YEARS_BACK)]


def live(code: str, since: date, *, on: date) -> Reading:
    """The figures of a year to date, as the books stand now."""
    return read_figures(code, Span(since, min(date(since.year + 1, 1, 1), on + _A_DAY), horizon()))


def board(actor: Actor, code: str, *, year: int, on: date) -> Board:
    """The cockpit of a region; raises NotVisible, YearNotShown."""
    if not may_watch(actor, code):
        raise NotVisible
    rules.refuse_unknown_year(year, on=on)
    reading = live(code, date(year, 1, 1), on=on)
    held = {row.region: row for row in Target.objects.filter(region__in=covers(code), year=year)}
    late = {part for part, figures in reading.parts.items() if _is_late(part, figures, year, on)}
    return Board(
        code=code,
        name=region_name(code),
        year=year,
        reading=reading,
        cities=_cities(code, year, on),
        snapshots=list(snapshots_visible_to(actor).filter(region=code).order_by("-since", "period")[:LIST_SHOWN]),
        subsidies=due(covers(code), year=year),
        checks=halves_of_year(covers(code), year=year, on=on),
        usage=public_board(code, year=year, on=on),
        targets=held,
        warnings=frozenset(late),
        terms=performance_terms(code, on=on),
        books=frozenset(regions_seen(actor)),
    )


def _cities(code: str, year: int, on: date) -> list[CityTask]:
    """A city's own line of both annexes, and every city's for the province; counties have none."""
    level = Level(region(code).level)
    if level not in (Level.CITY, Level.PROVINCE):
        return []
    try:
        quotas = quota_progress(PROVINCE_SCHEME, year=year, on=on)
    except NoTermsInForce:
        return []
    tasks = tasks_of_cities(year=year, on=on)
    wanted = [one for one in quotas if one.city in covers(code)]
    return [CityTask(one.city_name, one, tasks.get(one.city)) for one in wanted]


def rows_of(actor: Actor, code: str, one: Indicator, *, year: int, on: date) -> "QuerySet[Any]":
    """The bookings behind a figure (穿透到明细), the latest first; raises NotVisible."""
    if not may_watch(actor, code) or not one.rules:
        raise NotVisible
    since = date(year, 1, 1)
    until = min(date(year + 1, 1, 1), on + _A_DAY)
    return booked(covers(code), (*one.rules, *one.minus), since=since, until=until, cut=horizon())


def frozen_number(code: str, period: Period, since: date) -> str:
    """The number of the report that was frozen of a period; "" when there is none."""
    row = Snapshot.objects.filter(region=code, period=period, since=since).first()
    return row.number if row else ""


def snapshot(actor: Actor, snapshot_id: str) -> Snapshot:
    row = snapshots_visible_to(actor).filter(id=snapshot_id).first()
    if row is None:
        raise NotVisible
    return row


def again(row: Snapshot) -> dict[str, Figures]:
    """The same report run again with its own cut (按原口径重算)."""
    return dict(read_figures(row.region, Span(row.since, row.until, row.cut_at)).places)


def kept(row: Snapshot) -> Reading:
    """A frozen report as a reading, from what was kept alone."""
    return Reading(row.region, Span(row.since, row.until, row.cut_at), row.places, {})


def published_latest() -> list[Publication]:
    """The opened reports, the latest first, for everybody (公开数据)."""
    return list(Publication.objects.select_related("snapshot").order_by("-opened_on", "-id")[:LIST_SHOWN])


def published_report(number: str) -> Publication:
    """One opened report by its number; raises NotVisible."""
    row = Publication.objects.select_related("snapshot").filter(snapshot__number=number).first()
    if row is None:
        raise NotVisible
    return row


def opened_on(rows: Collection[Snapshot]) -> dict[str, date]:
    """When each of these frozen reports was opened to everybody; those that are not are left out."""
    return dict(Publication.objects.filter(snapshot__in=list(rows)).values_list("snapshot_id", "opened_on"))


def overlapping_number(row: Snapshot) -> str:
    """The number of an opened report that tells of a place and a day of this one; "" when there is none."""
    rows = OpenDays.objects.filter(place__in=covers(row.region), since__lt=row.until, until__gt=row.since)
    found = rows.exclude(publication__snapshot=row).values_list("publication__snapshot__number", flat=True)
    return found.order_by("id").first() or ""


def may_freeze(actor: Actor, code: str) -> bool:
    return freezing_role(actor, code) is not None


def sum_of(rows: "QuerySet[Any]", one: Indicator) -> int:
    """What the bookings behind a figure add up to: the figure itself."""
    total = 0
    for rule, (fen, count) in booked_sums(rows).items():
        amount = fen if one.unit is Unit.FEN else count
        total += -amount if rule in one.minus else amount
    return total


def numbers_of(subjects: Sequence[str]) -> dict[str, str]:
    """How people call the records behind bookings; one statement per kind of record."""
    found = dict.fromkeys(subjects, "")
    for names in (vouchers.names, orders.numbers, claims.numbers, budget_numbers):
        found |= {subject: name for subject, name in names(subjects).items() if name}
    return found


@dataclass(frozen=True, slots=True)
class TargetSheet:
    """A county's target sheet with what was reached, live or as it was evaluated."""

    target: Target
    county: str
    lines: Sequence[Reached]
    figures: Figures
    roles: frozenset[Role]
    open_moves: Sequence[Move]
    is_late: bool
    terms: InForce[PerformanceTerms] | None


def target_sheet(actor: Actor, target_id: str, *, on: date) -> TargetSheet:
    """One sheet; raises NotVisible."""
    row = targets_visible_to(actor).filter(id=target_id).first()
    if row is None:
        raise NotVisible
    figures = row.figures or live(row.region, date(row.year, 1, 1), on=on).total
    roles = target_roles_on(actor, row)
    return TargetSheet(
        target=row,
        county=region_name(row.region),
        lines=rules.reached(row.lines, figures),
        figures=figures,
        roles=roles,
        open_moves=TARGET_MACHINE.open(TargetState(row.state), roles),
        is_late=_is_late(row.region, figures, row.year, on),
        terms=performance_terms(row.region, on=on),
    )


def performance_terms(code: str, *, on: date) -> InForce[PerformanceTerms] | None:
    """When execution is looked at by the rule of the region's own place; None where no published rule says it."""
    scheme = scheme_at(code, "performance_check_on", on=on)
    try:
        return in_force(scheme, PerformanceTerms, on=on) if scheme else None
    except NoTermsInForce:
        return None


def _is_late(code: str, figures: Figures, year: int, on: date) -> bool:
    terms = performance_terms(code, on=on)
    return terms is not None and rules.warned(figures, terms.terms, year=year, on=on)


def drafting_regions(actor: Actor) -> list[str]:
    """The counties whose targets the actor sets."""
    return sorted(actor.regions(Role.BUDGET_AUTHOR))
