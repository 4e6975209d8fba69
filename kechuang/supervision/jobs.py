"""What time does to supervision: found here, each handled by a command. Run late or twice, the effect is the same one."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.supervision import commands
from kechuang.supervision.queries import (
    complaints_to_lapse,
    halves_short,
    sanctions_to_lapse,
    to_follow,
    to_lapse,
    to_miss,
    to_void,
)
from kechuang.ui import clock


def run_holds(*, now: datetime) -> int:
    """Payouts that a case holds are stopped as soon as they are payable: in the round that lets them pass.

    What is asked back in full and was sent back by the bank is ended, so that nobody pays it once more.
    """
    found, back = to_follow(), to_void()
    for item_id in found:
        commands.follow(CLOCK, item_id=item_id, now=now)
    for clawback_id in back:
        commands.void(CLOCK, clawback_id=clawback_id, now=now)
    return len(found) + len(back)


def run_unanswered(*, now: datetime) -> int:
    """Cases, complaints and sanctions whose party did not answer in time go to who decides. Answers how many."""
    on = clock.day(now)
    cases, complaints, sanctions = to_lapse(on=on), complaints_to_lapse(on=on), sanctions_to_lapse(on=on)
    for case_id in cases:
        commands.lapse(CLOCK, case_id=case_id, now=now)
    for complaint_id in complaints:
        commands.lapse_complaint(CLOCK, complaint_id=complaint_id, now=now)
    for sanction_id in sanctions:
        commands.lapse_sanction(CLOCK, sanction_id=sanction_id, now=now)
    return len(cases) + len(complaints) + len(sanctions)


def run_rectifications(*, now: datetime) -> int:
    """Visits whose faults were not put right in time are marked so. Answers how many."""
    found = to_miss(on=clock.day(now))
    for visit_id in found:
        commands.miss(CLOCK, visit_id=visit_id, now=now)
    return len(found)


def run_halves(*, now: datetime) -> int:
    """Offices that have not drawn the least share of the half-year that is over get a clock. Answers how many got one."""
    found = halves_short(on=clock.day(now))
    for half in found:
        commands.start_half(half, now=now)
    return len(found)
