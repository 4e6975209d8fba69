"""Results counted by what they can be narrowed by (分类计数)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import connection

from kechuang.search.queries.book import current_book
from kechuang.search.queries.finding import NO_FILTERS, settle
from kechuang.search.queries.narrowing import columns
from kechuang.search.rules import Filters, Query, narrowing, understand, ways
from kechuang.search.states import FACET_VALUES_MAX, TREE_PREFIX, Facet

_COLUMNS = {
    Facet.KIND: "kind",
    Facet.REGION: "region",
    Facet.CARRIER: "carrier_id",
    Facet.CARRIER_KIND: "carrier_kind",
    Facet.SHARE_MODE: "share_mode",
    Facet.OPEN_MODE: "unnest(open_modes)",
}


def counts(text: str, filters: Filters, facet: Facet | str) -> dict[str, int]:
    """How many results each value of a facet has, exactly; see `counts_of`."""
    return counts_of(text, filters, [facet])[Facet(facet)]


def counts_of(text: str, filters: Filters, facets: Iterable[Facet | str]) -> dict[Facet, dict[str, int]]:
    """Exact counts of several facets, the largest first, for the question that `find` answers.

    A facet is counted without its own filter, so that a page can show what else could be chosen; classes are counted by
    the level below the chosen one. Reads every result: meant for a second request beside the first page.
    """
    asked = [Facet(facet) for facet in facets]
    found: dict[Facet, dict[str, int]] = {facet: {} for facet in asked}
    book = current_book()
    query = understand(text, book)
    if query.parts:
        query = settle(query, filters if filters != NO_FILTERS else NO_FILTERS, book).query
    sql, values = [], []
    for facet in asked:
        own = _without(filters, facet)
        where, given = _everything(query, own)
        sql.append(
            f"(SELECT '{facet}', {_value(facet, filters)} AS value, count(*) AS n FROM search_document"
            f" WHERE {where} GROUP BY value ORDER BY n DESC, value LIMIT {FACET_VALUES_MAX})"
        )
        values += given
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql), values)
        for facet, value, count in cursor.fetchall():
            if value:
                found[Facet(facet)][value] = count
    return found


def _everything(query: Query, filters: Filters) -> tuple[str, list[Any]]:
    narrowed = columns(filters)
    if query.parts:
        asks = ways(query, filters)
    branches: list[str] = []
    values: list[Any] = []
    if query.parts:
        for ask in asks:
            together = " AND concat_ws('|', names, makers, methods, rest) LIKE %s" * len(ask.together)
            branches.append(f"(vector @@ %s::tsquery{together})")
            values += [ask.tsquery, *(f"%{text}%" for text in ask.together)]
    elif lexemes := narrowing(filters):
        branches.append("vector @@ %s::tsquery")
        values.append(" & ".join(f"({one})" for one in lexemes))
    where = [f"({' OR '.join(branches)})" if branches else "", narrowed.sql]
    return " AND ".join(part for part in where if part) or "true", [*values, *narrowed.values]


def _without(filters: Filters, facet: Facet) -> Filters:
    cleared: dict[Facet, dict[str, object]] = {
        Facet.KIND: {"kind": ""},
        Facet.REGION: {"regions": None},
        Facet.CARRIER: {"carrier_id": ""},
        Facet.CARRIER_KIND: {"carrier_kind": ""},
        Facet.SHARE_MODE: {"share_mode": ""},
        Facet.OPEN_MODE: {"open_mode": ""},
    }
    return replace(filters, **cleared.get(facet, {}))  # type: ignore[arg-type]


def _value(facet: Facet, filters: Filters) -> str:
    if facet is Facet.CLASS:
        return f"left(class_code, {len(filters.class_prefix) + TREE_PREFIX})"
    return _COLUMNS[facet]
