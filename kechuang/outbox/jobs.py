"""Sending what was written."""

from datetime import datetime

from kechuang.outbox import commands
from kechuang.outbox.states import DIGEST_HOUR
from kechuang.ui import clock


def run_deliveries(*, now: datetime) -> int:
    """Hands pending messages to the channels until a run ends none (the rest is tried next time)."""
    total = 0
    while ended := commands.deliver(now=now):
        total += ended
    return total


def run_digests(*, now: datetime) -> int:
    """The day's digest to everybody with unread messages, once, from the hour at which offices open."""
    return commands.digest(now=now) if clock.hour(now) >= DIGEST_HOUR else 0
