"""Reads of the room 检索."""

from kechuang.search.queries.book import (
    as_rule,
    current_book,
    synonym,
    synonyms,
    type_codes,
    type_names,
    typed_of,
)
from kechuang.search.queries.counting import counts, counts_of
from kechuang.search.queries.finding import NO_FILTERS, Found, Hit, explain, find
from kechuang.search.queries.saved import (
    Preview,
    due_searches,
    filters_as_json,
    filters_from_json,
    new_since,
    preview,
    saved_searches,
)
from kechuang.search.queries.suggesting import Suggestion, suggest

__all__ = [
    "NO_FILTERS",
    "Found",
    "Hit",
    "Preview",
    "Suggestion",
    "as_rule",
    "counts",
    "counts_of",
    "current_book",
    "due_searches",
    "explain",
    "filters_as_json",
    "filters_from_json",
    "find",
    "new_since",
    "preview",
    "saved_searches",
    "suggest",
    "synonym",
    "synonyms",
    "type_codes",
    "type_names",
    "typed_of",
]
