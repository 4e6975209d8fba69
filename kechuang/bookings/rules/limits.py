"""How much one person may book (每人限额), and what follows from not coming (爽约)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kechuang.bookings.rules import refusals
from kechuang.bookings.rules.refusals import legal_day, when
from kechuang.bookings.rules.slots import ONE_DAY, Span
from kechuang.bookings.states import LEGAL_ZONE


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one calendar, per person; 0 is no limit."""

    day_minutes_max: int = 0
    week_minutes_max: int = 0
    open_bookings_max: int = 0

    @property
    def any(self) -> bool:
        return bool(self.day_minutes_max or self.week_minutes_max or self.open_bookings_max)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a calendar does about no-shows: after so many within so many days, no booking for so many days."""

    strikes_max: int = 0
    strike_days: int = 0
    stop_days: int = 0


def minutes_by_day(span: Span) -> Counter[date]:
    """A time split at the midnights of Beijing: minutes per legal day."""
    found: Counter[date] = Counter()
    begin = span.from_at
    while begin < span.until_at:
        midnight = datetime.combine(legal_day(begin) + ONE_DAY, time(), LEGAL_ZONE)
        end = min(midnight, span.until_at)
        found[legal_day(begin)] += Span(begin, end).minutes
        begin = end
    return found


def monday(day: date) -> date:
    """The first day of the week a day is in."""
    return day - timedelta(days=day.weekday())


def refuse_over_limits(limits: Limits, wanted: Span, held: Sequence[Span], *, now: datetime) -> None:
    """Raises when `wanted` and what the same person holds of the instrument would pass a limit.

    A time over midnight counts on each of its days, one over Sunday's midnight in both weeks.
    """
    open_count = sum(span.until_at > now for span in held)
    if limits.open_bookings_max and open_count >= limits.open_bookings_max:
        raise refusals.TooManyOpen(count=open_count, most=limits.open_bookings_max)
    fresh = minutes_by_day(wanted)
    before = sum((minutes_by_day(span) for span in held), Counter[date]())
    for day, minutes in sorted(fresh.items()):
        if limits.day_minutes_max and before[day] + minutes > limits.day_minutes_max:
            raise refusals.OverDayLimit(day_on=day.isoformat(), held=before[day], minutes=limits.day_minutes_max)
    weeks, weeks_before = _by_week(fresh), _by_week(before)
    for week, minutes in sorted(weeks.items()):
        if limits.week_minutes_max and weeks_before[week] + minutes > limits.week_minutes_max:
            raise refusals.OverWeekLimit(
                week_on=week.isoformat(), held=weeks_before[week], minutes=limits.week_minutes_max
            )


def _by_week(days: Counter[date]) -> Counter[date]:
    found: Counter[date] = Counter()
    for day, minutes in days.items():
        found[monday(day)] += minutes
    return found


def stopped_until(measure: Measure, strikes: Iterable[datetime]) -> datetime | None:
    """Until when who did not come may not book, counted from the latest no-show; None when they may."""
    known = sorted(strikes)
    if not measure.strikes_max or len(known) < measure.strikes_max:
        return None
    latest = known[-1]
    counted = [strike for strike in known if strike > latest - timedelta(days=measure.strike_days)]
    if len(counted) < measure.strikes_max:
        return None
    return latest + timedelta(days=measure.stop_days)


def refuse_stopped(measure: Measure, strikes: Sequence[datetime], *, now: datetime) -> None:
    until = stopped_until(measure, strikes)
    if until is not None and now < until:
        raise refusals.StoppedForNoShows(count=len(strikes), until=when(until))
