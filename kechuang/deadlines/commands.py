"""Clocks are started, stopped and met by the commands of the records they belong to, in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from kechuang.deadlines.access import may_publish
from kechuang.deadlines.adapters.state_council import DOCUMENT, announced
from kechuang.deadlines.models import CalendarDay, CalendarYear, Deadline, Escalation
from kechuang.deadlines.queries import CALENDAR, calendar
from kechuang.deadlines.rules import NoRunningClock, YearIncomplete, due_after, remaining, suspension_ends
from kechuang.deadlines.states import OPEN, REMIND_BEFORE, DeadlineState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Due, Length, Unit, Workdays, due, rests_on_calendar
from kechuang.outbox.commands import tell
from kechuang.trail.commands import record
from kechuang.ui import clock
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import insert, run, updating

RELATIONAL = frozenset({Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC})  # parties, not offices


def start(
    *,
    kind: str,
    label: str,
    subject_id: str,
    number: str,
    region: str,
    role: Role,
    length: Length,
    article: str,
    now: datetime,
    party_id: str = "",
    path: str = "",
    escalate_to: Role = Role.CITY_SCIENCE,
    remind_before: int = REMIND_BEFORE,
) -> Deadline:
    """Starts a clock (计时) that waits for `role`; asked again while one runs, it answers with that one.

    A clock of an office that runs over is reported to `escalate_to`; one of a party ends by its own rule.
    """
    on = clock.day(now)
    ends = due(on, length, calendar() if rests_on_calendar(length) else Workdays())
    row = Deadline(
        subject_id=subject_id,
        kind=kind,
        label=label,
        number=number,
        region=region,
        role=role,
        party_id=party_id,
        count=length.count,
        unit=length.unit,
        first_day_counts=length.first_day_counts,
        ends_on_working_day=length.ends_on_working_day,
        path=path,
        escalate_to="" if role in RELATIONAL else escalate_to,
        remind_before=remind_before,
        article=article,
        started_on=on,
        due_on=ends.on,
        provisional=ends.provisional,
    )
    # The partial unique index keeps a second clock of the kind out; the one that runs is left as it is.
    return row if insert(row) else Deadline.objects.get(subject_id=subject_id, kind=kind, state__in=OPEN)


@transaction.atomic
def suspend(subject_id: str, kind: str, *, why: str, cap_days: int, now: datetime) -> Deadline:
    """Stops the clock (中止) with a reason and for `cap_days` at most; raises NoRunningClock."""
    row = _running(subject_id, kind, DeadlineState.RUNNING)
    on = clock.day(now)
    row.state, row.suspended_on, row.suspended_why = DeadlineState.SUSPENDED, on, why
    row.suspended_until = suspension_ends(on, cap_days)
    row.left_count = remaining(on, row.due_on, Unit(row.unit), calendar())
    row.save()
    return row


@transaction.atomic
def resume(subject_id: str, kind: str, *, now: datetime) -> Deadline:
    """The clock goes on with what was left (恢复). A clock that already went on by its cap is left running."""
    row = _running(subject_id, kind, *OPEN)
    if row.state == DeadlineState.SUSPENDED:
        _go_on(row, clock.day(now))
    return row


@transaction.atomic
def resume_by_cap(deadline_id: str, *, now: datetime) -> None:
    """A suspension that reached its cap ends by itself, on the day of the cap however late this runs."""
    row = Deadline.objects.select_for_update(of=("self",)).get(id=deadline_id)
    if row.state == DeadlineState.SUSPENDED and row.suspended_until and row.suspended_until <= clock.day(now):
        _go_on(row, row.suspended_until)


def meet(subject_id: str, kind: str, *, now: datetime) -> None:
    """The act was done (办结): in time or late, by the day it was due. Nothing to do when no clock runs."""
    _meet(subject_id, kind, clock.day(now))


@compiled_update
def _meet(subject_id: str, kind: str, on: date) -> Change:
    in_time = Case(
        When(state=DeadlineState.SUSPENDED, then=Value(DeadlineState.MET)),
        When(due_on__gte=on, then=Value(DeadlineState.MET)),
        default=Value(DeadlineState.MET_LATE),
    )
    rows = Deadline.objects.filter(subject_id=subject_id, kind=kind, state__in=OPEN)
    return rows, {"state": in_time, "met_on": on}


def cancel(subject_id: str, *, now: datetime, kind: str = "") -> None:
    """The record no longer waits (不再计时): all its open clocks, or the one of `kind`."""
    _cancel(subject_id, kind, clock.day(now))


@compiled_update
def _cancel(subject_id: str, kind: str, on: date) -> Change:
    rows = Deadline.objects.filter(subject_id=subject_id, state__in=OPEN)
    return rows.filter(kind=kind) if kind else rows, {"state": DeadlineState.CANCELLED, "met_on": on}


@transaction.atomic
def escalate(deadline_id: str, *, now: datetime) -> Escalation | None:
    """Reports an overdue clock upward (逾期上报), once; None when it is no longer overdue or was reported."""
    row = Deadline.objects.select_for_update(of=("self",)).get(id=deadline_id)
    if row.state != DeadlineState.RUNNING or row.due_on >= clock.day(now) or row.escalated_at or not row.escalate_to:
        return None
    row.escalated_at = now
    row.save(update_fields=["escalated_at"])
    made = Escalation.objects.create(
        deadline=row,
        region=row.region,
        number=row.number,
        subject_id=row.subject_id,
        role=row.escalate_to,
        due_on=row.due_on,
        at=now,
    )
    record(
        Actor(person_id="clock", clock=True),
        made,
        "escalate",
        label=_("逾期上报"),
        role=Role.CLOCK,
        now=now,
        article=row.article,
        facts={"due_on": row.due_on.isoformat(), "subject_id": row.subject_id},
    )
    tell(
        subject_id=row.subject_id,
        path=row.path or "/",
        title=_("时限已过，尚未办结，请督办"),
        text=f"{row.label} {row.number}",
        to_role=Role(row.escalate_to),
        region=row.region,
        due_on=row.due_on,
        now=now,
    )
    return made


@transaction.atomic
def remind(deadline_id: str, *, now: datetime) -> bool:
    """Reminds whom a clock waits for (到期提醒), once; whether it did."""
    row = _locked.first(deadline_id)
    assert row is not None, deadline_id
    if row.state != DeadlineState.RUNNING or row.reminded_on:
        return False
    row.reminded_on = clock.day(now)
    run(*updating(row, ["reminded_on"]))
    to_party = row.party_id if row.role in RELATIONAL else ""
    if not to_party and row.role in RELATIONAL:
        return False
    tell(
        subject_id=row.subject_id,
        path=row.path or "/",
        title=_("时限将到，请办理"),
        text=f"{row.label} {row.number}",
        to_party=to_party,
        to_role=None if to_party else Role(row.role),
        region="" if to_party else row.region,
        due_on=row.due_on,
        now=now,
    )
    return True


@compiled
def _locked(deadline_id: str) -> QuerySet[Deadline]:
    return Deadline.objects.select_for_update(of=("self",)).filter(id=deadline_id)


@transaction.atomic
def publish_year(year: int, days: Mapping[date, bool], *, document: str, now: datetime) -> int:
    """Enters a year's holidays as published (节假日安排) and recomputes every clock that rested on it.

    Answers how many clocks got another last day. Raises YearIncomplete for a day outside the year.
    """
    for day in days:
        if day.year != year:
            raise YearIncomplete(day=day.isoformat(), year=year)
    entered, _made = CalendarYear.objects.update_or_create(id=year, defaults={"document": document, "entered_at": now})
    CalendarDay.objects.filter(year=entered).delete()
    CalendarDay.objects.bulk_create(CalendarDay(id=day, year=entered, working=works) for day, works in days.items())
    clock.forget(CALENDAR)
    return _recompute(year)


def _recompute(year: int) -> int:
    moved = 0
    days = calendar()
    touched = Deadline.objects.select_for_update(of=("self",)).filter(
        Q(due_on__year__gte=year) | Q(provisional=True), state=DeadlineState.RUNNING
    )
    for row in touched.order_by("id"):
        ends = _ends(row, days)
        if (ends.on, ends.provisional) != (row.due_on, row.provisional):
            moved += ends.on != row.due_on
            row.due_on, row.provisional = ends.on, ends.provisional
            row.save(update_fields=["due_on", "provisional"])
    return moved


def _ends(row: Deadline, days: Workdays) -> Due:
    if row.resumed_on is None or row.left_count is None:
        return due(row.started_on, row.length, days)
    return due_after(row.resumed_on, row.left_count, row.length, days)


def _running(subject_id: str, kind: str, *states: DeadlineState) -> Deadline:
    rows = Deadline.objects.select_for_update(of=("self",)).filter(subject_id=subject_id, kind=kind, state__in=states)
    if not (row := rows.first()):
        raise NoRunningClock(subject_id=subject_id, kind=kind)
    return row


def _go_on(row: Deadline, on: date) -> None:
    assert row.suspended_on is not None
    assert row.left_count is not None
    row.resumed_on = on
    ends = _ends(row, calendar())
    row.state, row.due_on, row.provisional = DeadlineState.RUNNING, ends.on, ends.provisional
    row.suspended_days = F("suspended_days") + (on - row.suspended_on).days
    row.suspended_on = row.suspended_until = None
    row.suspended_why = ""
    row.save()


def load_announced(*, now: datetime) -> list[int]:
    """Enters what the State Council has announced and the package at hand carries; answers which years were new."""
    return load_calendar(announced(), document=DOCUMENT, now=now)


def load_calendar(years: Mapping[int, Mapping[date, bool]], *, document: str, now: datetime) -> list[int]:
    """Enters every announced year that is not yet entered (see adapters.state_council); answers which."""
    missing = sorted(set(years) - set(CalendarYear.objects.values_list("id", flat=True)))
    for year in missing:
        publish_year(year, years[year], document=document, now=now)
    return missing


@transaction.atomic
def enter_year(
    actor: Actor,
    *,
    year: int,
    document: str,
    holidays: Sequence[date],
    workdays: Sequence[date],
    now: datetime,
) -> int:
    """An officer of the city enters a year's holidays (录入节假日安排); answers how many clocks moved.

    Raises NotVisible for anybody else, YearIncomplete for a day of another year.
    """
    if not may_publish(actor):
        raise NotVisible
    days = {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}
    moved = publish_year(year, days, document=document, now=now)
    entered = CalendarYear.objects.get(id=year)
    facts = {"year": year, "holidays": len(holidays), "workdays": len(workdays), "moved": moved}
    role = Role.CLOCK if actor.clock else Role.CITY_SCIENCE
    record(actor, entered, "enter", label=_("录入节假日安排"), role=role, now=now, article=document, facts=facts)
    return moved
