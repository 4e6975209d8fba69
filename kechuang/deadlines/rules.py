"""How a clock stops and goes on (中止、恢复). Pure; the counting itself is `kernel.workdays`."""

from dataclasses import replace
from datetime import date, timedelta

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop
from kechuang.kernel.workdays import Due, Length, Unit, Workdays, due


class NoRunningClock(Refusal):
    code = "deadlines.no_running_clock"
    text = gettext_noop("该事项没有正在计时的时限")
    remedy = gettext_noop("请刷新页面查看最新状态")


class YearIncomplete(Refusal):
    code = "deadlines.year_incomplete"
    text = gettext_noop("{day} 不属于 {year} 年")
    remedy = gettext_noop("请逐日核对国务院办公厅通知后重新录入")
    field = "days"
    status = 422


def remaining(at: date, due_on: date, unit: Unit, calendar: Workdays) -> int:
    """How many units are left after `at` up to and with `due_on`; 0 when overdue."""
    if due_on <= at:
        return 0
    return calendar.left(at, due_on) if unit is Unit.WORKING_DAYS else (due_on - at).days


def due_after(resumed_on: date, left: int, length: Length, calendar: Workdays) -> Due:
    """The new last day when a clock with `left` units goes on. The day of resuming is not counted."""
    return due(resumed_on, replace(length, count=left, first_day_counts=False), calendar)


def suspension_ends(suspended_on: date, cap_days: int) -> date:
    """The day on which a suspended clock goes on by itself: returning for correction cannot stop time (T20)."""
    return suspended_on + timedelta(days=cap_days)
