"""Filters that are columns: price, place, names of documents, classes cut at an odd digit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from kechuang.search.rules import Filters
from kechuang.search.states import COUNT_MAX, GRAM, METRES_PER_DEGREE, MICRO


@dataclass(frozen=True, slots=True)
class Wheres:
    """A condition and its values."""

    sql: str
    values: tuple[Any, ...]


def columns(filters: Filters) -> Wheres:
    """What the index of words cannot tell. Without a price or a place a document is not found by one."""
    sql: list[str] = []
    values: list[Any] = []
    if filters.price_max_fen is not None:
        sql.append("price_fen <= %s::bigint")
        values.append(filters.price_max_fen)
    if filters.ids is not None:
        sql.append("subject_id = ANY(%s::text[])")
        values.append(sorted(filters.ids))
    if filters.since is not None:
        sql.append("first_at > %s::timestamptz")
        values.append(filters.since)
    if filters.until is not None:
        sql.append("first_at <= %s::timestamptz")
        values.append(filters.until)
    if len(filters.class_prefix) % GRAM:
        sql.append("starts_with(class_code, %s::text)")
        values.append(filters.class_prefix)
    if filters.within is not None:
        latitude, longitude, metres = filters.within
        reach = metres * MICRO // METRES_PER_DEGREE
        sql.append(
            "latitude_e6 BETWEEN %s::int AND %s::int AND power(latitude_e6 - %s::float8, 2)"
            " + power((longitude_e6 - %s::float8) * cosd(%s::float8 / 1000000), 2) <= power(%s::float8, 2)"
        )
        values += [latitude - reach, latitude + reach, latitude, longitude, latitude, reach]
    return Wheres(" AND ".join(sql), tuple(values))


def counted_total(where: str) -> str:
    """How many documents pass, counted up to just above the cap."""
    return f"SELECT count(*) FROM (SELECT 1 FROM search_document WHERE {where} LIMIT {COUNT_MAX + 1}) n"


def planned(sql: str, values: Sequence[Any], shape: str) -> list[tuple[Any, ...]]:
    """The rows of one statement, planned for the index (see sql/planned.sql); `shape` names its columns and their types.

    `sql` marks its values by %s, each with the cast it needs.
    """
    parts = sql.split("%s")
    assert len(parts) == len(values) + 1, "a value for each mark"
    numbered = "".join(f"{part}$1[{place}]" for place, part in enumerate(parts[:-1], 1)) + parts[-1]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM search_planned(%s, %s::text[]) AS t({shape})", [numbered, [_written(one) for one in values]]
        )
        return cursor.fetchall()


def _written(value: Any) -> str:
    """A value as text that PostgreSQL casts back."""
    if isinstance(value, list):
        return "{" + ",".join('"' + str(one).replace("\\", "\\\\").replace('"', '\\"') + '"' for one in value) + "}"
    return value.isoformat() if isinstance(value, datetime) else str(value)
