"""Notices whose period has run."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.notices import commands, queries
from kechuang.ui import clock


def run_ends(*, now: datetime) -> int:
    """Ends notices whose last day has passed, in the order in which they ran out."""
    ids = queries.to_end(on=clock.day(now))
    for notice_id in ids:
        commands.end(CLOCK, notice_id=notice_id, now=now)
    return len(ids)
