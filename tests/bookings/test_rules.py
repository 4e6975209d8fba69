"""The slot rules over random calendars: nothing is offered that is refused, nothing refused that is offered."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.bookings import rules
from kechuang.bookings.rules import Limits, Measure, SlotRules, Span
from kechuang.bookings.states import LEGAL_ZONE, MINUTES_IN_DAY
from kechuang.kernel.errors import Refusal

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The ends of months, of a February with and without its 29th, of a year; and a day like any other.
DAYS = [
    date(2025, 1, 31),
    date(2024, 2, 28),
    date(2025, 2, 28),
    date(2024, 12, 31),
    date(2025, 4, 30),
    date(2025, 3, 12),
]
ALWAYS = ((((0, MINUTES_IN_DAY)),),) * 7
WORKDAYS = (((480, 720), (780, 1_020)),) * 5 + ((), ())


def at(day: date, minutes: int = 0) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE) + minutes * MINUTE


def terms(**more: object) -> SlotRules:
    given = {
        "hours": WORKDAYS,
        "overnight": False,
        "granularity_minutes": 30,
        "min_minutes": 30,
        "max_minutes": 480,
        "gap_minutes": 0,
        "notice_minutes": 0,
        "horizon_days": 60,
    }
    return SlotRules(**{**given, **more})  # type: ignore[arg-type]


@st.composite
def hours(draw: st.DrawFn, grain: int) -> rules.Hours:
    """A week of open hours on a grid: closed days, split days, days that reach midnight on either side."""
    week = []
    for _day in range(7):
        points = draw(st.lists(st.integers(0, MINUTES_IN_DAY // grain), max_size=4, unique=True))
        ordered = sorted(points)[: len(points) // 2 * 2]
        week.append(tuple((a * grain, b * grain) for a, b in zip(ordered[::2], ordered[1::2], strict=True)))
    return tuple(week)


@st.composite
def calendars(draw: st.DrawFn) -> SlotRules:
    grain = draw(st.sampled_from([30, 60, 90, 120]))
    least = draw(st.integers(1, 4))
    return SlotRules(
        hours=draw(hours(grain)),
        overnight=draw(st.booleans()),
        granularity_minutes=grain,
        min_minutes=least * grain,
        max_minutes=(least + draw(st.integers(0, 16))) * grain,
        gap_minutes=draw(st.sampled_from([0, 15, 30, 100])),
        notice_minutes=draw(st.sampled_from([0, 45, 600])),
        horizon_days=draw(st.integers(1, 4)),
    )


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    return at(draw(st.sampled_from(DAYS)), draw(st.integers(0, MINUTES_IN_DAY - 1)))


@st.composite
def busy_times(draw: st.DrawFn, now: datetime) -> list[Span]:
    """What is occupied in the next days, in order and apart."""
    points = sorted(draw(st.lists(st.integers(0, 5 * MINUTES_IN_DAY), max_size=8, unique=True)))
    pairs = zip(points[::2], points[1::2], strict=False)
    return [Span(now + a * MINUTE, now + b * MINUTE) for a, b in pairs]


def accepted(calendar: SlotRules, span: Span, now: datetime) -> bool:
    try:
        rules.refuse_unfit(calendar, span, now=now)
    except Refusal:
        return False
    return True


def brute(calendar: SlotRules, busy: Sequence[Span], minutes: int, now: datetime) -> Span | None:
    """The first fit found by trying every minute on the grid of every day, by the refusing rule alone."""
    length = calendar.length(minutes)
    if length is None:
        return None
    first = rules.legal_day(now)
    for day in range(calendar.horizon_days + 2):
        for minute in range(0, MINUTES_IN_DAY, calendar.granularity_minutes):
            begin = at(first + day * DAY, minute)
            span = Span(begin, begin + length * MINUTE)
            taken = rules.occupied(span, calendar)
            if begin >= now and not any(taken.overlaps(other) for other in busy) and accepted(calendar, span, now):
                return span
    return None


@settings(max_examples=300)
@given(st.data())
def test_the_first_fit_is_the_first_that_the_rules_accept(data: st.DataObject) -> None:
    calendar, now = data.draw(calendars()), data.draw(moments())
    busy = data.draw(busy_times(now))
    minutes = data.draw(st.integers(1, 600))
    free = rules.free_of(busy, Span(now, now + 20 * DAY))
    assert rules.first_fit(calendar, free, minutes=minutes, now=now, after=now) == brute(calendar, busy, minutes, now)


@settings(max_examples=200)
@given(st.data())
def test_every_time_offered_is_accepted_free_and_offered_once(data: st.DataObject) -> None:
    calendar, now = data.draw(calendars()), data.draw(moments())
    busy = data.draw(busy_times(now))
    free = rules.free_of(busy, Span(now, now + 20 * DAY))
    offered = list(rules.fits(calendar, free, minutes=calendar.min_minutes, now=now, after=now))
    assert offered == sorted(set(offered))
    for span in offered:
        assert accepted(calendar, span, now), span
        assert not any(rules.occupied(span, calendar).overlaps(other) for other in busy)


@settings(max_examples=200)
@given(calendars(), moments())
def test_open_windows_are_the_hours_of_each_day_joined_over_midnight(calendar: SlotRules, now: datetime) -> None:
    first, last = rules.legal_day(now), rules.legal_day(now + 9 * DAY)
    windows = rules.open_windows(calendar.hours, first, last)
    days = [first + count * DAY for count in range(10)]
    expected = sum(end - begin for day in days for begin, end in calendar.hours[day.weekday()])
    assert sum(window.minutes for window in windows) == expected
    for before, after in itertools.pairwise(windows):
        assert before.until_at < after.from_at


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 900)), max_size=8), moments())
def test_what_is_free_and_what_is_busy_make_the_whole(pairs: list[tuple[int, int]], now: datetime) -> None:
    within = Span(now, now + 3 * DAY)
    busy = sorted(Span(now + a * MINUTE, now + (a + b) * MINUTE) for a, b in pairs)
    free = rules.free_of(busy, within)
    for minute in range(0, 3 * MINUTES_IN_DAY, 17):
        point = Span(now + minute * MINUTE, now + (minute + 1) * MINUTE)
        is_busy = any(span.overlaps(point) for span in busy)
        is_free = any(span.from_at <= point.from_at and point.until_at <= span.until_at for span in free)
        assert is_free != is_busy or (is_busy and not is_free)


@given(moments(), st.integers(1, 10_000))
def test_a_time_is_split_at_midnight_and_nothing_is_lost(begin: datetime, minutes: int) -> None:
    span = Span(begin, begin + minutes * MINUTE)
    by_day = rules.minutes_by_day(span)
    assert sum(by_day.values()) == minutes
    assert all(0 < count <= MINUTES_IN_DAY for count in by_day.values())
    assert min(by_day) == rules.legal_day(begin)


@given(moments(), st.lists(st.tuples(st.integers(0, 14), st.integers(1, 8)), max_size=12))
def test_who_is_never_refused_never_passes_the_limits(now: datetime, wishes: list[tuple[int, int]]) -> None:
    limits = Limits(day_minutes_max=240, week_minutes_max=600, open_bookings_max=5)
    held: list[Span] = []
    for day, halves in wishes:
        begin = at(rules.legal_day(now) + (day + 1) * DAY, 23 * 60)
        span = Span(begin, begin + halves * 30 * MINUTE)
        if any(span.overlaps(other) for other in held):
            continue
        try:
            rules.refuse_over_limits(limits, span, held, now=now)
        except Refusal:
            continue
        held.append(span)
    days: dict[date, int] = {}
    weeks: dict[date, int] = {}
    for span in held:
        for on, count in rules.minutes_by_day(span).items():
            days[on] = days.get(on, 0) + count
            weeks[rules.monday(on)] = weeks.get(rules.monday(on), 0) + count
    assert max(days.values(), default=0) <= 240
    assert max(weeks.values(), default=0) <= 600
    assert len(held) <= 5


@pytest.mark.parametrize("zone", [UTC, LEGAL_ZONE])
def test_the_legal_day_decides_whatever_zone_the_time_was_given_in(zone: object) -> None:
    """00:30 in Beijing on the first is still the last of the month before in Greenwich."""
    begin = at(date(2025, 2, 1), 30).astimezone(zone)  # type: ignore[arg-type]
    rules.refuse_unfit(terms(hours=ALWAYS), Span(begin, begin + 60 * MINUTE), now=at(date(2025, 1, 31)))


def test_a_day_in_beijing_always_has_as_many_minutes() -> None:
    days = [date(2024, 1, 1) + count * DAY for count in range(800)]
    assert {at(day + DAY) - at(day) for day in days} == {DAY}


NIGHT = terms(hours=(((540, 1_080),),) * 7, overnight=True, max_minutes=1_440)


@pytest.mark.parametrize(
    ("begin", "end", "fits"),
    [
        (1_020, 1_440 + 600, True),  # put in at five, taken out at ten next morning
        (1_020, 1_440 + 300, False),  # nobody there at five in the morning
        (1_140, 1_440 + 600, False),  # nobody there at seven in the evening
        (1_080, 1_440 + 600, False),  # they close at six
        (1_050, 1_440 + 1_020, True),  # 17:30 to 17:00 next day
    ],
)
@pytest.mark.parametrize("day", DAYS)
def test_over_night_somebody_is_there_when_it_begins_and_when_it_ends(
    day: date, begin: int, end: int, fits: bool
) -> None:
    span = Span(at(day, begin), at(day, end))
    assert accepted(NIGHT, span, at(day)) is fits
    assert not accepted(replace(NIGHT, overnight=False), span, at(day))


@pytest.mark.parametrize("day", DAYS)
def test_round_the_clock_a_booking_may_run_over_midnight_and_over_the_month(day: date) -> None:
    span = Span(at(day, 1_380), at(day + DAY, 60))
    assert accepted(terms(hours=ALWAYS), span, at(day))


FRIDAY = date(2025, 3, 14)
LUNCH = Span(at(FRIDAY, 690), at(FRIDAY, 810))
REFUSED = [
    (terms(), Span(at(FRIDAY, 600), at(FRIDAY, 600)), "times_reversed"),
    (terms(), Span(at(FRIDAY, 480), at(FRIDAY, 540)), "in_the_past"),
    (terms(), Span(at(FRIDAY, 615), at(FRIDAY, 660)), "off_grid"),
    (terms(notice_minutes=240), Span(at(FRIDAY, 600), at(FRIDAY, 660)), "too_short_notice"),
    (terms(horizon_days=2), Span(at(FRIDAY + 3 * DAY, 600), at(FRIDAY + 3 * DAY, 660)), "beyond_horizon"),
    (terms(min_minutes=60), Span(at(FRIDAY, 600), at(FRIDAY, 630)), "too_short"),
    (terms(max_minutes=60), Span(at(FRIDAY, 600), at(FRIDAY, 690)), "too_long"),
    (terms(), LUNCH, "outside_hours"),
    (terms(), Span(at(FRIDAY + DAY, 600), at(FRIDAY + DAY, 660)), "outside_hours"),
]


@pytest.mark.parametrize(("calendar", "span", "code"), REFUSED, ids=[code for *_, code in REFUSED])
def test_each_rule_refuses_by_its_own_name_with_a_remedy(calendar: SlotRules, span: Span, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rules.refuse_unfit(calendar, span, now=at(FRIDAY, 540))
    assert refusal.value.code == f"bookings.{code}"
    assert refusal.value.remedy


def test_several_instruments_are_free_together_only_when_each_is() -> None:
    now = at(FRIDAY, 480)
    whole = Span(now, now + 10 * DAY)
    first = rules.free_of([Span(at(FRIDAY, 480), at(FRIDAY, 600))], whole)
    second = rules.free_of([Span(at(FRIDAY, 600), at(FRIDAY, 690))], whole)
    found = rules.first_fit_of_all([(terms(), first), (terms(), second)], minutes=60, now=now, after=now)
    assert found == Span(at(FRIDAY, 780), at(FRIDAY, 840))  # half an hour before noon is too short, lunch is closed


MEASURE = Measure(strikes_max=2, strike_days=30, stop_days=14)


@pytest.mark.parametrize(
    ("days_ago", "stopped"),
    [([1], False), ([1, 2], True), ([1, 40], False), ([13, 14], True), ([15, 16], False), ([1, 10, 20], True)],
)
def test_two_no_shows_in_a_month_stop_somebody_for_two_weeks(days_ago: list[int], stopped: bool) -> None:
    now = at(FRIDAY, 600)
    until = rules.stopped_until(MEASURE, [now - count * DAY for count in days_ago])
    assert (until is not None and now < until) is stopped


def test_without_a_measure_nobody_is_stopped() -> None:
    assert rules.stopped_until(Measure(), [at(FRIDAY)] * 9) is None


HOURS_WRONG = [
    [[[600, 540]]] + [[]] * 6,
    [[[540, 600], [570, 700]]] + [[]] * 6,
    [[[540, 1_500]]] + [[]] * 6,
    [[[545, 600]]] + [[]] * 6,
    [[]] * 6,
]


@pytest.mark.parametrize(
    "week", HOURS_WRONG, ids=["reversed", "overlapping", "past midnight", "off the grid", "six days"]
)
def test_hours_that_cannot_be_are_refused(week: list[list[list[int]]]) -> None:
    with pytest.raises(rules.HoursUnreadable):
        rules.read_hours(week, granularity=30)
