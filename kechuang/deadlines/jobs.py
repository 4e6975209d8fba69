"""Clocks that ran out: found here, each handled by a command. Run late or twice, the effect is the same one."""

from datetime import datetime

from kechuang.deadlines import commands
from kechuang.deadlines.models import Deadline
from kechuang.deadlines.states import DeadlineState
from kechuang.kernel.actor import Role
from kechuang.ui import clock


def run_suspensions(*, now: datetime) -> int:
    """Suspensions that reached their cap end (T20)."""
    over = Deadline.objects.filter(state=DeadlineState.SUSPENDED, suspended_until__lte=clock.day(now))
    ids = list(over.order_by("due_on", "id").values_list("id", flat=True))
    for deadline_id in ids:
        commands.resume_by_cap(deadline_id, now=now)
    return len(ids)


def run_escalations(*, to: Role, now: datetime) -> int:
    """Overdue clocks are reported upward once each, in the order in which they fell due (I9)."""
    over = Deadline.objects.filter(state=DeadlineState.RUNNING, due_on__lt=clock.day(now), escalated_at__isnull=True)
    ids = list(over.order_by("due_on", "id").values_list("id", flat=True))
    return sum(commands.escalate(deadline_id, to=to, now=now) is not None for deadline_id in ids)
