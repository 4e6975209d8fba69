"""Clocks that ran out: found here, each handled by a command. Run late or twice, the effect is the same one."""

from datetime import datetime

from kechuang.deadlines import commands, queries
from kechuang.ui import clock


def run_suspensions(*, now: datetime) -> int:
    """Suspensions that reached their cap end (T20)."""
    ids = queries.to_resume(on=clock.day(now))
    for deadline_id in ids:
        commands.resume_by_cap(deadline_id, now=now)
    return len(ids)


def run_escalations(*, now: datetime) -> int:
    """Overdue clocks of offices are reported upward once each, in the order in which they fell due (I9)."""
    return sum(commands.escalate(name, now=now) is not None for name in queries.to_escalate(on=clock.day(now)))


def run_reminders(*, now: datetime) -> int:
    """Whom a clock waits for is reminded once before its last day."""
    return sum(commands.remind(name, now=now) for name in queries.to_remind(on=clock.day(now)))
