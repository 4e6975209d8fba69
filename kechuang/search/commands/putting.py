"""Documents in and out of the index. Called by the room that owns the thing, in its own transaction."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from kechuang.search import rules
from kechuang.search.models import Document
from kechuang.search.states import BATCH, LEXEME_MAX
from kechuang.ui.rows import run

_COLUMNS = {
    "subject_id": "text",
    "kind": "text",
    "title": "text",
    "cores": "text",
    "names": "text",
    "model_keys": "text",
    "makers": "text",
    "methods": "text",
    "rest": "text",
    "vector": "text",
    "class_code": "text",
    "region": "text",
    "carrier_id": "text",
    "carrier_kind": "text",
    "share_mode": "text",
    "open_modes": "text",
    "price_fen": "bigint",
    "latitude_e6": "int",
    "longitude_e6": "int",
    "bookable": "bool",
    "sort": "text",
}
_CAST = {"vector": "::tsvector", "open_modes": "::varchar[]"}
_CHANGED = [name for name in _COLUMNS if name != "subject_id"]
_UPSERT = (
    f"INSERT INTO search_document AS d ({', '.join(_COLUMNS)}, first_at)"
    f" SELECT {', '.join(name + _CAST.get(name, '') for name in _COLUMNS)}, %s"
    f" FROM json_to_recordset(%s::json) AS given({', '.join(f'{name} {kind}' for name, kind in _COLUMNS.items())})"
    f" ON CONFLICT (subject_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGED)}"
    f" WHERE ({', '.join(f'd.{name}' for name in _CHANGED)})"
    f" IS DISTINCT FROM ({', '.join(f'excluded.{name}' for name in _CHANGED)})"
)
_LEARN = (
    "INSERT INTO search_word (text, kind, key, pinyin, initials, shapes, grams)"
    " SELECT text, kind, key, pinyin, initials, shapes::varchar[], grams::varchar[] FROM json_to_recordset(%s::json)"
    " AS given(text text, kind text, key text, pinyin text, initials text, shapes text, grams text)"
    " ON CONFLICT (text) DO NOTHING"
)


@transaction.atomic(savepoint=False)
def put(documents: Iterable[rules.Document], *, now: datetime) -> int:
    """These can be found from now on, as they are now (写入检索); answers how many there were.

    A document already there is replaced, one that did not change is not written. Two statements per 500.
    """
    count = 0
    for batch in _batches(sorted(documents, key=lambda document: document.subject_id)):
        rows = [row(document) for document in batch]
        run(_UPSERT, [now, json.dumps(rows, ensure_ascii=False)])
        learn(batch)
        count += len(batch)
    return count


@transaction.atomic
def drop(subject_ids: Iterable[str]) -> int:
    """These can no longer be found (移出检索); answers how many could be before."""
    count, _each = Document.objects.filter(subject_id__in=list(subject_ids)).delete()
    return count


def learn(documents: Sequence[rules.Document]) -> None:
    """The names, makers and model numbers of documents enter the correction dictionary; known ones are left alone."""
    known = {word.text: word for document in documents for word in rules.words_of(document)}
    if not known:
        return
    rows = [
        {
            "text": word.text,
            "kind": word.kind,
            "key": word.key,
            "pinyin": word.pinyin,
            "initials": word.initials,
            "shapes": _array(word.shapes),
            "grams": _array(word.grams),
        }
        for word in (known[text] for text in sorted(known))
    ]
    run(_LEARN, [json.dumps(rows, ensure_ascii=False)])


@transaction.atomic
def forget_words() -> int:
    """Words that no document carries any more leave the dictionary; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH there AS MATERIALIZED (SELECT DISTINCT title FROM search_document)"
            " DELETE FROM search_word w WHERE w.kind = 'name' AND NOT EXISTS"
            " (SELECT FROM search_document d WHERE d.vector @@ ('''==' || replace(w.key, '''', '''''') || '''')::tsquery)"
            " AND w.text NOT IN (SELECT title FROM there)"
        )
        return cursor.rowcount


def row(document: rules.Document) -> dict[str, object]:
    """The row of a document, column by column, as PostgreSQL reads it."""
    entry = rules.entry(document)
    return {
        "subject_id": document.subject_id,
        "kind": document.kind,
        "title": document.title,
        "cores": entry.cores,
        "names": entry.names,
        "model_keys": entry.models,
        "makers": entry.makers,
        "methods": entry.methods,
        "rest": entry.rest,
        "vector": vector(entry.lexemes),
        "class_code": document.class_code,
        "region": document.region,
        "carrier_id": document.carrier_id,
        "carrier_kind": document.carrier_kind,
        "share_mode": document.share_mode,
        "open_modes": _array(document.open_modes),
        "price_fen": document.price_fen,
        "latitude_e6": document.latitude_e6,
        "longitude_e6": document.longitude_e6,
        "bookable": document.bookable,
        "sort": rules.pinyin(document.title)[: Document._meta.get_field("sort").max_length],
    }


def vector(lexemes: Iterable[str]) -> str:
    """Lexemes as PostgreSQL reads a tsvector: quoted, without positions."""
    return " ".join("'" + one[:LEXEME_MAX].replace("\\", "\\\\").replace("'", "''") + "'" for one in lexemes)


def _array(values: Iterable[str]) -> str:
    return "{" + ",".join('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values) + "}"


def _batches(documents: Sequence[rules.Document]) -> Iterator[list[rules.Document]]:
    waiting = iter({document.subject_id: document for document in documents}.values())
    while batch := list(islice(waiting, BATCH)):
        yield batch
