"""Work of the clock: telling what has changed, ending what counts no more."""

from datetime import datetime

from kechuang.credit import commands
from kechuang.credit.queries import events_spent, spent
from kechuang.kernel.actor import CLOCK
from kechuang.parties.queries import account_changes_to_tell
from kechuang.ui import clock


def run_account_changes(*, now: datetime) -> int:
    """Tells the old contacts of payee accounts that were confirmed since the last run."""
    found = account_changes_to_tell()
    for change in found:
        commands.tell_account_change(change, now=now)
    return len(found)


def run_spent_records(*, now: datetime) -> int:
    """Credit records whose time is over count no more (信用记录期满). Answers how many."""
    done = 0
    while found := spent(on=clock.day(now)):
        for record_id in found:
            commands.spend(CLOCK, record_id=record_id, now=now)
        done += len(found)
    return done


def run_spent_events(*, now: datetime) -> int:
    """Credit events whose time is over count no more (信用事件期满). Answers how many."""
    done = 0
    while found := events_spent(on=clock.day(now)):
        for event_id in found:
            commands.spend_event(CLOCK, event_id=event_id, now=now)
        done += len(found)
    return done
