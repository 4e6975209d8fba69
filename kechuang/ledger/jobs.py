"""The books' own work in every round (到时办理)."""

from datetime import datetime

from kechuang.ledger import commands


def run_seals(*, now: datetime) -> None:
    """Seals what was booked since the last round (封存账目)."""
    while commands.seal(now=now):
        continue
