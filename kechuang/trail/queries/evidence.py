"""What an event keeps of its row: an SQL expression over the row, made once per table.

Columns stand in clear; a JSON column (terms, price lists) by its SHA-256, and only where the act wrote it, since such
columns are large and frozen early; a personal column, named in the model's `PERSONAL`, by a salted digest.
"""

from collections.abc import Collection
from functools import cache

from django.apps import apps
from django.db import connection, models

from kechuang.trail.states import ADDED_SINCE

NO_SALT = "uuid_send(gen_random_uuid())"  # drawn and not kept: the column can then never be compared


@cache
def evidence(
    model: type[models.Model], *, written: frozenset[str] | None = None, row: str = "t", salt: str = NO_SALT
) -> str:
    """SQL: the row `row` of `model` as the text of a JSON object. `written`: the fields that an act wrote, None: all."""
    columns = []
    for field in model._meta.concrete_fields:
        name = f"{row}.{quoted(field.column)}"
        if is_personal(model, field):
            columns.append(f"{_marked('salted', salted(str(field.column), name, salt))} AS {quoted(field.column)}")
        elif not isinstance(field, models.JSONField):
            columns.append(name)
        elif written is None or field.name in written:
            columns.append(f"{_marked('sha256', json_digest(name))} AS {quoted(field.column)}")
    return f"(SELECT row_to_json(x)::text FROM (SELECT {', '.join(columns)}) x)"


@cache
def evidence_of(table: str, *, row: str) -> str:
    """`evidence` of a table by its name, for volumes that are written by SQL; personal columns get salts that nobody keeps."""
    (model,) = (model for model in apps.get_models() if model._meta.db_table == table)
    return evidence(model, row=row)


def personal(model: type[models.Model]) -> tuple[str, ...]:
    """The fields of `model` that hold personal data (个人信息)."""
    named: tuple[str, ...] = getattr(model, "PERSONAL", ())
    return named


def is_personal(model: type[models.Model], field: "models.Field[object, object]") -> bool:
    return field.name in personal(model)


def salted(column: str, value: str, salt: str) -> str:
    """SQL: SHA-256 of salt ‖ column ‖ "=" ‖ value as PostgreSQL writes it; nothing and an empty text are the same."""
    return f"encode(sha256({salt} || convert_to('{column}=' || coalesce({value}::text, ''), 'UTF8')), 'hex')"


def json_digest(value: str) -> str:
    return f"encode(sha256(convert_to({value}::text, 'UTF8')), 'hex')"


def _marked(mark: str, digest: str) -> str:
    return f"""('{{"{mark}":"' || {digest} || '"}}')::json"""


def clear_columns(model: type[models.Model]) -> list[str]:
    """The columns that an event keeps as they are."""
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if not isinstance(field, models.JSONField) and not is_personal(model, field)
    ]


def json_columns(model: type[models.Model]) -> list[str]:
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if isinstance(field, models.JSONField) and not is_personal(model, field)
    ]


def personal_columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if is_personal(model, field)]


def whole_row(model: type[models.Model], *, row: str = "t") -> str:
    """SQL: a whole row as events of up to 0.2.0 digested it, without what was added to its table since."""
    since = ADDED_SINCE.get(model._meta.db_table, ())
    return f"(to_jsonb({row}) - {listed(since)})"


def quoted(name: str | None) -> str:
    assert name is not None, "a field without a column is not kept"
    return connection.ops.quote_name(name)


def listed(names: Collection[str]) -> str:
    """SQL: an array of texts."""
    return f"ARRAY[{', '.join(repr(name) for name in names)}]::text[]"
