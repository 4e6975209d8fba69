"""What the search is told of offers. Called by every command that changes what can be found, in its own transaction."""

from collections.abc import Sequence
from datetime import datetime

from kechuang.catalog.queries import documents
from kechuang.search import commands as search
from kechuang.ui import clock


def index(offer_ids: Sequence[str], *, now: datetime) -> None:
    """These offers can be found as they are now (写入检索); drafts, closed and unshared ones cannot."""
    if not offer_ids:
        return
    found = documents(offer_ids, on=clock.day(now))
    search.put(found, now=now)
    gone = sorted(set(offer_ids) - {one.subject_id for one in found})
    if gone:
        search.drop(gone)
