"""Recording acts. Called by every command, in the command's own transaction."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from django.db import DataError, connection, models

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import new_id
from kechuang.kernel.machine import Move
from kechuang.trail.queries.evidence import NO_SALT, evidence, personal
from kechuang.trail.states import LARGEST_INTEGER, SALT_BYTES
from kechuang.ui import clock
from kechuang.ui.rows import later, run, updating

_NAMES = (
    "id at on region person_id stands_in_for party_id role action label object_type object_id number source target"
    " article facts body digest"
).split()
_COLUMNS = ", ".join('"on"' if name == "on" else name for name in _NAMES)
_KEYS = sorted(set(_NAMES) - {"body", "digest"})
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_quote = json.encoder.encode_basestring


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal value among the facts of an act: the event holds its salted digest, a deletable table the value."""

    value: str


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
    fields = ("state", *saves)
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
    _write(row, event, updating(row, fields), frozenset(fields))


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

    `facts` are JSON values (integers, texts, lists, maps; no floats): what was decided on. A value that tells of a person
    is given as `Personal`, at the top of `facts`.
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
    """What was done to one of many rows; `actor` and `now` where not all were done by one person in one instant."""

    row: models.Model
    facts: Mapping[str, object]
    source: str = ""
    target: str = ""
    actor: Actor | None = None
    now: datetime | None = None


def record_many(actor: Actor, acts: Sequence[Act], action: str, *, label: str, role: Role, now: datetime) -> None:
    """The events of one act on many saved rows of one table (批量办理), in one statement; as `record` for each of them.

    In the order given. A group of many people's commands names each one's own actor and instant (`Act`).
    """
    if not acts:
        return
    given = []
    for act in acts:
        said: dict[str, Any] = {"source": act.source, "target": act.target, "article": "", "facts": act.facts}
        by, at = act.actor or actor, act.now or now
        event = _event(by, act.row, action, label=label, role=role, now=at, **said)
        salt, kept = _take_out(act.row, event)
        body = canonical(event)
        hidden = {"salt": salt.hex(), "kept": kept} if salt else {}
        given.append({**event, "body": f"\\x{body.hex()}", "digest": hashlib.sha256(body).hexdigest(), **hidden})
    model = type(acts[0].row)
    own = ", ".join(f"e.{name.strip()}" for name in _COLUMNS.split(","))
    salts = any("salt" in one for one in given)
    salt_of = "decode(j ->> 'salt', 'hex')" if salts else NO_SALT
    keeping = (
        f"s AS (INSERT INTO trail_salt (event_id, salt, kept) SELECT j ->> 'id', {salt_of}, j -> 'kept' FROM j"
        " WHERE j ? 'salt')"
    )
    written = run(
        "WITH j AS MATERIALIZED (SELECT * FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS e (j, place))"
        f"{', ' + keeping if salts else ''}"
        f" INSERT INTO trail_event ({_COLUMNS}, seq, after)"
        f" SELECT {own}, nextval('trail_event_order'), {evidence(model, salt=salt_of)}"
        " FROM j CROSS JOIN LATERAL jsonb_populate_record(NULL::trail_event, j) e"
        f" JOIN {connection.ops.quote_name(model._meta.db_table)} t ON t.id = e.object_id ORDER BY j.place",
        [json.dumps(given, ensure_ascii=False)],
    )
    assert written.rowcount == len(acts), "not every row is saved"


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
    """In the order of the columns."""
    region = str(getattr(row, "region", ""))
    meta = row._meta
    return {
        "id": new_id("evt"),
        "at": now.astimezone(UTC).isoformat(),
        "on": clock.day(now).isoformat(),
        "region": region,
        "person_id": actor.person_id,
        "stands_in_for": actor.stood_in_for(region, role),
        "party_id": actor.party_id,
        "role": str(role),
        "action": f"{meta.app_label}.{action}",
        "label": label,
        "object_type": meta.label_lower,
        "object_id": str(row.pk),
        "number": str(getattr(row, "number", "")),
        "source": source,
        "target": target,
        "article": article,
        "facts": dict(facts) if facts else {},
    }


