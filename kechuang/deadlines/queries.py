"""Clocks as pages and upper rooms ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from kechuang.deadlines.access import visible_to
from kechuang.deadlines.models import CalendarDay, CalendarYear, Deadline
from kechuang.deadlines.rules import remaining
from kechuang.deadlines.states import BATCH_MAX, LABELS, OPEN, DeadlineState
from kechuang.kernel.actor import Actor
from kechuang.kernel.workdays import Unit, Workdays
from kechuang.parties.queries import region_name
from kechuang.trail.queries import Broken
from kechuang.ui import clock
from kechuang.ui.compiled import compiled

CALENDAR = "deadlines.calendar"  # what is kept of it within an instant
_kept: dict[object, Workdays] = {}


@dataclass(frozen=True, slots=True)
class Clock:
    """What a clock chip shows: until when, how much is left, and why it may stand still."""

    kind: str
    label: str
    subject_id: str
    role: str
    due_on: date
    left: int  # in `unit`; negative when overdue
    unit: Unit
    provisional: bool
    state: DeadlineState
    state_label: str
    article: str
    suspended_why: str

    @property
    def is_overdue(self) -> bool:
        return self.left < 0 and self.state is DeadlineState.RUNNING


def calendar() -> Workdays:
    """The working-day calendar as entered; asked for once in an instant, read again only when a year was entered."""
    return clock.once(CALENDAR, _calendar)


def _calendar() -> Workdays:
    key = next(iter(_edition()), None)
    if key not in _kept:
        days = dict(CalendarDay.objects.values_list("id", "working"))
        _kept.clear()
        _kept[key] = Workdays(frozenset(CalendarYear.objects.values_list("id", flat=True)), days)
    return _kept[key]


@compiled
def _edition() -> QuerySet[CalendarYear, tuple[datetime, int]]:
    """When a year was last entered, and the last year there is; nothing while none was."""
    last = CalendarYear.objects.order_by().values("id").order_by("-id")[:1]
    return CalendarYear.objects.order_by("-entered_at").values_list("entered_at", Subquery(last))[:1]


def clocks(subject_ids: Iterable[str], *, on: date) -> dict[str, Clock]:
    """The open clock of each record; of several a running one before a stopped one, then the earliest due.

    Records without one are absent.
    """
    ids = list(subject_ids)
    if not ids:
        return {}
    days = calendar()
    return {row.subject_id: clock_of(row, on, days) for row in _open_of(ids)}


@compiled
def _open_of(subject_ids: list[str]) -> QuerySet[Deadline]:
    rows = Deadline.objects.filter(subject_id__any=subject_ids, state__in=OPEN)
    return rows.order_by("-state", "-due_on", "-id")  # the last wins, and "running" sorts before "suspended"


def due_of(subject_field: str) -> Subquery:
    """The day the open clock of each row runs out, for ordering lists; `subject_field` names the row's id."""
    rows = Deadline.objects.filter(subject_id=OuterRef(subject_field), state__in=OPEN)
    return Subquery(rows.order_by("state", "due_on", "id").values("due_on")[:1])


def history(subject_id: str, *, on: date) -> list[Clock]:
    """Every clock a record ever had, oldest first."""
    days = calendar()
    return [
        clock_of(row, on, days) for row in Deadline.objects.filter(subject_id=subject_id).order_by("started_on", "id")
    ]


def clock_of(row: Deadline, on: date, days: Workdays) -> Clock:
    unit = Unit(row.unit)
    if row.left_count is not None and row.state == DeadlineState.SUSPENDED:
        left = row.left_count
    elif row.due_on >= on:
        left = remaining(on, row.due_on, unit, days)
    else:
        left = days.left(on, row.due_on) if unit is Unit.WORKING_DAYS else 0
        if not left:  # on the weekend after a Friday no working day has passed yet: the days are told
            left, unit = (row.due_on - on).days, Unit.DAYS
    state = DeadlineState(row.state)
    return Clock(
        row.kind,
        row.label,
        row.subject_id,
        row.role,
        row.due_on,
        left,
        unit,
        row.provisional,
        state,
        LABELS[state],
        row.article,
        row.suspended_why,
    )


def open_in(regions: Iterable[str]) -> QuerySet[Deadline]:
    """Running and suspended clocks of these regions, the earliest due first."""
    return Deadline.objects.filter(region__in=list(regions), state__in=OPEN).order_by("due_on", "id")


@dataclass(frozen=True, slots=True)
class Kept:
    """时限统计：how many clocks of a kind were met, met late, and run over time now."""

    kind: str
    label: str
    met_count: int
    late_count: int
    overdue_count: int


def kept(regions: Iterable[str], *, on: date) -> list[Kept]:
    """Per kind of clock: met in time, met late, overdue now. One statement."""
    return [Kept(*row) for row in sorted(_tallied(list(regions), on))]


@compiled
def _tallied(regions: list[str], on: date) -> QuerySet[Deadline, tuple[str, str, int, int, int]]:
    rows = Deadline.objects.filter(region__any=regions).order_by().values_list("kind", "label")
    return rows.annotate(
        met=Count("id", filter=Q(state=DeadlineState.MET)),
        late=Count("id", filter=Q(state=DeadlineState.MET_LATE)),
        over=Count("id", filter=Q(state=DeadlineState.RUNNING, due_on__lt=on)),
    )


