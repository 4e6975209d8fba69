"""The ten working days of 源文件 002 三（一）4, and clocks that stop, go on, run over, and rest on unpublished years."""

from datetime import date, datetime, timedelta
from http import HTTPStatus

import pytest
from django.test import Client

from kechuang.deadlines import commands, jobs, queries
from kechuang.deadlines.adapters.state_council import DOCUMENT, announced
from kechuang.deadlines.models import Deadline, Escalation
from kechuang.deadlines.rules import NoRunningClock, YearIncomplete
from kechuang.deadlines.states import DeadlineState
from kechuang.kernel.actor import Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.workdays import Length, Unit
from kechuang.outbox.models import Message
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from kechuang.ui.days import left

TEN = Length(10, Unit.WORKING_DAYS)
SUBJECT, KIND = "clm_one", "claim_confirmation"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calendar() -> None:
    commands.load_calendar(announced(), document=DOCUMENT, now=clock.instant(date(2024, 1, 1)))


def start(on: date, length: Length = TEN) -> Deadline:
    commands.start(
        kind=KIND,
        label="确认服务事项",
        subject_id=SUBJECT,
        number="SD-1",
        region="330602",
        role=Role.COUNTY_OFFICER,
        length=length,
        article="plan-2021#三（一）4",
        now=at(on),
    )
    return Deadline.objects.filter(subject_id=SUBJECT, kind=KIND).latest("started_on")


def at(on: date) -> datetime:
    return clock.instant(on)


@pytest.mark.parametrize(
    ("received", "due", "provisional"),
    [
        (date(2026, 2, 9), date(2026, 2, 28), False),  # 春节, and Saturday 28 February is worked
        (date(2025, 9, 24), date(2025, 10, 14), False),  # over 国庆 with two make-up workdays
        (date(2026, 9, 18), date(2026, 10, 9), False),
        (date(2025, 6, 2), date(2025, 6, 16), False),  # received on a holiday
        (date(2026, 12, 25), date(2027, 1, 8), True),  # 2027 is not yet published: 暂定
    ],
)
def test_ten_working_days_from_the_day_after_receipt(received: date, due: date, provisional: bool) -> None:
    made = start(received)
    assert (made.due_on, made.provisional) == (due, provisional)


def test_a_rule_of_monday_to_friday_would_be_wrong() -> None:
    """Negative control: without the State Council's calendar the clock of 9 February ends on another day."""
    from kechuang.deadlines.models import CalendarDay

    CalendarDay.objects.all().delete()
    queries._kept.clear()
    try:
        assert start(date(2026, 2, 9)).due_on == date(2026, 2, 23)
    finally:
        queries._kept.clear()


def test_the_provisional_day_moves_when_the_year_is_published() -> None:
    made = start(date(2026, 12, 25))
    moved = commands.publish_year(
        2027, {date(2027, 1, 1): False, date(2027, 1, 4): False}, document="样例", now=at(date(2026, 12, 28))
    )
    made.refresh_from_db()
    assert (moved, made.due_on, made.provisional) == (1, date(2027, 1, 12), False)


def test_a_day_of_another_year_is_refused_and_nothing_changes() -> None:
    with pytest.raises(YearIncomplete):
        commands.publish_year(2027, {date(2028, 1, 1): False}, document="样例", now=at(date(2026, 12, 28)))
    assert queries.calendar().published == frozenset(announced())


def test_returning_for_correction_stops_the_clock_and_what_was_left_runs_on() -> None:
    start(date(2025, 3, 3))  # due 17 March
    commands.suspend(SUBJECT, KIND, why="退回补正：合同缺页", cap_days=10, now=at(date(2025, 3, 6)))
    standing = queries.clocks([SUBJECT], on=date(2025, 3, 12))[SUBJECT]
    assert (standing.state, standing.left) == (DeadlineState.SUSPENDED, 7)
    commands.resume(SUBJECT, KIND, now=at(date(2025, 3, 12)))
    running = queries.clocks([SUBJECT], on=date(2025, 3, 12))[SUBJECT]
    assert (running.due_on, running.left) == (date(2025, 3, 21), 7)


