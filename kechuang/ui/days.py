"""Legal days in words (日期): which day it is, whether work is done on it, how much time is left."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime

from django.utils.translation import gettext as _

from kechuang.kernel.text import gettext_noop
from kechuang.kernel.workdays import Unit, Workdays
from kechuang.ui import clock

WEEKDAYS = (
    gettext_noop("周一"),
    gettext_noop("周二"),
    gettext_noop("周三"),
    gettext_noop("周四"),
    gettext_noop("周五"),
    gettext_noop("周六"),
    gettext_noop("周日"),
)
MONTHS = (
    gettext_noop("一月"),
    gettext_noop("二月"),
    gettext_noop("三月"),
    gettext_noop("四月"),
    gettext_noop("五月"),
    gettext_noop("六月"),
    gettext_noop("七月"),
    gettext_noop("八月"),
    gettext_noop("九月"),
    gettext_noop("十月"),
    gettext_noop("十一月"),
    gettext_noop("十二月"),
)
_SATURDAY = 5

_calendar: list[Callable[[], Workdays]] = []
_read: ContextVar[tuple[datetime, Workdays] | None] = ContextVar("calendar_read", default=None)


def read_calendar_from(source: Callable[[], Workdays]) -> None:
    """Names where the State Council's calendar is read; the frame stands below the room that keeps it."""
    _calendar[:] = [source]


def words(on: date, *, year: bool = False) -> str:
    """2月28日（周六·补班）; the year stands before it when it is not the running one, or when asked for."""
    mark = _mark(on)
    weekday = _(WEEKDAYS[on.weekday()])
    facts = {
        "year": on.year,
        "month": on.month,
        "day": on.day,
        "month_name": _(MONTHS[on.month - 1]),
        "weekday": f"{weekday}·{mark}" if mark else weekday,
    }
    if year or on.year != clock.today().year:
        return _("{year}年{month}月{day}日（{weekday}）").format(**facts)
    return _("{month}月{day}日（{weekday}）").format(**facts)


def moment(at: datetime) -> str:
    """An instant as a legal day with its time: 2月28日（周六·补班）14:05."""
    local = at.astimezone(clock.LEGAL_ZONE)
    return f"{words(local.date())} {local:%H:%M}"


def left(count: int | None, unit: Unit | str = Unit.WORKING_DAYS) -> str:
    """还剩 3 个工作日; what is overdue is said in words."""
    if count is None:
        return ""
    working = Unit(unit) is Unit.WORKING_DAYS
    if count > 0:
        return (_("还剩 {count} 个工作日") if working else _("还剩 {count} 天")).format(count=count)
    if count == 0:
        return _("今天到期")
    return (_("已超期 {count} 个工作日") if working else _("已超期 {count} 天")).format(count=-count)


def _mark(on: date) -> str:
    """补班 for a Saturday or Sunday that is worked, 放假 for a weekday that is not; nothing without a calendar."""
    if not _calendar:
        return ""
    working = _workdays().is_working(on)
    if working == (on.weekday() < _SATURDAY):
        return ""
    return _("补班") if working else _("放假")


def _workdays() -> Workdays:
    """The calendar, read once for the pinned instant of a request or job however many days it shows."""
    at, kept = clock.now(), _read.get()
    if kept is None or kept[0] is not at:
        kept = (at, _calendar[0]())
        _read.set(kept)
    return kept[1]