def ended(regions: Iterable[str], *, since: date, until: date) -> dict[str, tuple[int, int]]:
    """Per region how many clocks were met in time and how many late, of those that ended from `since` until `until`
    (exclusive). What has ended is not changed any more.
    """
    rows = Deadline.objects.filter(region__in=list(regions), met_on__gte=since, met_on__lt=until)
    late = Count("id", filter=Q(state=DeadlineState.MET_LATE))
    counted = rows.order_by().values_list("region").annotate(all=Count("id"), late=late)
    return {region: (whole - missed, missed) for region, whole, missed in counted}


def unescalated(*, on: date, limit: int) -> list[Broken]:
    """I9: clocks that ran out before `on` without their one effect, and effects before their day."""
    running = Deadline.objects.filter(state=DeadlineState.RUNNING, due_on__lt=on, escalated_at__isnull=True)
    missed = running.exclude(escalate_to="")
    early = Deadline.objects.raw(
        "SELECT d.* FROM deadlines_deadline d JOIN deadlines_escalation e ON e.deadline_id = d.id"
        " WHERE (e.at AT TIME ZONE 'Asia/Shanghai')::date <= e.due_on OR d.escalated_at IS NULL LIMIT %s",
        [limit],
    )
    table = Deadline._meta.db_table
    return [
        *(Broken(table, row.id, "已逾期而未上报") for row in missed[:limit]),
        *(Broken(table, row.id, "上报早于到期日或与时限不符") for row in early),
    ]


def overdue_subjects(kind: str, *, on: date) -> list[str]:
    """The records whose clock of a kind ran out before `on`, the earliest first."""
    return _over(kind, on)


@compiled
def _over(kind: str, on: date) -> QuerySet[Deadline, str]:
    rows = Deadline.objects.filter(kind=kind, state=DeadlineState.RUNNING, due_on__lt=on)
    return rows.order_by("due_on", "id").values_list("subject_id", flat=True)


def to_escalate(*, on: date) -> list[str]:
    """Clocks of offices that ran over and were not reported yet, in the order in which they fell due (I9)."""
    return _to_escalate(on)


@compiled
def _to_escalate(on: date) -> QuerySet[Deadline, str]:
    rows = Deadline.objects.filter(state=DeadlineState.RUNNING, due_on__lt=on, escalated_at__isnull=True)
    return rows.exclude(escalate_to="").order_by("due_on", "id").values_list("id", flat=True)


def to_resume(*, on: date) -> list[str]:
    """Suspended clocks that reached their cap, in the order in which they were due (T20)."""
    return _to_resume(on)


@compiled
def _to_resume(on: date) -> QuerySet[Deadline, str]:
    rows = Deadline.objects.filter(state=DeadlineState.SUSPENDED, suspended_until__lte=on)
    return rows.order_by("due_on", "id").values_list("id", flat=True)


def to_remind(*, on: date) -> list[str]:
    """Clocks whose last day is near enough for a reminder and that had none, the earliest due first."""
    days = calendar()
    return [
        deadline_id
        for deadline_id, due_on, unit, remind_before in _to_remind(on)
        if remaining(on, due_on, Unit(unit), days) <= remind_before
    ]


@compiled
def _to_remind(on: date) -> QuerySet[Deadline, tuple[str, date, str, int]]:
    rows = Deadline.objects.filter(state=DeadlineState.RUNNING, due_on__gte=on, reminded_on__isnull=True)
    return rows.order_by("due_on", "id").values_list("id", "due_on", "unit", "remind_before")[:BATCH_MAX]


@dataclass(frozen=True, slots=True)
class Row:
    """One clock in a list: what, where, and since when it was reported upward."""

    clock: Clock
    number: str
    place: str
    path: str
    escalated_at: datetime | None


def overdue(actor: Actor, *, on: date) -> QuerySet[Deadline]:
    """The clocks of an office's regions that have run over, the longest overdue first."""
    return visible_to(actor).filter(state=DeadlineState.RUNNING, due_on__lt=on).order_by("due_on", "id")


def rows(found: Iterable[Deadline], *, on: date) -> list[Row]:
    """A page of clocks as they are shown."""
    days = calendar()
    return [
        Row(clock_of(row, on, days), row.number, region_name(row.region), row.path, row.escalated_at) for row in found
    ]


@dataclass(frozen=True, slots=True)
class Year:
    """One entered year: the weekdays off, and the weekend days worked."""

    year: int
    document: str
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]


def years() -> list[Year]:
    """Every entered year, the latest first. Two statements."""
    days: dict[int, dict[bool, list[date]]] = {}
    for day, year, working in CalendarDay.objects.order_by("id").values_list("id", "year_id", "working"):
        days.setdefault(year, {}).setdefault(working, []).append(day)
    found = []
    for entered in CalendarYear.objects.order_by("-id"):
        of_year = days.get(entered.id, {})
        weekdays = tuple(day for day in of_year.get(False, []) if Workdays().is_working(day))
        found.append(Year(entered.id, entered.document, weekdays, tuple(of_year.get(True, []))))
    return found