def test_a_suspension_ends_by_itself_on_the_day_of_its_cap_however_late_the_job_runs() -> None:
    made = start(date(2025, 3, 3))
    commands.suspend(SUBJECT, KIND, why="退回补正", cap_days=5, now=at(date(2025, 3, 6)))
    assert jobs.run_suspensions(now=at(date(2025, 3, 10))) == 0
    assert jobs.run_suspensions(now=at(date(2025, 3, 14))) == 1
    made.refresh_from_db()
    assert (made.due_on, made.suspended_days) == (date(2025, 3, 20), 5)


def test_an_overdue_clock_is_reported_once_and_never_before_its_day() -> None:
    start(date(2025, 3, 3))
    assert jobs.run_escalations(now=at(date(2025, 3, 17))) == 0
    assert jobs.run_escalations(now=at(date(2025, 3, 20))) == 1
    assert jobs.run_escalations(now=at(date(2025, 3, 21))) == 0
    assert Escalation.objects.count() == 1
    assert queries.unescalated(on=date(2025, 3, 21), limit=5) == []


def test_on_the_weekend_after_a_friday_days_are_told_as_no_working_day_has_passed() -> None:
    start(date(2025, 2, 28))  # until Friday 14 March
    shown = [queries.history(SUBJECT, on=date(2025, 3, day))[0] for day in (14, 15, 16, 17, 18)]
    told = ["今天到期", "已超期 1 天", "已超期 2 天", "已超期 1 个工作日", "已超期 2 个工作日"]
    assert [left(clock.left, clock.unit) for clock in shown] == told
    assert [clock.is_overdue for clock in shown] == [False, True, True, True, True]


def test_a_reminder_comes_once_shortly_before_the_last_day() -> None:
    start(date(2025, 3, 3))
    assert jobs.run_reminders(now=at(date(2025, 3, 12))) == 0
    assert jobs.run_reminders(now=at(date(2025, 3, 13))) == 1
    assert jobs.run_reminders(now=at(date(2025, 3, 14))) == 0
    assert Message.objects.get().due_on == date(2025, 3, 17)


def test_met_in_time_and_late_are_kept_apart() -> None:
    start(date(2025, 3, 3))
    commands.meet(SUBJECT, KIND, now=at(date(2025, 3, 17)))
    start(date(2025, 4, 1))
    commands.meet(SUBJECT, KIND, now=at(date(2025, 5, 30)))
    (kept,) = queries.kept(["330602"], on=date(2025, 6, 1))
    assert (kept.met_count, kept.late_count, kept.overdue_count) == (1, 1, 0)


def test_a_second_clock_of_the_kind_is_not_started_while_one_runs() -> None:
    first = start(date(2025, 3, 3))
    assert start(date(2025, 3, 10)).id == first.id


def test_calendar_days_that_do_not_move_end_on_the_day_itself() -> None:
    seven = Length(7, Unit.DAYS, first_day_counts=True, ends_on_working_day=False)
    made = start(date(2025, 9, 27), seven)
    assert (made.due_on, made.provisional) == (date(2025, 10, 3), False)


def test_stopping_what_does_not_run_is_refused() -> None:
    with pytest.raises(NoRunningClock):
        commands.suspend(SUBJECT, KIND, why="退回", cap_days=5, now=at(date(2025, 3, 3)) + timedelta(hours=1))


def test_the_city_enters_a_year_and_nobody_else() -> None:
    made = start(date(2026, 12, 25))
    given = {"year": 2027, "document": "国办发明电〔2026〕1号（样例）", "holidays": [date(2027, 1, 1)], "workdays": []}
    with pytest.raises(NotVisible):
        commands.enter_year(Actor("psn_x"), now=at(date(2026, 12, 28)), **given)
    city = Actor("psn_city", posts=frozenset({Post(Role.CITY_SCIENCE, "330600", frozenset({"330600"}))}))
    assert commands.enter_year(city, now=at(date(2026, 12, 28)), **given) == 1
    made.refresh_from_db()
    assert (made.due_on, made.provisional) == (date(2027, 1, 11), False)
    assert [year.year for year in queries.years()][:2] == [2027, 2026]
    assert altered_rows() == []


def test_the_calendar_is_public_and_the_clocks_are_an_offices(client: Client) -> None:
    assert "补班" in client.get("/deadlines/calendar").content.decode()
    assert client.get("/deadlines/").status_code == HTTPStatus.FOUND
