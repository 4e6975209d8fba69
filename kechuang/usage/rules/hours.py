"""Which minutes of a day count, once each, and by what they are evidenced (机时). Pure: minutes of one day, 0 to 1440."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kechuang.usage.states import MINUTES_IN_DAY, Grade

Span = tuple[int, int]  # minutes of a day, the second exclusive


@dataclass(frozen=True, slots=True)
class Use:
    """One record's part of one day: all of the window when `exact`, else `minutes` somewhere within it."""

    record: str
    window: Span
    minutes: int
    grade: Grade
    external: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """What is counted: a span of the day, or minutes without a place; `record` is "" for metered time nobody registered."""

    span: Span | None
    minutes: int
    grade: Grade
    record: str
    external: bool


def lay(uses: Sequence[Use], metered: Iterable[Span]) -> list[Piece]:
    """The day's pieces: every minute at most once, grade A where the meter ran, the rest by the record's own grade.

    Records that say exactly when come first; the meter's other minutes go to records whose hours lie somewhere in a
    window, in their order, as far as they reach; what is left of the meter stands without a record.
    """
    left = merged(metered)
    pieces: list[Piece] = []
    for use in (one for one in uses if one.exact):
        inside = cut(left, use.window)
        pieces += [Piece(span, length(span), Grade.METER, use.record, use.external) for span in inside]
        rest = without([use.window], inside)
        pieces += [Piece(span, length(span), use.grade, use.record, use.external) for span in rest]
        left = without(left, [use.window])
    for use in (one for one in uses if not one.exact):
        taken = first_minutes(cut(left, use.window), use.minutes)
        pieces += [Piece(span, length(span), Grade.METER, use.record, use.external) for span in taken]
        left = without(left, taken)
        if rest_minutes := use.minutes - sum(map(length, taken)):
            pieces.append(Piece(None, rest_minutes, use.grade, use.record, use.external))
    return pieces + [Piece(span, length(span), Grade.METER, "", external=False) for span in left]


def free(window: Span, uses: Sequence[Use]) -> int:
    """How many minutes of a window are still to be had beside the day's uses."""
    taken = merged(one.window for one in uses if one.exact)
    open_minutes = sum(map(length, without([window], taken)))
    elsewhere = sum(one.minutes for one in uses if not one.exact)
    return max(min(open_minutes, MINUTES_IN_DAY - sum(map(length, taken)) - elsewhere), 0)


def spread(minutes: int, rooms: Sequence[int]) -> list[int] | None:
    """`minutes` over days with so much room each, from the first day on; None when they do not fit."""
    parts = []
    for room in rooms:
        part = min(minutes, room)
        parts.append(part)
        minutes -= part
    return None if minutes else parts


def runs(readings: Sequence[tuple[int, int]], *, threshold: int, gap: int) -> list[Span]:
    """When a meter shows work: between two readings at or above the threshold that are at most `gap` minutes apart.

    `readings` are (minute, watts) in the order of time; a minute read twice counts by its last reading.
    """
    spans = []
    for (start, watts), (end, then) in pairwise(readings):
        if watts >= threshold and then >= threshold and start < end <= start + gap:
            spans.append((start, end))
    return merged(spans)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same minutes as spans that neither overlap nor touch, in order."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def cut(spans: Iterable[Span], window: Span) -> list[Span]:
    """What of the spans lies in the window."""
    inside = ((max(start, window[0]), min(end, window[1])) for start, end in spans)
    return [(start, end) for start, end in inside if start < end]


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The spans less what is taken."""
    left = list(spans)
    for start, end in taken:
        left = [part for one in left for part in ((one[0], min(one[1], start)), (max(one[0], end), one[1]))]
        left = [part for part in left if part[0] < part[1]]
    return left


def first_minutes(spans: Iterable[Span], minutes: int) -> list[Span]:
    """The first so many minutes of the spans."""
    found = []
    for start, end in spans:
        if minutes <= 0:
            break
        end = min(end, start + minutes)
        found.append((start, end))
        minutes -= end - start
    return found


def length(span: Span) -> int:
    return span[1] - span[0]
