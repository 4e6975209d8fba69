"""Telling what has changed."""

from datetime import datetime

from kechuang.credit import commands
from kechuang.parties.queries import account_changes_to_tell


def run_account_changes(*, now: datetime) -> int:
    """Tells the old contacts of payee accounts that were confirmed since the last run."""
    found = account_changes_to_tell()
    for change in found:
        commands.tell_account_change(change, now=now)
    return len(found)
