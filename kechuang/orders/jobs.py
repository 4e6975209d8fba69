"""Work of the clock: what happens to an order when somebody's time has run out (逾期), or a provider's admission."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.orders import commands
from kechuang.orders.queries import due, of_merged, to_close_after_revocation, without_their_time
from kechuang.ui import clock


def run_time_outs(*, now: datetime) -> int:
    """Lapse, acceptance, mediation, settling: each order once, however often or late this runs. Answers how many."""
    done = 0
    while ids := due(on=clock.day(now)):
        for order_id in ids:
            commands.time_out(CLOCK, order_id=order_id, now=now)
        done += len(ids)
    return done


def run_revocations(*, now: datetime) -> int:
    """Ends the open orders of providers whose admission was revoked, as each order's terms say. Answers how many."""
    found = to_close_after_revocation(on=clock.day(now))
    for order_id, reason in found:
        commands.close_revoked(CLOCK, order_id=order_id, reason=reason, now=now)
    return len(found)


def run_mergers(*, now: datetime) -> int:
    """Orders of merged sides go on with who took them over (合并承继). Answers how many."""
    found = of_merged(on=clock.day(now))
    for order_id in found:
        commands.carry_over(CLOCK, order_id=order_id, now=now)
    return len(found)


def run_without_their_time(*, now: datetime) -> int:
    """Ends open orders whose booking was refused or lapsed (预约未成). Answers how many."""
    found = without_their_time()
    for order_id, reason in found:
        commands.terminate(CLOCK, order_id=order_id, reason=reason, now=now)
    return len(found)
