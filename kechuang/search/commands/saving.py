"""Saved searches (保存的检索). Rows of one person: no events, deleted when no longer wanted."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.search.access import own_searches
from kechuang.search.models import SavedSearch
from kechuang.search.queries import NO_FILTERS, filters_as_json, filters_from_json, new_since
from kechuang.search.rules import Filters, NothingToSearch, TooManySaved
from kechuang.search.states import COUNT_MAX, SAVED_MAX, SAVED_TEXT_MAX


@transaction.atomic
def save_search(actor: Actor, *, text: str, path: str, now: datetime, filters: Filters = NO_FILTERS) -> SavedSearch:
    """Keeps a question and tells of what is new (保存检索); asked twice, answers with the first. `path` is the page of its
    results. Raises NothingToSearch, TooManySaved; NotVisible for who has not signed in."""
    if not actor.person_id:
        raise NotVisible
    typed, stored = tidy(text)[:SAVED_TEXT_MAX], filters_as_json(filters)
    if not typed and not stored:
        raise NothingToSearch
    if there := own_searches(actor).filter(text=typed, filters=stored).first():
        return there
    if own_searches(actor).count() >= SAVED_MAX:
        raise TooManySaved(limit=SAVED_MAX)
    row, _made = SavedSearch.objects.get_or_create(
        person_id=actor.person_id,
        text=typed,
        filters=stored,
        defaults={"path": path, "saved_at": now, "seen_until": now},
    )
    return row


@transaction.atomic
def forget_search(actor: Actor, *, saved_id: str) -> None:
    """No more notices of it (取消保存). Raises NotVisible for another's and for one that is gone."""
    count, _each = own_searches(actor).filter(id=saved_id).delete()
    if not count:
        raise NotVisible


@transaction.atomic
def notify(*, saved_id: str, until: datetime, now: datetime) -> int:
    """Tells the person once of what can be found since the last look; answers how many there are (检索提醒).

    Two runs at once: the second finds nothing new.
    """
    row = SavedSearch.objects.select_for_update(of=("self",)).filter(id=saved_id).first()
    if row is None or row.seen_until >= until:
        return 0
    count = new_since(row.text, _filters(row.filters), since=row.seen_until, until=until)
    row.seen_until = until
    if count:
        row.notified_at = now
        shown = f"{COUNT_MAX}+" if count > COUNT_MAX else str(count)
        tell(
            to_person=row.person_id,
            subject_id=row.id,
            path=row.path,
            title=_("您保存的检索有新结果"),
            text=f"{row.text or '…'}：+{shown}",
            now=now,
        )
    row.save(update_fields=["seen_until", "notified_at"])
    return count


def _filters(stored: Mapping[str, object]) -> Filters:
    return filters_from_json(dict(stored))
