"""Saved searches, and how the first results would move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet, Subquery

from kechuang.kernel.actor import Actor
from kechuang.search import rules
from kechuang.search.access import own_searches
from kechuang.search.models import Document, SavedSearch
from kechuang.search.queries.book import current_book, with_change, without
from kechuang.search.queries.finding import NO_FILTERS, find, found_as_asked
from kechuang.search.rules import Filters
from kechuang.search.states import BATCH, PREVIEW_SHOWN, SAMPLES_MAX
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Preview:
    """The first results of one sample question before and after a change; `moved` when they differ."""

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    count_before: str
    count_after: str

    @property
    def moved(self) -> bool:
        return self.before != self.after or self.count_before != self.count_after


def preview(entry: rules.Synonym, *, samples: Sequence[str], retire: bool = False) -> list[Preview]:
    """What an entry, once saved (or retired), does to the first results of sample questions (预览). Nothing is written."""
    book = current_book()
    changed = without(book, entry) if retire else with_change(book, entry)
    asked = list(dict.fromkeys(text.strip() for text in (*entry.names, *samples) if text.strip()))[:SAMPLES_MAX]
    rows = []
    for text in asked:
        old, new = (find(text, limit=PREVIEW_SHOWN, book=one) for one in (book, changed))
        titles = [tuple(hit.title for hit in found.hits) for found in (old, new)]
        rows.append(Preview(text, titles[0], titles[1], old.count_text, new.count_text))
    return rows


def saved_searches(actor: Actor) -> QuerySet[SavedSearch]:
    """One's own, the latest first."""
    return own_searches(actor).order_by("-saved_at", "id")


def due_searches(*, until: datetime) -> list[str]:
    """Saved searches since whose last look something new can be found; the longest unlooked first."""
    return _unseen(until)


@compiled
def _unseen(until: datetime) -> QuerySet[SavedSearch, str]:
    newest = Document.objects.filter(first_at__lte=until).order_by("-first_at").values("first_at")[:1]
    rows = SavedSearch.objects.filter(seen_until__lt=Subquery(newest)).order_by("seen_until", "id")
    return rows.values_list("id", flat=True)[:BATCH]


def new_since(text: str, filters: Filters, *, since: datetime, until: datetime) -> int:
    """How many things that answer a question can be found only since then; counted up to just above 1,000."""
    return found_as_asked(text, replace(filters, since=since, until=until))


def filters_as_json(filters: Filters) -> dict[str, object]:
    """The filters in use, as they are stored."""
    given = {name: getattr(filters, name) for name in Filters.__slots__}
    given = {name: value for name, value in given.items() if value != getattr(NO_FILTERS, name)}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in given.items()}


def filters_from_json(stored: dict[str, object]) -> Filters:
    given: dict[str, object] = dict(stored)
    for name in ("regions", "ids"):
        if isinstance(given.get(name), list):
            given[name] = frozenset(given[name])  # type: ignore[call-overload]
    if isinstance(given.get("within"), list):
        given["within"] = tuple(given["within"])  # type: ignore[arg-type]
    return Filters(**given)  # type: ignore[arg-type]
