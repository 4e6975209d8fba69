"""One row in one statement, where a command is called so often that the ORM's detours count."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models


def insert(row: models.Model) -> bool:
    """Inserts `row`; whether it was new. One that a unique constraint keeps out is left as it stands in the table.

    Two that insert the same at once: the second waits here for the first.
    """
    statement, values = inserting(row)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} ON CONFLICT DO NOTHING", values)
        made: bool = cursor.rowcount == 1
    row._state.adding, row._state.db = not made, DEFAULT_DB_ALIAS  # as a read row says, whoever's session writes
    return made


def inserting(row: models.Model) -> tuple[str, list[Any]]:
    """The INSERT of a row and its values."""
    names, values = _written(row, row._meta.concrete_fields, new=True)
    marks = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_quoted(row._meta.db_table)} ({', '.join(names)}) VALUES ({marks})", values


def updating(row: models.Model, fields: Iterable[str]) -> tuple[str, list[Any]]:
    """The UPDATE of these fields of a saved row, and its values; None of them is an expression."""
    chosen = {field.name: field for field in (row._meta.get_field(name) for name in fields)}
    names, values = _written(row, chosen.values(), new=False)  # type: ignore[arg-type]
    changes = ", ".join(f"{name} = %s" for name in names)
    return f"UPDATE {_quoted(row._meta.db_table)} SET {changes} WHERE id = %s", [*values, row.pk]


def _written(row: models.Model, fields: Iterable[models.Field[Any, Any]], *, new: bool) -> tuple[list[str], list[Any]]:
    names, values = [], []
    for field in fields:
        value = field.pre_save(row, new)
        assert not hasattr(value, "resolve_expression"), f"{field.name} is written as a value"
        names.append(_quoted(str(field.column)))
        values.append(field.get_db_prep_save(value, connection))
    return names, values


def _quoted(name: str | None) -> str:
    assert name is not None, "a field without a column is not written"
    return connection.ops.quote_name(name)


def insert_many(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Many rows of one table in one statement; the text of all of them goes over as one value."""
    _many(model, rows, "INSERT INTO {table} ({names}) SELECT {new} FROM {given}")


def update_many(model: type[models.Model], rows: Sequence[models.Model], fields: Iterable[str]) -> None:
    """These fields of many saved rows in one statement."""
    wanted = set(fields)
    chosen = [_quoted(str(field.column)) for field in model._meta.concrete_fields if field.name in wanted]
    changes = ", ".join(f"{name} = n.{name}" for name in chosen)
    key = _quoted(str(model._meta.pk.column))
    _many(model, rows, "UPDATE {table} t SET " + changes + " FROM {given} WHERE " + f"t.{key} = n.{key}")


def _many(model: type[models.Model], rows: Sequence[models.Model], statement: str) -> None:
    if not rows:
        return
    fields = model._meta.concrete_fields
    given = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    names = [_quoted(str(field.column)) for field in fields]
    table = _quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(
                table=table,
                names=", ".join(names),
                new=", ".join(f"n.{name}" for name in names),
                given=f"jsonb_populate_recordset(NULL::{table}, %s::jsonb) n",
            ),
            [json.dumps(given, ensure_ascii=False, default=_as_text)],
        )
        assert cursor.rowcount == len(rows), f"{model._meta.label_lower}: not every row was written"


def _as_text(value: object) -> str:
    """Days and instants as PostgreSQL reads them."""
    assert isinstance(value, date), f"{type(value)} is not written by the many"
    return value.isoformat()
