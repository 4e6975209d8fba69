"""Looking again for those who saved a search."""

from datetime import datetime, timedelta

from kechuang.search import commands, queries
from kechuang.search.states import DICTIONARY_HOUR, SETTLED_MINUTES
from kechuang.ui import clock


def run_saved_searches(*, now: datetime) -> int:
    """Tells everybody of what is new for a search they saved; answers how many were told. Run twice, told once.

    What was written in the last minutes waits for the next run: it may belong to a transaction that is still open.
    """
    until = now - timedelta(minutes=SETTLED_MINUTES)
    told = 0
    while due := queries.due_searches(until=until):
        told += sum(bool(commands.notify(saved_id=saved_id, until=until, now=now)) for saved_id in due)
    return told


def run_dictionary(*, now: datetime) -> int:
    """At night the correction dictionary forgets names that nothing carries any more."""
    return commands.forget_words() if clock.hour(now) == DICTIONARY_HOUR else 0
