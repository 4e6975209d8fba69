"""Statutory time: working days with 调休, and days. Pure: the calendar comes in as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

_SATURDAY = 5
_DAY = timedelta(days=1)


class Unit(StrEnum):
    WORKING_DAYS = "working_days"  # 工作日
    DAYS = "days"  # 天（自然日）


@dataclass(frozen=True, slots=True)
class Workdays:
    """The State Council's calendar: years that are published, and the days that differ from Monday to Friday."""

    published: frozenset[int] = frozenset()
    exceptions: Mapping[date, bool] = field(default_factory=dict)  # day -> is it a working day

    def is_working(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < _SATURDAY)

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a year from `first` to `last` is not yet published (暂定)."""
        return any(year not in self.published for year in range(first.year, last.year + 1))

    def next_working(self, day: date) -> date:
        """`day`, or the first working day after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def left(self, today: date, due: date) -> int:
        """Working days after `today` up to and with `due`; negative when overdue."""
        if due < today:
            return -self.left(due, today)
        return sum(self.is_working(today + _DAY * n) for n in range(1, (due - today).days + 1))


@dataclass(frozen=True, slots=True)
class Length:
    """How long a clock runs: `count` of `unit`; each counting rule is a parameter of the pack."""

    count: int
    unit: Unit
    first_day_counts: bool = False
    ends_on_working_day: bool = True  # a last day that is no working day moves on


@dataclass(frozen=True, slots=True)
class Due:
    on: date  # the last day on which the act is in time
    provisional: bool  # 暂定: rests on a year whose holidays are not yet published


def due(start: date, length: Length, calendar: Workdays) -> Due:
    """The last day of a clock that starts on `start` (the day of receipt, not counted unless the terms say so)."""
    day = start - _DAY if length.first_day_counts else start
    if length.unit is Unit.WORKING_DAYS:
        for _ in range(length.count):
            day = calendar.next_working(day + _DAY)
    else:
        day += _DAY * length.count
        if length.ends_on_working_day:
            day = calendar.next_working(day)
    return Due(day, provisional=rests_on_calendar(length) and calendar.is_provisional(start, day))


def rests_on_calendar(length: Length) -> bool:
    """Whether the last day follows from the calendar: days that may move on do so too, those that may not never do."""
    return length.unit is Unit.WORKING_DAYS or length.ends_on_working_day
