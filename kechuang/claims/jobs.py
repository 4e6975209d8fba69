"""What time does to claims: found here, each handled by a command. Run late or twice, the effect is the same one."""

from datetime import datetime

from kechuang.claims import commands
from kechuang.claims.queries import in_state, unclaimed_overdue
from kechuang.claims.states import CORRECTION, ClaimState
from kechuang.deadlines.queries import overdue_subjects
from kechuang.kernel.actor import CLOCK
from kechuang.notices.queries import gates
from kechuang.screening.commands import tax_bureau
from kechuang.ui import clock


def run_gates(*, now: datetime) -> int:
    """Claims whose notice has run pass the gate, or are refused when an objection was upheld."""
    ids = in_state(ClaimState.IN_NOTICE)
    behind = gates(ids, on=clock.day(now))
    ripe = [one for one in ids if one in behind and (behind[one].passed or behind[one].upheld)]
    return sum(commands.pass_gate(CLOCK, claim_id=claim_id, now=now).state != ClaimState.IN_NOTICE for claim_id in ripe)


def run_corrections(*, now: datetime) -> int:
    """Claims that were not corrected in time count as taken back."""
    ids = in_state(ClaimState.RETURNED, within=overdue_subjects(CORRECTION, on=clock.day(now)))
    for claim_id in ids:
        commands.lapse(CLOCK, claim_id=claim_id, now=now)
    return len(ids)


def run_unclaimed(*, now: datetime) -> int:
    """What was offset and not claimed in time goes where the terms say."""
    ids = unclaimed_overdue(on=clock.day(now))
    for order_id in ids:
        commands.settle_unclaimed(CLOCK, order_id=order_id, now=now)
    return len(ids)


def run_rechecks(*, now: datetime) -> int:
    """Paid invoices are asked about again on their days; answers how many were due."""
    return commands.recheck_paid(now=now) if tax_bureau() else 0


def run_screening(*, now: datetime) -> int:
    """From time to time all claims of a year are screened against one another; answers how many findings are new."""
    return commands.screen_due(now=now)
