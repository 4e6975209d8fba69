"""Recording acts. Called by every command, in the command's own transaction."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import connection, models

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import new_id
from kechuang.kernel.machine import Move
from kechuang.ui import clock
from kechuang.ui.rows import updating

_COLUMNS = (
    'id, at, "on", region, person_id, stands_in_for, party_id, role, action, label, object_type, object_id, number,'
    " source, target, article, facts, body, digest"
)


def advance(
    actor: Actor,
    row: models.Model,
    move: Move,
    *,
    roles: AbstractSet[Role],
    now: datetime,
    saves: Iterable[str] = (),
    article: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Takes `row` over `move` (already checked), writes its state and the columns in `saves`, records one event.

    The row must carry `state` and `region`; `number` is used when it has one.
    """
    source: StrEnum | str = row.state  # type: ignore[attr-defined]
    target = move.lands(source)  # type: ignore[arg-type]
    row.state = str(target)  # type: ignore[attr-defined]
    written = updating(row, ["state", *saves])
    event = _event(
        actor,
        row,
        move.action,
        label=move.label,
        role=acting_role(roles, move),
        now=now,
        source=str(source),
        target=str(target),
        article=article,
        facts=facts,
    )
    _write(row, event, written)


def record(
    actor: Actor,
    row: models.Model,
    action: str,
    *,
    label: str,
    role: Role,
    now: datetime,
    source: str = "",
    target: str = "",
    article: str = "",
    facts: Mapping[str, object] | None = None,
) -> str:
    """Writes the event of an act on `row`, which is already saved; answers the event's id.

    `facts` are JSON values (integers, texts, lists, maps; no floats, no personal data): what was decided on.
    """
    event = _event(
        actor,
        row,
        action,
        label=label,
        role=role,
        now=now,
        source=source,
        target=target,
        article=article,
        facts=facts,
    )
    return _write(row, event)


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to one of many rows."""

    row: models.Model
    facts: Mapping[str, object]
    source: str = ""
    target: str = ""


def record_many(actor: Actor, acts: Sequence[Act], action: str, *, label: str, role: Role, now: datetime) -> None:
    """The events of one act on many saved rows of one table (批量办理), in one statement; as `record` for each of them."""
    if not acts:
        return
    written = []
    for act in acts:
        said: dict[str, Any] = {"source": act.source, "target": act.target, "article": "", "facts": act.facts}
        event = _event(actor, act.row, action, label=label, role=role, now=now, **said)
        body = canonical(event)
        written.append({**event, "body": f"\\x{body.hex()}", "digest": hashlib.sha256(body).hexdigest()})
    own = ", ".join(f"e.{name.strip()}" for name in _COLUMNS.split(","))
    table = connection.ops.quote_name(acts[0].row._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO trail_event ({_COLUMNS}, seq, row_digest)"
            f" SELECT {own}, nextval('trail_event_order'), trail_row_digest(to_jsonb(t))"
            " FROM jsonb_populate_recordset(NULL::trail_event, %s::jsonb) e"
            f" JOIN {table} t ON t.id = e.object_id ORDER BY e.id",
            [json.dumps(written, ensure_ascii=False)],
        )
        assert cursor.rowcount == len(acts), "not every row is saved"


def _event(
    actor: Actor,
    row: models.Model,
    action: str,
    *,
    label: str,
    role: Role,
    now: datetime,
    source: str,
    target: str,
    article: str,
    facts: Mapping[str, object] | None,
) -> dict[str, Any]:
    region = str(getattr(row, "region", ""))
    return {
        "id": new_id("evt"),
        "at": now.astimezone(UTC).isoformat(),
        "on": clock.day(now).isoformat(),
        "region": region,
        "person_id": actor.person_id,
        "stands_in_for": actor.stood_in_for(region, role),
        "party_id": actor.party_id,
        "role": str(role),
        "action": f"{row._meta.app_label}.{action}",
        "label": label,
        "object_type": row._meta.label_lower,
        "object_id": str(row.pk),
        "number": str(getattr(row, "number", "")),
        "source": source,
        "target": target,
        "article": article,
        "facts": dict(facts or {}),
    }


def _write(row: models.Model, event: dict[str, Any], before: tuple[str, list[Any]] | None = None) -> str:
    """The event with the digest of its row. `before`, the row's own UPDATE, is one statement with it."""
    body = canonical(event)
    values = [*event.values(), body, hashlib.sha256(body).hexdigest()]
    values[list(event).index("facts")] = json.dumps(event["facts"], ensure_ascii=False)
    marks = ", ".join(["%s"] * len(values))
    kept = f"{connection.ops.quote_name(row._meta.db_table)} t WHERE t.id = %s"
    statement, own, source, which = "", [], kept, [row.pk]
    if before:
        statement, own, source, which = f"WITH t AS ({before[0]} RETURNING *) ", before[1], "t", []
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement}INSERT INTO trail_event ({_COLUMNS}, seq, row_digest)"
            f" SELECT {marks}, nextval('trail_event_order'), trail_row_digest(to_jsonb(t)) FROM {source}",
            [*own, *values, *which],
        )
        assert cursor.rowcount == 1, f"{row._meta.label_lower} {row.pk} is not saved"
    return str(event["id"])


def acting_role(roles: AbstractSet[Role], move: Move) -> Role:
    """The role by which a move was made: the first of those held that the table lists."""
    return sorted(roles & move.by)[0]


def canonical(value: Mapping[str, object]) -> bytes:
    """RFC 8785 for what events hold: ASCII keys, integers and texts; floats are refused."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _refuse_floats(value: object) -> None:
    assert not isinstance(value, float), "an event holds no float"
    inner: Iterable[object] = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    for item in inner:
        _refuse_floats(item)
