"""What time does here: links are taken up from the register of parties."""

from datetime import datetime

from kechuang.screening import commands


def run_links(*, now: datetime) -> int:
    """What parties have in common, as the register of parties says it now. Answers how many links are new."""
    return commands.renew_links(now=now)
