"""What time does to certificates of priority: found here, each handled by a command. Run late or twice, the effect is the same one."""

from datetime import datetime

from kechuang.evaluation import commands
from kechuang.evaluation.queries import forfeited, holding
from kechuang.kernel.actor import CLOCK
from kechuang.ui import clock


def run_revocations(*, now: datetime) -> int:
    """Certificates of carriers that a list names, or that have left their register, are revoked with the reason."""
    on = clock.day(now)
    lost = forfeited(holding(on=on), on=on)
    for priority_id, reason in sorted(lost.items()):
        commands.revoke_priority(CLOCK, priority_id=priority_id, reason=reason, now=now)
    return len(lost)
