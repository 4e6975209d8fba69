"""I7: whether rows still are what their last event says, and which column is not."""

import json
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from kechuang.trail.models import Event
from kechuang.trail.queries.evidence import (
    clear_columns,
    json_columns,
    json_digest,
    listed,
    personal_columns,
    quoted,
    salted,
    whole_row,
)
from kechuang.trail.queries.reading import Broken
from kechuang.trail.states import EVIDENCE_WIDTH, FINDINGS_SHOWN

# The last event of each record: numbers are grouped, and only what is looked at is fetched.
_LAST = """SELECT e.object_id, e.id, e.row_digest, e.after FROM (SELECT max(seq) AS seq FROM trail_event
    WHERE object_type = %s GROUP BY object_id) m JOIN trail_event e ON e.seq = m.seq"""


def altered_rows(limit: int = FINDINGS_SHOWN) -> list[Broken]:
    """I7: rows whose content differs from their last event's evidence, by column, or that have lost their row.

    Also a state that no event led to, and two events that leave from one state in a row's history.
    """
    return [finding for model in _recorded() for finding in _altered(model, limit)][:limit]


def _recorded() -> list[type[models.Model]]:
    seen = set(Event.objects.order_by().values_list("object_type", flat=True).distinct())
    return [model for model in apps.get_models() if model._meta.label_lower in seen]


def _altered(model: type[models.Model], limit: int) -> Iterator[Broken]:
    yield from _unlike(model, limit)
    for column in json_columns(model):
        yield from _unlike_json(model, column, limit)
    for column in personal_columns(model):
        yield from _unlike_personal(model, column, limit)
    yield from _astray(model, limit)


def _unlike(model: type[models.Model], limit: int) -> Iterator[Broken]:
    """Columns in clear, and rows that are gone; events of before the evidence are compared by their row's digest."""
    table = quoted(model._meta.db_table)
    others = listed([*json_columns(model), *personal_columns(model)])
    clear = ", ".join(f"t.{quoted(name)}" for name in clear_columns(model))
    sql = f"""
        WITH last AS ({_LAST})
        SELECT last.object_id, t.id IS NULL, last.after, (SELECT row_to_json(x)::text FROM (SELECT {clear}) x)
        FROM last LEFT JOIN {table} t ON t.id::text = last.object_id
        WHERE t.id IS NULL OR CASE WHEN last.after = '' THEN trail_row_digest({whole_row(model)}) <> last.row_digest
            ELSE NOT (SELECT to_jsonb(x) FROM (SELECT {clear}) x) @> (last.after::jsonb - {others}) END
        LIMIT %s"""
    for row, gone, logged, now in _found(sql, model, limit):
        if gone:
            yield Broken(model._meta.db_table, row, "行已不存在")
        else:
            yield from _columns(model._meta.db_table, row, logged, now)


def _columns(table: str, row: str, logged: str, now: str) -> Iterator[Broken]:
    """Each column that differs, with what it holds and what was logged."""
    if not logged:
        yield Broken(table, row, "内容与最后一次办理的摘要不符")
        return
    stands, was = json.loads(now), json.loads(logged)
    for column in sorted(was):
        if column in stands and stands[column] != was[column]:
            yield Broken(table, row, f"{column} 现为 {_short(stands[column])}，存证为 {_short(was[column])}")
        elif column not in stands and not isinstance(was[column], dict):
            yield Broken(table, row, f"{column} 已不存在，存证为 {_short(was[column])}")


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:EVIDENCE_WIDTH]


def _unlike_json(model: type[models.Model], column: str, limit: int) -> Iterator[Broken]:
    """A JSON column against the last event that wrote it. Its mark cannot stand inside a text: quotes are escaped there."""
    table, mark = quoted(model._meta.db_table), f'"{column}":{{"sha256":"'
    sql = f"""
        WITH last AS ({_LAST.replace("GROUP", "AND strpos(after, %s) > 0 GROUP")})
        SELECT last.object_id FROM last JOIN {table} t ON t.id::text = last.object_id
        WHERE last.after::json -> %s ->> 'sha256' <> {json_digest(f"t.{quoted(column)}")}
        LIMIT %s"""
    for (row,) in _found(sql, model, mark, column, limit):
        yield Broken(model._meta.db_table, row, f"{column} 与存证的摘要不符")


def _unlike_personal(model: type[models.Model], column: str, limit: int) -> Iterator[Broken]:
    """A personal column, where its salt has been kept; without it nothing can be said, and nothing is."""
    table = quoted(model._meta.db_table)
    digest = salted(column, f"t.{quoted(column)}", "s.salt")
    sql = f"""
        WITH last AS ({_LAST})
        SELECT last.object_id FROM last JOIN {table} t ON t.id::text = last.object_id
        JOIN trail_salt s ON s.event_id = last.id
        WHERE last.after <> '' AND last.after::json -> %s ->> 'salted' <> {digest}
        LIMIT %s"""
    for (row,) in _found(sql, model, column, limit):
        yield Broken(model._meta.db_table, row, f"{column}（个人信息）与存证的加盐摘要不符")


def _astray(model: type[models.Model], limit: int) -> Iterator[Broken]:
    """A row's own machine is known by its events having a target; the last one with a target names the state."""
    table = quoted(model._meta.db_table)
    state = "t.state" if any(field.name == "state" for field in model._meta.get_fields()) else "''"
    sql = f"""
        WITH led AS (
            SELECT DISTINCT ON (object_id) object_id, target FROM trail_event
            WHERE object_type = %s AND target <> '' ORDER BY object_id, seq DESC
        ), chained AS (
            SELECT object_id, source, lag(target) OVER (PARTITION BY object_id ORDER BY seq) AS before
            FROM trail_event WHERE object_type = %s AND target <> ''
        )
        SELECT t.id::text, '状态没有对应的办理记录' FROM {table} t LEFT JOIN led ON led.object_id = t.id::text
            WHERE {state} <> '' AND led.target IS DISTINCT FROM {state}
        UNION ALL
        SELECT object_id, '办理记录前后状态不衔接' FROM chained WHERE before IS NOT NULL AND source <> before
        LIMIT %s"""
    for row, what in _found(sql, model, model._meta.label_lower, limit):
        yield Broken(model._meta.db_table, row, what)


def _found(sql: str, model: type[models.Model], *parameters: str | int) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [model._meta.label_lower, *parameters])
        return cursor.fetchall()
