"""Business rows against their last event, and an event's columns against the body that was hashed.

`after` is the row as JSON: a column in clear is its value; {"sha256": …} is a JSON column as PostgreSQL writes its text,
noted by the acts that wrote it; {"salted": …} is SHA-256 of salt ‖ column ‖ "=" ‖ value, the salt being in trail_salt until
the personal value is forgotten. A column that the log does not know yet (added later) is passed over.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from kechuang_verify.report import Report

SHOWN, WIDTH = 20, 120
_NAME = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_COPIED = (
    "id region person_id stands_in_for party_id role action label object_type object_id number source target article facts"
).split()

# The last event of each record: numbers are grouped, and only what is looked at is fetched.
_LAST = """SELECT e.object_id, e.id, e.seq, e.after FROM (SELECT max(seq) AS seq FROM trail_event
    WHERE object_type = %s {more} GROUP BY object_id) m JOIN trail_event e ON e.seq = m.seq"""


def check_events(database: Any, report: Report) -> None:
    """The readable columns of an event say what its body says: pages show the columns."""
    pairs = ", ".join(f"'{name}', e.{name}" for name in _COPIED)
    unlike = database.execute(
        f"""SELECT e.id, l.seq, convert_from(e.body, 'UTF8'), jsonb_build_object({pairs})::text, e.at::text, e."on"::text
            FROM trail_event e LEFT JOIN trail_leaf l ON l.event_seq = e.seq,
            LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb AS act OFFSET 0) b
            WHERE NOT b.act @> jsonb_build_object({pairs}, 'on', e."on"::text)
                OR (b.act ->> 'at')::timestamptz <> e.at
                OR e.digest <> encode(sha256(e.body), 'hex') LIMIT {SHOWN}"""
    ).fetchall()
    for event, seq, body, columns, at, on in unlike:
        said, now = json.loads(body), {**json.loads(columns), "at": at, "on": on}
        differing = [name for name in (*_COPIED, "on") if now[name] != said.get(name)]
        for name in differing:
            report.fail(altered("trail_event", event, name, now[name], said.get(name), f"seq {seq}"))
        if not differing:
            report.fail(f"table trail_event pk {event}: column at or digest is not that of its body (seq {seq})")


def check_rows(database: Any, report: Report) -> None:
    """Every recorded row against the evidence of its last event."""
    types = [name for (name,) in database.execute("SELECT DISTINCT object_type FROM trail_event ORDER BY 1")]
    for object_type in types:
        table = object_type.replace(".", "_")
        if not _NAME.fullmatch(object_type) or not _columns(database, table):
            report.fail(f"table {table}: gone, or never there, though events name its rows")
            continue
        for number, words in enumerate(_table(database, object_type, table)):
            if number >= SHOWN:
                report.fail(f"table {table}: … and more rows that are not as logged")
                break
            report.fail(words)


def _columns(database: Any, table: str) -> dict[str, str]:
    found = database.execute(
        "SELECT attname, atttypid::regtype::text FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [f"public.{table}"],
    )
    return dict(found.fetchall())


def _table(database: Any, object_type: str, table: str) -> Iterator[str]:
    columns = _columns(database, table)
    marked = [name for name, kind in columns.items() if kind in ("json", "jsonb")]
    sample = database.execute(
        "SELECT after FROM trail_event WHERE object_type = %s AND after <> '' ORDER BY seq DESC LIMIT 1", [object_type]
    ).fetchone()
    known = json.loads(sample[0]) if sample else {}
    salted = [name for name, value in known.items() if isinstance(value, dict) and "salted" in value]
    clear = [name for name in columns if name not in marked and name not in salted]
    yield from _clear(database, object_type, table, clear, [*marked, *salted])
    if "state" in columns:
        yield from _actless(database, object_type, table)
    for name in marked:
        if name not in salted:
            yield from _json(database, object_type, table, name)
    for name in salted:
        yield from _salted(database, object_type, table, name)


def _clear(database: Any, object_type: str, table: str, clear: list[str], others: list[str]) -> Iterator[str]:
    row = f"(SELECT x FROM (SELECT {', '.join(f't.{_quoted(name)}' for name in clear)}) x)"
    unlike = database.execute(
        f"""WITH last AS ({_LAST.format(more="")})
            SELECT last.object_id, l.seq, last.after, row_to_json({row})::text, t.id IS NULL
            FROM last LEFT JOIN {table} t ON t.id::text = last.object_id LEFT JOIN trail_leaf l ON l.event_seq = last.seq
            WHERE t.id IS NULL OR last.after <> '' AND NOT to_jsonb({row}) @> (last.after::jsonb - %s::text[])
            LIMIT {SHOWN + 1}""",
        [object_type, others],
    ).fetchall()
    for key, seq, after, now, gone in unlike:
        if gone:
            yield f"table {table} pk {key}: the row is gone (seq {seq})"
            continue
        was, stands = json.loads(after), json.loads(now)
        for name in sorted(set(was) - set(others)):
            if name not in stands:
                yield f"table {table} pk {key} column {name}: the column is gone, logged {_text(was[name])} (seq {seq})"
            elif stands[name] != was[name]:
                yield altered(table, key, name, stands[name], was[name], f"seq {seq}")


def _actless(database: Any, object_type: str, table: str) -> Iterator[str]:
    """A record that has a state was brought there by acts: a row that none of them names was put in by hand."""
    found = database.execute(
        f"""SELECT t.id::text FROM {table} t WHERE t.state <> '' AND NOT EXISTS (
                SELECT FROM trail_event e WHERE e.object_type = %s AND e.object_id = t.id::text)
            ORDER BY t.id LIMIT {SHOWN + 1}""",
        [object_type],
    )
    for (key,) in found.fetchall():
        yield f"table {table} pk {key}: no act of the log made this row"


def _json(database: Any, object_type: str, table: str, name: str) -> Iterator[str]:
    """Against the last event that wrote the column; the mark cannot stand inside a text, whose quotes are escaped."""
    column = f"t.{_quoted(name)}"
    unlike = database.execute(
        f"""WITH last AS ({_LAST.format(more="AND strpos(after, %s) > 0")})
            SELECT last.object_id, l.seq, {column}::text, last.after::json -> %s ->> 'sha256'
            FROM last JOIN {table} t ON t.id::text = last.object_id LEFT JOIN trail_leaf l ON l.event_seq = last.seq
            WHERE last.after::json -> %s ->> 'sha256' <> encode(sha256(convert_to({column}::text, 'UTF8')), 'hex')
            LIMIT {SHOWN + 1}""",
        [object_type, f'"{name}":{{"sha256":"', name, name],
    ).fetchall()
    for key, seq, now, was in unlike:
        yield f"table {table} pk {key} column {name}: now {_text(now)}, logged sha256:{was} (seq {seq})"


def _salted(database: Any, object_type: str, table: str, name: str) -> Iterator[str]:
    """Personal columns whose salt is still kept; the values of the others are forgotten, and nothing can be said."""
    digest = f"sha256(s.salt || convert_to('{name}=' || coalesce(t.{_quoted(name)}::text, ''), 'UTF8'))"
    unlike = database.execute(
        f"""WITH last AS ({_LAST.format(more="")})
            SELECT last.object_id, l.seq FROM last JOIN {table} t ON t.id::text = last.object_id
            JOIN trail_salt s ON s.event_id = last.id LEFT JOIN trail_leaf l ON l.event_seq = last.seq
            WHERE last.after <> '' AND last.after::json -> %s ->> 'salted' <> encode({digest}, 'hex') LIMIT {SHOWN + 1}""",
        [object_type, name],
    ).fetchall()
    for key, seq in unlike:
        yield f"table {table} pk {key} column {name}: personal value is not the logged one (salted digest, seq {seq})"


def altered(table: str, key: str, name: str, now: object, was: object, where: str) -> str:
    """A column that is not as the log has it; `where` says which leaf or act speaks for it."""
    return f"table {table} pk {key} column {name}: now {_text(now)}, logged {_text(was)} ({where})"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:WIDTH] if not isinstance(value, str) else value[:WIDTH]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
