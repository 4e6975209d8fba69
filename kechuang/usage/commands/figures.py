"""Sums kept beside what they sum: differences are added in the same transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.db import connection, models

from kechuang.ui.rows import run
from kechuang.usage.models import Day, Delay, Hours, InstrumentYear, ServiceMonth, Standing
from kechuang.usage.states import ClientRole, Grade

_GRADED = {Grade.METER: "metered", Grade.SESSION: "run", Grade.TYPED: "typed"}
Sums = dict[tuple[Any, ...], Counter[str]]


class Tally:
    """What is to be added to the sums, by table and key."""

    def __init__(self) -> None:
        self.sums: dict[type[models.Model], Sums] = {}

    def hours(self, rows: Iterable[Hours], sign: int) -> None:
        for row in rows:
            self._add(Day, (row.instrument_id, row.on), {"minutes": sign * row.minutes})
            grade = _GRADED[Grade(row.grade)]
            added = Counter({grade: sign * row.minutes})
            if row.external:
                added["external"] = sign * row.minutes
            if row.standing_id is None:
                added["unassigned"] = sign * row.minutes
            self._add(InstrumentYear, (row.instrument_id, row.on.year), added)

    def standing(self, row: Standing, sign: int) -> None:
        """A record that holds; one that was voided counts nowhere."""
        if not row.active:
            return
        outside = sign if row.external else 0
        counted = sign if row.external and row.once else 0
        money = {"amount_fen": sign * row.amount_fen}
        if row.instrument_id:
            services = {"services": sign, "external_services": outside}
            self._add(InstrumentYear, (row.instrument_id, row.served_on.year), services | money)
        person = row.client_role == ClientRole.PERSON
        told = {
            "services": sign,
            "external_services": outside,
            "enterprises": 0 if person else counted,
            "people": counted if person else 0,
            "external_fen": outside * row.amount_fen,
            "voucher_fen": sign * row.voucher_fen,
        }
        month = row.served_on.replace(day=1)
        self._add(ServiceMonth, (row.carrier_id, row.client_region, month, row.region), told | money)
        if row.delay_days is not None:
            year = row.served_on.year
            self._add(Delay, (row.carrier_id, year, row.delay_days, row.region), {"records": sign})

    def _add(self, table: type[models.Model], key: tuple[Any, ...], values: Mapping[str, int]) -> None:
        sums = self.sums.setdefault(table, {}).setdefault(key, Counter())
        for name, value in values.items():
            sums[name] += value

    def write(self) -> None:
        """One statement per table, two where something is taken away; keys in order, so that nobody waits in a ring."""
        for table, keys, fields in _TABLES:
            rows = {key: sums for key, sums in self.sums.get(table, {}).items() if any(sums.values())}
            if rows:
                _write(table, keys, fields, rows)
        self.sums.clear()


_TABLES: tuple[tuple[type[models.Model], tuple[str, ...], tuple[str, ...]], ...] = (
    (Day, ("instrument_id", "on"), ("minutes",)),
    (
        InstrumentYear,
        ("instrument_id", "year"),
        (
            "metered",
            "run",
            "typed",
            "external",
            "unassigned",
            "services",
            "external_services",
            "amount_fen",
        ),
    ),
    (
        ServiceMonth,
        ("carrier_id", "client_region", "month", "region"),
        (
            "services",
            "external_services",
            "enterprises",
            "people",
            "amount_fen",
            "external_fen",
            "voucher_fen",
        ),
    ),
    (Delay, ("carrier_id", "year", "days", "region"), ("records",)),
)
_CASTS = {"on": "::date", "month": "::date"}


def _write(table: type[models.Model], keys: Sequence[str], fields: Sequence[str], rows: Sums) -> None:
    """Rows that only grow are upserted; where a sum falls its row is there, and is updated."""
    name = connection.ops.quote_name(table._meta.db_table)
    unique = [key for key in keys if key != "region"]
    grows = [key for key, sums in rows.items() if min(sums.values()) >= 0]
    falls = [key for key in rows if key not in set(grows)]
    if grows:
        columns = ", ".join(f'"{column}"' for column in (*keys, *fields))
        added = ", ".join(f'"{field}" = {name}."{field}" + EXCLUDED."{field}"' for field in fields)
        target = ", ".join(f'"{key}"' for key in unique)
        marks = ", ".join(f"%s::{kind}[]" for kind in _kinds(table, (*keys, *fields)))
        # Columns without a value here have their default of zero named above.
        run(
            f"INSERT INTO {name} ({columns}) SELECT * FROM unnest({marks})"
            f" ON CONFLICT ({target}) DO UPDATE SET {added}",
            [list(column) for column in zip(*_ordered(grows, rows, fields), strict=True)],
        )
    if falls:
        with connection.cursor() as cursor:
            casts = ", ".join(f'v."{column}"{_CASTS.get(column, "")} AS "{column}"' for column in (*keys, *fields))
            columns = ", ".join(f'"{column}"' for column in (*keys, *fields))
            added = ", ".join(f'"{field}" = t."{field}" + d."{field}"' for field in fields)
            same = " AND ".join(f't."{key}" = d."{key}"' for key in unique)
            marks, values = _values(falls, rows, fields)
            cursor.execute(
                f"UPDATE {name} t SET {added} FROM (SELECT {casts} FROM (VALUES {marks}) v ({columns})) d WHERE {same}",
                values,
            )
            assert cursor.rowcount == len(falls), f"{name}: a sum falls that was never there"


def _values(keys: Sequence[tuple[Any, ...]], rows: Sums, fields: Sequence[str]) -> tuple[str, list[Any]]:
    ordered = _ordered(keys, rows, fields)
    marks = ", ".join([f"({', '.join(['%s'] * len(ordered[0]))})"] * len(ordered))
    return marks, [value for row in ordered for value in row]


def _ordered(keys: Sequence[tuple[Any, ...]], rows: Sums, fields: Sequence[str]) -> list[tuple[Any, ...]]:
    """Keys sorted as texts: every writer takes the rows in one order."""
    ordered = sorted(keys, key=lambda key: tuple(_sortable(part) for part in key))
    return [(*key, *(rows[key][field] for field in fields)) for key in ordered]


@cache
def _kinds(table: type[models.Model], columns: tuple[str, ...]) -> list[str]:
    """What PostgreSQL calls the kinds of these columns; a text of any length, so that none is cut."""
    kinds = {field.column: str(field.db_type(connection)) for field in table._meta.concrete_fields}
    return [kinds[column].partition("(")[0] for column in columns]


def _sortable(part: object) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)
