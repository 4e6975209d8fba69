"""Reading the trail: the way of one record, and whether rows still are what their last event says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models

from kechuang.trail.models import FINDINGS_SHOWN, Event


@dataclass(frozen=True, slots=True)
class Broken:
    """One finding of an invariant: the table, the row and what is wrong, for `kechuang check`."""

    table: str
    row: str
    what: str


def way(object_ids: Iterable[str]) -> models.QuerySet[Event]:
    """Every event of these records, oldest first (办理过程)."""
    return Event.objects.filter(object_id__in=list(object_ids)).order_by("seq")


def stood_in_for(object_ids: Iterable[str], person_ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """In whose place these persons acted on these records (代理办理): record, who acted, who was absent."""
    rows = Event.objects.filter(object_id__in=list(object_ids), person_id__in=list(person_ids))
    found = rows.exclude(stands_in_for="").values_list("object_id", "person_id", "stands_in_for")
    return list(found.order_by("object_id", "person_id", "stands_in_for").distinct())


def altered_rows(limit: int = FINDINGS_SHOWN) -> list[Broken]:
    """I7: rows whose content differs from the digest of their last event, or that have lost their row.

    Also a state that no event led to, and two events that leave from one state in a row's history.
    """
    return [finding for model in _recorded() for finding in _altered(model, limit)][:limit]


def _recorded() -> list[type[models.Model]]:
    seen = set(Event.objects.order_by().values_list("object_type", flat=True).distinct())
    return [model for model in apps.get_models() if model._meta.label_lower in seen]


def _altered(model: type[models.Model], limit: int) -> list[Broken]:
    table = model._meta.db_table
    quoted = connection.ops.quote_name(table)
    has_state = any(field.name == "state" for field in model._meta.get_fields())
    state = "t.state" if has_state else "''"
    # A row's own machine is known by its events having a target; the last one with a target names the state.
    sql = f"""
        WITH last AS (
            SELECT DISTINCT ON (object_id) object_id, row_digest FROM trail_event
            WHERE object_type = %s ORDER BY object_id, seq DESC
        ), led AS (
            SELECT DISTINCT ON (object_id) object_id, target FROM trail_event
            WHERE object_type = %s AND target <> '' ORDER BY object_id, seq DESC
        ), chained AS (
            SELECT object_id, source, lag(target) OVER (PARTITION BY object_id ORDER BY seq) AS before
            FROM trail_event WHERE object_type = %s AND target <> ''
        )
        SELECT last.object_id, '行已不存在' FROM last LEFT JOIN {quoted} t ON t.id::text = last.object_id WHERE t.id IS NULL
        UNION ALL
        SELECT t.id::text, '内容与最后一次办理的摘要不符' FROM last JOIN {quoted} t ON t.id::text = last.object_id
            WHERE trail_row_digest(to_jsonb(t)) <> last.row_digest
        UNION ALL
        SELECT t.id::text, '状态没有对应的办理记录' FROM {quoted} t LEFT JOIN led ON led.object_id = t.id::text
            WHERE {state} <> '' AND led.target IS DISTINCT FROM {state}
        UNION ALL
        SELECT object_id, '办理记录前后状态不衔接' FROM chained WHERE before IS NOT NULL AND source <> before
        LIMIT %s"""
    kind = model._meta.label_lower
    with connection.cursor() as cursor:
        cursor.execute(sql, [kind, kind, kind, limit])
        return [Broken(table, row, what) for row, what in cursor.fetchall()]


def row_texts(records: Mapping[str, str]) -> dict[str, str]:
    """The rows of these records, id → kind (claims.claim), as the digest of an event is taken of them: canonical JSON text.

    SHA-256 of a text equals `row_digest` of the record's last event while nobody has changed the row behind the program.
    """
    found: dict[str, str] = {}
    for model in apps.get_models():
        wanted = [record for record, kind in records.items() if kind == model._meta.label_lower]
        if wanted:
            table = connection.ops.quote_name(model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id::text, jsonb_strip_nulls(to_jsonb(t))::text FROM {table} t WHERE id::text = ANY(%s)",
                    [wanted],
                )
                found |= dict(cursor.fetchall())
    return found


def times(*actions: str) -> int:
    """How often these acts were done."""
    return Event.objects.filter(action__in=actions).count()


def repeated_acts(*, limit: int) -> list[Broken]:
    """I5: one acknowledged act written twice: the same act on the same record at the same instant, or a second beginning."""
    sql = """
        SELECT object_id, '同一次办理记录了两次' FROM trail_event
            WHERE source <> target GROUP BY object_id, action, at, source, target, digest HAVING count(*) > 1
        UNION ALL
        SELECT object_id, '同一记录有两次开始' FROM trail_event
            WHERE source = '' AND target <> '' GROUP BY object_id HAVING count(*) > 1
        LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [Broken("trail_event", row, what) for row, what in cursor.fetchall()]
