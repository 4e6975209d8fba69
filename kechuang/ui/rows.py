"""One row in one statement, where a command is called so often that the ORM's detours count."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections, models, transaction

from kechuang.ui import direct

# What a column takes as it stands; for any other value, and every other kind of field, the field itself is asked.
_PLAIN: "tuple[tuple[type[models.Field[Any, Any]], type], ...]" = (
    (models.CharField, str),
    (models.TextField, str),
    (models.IntegerField, int),
    (models.BooleanField, bool),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.ForeignKey, str),
)


R = TypeVar("R", bound=models.Model)
Statement = tuple[str, Sequence[Any]]
_together: ContextVar[list[Statement] | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What is inserted and changed within is written by one statement at its end (一次写入), all of it or nothing.

    For rows that do not concern one another, of which nobody within needs to know what the writing met: `insert` says
    that a row was new, an update that none was met.
    """
    if _together.get() is not None:  # within another: that one writes
        yield
        return
    collected: list[Statement] = []
    token = _together.set(collected)
    try:
        yield
    finally:
        _together.reset(token)
    if collected:
        parts = ", ".join(f"w{number} AS ({text})" for number, (text, _) in enumerate(collected))
        later(f"WITH {parts} SELECT 1", [value for _, values in collected for value in values])


def collects(text: str, values: Sequence[Any]) -> bool:
    """Whether this change waits for the end of the `together` that we are within."""
    collected = _together.get()
    if collected is None:
        return False
    collected.append((text, values))
    return True


def ask(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...]:
    """The one row that `statement` answers with, run as `run` does; the session keeps it prepared from the first time on."""
    return tuple(run(statement, values, prepare=True).fetchone() or ())


def run(
    statement: str,
    values: Sequence[Any] | Mapping[str, Any],
    using: str = DEFAULT_DB_ALIAS,
    *,
    prepare: bool | None = None,
) -> Any:
    """Runs a statement that is written in few shapes; answers the cursor, with what was found and how many rows it met.

    A session that asks it often keeps it prepared: PostgreSQL reads it once, and plans it anew only while that pays. With
    `prepare` it is prepared at once; False: never, where the values decide the plan.
    Django's own cursor writes the values into the text, which is then read and planned each time; where it counts or
    watches statements, it still does.
    """
    db = connections[using]
    if db.queries_logged or db.execute_wrappers:
        cursor = db.cursor()
        cursor.execute(statement, values)
        return cursor
    _make_ready(db)
    with db.wrap_database_errors:
        return direct.execute(db.connection, statement, values, prepare=prepare)


def later(statement: str, values: Sequence[Any]) -> None:
    """Runs a statement as `run` does, but does not wait for it within a transaction (先发后查): it goes well, or the transaction fails.

    What it must have met the statement sees to itself.
    """
    db = connections[DEFAULT_DB_ALIAS]
    if db.queries_logged or db.execute_wrappers:
        db.cursor().execute(statement, values)
        return
    _make_ready(db)
    with db.wrap_database_errors:
        direct.later(db.connection, statement, values)


def _make_ready(db: Any) -> None:
    db.close_if_health_check_failed()
    db.ensure_connection()
    db.validate_thread_sharing()
    db.validate_no_broken_transaction()


def save_once(row: R, live: "models.QuerySet[R]") -> R | None:
    """Saves `row` unless one of `live` stands in its place, also when two come at once (同类只此一件); answers with that one.

    A unique constraint over what `live` asks for decides between the two.
    """
    try:
        with transaction.atomic():
            found = live.first()
            if found is None:
                row.save(force_insert=True)
    except IntegrityError:
        found = live.get()
    return found


def insert(row: models.Model) -> bool:
    """Inserts `row`; whether it was new. One that a unique constraint keeps out is left as it stands in the table.

    Two that insert the same at once: the second waits here for the first.
    """
    statement, values = inserting(row)
    if collects(f"{statement} ON CONFLICT DO NOTHING", values):
        return True
    made: bool = run(f"{statement} ON CONFLICT DO NOTHING", values).rowcount == 1
    row._state.adding, row._state.db = not made, DEFAULT_DB_ALIAS  # as a read row says, whoever's session writes
    return made


