"""The records of an evidence pack: each as its last act left it, by table, row and column.

`objects/` holds a record as it stood when the pack was frozen, `logged/` what the log keeps of it since its last act,
`rows/` the whole row. The first two are the same text; columns of the third are held against it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kechuang_verify.rows import altered

Row = Mapping[str, Any]
AFTER_VALUE, AFTER_KEY = len(", "), len(": ")  # as PostgreSQL writes jsonb


def last_acts(index: Sequence[Row]) -> dict[str, Row]:
    """The last act on each record of the pack."""
    return {row["object_id"]: row for row in sorted(index, key=lambda one: one["seq"])}


def path_of(folder: str, row: Row) -> str:
    return f"{folder}/{row['object_type']}/{row['object_id']}.json"


def findings(members: Mapping[str, bytes], last: Mapping[str, Row]) -> Iterator[str]:
    """Every record that is missing, that is not what its last act left, or that no act speaks for."""
    for _record, row in sorted(last.items()):
        yield from _record_findings(members, row)
    for path in sorted(members):
        if path.startswith(("objects/", "logged/", "rows/")) and path.rpartition("/")[2][: -len(".json")] not in last:
            yield f"{path}: a record without any act"


def _record_findings(members: Mapping[str, bytes], row: Row) -> Iterator[str]:
    path, logged = path_of("objects", row), members.get(path_of("logged", row))
    if path not in members:
        yield f"{path}: missing, there are acts on it"
        return
    if logged is not None and hashlib.sha256(logged).hexdigest() != row["row_digest"]:
        yield f"{path_of('logged', row)}: altered, it is not what the act {row['id']} left"
        logged = None
    if hashlib.sha256(members[path]).hexdigest() != row["row_digest"]:
        yield f"{path}: the record is not what its last act ({row['id']}) left"
        yield from _columns(row, now=members[path], logged=logged or b"{}")
    elif (whole := members.get(path_of("rows", row))) is None:
        yield f"{path_of('rows', row)}: missing"
    else:
        yield from (f"{path_of('rows', row)}: {words}" for words in _whole_findings(row, whole, members[path]))


def _columns(row: Row, *, now: bytes, logged: bytes) -> Iterator[str]:
    """The columns in which what stood differs from what the log keeps."""
    try:
        stands, was = dict(json.loads(now)), dict(json.loads(logged))
    except (ValueError, TypeError):
        return  # that it is no record any more was said already
    for name in sorted(was):
        if stands.get(name) != was[name]:
            yield altered(table_of(row), row["object_id"], name, stands.get(name), was[name], f"act {row['id']}")


def _whole_findings(row: Row, whole: bytes, kept: bytes) -> list[str]:
    try:
        return list(_whole(row, whole.decode(), kept))
    except (ValueError, TypeError, AttributeError):
        return ["altered, it is no longer a row"]


def _whole(row: Row, whole: str, kept: bytes) -> Iterator[str]:
    """The whole row against what is kept of it: columns in clear by value, JSON columns by digest, personal ones not."""
    stands, texts = json.loads(whole), _texts(whole)
    for name, was in sorted(json.loads(kept).items()):
        mark = was if isinstance(was, dict) else {}
        if "salted" in mark:
            continue
        if "sha256" in mark:
            unlike = hashlib.sha256(texts.get(name, "").encode()).hexdigest() != mark["sha256"]
        else:
            unlike = name not in stands or stands[name] != was
        if unlike:
            yield altered(table_of(row), row["object_id"], name, stands.get(name), was, f"act {row['id']}")


def _texts(whole: str) -> dict[str, str]:
    """The value of each column as PostgreSQL wrote it: a JSON column's digest was taken of that text."""
    decoder, at, found = json.JSONDecoder(), 1, {}
    while whole[at : at + 1] == '"':
        name, at = decoder.raw_decode(whole, at)
        _value, end = decoder.raw_decode(whole, at + AFTER_KEY)
        found[name], at = whole[at + AFTER_KEY : end], end + AFTER_VALUE
    return found


def table_of(row: Row) -> str:
    """The table of a record: claims.claim is kept in claims_claim."""
    return str(row["object_type"]).replace(".", "_")
