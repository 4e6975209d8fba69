"""Sending what was written."""

from datetime import datetime

from kechuang.outbox import commands


def run_deliveries(*, now: datetime) -> int:
    """Hands pending messages to the channels until a run ends none (the rest is tried next time)."""
    total = 0
    while ended := commands.deliver(now=now):
        total += ended
    return total
