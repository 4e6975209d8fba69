"""Payee accounts whose time has come; devices that nobody comes in from any more."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.parties import commands, queries
from kechuang.ui import clock


def run_replaced_accounts(*, now: datetime) -> int:
    """Retires accounts whose successor has passed its cool-off."""
    found = queries.replaced_accounts(on=clock.day(now))
    for account_id in found:
        commands.retire_account(CLOCK, account_id=account_id, now=now)
    return len(found)


def run_devices(*, now: datetime) -> int:
    """Forgets devices that were not seen for a year."""
    return commands.forget_devices(now=now)
