"""What time does to subsidies: found here, each handled by a command. Run late or twice, the effect is the same one."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.notices.queries import gates
from kechuang.subsidies import commands
from kechuang.subsidies.queries import in_notice, in_payout
from kechuang.subsidies.states import StatementState, SubsidyState
from kechuang.ui import clock


def run_gates(*, now: datetime) -> int:
    """Statements whose notice has run are owed and to be paid, or refused when an objection was upheld."""
    ids = in_notice()
    behind = gates(ids, on=clock.day(now)) if ids else {}
    ripe = [one for one in ids if one in behind and (behind[one].passed or behind[one].upheld)]
    done = [commands.pass_gate(CLOCK, statement_id=one, now=now).state for one in ripe]
    return sum(state != StatementState.IN_NOTICE for state in done)


def run_endings(*, now: datetime) -> int:
    """Settlements whose every statement has ended are done."""
    done = [commands.finish(CLOCK, settlement_id=one, now=now).state for one in in_payout()]
    return sum(state == SubsidyState.CLOSED for state in done)
