"""Busy times from a carrier's own system (外部占用): which become blocks, which meet a booking that was there first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kechuang.bookings.rules.slots import Span, free_of
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class ConsentMissing(Refusal):
    code = "bookings.consent_missing"
    text = _("接入本单位系统的占用时段，须由本单位同意")
    remedy = _("请勾选同意；接入后可随时停止")
    field = "consents"
    status = 422


class SourceExists(Refusal):
    code = "bookings.source_exists"
    text = _("该仪器已接入同一来源")
    remedy = _("请先停止原来的接入")
    field = "address"


class SourceStopped(Refusal):
    code = "bookings.source_stopped"
    text = _("该接入已停止")
    remedy = _("请由机构重新接入，使用新的令牌")


class TooManyPushed(Refusal):
    code = "bookings.too_many_pushed"
    text = _("一次最多推送 {most} 个时段")
    remedy = _("请缩短时间范围，分次推送")
    status = 422


class PushUnreadable(Refusal):
    code = "bookings.push_unreadable"
    text = _("推送的时段有误：须有时区，结束晚于开始，并在所报时间范围之内")
    remedy = _("请更正第 {place} 个时段后重新推送；本次没有改动")
    field = "busy"
    status = 422


@dataclass(frozen=True, slots=True)
class Occupied:
    """What stands in a calendar already: a booking by its id, or a block ("")."""

    span: Span
    booking_id: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: blocks to make, spans of the source's own blocks to lift, bookings that were there first."""

    make: list[Span]
    lift: list[Span]
    conflicts: list[tuple[str, Span]]  # booking id, the outside time that met it


def planned(busy: Iterable[Span], *, own: Sequence[Span], there: Sequence[Occupied]) -> Plan:
    """Brings the blocks of one source to what it says now; who was there first stays (先到者保留).

    `own` are the source's blocks so far, `there` everything else in the calendar. What is left of a busy time beside
    earlier entries becomes blocks. The same again changes nothing.
    """
    wanted = joined(busy)
    occupied = joined(entry.span for entry in there)
    left = [piece for span in wanted for piece in free_of(_touching(occupied, span), span)]
    keep = set(left) & set(own)
    conflicts = [
        (entry.booking_id, span) for span in wanted for entry in there if entry.booking_id and entry.span.overlaps(span)
    ]
    return Plan(
        make=[span for span in left if span not in keep],
        lift=[span for span in own if span not in keep],
        conflicts=conflicts,
    )


def joined(spans: Iterable[Span]) -> list[Span]:
    """Times that overlap or touch as one, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.from_at <= found[-1].until_at:
            last = found.pop()
            span = Span(last.from_at, max(last.until_at, span.until_at))
        found.append(span)
    return found


def _touching(occupied: Sequence[Span], span: Span) -> list[Span]:
    return [Span(max(one.from_at, span.from_at), one.until_at) for one in occupied if one.overlaps(span)]


def refuse_unreadable(busy: Sequence[Span], *, within: Span) -> None:
    """What is pushed must be times, all within the period that the push speaks of."""
    for place, span in enumerate(busy, 1):
        aware = span.from_at.tzinfo is not None and span.until_at.tzinfo is not None
        if not aware or span.until_at <= span.from_at or not _inside(span, within):
            raise PushUnreadable(place=place)


def _inside(span: Span, within: Span) -> bool:
    return within.from_at <= span.from_at and span.until_at <= within.until_at


def clipped(span: Span, *, now: datetime) -> Span | None:
    """The part that is still to come; None when it is over."""
    begin = max(span.from_at, now)
    return Span(begin, span.until_at) if begin < span.until_at else None
