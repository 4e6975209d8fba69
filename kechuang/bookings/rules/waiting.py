"""The wait list (候补): what may be waited for, and for how long a freed time is kept for the first."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kechuang.bookings.rules.refusals import when
from kechuang.bookings.rules.slots import ONE_MINUTE, Span
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class WindowTooShort(Refusal):
    code = "bookings.wait_window_too_short"
    text = _("候补的时间范围须在将来，且不短于 {minutes} 分钟")
    remedy = _("请放宽时间范围或缩短时长")
    field = "wanted_until_at"
    status = 422


class LengthNotOffered(Refusal):
    code = "bookings.wait_length"
    text = _("该仪器每次预约 {least} 至 {most} 分钟")
    remedy = _("请改时长")
    field = "minutes"
    status = 422


class StillFree(Refusal):
    code = "bookings.still_free"
    text = _("所选范围内现在就有空闲时段：{next_free}")
    remedy = _("不必候补，可直接预约")
    field = "wanted_from_at"


class AlreadyWaiting(Refusal):
    code = "bookings.already_waiting"
    text = _("您已在候补同一台仪器的同一时间范围")
    remedy = _("请在“我的预约”中查看")


class OfferOver(Refusal):
    code = "bookings.offer_over"
    text = _("递补时段须在 {answer_by} 之前答复，现已转给下一位")
    remedy = _("您仍在候补名单中，有新的空出时段会再通知")


def refuse_window(wanted: Span, *, minutes: int, now: datetime) -> None:
    """A window must lie ahead and be long enough for what is wanted."""
    begin = max(wanted.from_at, now)
    if wanted.until_at - begin < minutes * ONE_MINUTE:
        raise WindowTooShort(minutes=minutes)


def first_wanted(free: Iterable[Span], *, wanted: Span, turned_down: Sequence[Sequence[str]]) -> Span | None:
    """The first free time within the window that was not offered and turned down before (递补时段)."""
    known = {tuple(pair) for pair in turned_down}
    for span in free:
        inside = wanted.from_at <= span.from_at and span.until_at <= wanted.until_at
        if inside and as_kept(span) not in known:
            return span
    return None


def as_kept(span: Span) -> tuple[str, str]:
    """How a time that was offered is remembered."""
    return when(span.from_at), when(span.until_at)


def answer_by(span: Span, *, offer_minutes: int, now: datetime) -> datetime:
    """Until when the first may answer: the calendar's time, at the latest until the slot begins."""
    return min(now + timedelta(minutes=offer_minutes), span.from_at)