def _take_out(row: models.Model, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Personal facts leave the event for their salted digests: the salt (none where nothing is personal) and the values."""
    facts = event["facts"]
    kept = {name: value.value for name, value in facts.items() if isinstance(value, Personal)}
    if not kept and not personal(type(row)):
        return b"", kept
    salt = secrets.token_bytes(SALT_BYTES)
    for name, value in kept.items():
        facts[name] = {"salted": hashlib.sha256(salt + f"{name}={value}".encode()).hexdigest()}
    return salt, kept


def _write(
    row: models.Model,
    event: dict[str, Any],
    before: tuple[str, list[Any]] | None = None,
    written: frozenset[str] | None = None,
) -> str:
    """The event with the evidence of its row. `before`, the row's own UPDATE of `written`, is one statement with it.

    Nobody waits for it; a row that is not saved has no evidence, which the event's table refuses (IntegrityError).
    """
    salt, kept = _take_out(row, event)
    facts, body = _body(event)
    values = [*event.values(), body, hashlib.sha256(body).hexdigest()]
    values[_NAMES.index("facts")] = facts
    salts = [event["id"], salt, _encode(kept)] if salt else []
    if before:
        statement = _statement(type(row), before[0], written, bool(salt))
        parameters = [*before[1], *salts, *values, *([salt] if salt else [])]
    else:
        statement = _statement(type(row), "", None, bool(salt))
        parameters = [*salts, *values, *([salt] if salt else []), row.pk]
    later(statement, parameters)
    return str(event["id"])


@cache
def _statement(model: type[models.Model], before: str, written: frozenset[str] | None, salts: bool) -> str:
    """One statement: the row's change, the salt where something is personal, the event."""
    table = connection.ops.quote_name(model._meta.db_table)
    first = [f"t AS ({before} RETURNING *)"] if before else []
    if salts:
        first.append("s AS (INSERT INTO trail_salt (event_id, salt, kept) VALUES (%s, %s, %s::jsonb))")
    marks = ", ".join(["%s"] * len(_NAMES))
    kept = evidence(model, written=written, salt="z.salt" if salts else NO_SALT)
    return (
        f"{'WITH ' if first else ''}{', '.join(first)} INSERT INTO trail_event ({_COLUMNS}, seq, after)"
        f" SELECT {marks}, nextval('trail_event_order'), CASE WHEN t.id IS NOT NULL THEN {kept} END"
        f" FROM (SELECT {'%s::bytea' if salts else 'NULL'} AS salt) z"
        f" LEFT JOIN {'t ON true' if before else f'{table} t ON t.id = %s'}"
    )


def acting_role(roles: AbstractSet[Role], move: Move) -> Role:
    """The role by which a move was made: the first of those held that the table lists."""
    return sorted(roles & move.by)[0]


def _body(event: Mapping[str, Any]) -> tuple[str, bytes]:
    """The facts, and the whole event, as `canonical` writes them: every other value of an event is a text."""
    _refuse_inexact(event["facts"])
    facts = _encode(event["facts"])
    parts = [f'"{key}":{facts if key == "facts" else _quote(event[key])}' for key in _KEYS]
    return facts, f"{{{','.join(parts)}}}".encode()


def canonical(value: Mapping[str, object]) -> bytes:
    """RFC 8785 for what events hold: ASCII keys, integers and texts; floats and integers beyond 2^53 are refused."""
    _refuse_inexact(value)
    return _encode(value).encode()


def _refuse_inexact(value: object) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise DataError("an event holds no integer beyond 2^53")  # as the column that it is meant for would say
    elif isinstance(value, Mapping):
        for item in value.values():
            _refuse_inexact(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_inexact(item)
    else:
        assert not isinstance(value, float), "an event holds no float"
