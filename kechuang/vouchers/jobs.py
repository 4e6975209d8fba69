"""Work of the clock: vouchers whose last day is over (到期作废), and a word before it comes."""

from datetime import datetime, timedelta

from kechuang.kernel.actor import CLOCK
from kechuang.ui import clock
from kechuang.vouchers import commands
from kechuang.vouchers.queries import expired, expiring, of_merged
from kechuang.vouchers.states import REMIND_DAYS


def run_expiry(*, now: datetime) -> int:
    """Expires what has run out, a batch at a time; run twice or late it does the same once. Answers how many."""
    done = 0
    while ids := expired(on=clock.day(now)):
        done += commands.expire_all(ids, now=now)
    return done


def run_reminders(*, now: datetime) -> int:
    """Tells holders of vouchers that end within `REMIND_DAYS`, each once. Answers how many."""
    on = clock.day(now)
    ids = expiring(until=on + timedelta(days=REMIND_DAYS), on=on)
    return sum(commands.remind(voucher_id=voucher_id, now=now) for voucher_id in ids)


def run_mergers(*, now: datetime) -> int:
    """Vouchers of merged holders go on with who took them over (合并承继). Answers how many."""
    found = of_merged(on=clock.day(now))
    for voucher_id, to_party in found:
        commands.carry_over(CLOCK, voucher_id=voucher_id, to_party=to_party, now=now)
    return len(found)
