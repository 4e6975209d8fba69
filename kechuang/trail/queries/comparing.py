"""A record as it stands now, in the form in which its last event keeps it: whether the two are the same, byte for byte."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.apps import apps
from django.db import connection, models

from kechuang.trail.models import Event
from kechuang.trail.queries.evidence import evidence, json_columns, personal_columns, quoted, whole_row


def kept_digest(event: Event) -> str:
    """SHA-256 of what an event keeps of its row."""
    return hashlib.sha256(event.after.encode()).hexdigest() if event.after else event.row_digest


def row_texts(records: Mapping[str, str]) -> dict[str, str]:
    """The rows of these records, id → kind (claims.claim), in the form that their last event keeps.

    SHA-256 of a text equals `kept_digest` of the record's last event while nobody has changed the row behind the program.
    JSON columns stand by digest, and those that the last act wrote; personal ones by salted digest.
    """
    last = Event.objects.filter(object_id__in=list(records)).order_by("object_id", "-seq").distinct("object_id")
    alike: dict[tuple[str, frozenset[str] | None], list[Event]] = defaultdict(list)
    for event in last:
        alike[event.object_type, _covered(event)].append(event)
    found: dict[str, str] = {}
    for (kind, covered), events in alike.items():
        found |= _texts(_model(kind), covered, events)
    return found


def whole_rows(records: Mapping[str, str]) -> dict[str, str]:
    """The same rows with everything in them, as PostgreSQL's JSON text."""
    found: dict[str, str] = {}
    for kind in set(records.values()):
        wanted = [record for record, of in records.items() if of == kind]
        sql = (
            f"SELECT id::text, to_jsonb(t)::text FROM {quoted(_model(kind)._meta.db_table)} t WHERE id::text = ANY(%s)"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [wanted])
            found |= dict(cursor.fetchall())
    return found


def _model(kind: str) -> type[models.Model]:
    return apps.get_model(kind)


def _covered(event: Event) -> frozenset[str] | None:
    """Which JSON columns an event wrote; None where it keeps but a digest of the whole row."""
    return frozenset(json.loads(event.after)) if event.after else None


def _texts(model: type[models.Model], covered: frozenset[str] | None, events: Sequence[Event]) -> dict[str, str]:
    if covered is None:
        kept = f"jsonb_strip_nulls({whole_row(model)})::text"
    else:
        names = {str(field.column): field.name for field in model._meta.concrete_fields}
        written = frozenset(names[column] for column in json_columns(model) if column in covered)
        kept = evidence(model, written=written, salt="s.salt")
    sql = f"""SELECT t.id::text, {kept} FROM unnest(%s::text[], %s::text[]) e (object_id, event_id)
        JOIN {quoted(model._meta.db_table)} t ON t.id::text = e.object_id LEFT JOIN trail_salt s ON s.event_id = e.event_id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [[event.object_id for event in events], [event.id for event in events]])
        found: dict[str, str] = dict(cursor.fetchall())
    logged = {event.object_id: event.after for event in events}
    return {record: _forgotten(text, logged[record], personal_columns(model)) for record, text in found.items()}


def _forgotten(text: str, after: str, personal: Sequence[str]) -> str:
    """A personal column whose salt is gone stands as it was kept: nothing else can be said of it."""
    if not personal or not after:
        return text
    now, was = json.loads(text), json.loads(after)
    gone = {name: was[name] for name in personal if now.get(name) is None and name in was}
    return json.dumps(now | gone, ensure_ascii=False, separators=(",", ":")) if gone else text