def add(row: R) -> R:
    """Inserts `row`, which carries its own id, and answers with it without waiting (`later`).

    A constraint that is broken is an IntegrityError of the next statement, or of the COMMIT.
    """
    assert row.pk is not None, "its id is known before"
    later(*inserting(row))
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def write(row: models.Model) -> None:
    """Inserts `row`, which carries its own id and meets no other, with what is written `together` or else without waiting."""
    statement, values = inserting(row)
    if not collects(statement, values):
        later(statement, values)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def inserting(row: models.Model) -> tuple[str, list[Any]]:
    """The INSERT of a row and its values."""
    statement, columns = _insert_of(type(row))
    return statement, [_value(row, column) for column in columns]


def updating(row: models.Model, fields: Iterable[str]) -> tuple[str, list[Any]]:
    """The UPDATE of these fields of a saved row, and its values; None of them is an expression."""
    statement, columns = _update_of(type(row), tuple(dict.fromkeys(fields)))
    return statement, [*(_value(row, column) for column in columns), row.pk]


_Column = tuple["models.Field[Any, Any]", str, type | None]  # the field, the attribute, what it takes as it stands


@cache
def _insert_of(model: type[models.Model]) -> tuple[str, list[_Column]]:
    fields = model._meta.concrete_fields
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_table(model)} ({', '.join(map(_column, fields))}) VALUES ({marks})", _columns(fields)


@cache
def _update_of(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[_Column]]:
    fields = [cast("models.Field[Any, Any]", model._meta.get_field(name)) for name in names]
    changes = ", ".join(f"{_column(field)} = %s" for field in fields)
    return f"UPDATE {_table(model)} SET {changes} WHERE id = %s", _columns(fields)


def _columns(fields: "Iterable[models.Field[Any, Any]]") -> list[_Column]:
    plain = {field: next((kind for of, kind in _PLAIN if isinstance(field, of)), None) for field in fields}
    return [(field, field.attname, kind) for field, kind in plain.items()]


def _value(row: models.Model, column: _Column) -> Any:
    field, name, plain = column
    value = getattr(row, name)
    if value is None or type(value) is plain:
        return value if plain else field.get_db_prep_save(value, connection)
    assert not hasattr(value, "resolve_expression"), f"{field.name} is written as a value"
    return field.get_db_prep_save(value, connection)


def _column(field: "models.Field[Any, Any]") -> str:
    return _quoted(str(field.column))


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str | None) -> str:
    assert name is not None, "a field without a column is not written"
    return connection.ops.quote_name(name)


def insert_many(model: type[models.Model], rows: Sequence[models.Model], *, wait: bool = False) -> None:
    """Many rows of one table in one statement; the text of all of them goes over as one value.

    It is not waited for (`later`), except by a caller that expects a constraint to keep one of them out (`wait`).
    """
    if rows:
        (run if wait else later)(*_many(model, rows, "INSERT INTO {table} ({names}) SELECT {new} FROM {given}"))
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update_many(model: type[models.Model], rows: Sequence[models.Model], fields: Iterable[str]) -> None:
    """These fields of many saved rows in one statement."""
    wanted = set(fields)
    chosen = [_quoted(str(field.column)) for field in model._meta.concrete_fields if field.name in wanted]
    changes = ", ".join(f"{name} = n.{name}" for name in chosen)
    key = _quoted(str(model._meta.pk.column))
    if rows:
        statement = "UPDATE {table} t SET " + changes + " FROM {given} WHERE " + f"t.{key} = n.{key}"
        written = run(*_many(model, rows, statement))
        assert written.rowcount == len(rows), f"{model._meta.label_lower}: not every row was written"


def _many(model: type[models.Model], rows: Sequence[models.Model], statement: str) -> Statement:
    fields = model._meta.concrete_fields
    given = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
    names = [_quoted(str(field.column)) for field in fields]
    table = _quoted(model._meta.db_table)
    text = statement.format(
        table=table,
        names=", ".join(names),
        new=", ".join(f"n.{name}" for name in names),
        given=f"jsonb_populate_recordset(NULL::{table}, %s::jsonb) n",
    )
    return text, [json.dumps(given, ensure_ascii=False, default=_as_text)]


def _as_text(value: object) -> str:
    """Days, instants and bytes as PostgreSQL reads them."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    assert isinstance(value, date), f"{type(value)} is not written by the many"
    return value.isoformat()
