"""Which times of one instrument may be booked (时段规则): pure, over a calendar's rules and what is free."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from kechuang.bookings.rules import refusals
from kechuang.bookings.rules.refusals import legal_day, when
from kechuang.bookings.states import (
    CACHED,
    DAYS_IN_WEEK,
    DAYS_MOST,
    LEGAL_ZONE,
    MINUTES_IN_DAY,
    MINUTES_IN_HOUR,
    SECONDS_IN_MINUTE,
    START_EARLY_MINUTES,
    WEEKDAY_LABELS,
)

Hours = tuple[tuple[tuple[int, int], ...], ...]
ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time, its end exclusive."""

    from_at: datetime
    until_at: datetime

    @property
    def minutes(self) -> int:
        return int((self.until_at - self.from_at).total_seconds()) // SECONDS_IN_MINUTE

    @property
    def in_words(self) -> str:
        return f"{when(self.from_at)} – {when(self.until_at)}"

    def overlaps(self, other: "Span") -> bool:
        return self.from_at < other.until_at and other.from_at < self.until_at


@dataclass(frozen=True, slots=True)
class SlotRules:
    """The rules of one calendar that decide on times. Minutes of a day run from midnight in Beijing."""

    hours: Hours
    overnight: bool
    granularity_minutes: int
    min_minutes: int
    max_minutes: int
    gap_minutes: int
    notice_minutes: int
    horizon_days: int

    def length(self, minutes: int) -> int | None:
        """The least bookable length that holds `minutes`; None when it would be too long."""
        grain = self.granularity_minutes
        least = max(minutes, self.min_minutes)
        rounded = -(-least // grain) * grain
        return rounded if rounded <= self.max_minutes else None

    def earliest(self, now: datetime) -> datetime:
        return now + timedelta(minutes=self.notice_minutes)

    def last_day(self, now: datetime) -> date:
        return legal_day(now) + timedelta(days=self.horizon_days)


def occupied(span: Span, terms: SlotRules) -> Span:
    """What a booking keeps others from: its time and the gap after it (清场)."""
    return Span(span.from_at, span.until_at + timedelta(minutes=terms.gap_minutes))


def refuse_unfit(terms: SlotRules, span: Span, *, now: datetime) -> None:
    """Raises why a time is not one that the calendar offers, whatever else is booked."""
    refuse_reversed(span)
    if span.from_at < now:
        raise refusals.InThePast(now=when(now))
    refuse_far(span, now=now)
    _refuse_off_grid(terms, span)
    if span.from_at < terms.earliest(now):
        raise refusals.TooShortNotice(
            minutes=terms.notice_minutes, earliest=when(ceiling(terms.earliest(now), terms.granularity_minutes))
        )
    if legal_day(span.from_at) > terms.last_day(now):
        raise refusals.BeyondHorizon(horizon_days=terms.horizon_days, last_on=terms.last_day(now).isoformat())
    if span.minutes < terms.min_minutes:
        raise refusals.TooShort(minutes=terms.min_minutes)
    if span.minutes > terms.max_minutes:
        raise refusals.TooLong(minutes=terms.max_minutes)
    if not within_hours(terms, span):
        raise refusals.OutsideHours(hours=hours_in_words(terms.hours, legal_day(span.from_at)))


def refuse_reversed(span: Span) -> None:
    if span.until_at <= span.from_at:
        raise refusals.TimesReversed()


def refuse_far(span: Span, *, now: datetime) -> None:
    """Nothing is arranged for a time that no calendar reaches: a mistyped year is refused before anybody counts with it."""
    if span.until_at > now + DAYS_MOST * ONE_DAY:
        raise refusals.BeyondHorizon(horizon_days=DAYS_MOST, last_on=legal_day(now + DAYS_MOST * ONE_DAY).isoformat())


def _refuse_off_grid(terms: SlotRules, span: Span) -> None:
    grain = terms.granularity_minutes
    fit = Span(ceiling(span.from_at, grain), ceiling(span.until_at, grain))
    if fit != span:
        raise refusals.OffGrid(minutes=grain, from_=when(fit.from_at), until=when(fit.until_at))


def within_hours(terms: SlotRules, span: Span) -> bool:
    """Whether somebody is there: all the time, or, over night, when it begins and when it ends."""
    windows = open_windows(terms.hours, legal_day(span.from_at), legal_day(span.until_at))
    if not terms.overnight:
        return any(window.from_at <= span.from_at and span.until_at <= window.until_at for window in windows)
    begins = any(window.from_at <= span.from_at < window.until_at for window in windows)
    return begins and any(window.from_at < span.until_at <= window.until_at for window in windows)


@lru_cache(maxsize=CACHED)
def open_windows(hours: Hours, first: date, last: date) -> tuple[Span, ...]:
    """The open hours from the midnight that begins `first` to the one that ends `last`, joined over midnight."""
    found: list[Span] = []
    day = first
    while day <= last:
        midnight = datetime.combine(day, time(), LEGAL_ZONE)
        for begin, end in hours[day.weekday()]:
            span = Span(midnight + begin * ONE_MINUTE, midnight + end * ONE_MINUTE)
            if found and found[-1].until_at == span.from_at:
                span = Span(found.pop().from_at, span.until_at)
            found.append(span)
        day += ONE_DAY
    return tuple(found)


def ceiling(instant: datetime, grain: int) -> datetime:
    """The first point of the grid, counted from midnight in Beijing, that is not before `instant`."""
    local = instant.astimezone(LEGAL_ZONE)
    midnight = datetime.combine(local.date(), time(), LEGAL_ZONE)
    step = timedelta(minutes=grain)
    return min(midnight + -(-(local - midnight) // step) * step, midnight + ONE_DAY)


def first_fit(terms: SlotRules, free: Iterable[Span], *, minutes: int, now: datetime, after: datetime) -> Span | None:
    """The first bookable time of at least `minutes` in the free times given (in order), from `after` on."""
    return next(fits(terms, free, minutes=minutes, now=now, after=after), None)


def fits(terms: SlotRules, free: Iterable[Span], *, minutes: int, now: datetime, after: datetime) -> Iterator[Span]:
    """Every bookable time of that length on the grid, in order; each start once."""
    length = terms.length(minutes)
    if length is None:
        return
    earliest, grain = max(after, terms.earliest(now)), timedelta(minutes=terms.granularity_minutes)
    last_day = terms.last_day(now)
    for gap in free:
        for window in _starting_in(terms, gap, earliest, last_day):
            begin = ceiling(max(gap.from_at, window.from_at, earliest), terms.granularity_minutes)
            while begin < window.until_at and legal_day(begin) <= last_day:
                span = Span(begin, begin + length * ONE_MINUTE)
                if occupied(span, terms).until_at > gap.until_at:
                    break
                if (terms.overnight and within_hours(terms, span)) or span.until_at <= window.until_at:
                    yield span
                elif not terms.overnight:
                    break
                begin = ceiling(begin + grain, terms.granularity_minutes)


def _starting_in(terms: SlotRules, gap: Span, earliest: datetime, last_day: date) -> Iterator[Span]:
    first, last = legal_day(max(gap.from_at, earliest)), min(legal_day(gap.until_at), last_day)
    if first > last:
        return
    # A window that runs over midnight is read from the midnight before it, so that its length is seen whole.
    longest = terms.max_minutes // MINUTES_IN_DAY + 1
    for window in open_windows(terms.hours, first - ONE_DAY, last + longest * ONE_DAY):
        if window.until_at > max(gap.from_at, earliest) and window.from_at < gap.until_at:
            yield window


def first_fit_of_all(
    asked: Sequence[tuple[SlotRules, Sequence[Span]]], *, minutes: int, now: datetime, after: datetime
) -> Span | None:
    """The first time at which several instruments are free together, each by its own rules (组合预约)."""
    lengths = [terms.length(minutes) for terms, _free in asked]
    if not asked or None in lengths:
        return None
    longest = max(length for length in lengths if length is not None)
    start = after
    while True:
        found = [first_fit(terms, free, minutes=longest, now=now, after=start) for terms, free in asked]
        if any(span is None for span in found):
            return None
        latest = max(span for span in found if span is not None)
        if all(span == latest for span in found):
            return latest
        start = latest.from_at if latest.from_at > start else start + ONE_MINUTE


def free_of(busy: Iterable[Span], within: Span) -> list[Span]:
    """What is left of a time when what is occupied (in order of its beginning) is taken out."""
    free, begin = [], within.from_at
    for span in busy:
        if span.from_at > begin:
            free.append(Span(begin, min(span.from_at, within.until_at)))
        begin = max(begin, span.until_at)
        if begin >= within.until_at:
            return free
    return [*free, Span(begin, within.until_at)]


def is_late(from_at: datetime, *, cancel_minutes: int, now: datetime) -> bool:
    """Whether a cancellation comes within the window before the start (逾期取消)."""
    return now > from_at - timedelta(minutes=cancel_minutes)


def refuse_start(span: Span, *, now: datetime) -> None:
    if now < span.from_at - timedelta(minutes=START_EARLY_MINUTES):
        raise refusals.TooEarly(from_=when(span.from_at), until=when(span.until_at))
    if now >= span.until_at:
        raise refusals.TimeIsOver(until=when(span.until_at))


def read_hours(hours: Sequence[Sequence[Sequence[int]]], *, granularity: int) -> Hours:
    """A week of open hours, checked: in order, apart, within the day, on the grid."""
    read = tuple(tuple((int(span[0]), int(span[-1])) for span in day) for day in hours)
    if len(read) != DAYS_IN_WEEK:
        raise refusals.HoursUnreadable(weekday="")
    for label, day in zip(WEEKDAY_LABELS, read, strict=True):
        points = [point for span in day for point in span]
        off = any(point % granularity for point in points)
        if off or points != sorted(set(points)) or any(not 0 <= point <= MINUTES_IN_DAY for point in points):
            raise refusals.HoursUnreadable(weekday=label)
    return read


def hours_in_words(hours: Hours, day: date) -> str:
    """08:00–12:00、13:00–17:00 of one day; a dash when it is closed."""
    spans = hours[day.weekday()]
    return "、".join(f"{_clock(begin)}–{_clock(end)}" for begin, end in spans) or "—"


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, MINUTES_IN_HOUR)
    return f"{hour:02d}:{rest:02d}"
