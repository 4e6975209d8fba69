"""What is free (空闲时段): the next bookable time of many instruments in a few statements, whatever is booked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from kechuang.bookings.models import Calendar
from kechuang.bookings.rules import (
    Hours,
    Limits,
    Measure,
    SlotRules,
    Span,
    first_fit,
    first_fit_of_all,
    fits,
)
from kechuang.bookings.states import CACHED, GAPS_READ, NEXT_FREE_DAYS, CalendarState
from kechuang.catalog.states import OfferState
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import run

# Gaps between active slots of each instrument, from a sentinel at the beginning on. With a limit the gap after the
# last slot read is not known, and is left out.
_GAPS = """
    SELECT i.id, g.begins, g.ends FROM unnest(%(ids)s::text[]) AS i(id) CROSS JOIN LATERAL (
        SELECT s.until_at AS begins, coalesce(lead(s.from_at) OVER (ORDER BY s.from_at, s.until_at),
            CASE WHEN count(*) OVER () > %(most)s THEN s.until_at ELSE %(until)s::timestamptz END) AS ends
        FROM (
            SELECT %(after)s::timestamptz AS from_at, %(after)s::timestamptz AS until_at
            UNION ALL (
                SELECT greatest(from_at, %(after)s::timestamptz), until_at FROM bookings_slot
                WHERE instrument_id = i.id AND active AND until_at > %(after)s AND from_at < %(until)s
                    AND booking_id IS DISTINCT FROM %(without)s
                ORDER BY until_at LIMIT %(most)s
            )
        ) s
    ) g WHERE g.ends - g.begins >= %(least)s ORDER BY i.id, g.begins"""


def terms_of(calendar: Calendar) -> SlotRules:
    """The part of a calendar's rules that decides on times."""
    return SlotRules(
        hours=_hours(calendar.hours),
        overnight=calendar.overnight,
        granularity_minutes=calendar.granularity_minutes,
        min_minutes=calendar.min_minutes,
        max_minutes=calendar.max_minutes,
        gap_minutes=calendar.gap_minutes,
        notice_minutes=calendar.notice_minutes,
        horizon_days=calendar.horizon_days,
    )


def limits_of(calendar: Calendar) -> Limits:
    return Limits(calendar.day_minutes_max, calendar.week_minutes_max, calendar.open_bookings_max)


def measure_of(calendar: Calendar) -> Measure:
    return Measure(calendar.strikes_max, calendar.strike_days, calendar.stop_days)


def next_free(
    instrument_ids: Iterable[str], *, minutes: int, after: datetime, now: datetime | None = None
) -> dict[str, Span | None]:
    """The next bookable time of each instrument (最近空闲); None where there is none, or no calendar that takes bookings.

    At most four statements, whatever the number of instruments and bookings.
    """
    ids = list(dict.fromkeys(instrument_ids))
    until = after + timedelta(days=NEXT_FREE_DAYS)
    return {**dict.fromkeys(ids), **_first_fits(ids, minutes=minutes, after=after, until=until, now=now or after)}


def free_within(
    instrument_ids: Iterable[str], from_: datetime, until: datetime, *, minutes: int = 0, now: datetime | None = None
) -> frozenset[str]:
    """Which instruments have a bookable time within a period (本周有空). At most four statements."""
    return frozenset(_first_fits(instrument_ids, minutes=minutes, after=from_, until=until, now=now or from_))


def _first_fits(
    instrument_ids: Iterable[str], *, minutes: int, after: datetime, until: datetime, now: datetime
) -> dict[str, Span]:
    """The first fit of each that has one: most find theirs in their first gaps, the rest are read further."""
    left, found = _open_terms(instrument_ids), dict[str, Span]()
    for most in GAPS_READ:
        gaps = free_gaps(list(left), after=after, until=until, minutes=minutes, most=most)
        for instrument_id, free in gaps.items():
            span = first_fit(left[instrument_id], free, minutes=minutes, now=now, after=after)
            if span is not None:
                found[instrument_id] = span
                del left[instrument_id]
        if not left:
            break
    return found


def free_starts(calendar: Calendar, *, minutes: int, from_: datetime, until: datetime, now: datetime) -> list[Span]:
    """Every bookable time of a length in a period, on the grid: the choices of a form (可选时段). One statement."""
    terms = terms_of(calendar)
    end = until + timedelta(minutes=calendar.max_minutes + calendar.gap_minutes)
    gaps = free_gaps([calendar.instrument_id], after=from_, until=end, minutes=minutes)
    found = fits(terms, gaps.get(calendar.instrument_id, []), minutes=minutes, now=now, after=from_)
    return [span for span in found if span.from_at < until]


def next_free_of_all(
    calendars: Sequence[Calendar], *, minutes: int, after: datetime, now: datetime, without: str = ""
) -> Span | None:
    """The next time at which all of these are free together (组合预约). One statement."""
    until = after + timedelta(days=NEXT_FREE_DAYS)
    ids = [calendar.instrument_id for calendar in calendars]
    gaps = free_gaps(ids, after=after, until=until, minutes=minutes, without=without)
    asked = [(terms_of(calendar), gaps.get(calendar.instrument_id, [])) for calendar in calendars]
    return first_fit_of_all(asked, minutes=minutes, now=now, after=after)


def free_gaps(
    instrument_ids: Sequence[str],
    *,
    after: datetime,
    until: datetime,
    minutes: int,
    most: int | None = None,
    without: str = "",
) -> Mapping[str, list[Span]]:
    """What is not occupied of each instrument, in order, at least so long; `without` one booking's own. One statement."""
    if not instrument_ids:
        return {}
    asked: dict[str, Any] = {
        "ids": list(instrument_ids),
        "after": after,
        "until": until,
        "least": timedelta(minutes=minutes),
        "most": most,
        "without": without,
    }
    found: dict[str, list[Span]] = {}
    for instrument_id, begins, ends in run(_GAPS, asked, prepare=False):  # what is asked decides the plan
        found.setdefault(instrument_id, []).append(Span(begins, ends))
    return found


_TERMS = (
    "overnight", "granularity_minutes", "min_minutes", "max_minutes", "gap_minutes", "notice_minutes", "horizon_days",
)  # fmt: skip


def _open_terms(instrument_ids: Iterable[str]) -> dict[str, SlotRules]:
    """The rules of the calendars that take bookings; most have the hours of another, which are read once."""
    return {
        instrument_id: SlotRules(_read(hours), **dict(zip(_TERMS, rest, strict=True)))
        for instrument_id, hours, *rest in _written_terms(list(instrument_ids))
    }


@compiled
def _written_terms(instrument_ids: list[str]) -> QuerySet[Calendar, tuple[Any, ...]]:
    rows = Calendar.objects.filter(
        instrument_id__any=instrument_ids, state=CalendarState.OPEN, instrument__state=OfferState.OPEN
    )
    return rows.annotate(written=Cast("hours", TextField())).values_list("instrument_id", "written", *_TERMS)


@lru_cache(maxsize=CACHED)
def _read(written: str) -> Hours:
    return _hours(json.loads(written))


def _hours(week: list[list[list[int]]]) -> Hours:
    return tuple(tuple((begin, end) for begin, end in day) for day in week)
