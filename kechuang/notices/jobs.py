"""Notices whose period has run."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.notices import commands
from kechuang.notices.models import Notice
from kechuang.notices.states import NoticeState
from kechuang.ui import clock


def run_ends(*, now: datetime) -> int:
    """Ends notices whose last day has passed, in the order in which they ran out."""
    over = Notice.objects.filter(state=NoticeState.OPEN, until_on__lte=clock.day(now))
    ids = list(over.order_by("until_on", "id").values_list("id", flat=True))
    for notice_id in ids:
        commands.end(CLOCK, notice_id=notice_id, now=now)
    return len(ids)
