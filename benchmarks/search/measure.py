"""`python -m benchmarks.search.measure QUERIES INSTRUMENTS`: prints progress, and each row as a line of JSON."""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from benchmarks.rows import CannotMeasure, Row

SMALL, LARGE = 50_000, 500_000
ROUNDS, REFERENCE_ROUNDS, PAGE = 5, 1, 20
GOAL_QUERY_MS, GOAL_COMMON_MS = 60, 100
BATCH = 5_000
# Words that tens of thousands of documents have: one character, two, a general name, a type that every carrier has.
COMMON = (
    "仪",
    "镜",
    "机",
    "光谱",
    "质谱",
    "电子",
    "显微镜",
    "分析仪",
    "试验机",
    "光谱仪",
    "扫描电镜",
    "激光",
    "系统",
    "真空",
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main(queries_file: Path, instruments_file: Path) -> None:
    from kechuang.site import processes

    processes.start_django()
    processes.migrate()
    from benchmarks.search import filling
    from kechuang.search import commands

    questions = json.loads(queries_file.read_text())
    instruments = filling.read(instruments_file)
    commands.load_shipped(now=NOW)
    own = [filling.document(row, Random(number)) for number, row in enumerate(instruments)]
    say(f"putting {SMALL:,} documents")
    seconds = timed(lambda: commands.put(chain(own, filling.around(instruments, SMALL - len(own), seed=1)), now=NOW))
    say(f"put in {seconds:.0f} s")
    execute("ANALYZE search_document")
    passed, plain = _passed(questions)
    digest = hashlib.sha256(queries_file.read_bytes()).hexdigest()
    goal = f">= {len(questions)}"
    reference = "to_tsvector('simple') of title, model and maker, ts_rank"
    # A plain search that passes none is written as one: a ratio needs a reference.
    emit(Row("queries_passed", passed, "queries", reference, max(plain, 1), goal, digest))
    say(f"writing {LARGE:,} documents")
    more = filling.province(LARGE, seed=3)
    _build(islice(more, LARGE - SMALL))
    _speed(questions)


def _passed(questions: list[dict[str, Any]]) -> tuple[int, int]:
    """How many questions have their answers on top: ours, and the plain full text search of PostgreSQL."""
    from kechuang.search import queries

    ours = plain = 0
    for question in questions:
        found = [hit.subject_id for hit in queries.find(question["q"], limit=PAGE).hits]
        if _answers(question, found):
            ours += 1
        else:
            say(f"not on top: {question['q']} ({question.get('kind', '')}): {', '.join(found[:5])}")
        plain += _answers(question, [row[0] for row in execute(PLAIN_FIND, {"q": question["q"]})])
    return ours, plain


def _answers(question: dict[str, Any], found: list[str]) -> bool:
    """The rules of the file: an expected one among the first three, or four fifths of the first k, k at most five."""
    expected = set(question["expected_ids"])
    if question["rule"] == "top3_hit":
        return bool(expected & set(found[:3]))
    first = min(5, len(expected))
    return sum(one in expected for one in found[:first]) * 5 >= first * 4


PLAIN = "to_tsvector('simple', d.title || ' ' || d.model_keys || ' ' || d.makers)"
PLAIN_FIND = (
    f"SELECT subject_id FROM search_document d, plainto_tsquery('simple', %(q)s) q WHERE {PLAIN} @@ q"
    f" ORDER BY ts_rank({PLAIN}, q) DESC, subject_id LIMIT {PAGE}"
)


def _build(documents: Iterator[Any]) -> None:
    """Fills up to 500,000 and makes the index from nothing, beside the index of the plain search over the same rows."""
    from kechuang.search.commands import putting

    execute("DROP INDEX document_vector")
    began = time.monotonic()
    while batch := list(islice(documents, BATCH)):
        rows = [putting.row(document) for document in batch]
        _copy(rows)
        putting.learn(batch)
    written = time.monotonic() - began
    indexed = timed(lambda: execute("CREATE INDEX document_vector ON search_document USING gin (vector)"))
    execute("VACUUM ANALYZE search_document")
    execute("VACUUM ANALYZE search_word")
    count = execute("SELECT count(*) FROM search_document")[0][0]
    if count < LARGE:
        raise CannotMeasure(f"{count:,} documents were written, {LARGE:,} are needed")
    say(f"lexemes and rows {written:.0f} s, index {indexed:.0f} s")
    plain = timed(lambda: execute(f"CREATE INDEX plain_index ON search_document USING gin ({PLAIN.replace('d.', '')})"))
    name = "GIN over to_tsvector('simple')"
    emit(Row("index_build_s_500k", indexed, "s", name, plain))
    emit(Row("index_mb_500k", _megabytes("document_vector"), "MB", name, _megabytes("plain_index")))
    execute("DROP INDEX plain_index")


def _speed(questions: list[dict[str, Any]]) -> None:
    from kechuang.search import queries

    texts = [question["q"] for question in questions]
    queries.find(texts[0], limit=PAGE)
    ours = {text: [timed(partial(queries.find, text, limit=PAGE)) for _ in range(ROUNDS)] for text in texts}
    common = {text: [timed(partial(queries.find, text, limit=PAGE)) for _ in range(ROUNDS)] for text in COMMON}
    for name, took, goal in (
        ("query_p95_ms_500k", ours, GOAL_QUERY_MS),
        ("common_word_p95_ms_500k", common, GOAL_COMMON_MS),
    ):
        slow = sorted(took, key=lambda text: -median(took[text]))[:3]
        say(f"{name}: slowest " + ", ".join(f"{text} {median(took[text]) * 1000:.0f} ms" for text in slow))
        scanned = [timed(partial(execute, SCAN, {"q": f"%{text}%"})) for text in islice(took, 5)]
        emit(
            Row(
                name, _p95(chain(*took.values())), "ms", "ILIKE scan, count and first page", _p95(scanned), f"<= {goal}"
            )
        )


SCAN = (
    "SELECT subject_id, count(*) OVER () FROM search_document WHERE title ILIKE %(q)s OR model_keys ILIKE %(q)s"
    f" OR makers ILIKE %(q)s ORDER BY sort, subject_id LIMIT {PAGE}"
)


def _p95(seconds: Iterable[float]) -> float:
    return quantiles(list(seconds), n=20, method="inclusive")[-1] * 1000


def _copy(rows: list[dict[str, Any]]) -> None:
    from django.db import connection

    names = [*rows[0], "first_at"]
    with connection.cursor() as cursor, cursor.copy(f"COPY search_document ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([*row.values(), NOW])


def _megabytes(index: str) -> float:
    return execute("SELECT pg_relation_size(%(name)s)", {"name": index})[0][0] / 1_000_000


def execute(statement: str, values: dict[str, object] | None = None) -> list[tuple[Any, ...]]:
    """As the owner of the tables, outside any transaction."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def say(text: str) -> None:
    print(text, flush=True)


def emit(row: Row) -> None:
    print(json.dumps(asdict(row), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
