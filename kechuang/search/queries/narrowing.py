"""Filters that are columns: price, place, names of documents, classes cut at an odd digit."""

from dataclasses import dataclass
from typing import Any

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
        sql.append("price_fen <= %s")
        values.append(filters.price_max_fen)
    if filters.ids is not None:
        sql.append("subject_id = ANY(%s)")
        values.append(sorted(filters.ids))
    if filters.since is not None:
        sql.append("first_at > %s")
        values.append(filters.since)
    if filters.until is not None:
        sql.append("first_at <= %s")
        values.append(filters.until)
    if len(filters.class_prefix) % GRAM:
        sql.append("starts_with(class_code, %s)")
        values.append(filters.class_prefix)
    if filters.within is not None:
        latitude, longitude, metres = filters.within
        reach = metres * MICRO // METRES_PER_DEGREE
        sql.append(
            "latitude_e6 BETWEEN %s AND %s AND power(latitude_e6 - %s::float8, 2)"
            " + power((longitude_e6 - %s::float8) * cosd(%s::float8 / 1000000), 2) <= power(%s::float8, 2)"
        )
        values += [latitude - reach, latitude + reach, latitude, longitude, latitude, reach]
    return Wheres(" AND ".join(sql), tuple(values))


def counted_total(where: str) -> str:
    """How many documents pass, counted up to just above the cap."""
    return f"SELECT count(*) FROM (SELECT 1 FROM search_document WHERE {where} LIMIT {COUNT_MAX + 1}) n"
