"""Finding: what was asked, which documents answer it, in which order and why. At most seven statements, however many lie there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from kechuang.kernel.errors import NotVisible
from kechuang.search.models import Document
from kechuang.search.queries.book import current_book
from kechuang.search.queries.narrowing import Wheres, columns, counted_total, planned
from kechuang.search.rules import (
    Ask,
    Book,
    Filters,
    Looked,
    Part,
    Query,
    Ranking,
    Reason,
    Texts,
    Why,
    correct,
    homophones,
    narrowing,
    part_anywhere,
    pieces,
    relaxed,
    understand,
    wanted,
    ways,
)
from kechuang.search.rules import Word as KnownWord
from kechuang.search.states import (
    CANDIDATES,
    COUNT_MAX,
    EXPLAINED_MAX,
    WORDS_MAX,
    WordKind,
)

NO_FILTERS = Filters()
_TEXTS = "cores, names, model_keys, makers, methods, rest, bookable"


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `reasons` are the strongest, for the page to show as 为什么排在前面."""

    subject_id: str
    title: str
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer. `count` is exact up to 1,000 and `capped` beyond; `reachable` hits can be paged through.

    `corrected` is the question that was asked instead, "" when it was asked as typed; `understood` its parts; `dropped`
    the parts that no result has and that were let go.
    """

    hits: tuple[Hit, ...]
    count: int
    capped: bool
    reachable: int
    corrected: str
    understood: tuple[Part, ...]
    dropped: tuple[str, ...]

    @property
    def count_text(self) -> str:
        return f"{COUNT_MAX}+" if self.capped else str(self.count)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was asked in the end, with the documents it brought."""

    query: Query
    asks: tuple[Ask, ...]
    rows: tuple[tuple[Any, ...], ...] = ()
    count: int = 0
    dropped: tuple[str, ...] = ()


def find(text: str, *, filters: Filters = NO_FILTERS, limit: int, offset: int = 0, book: Book | None = None) -> Found:
    """The best results for a typed question (检索), narrowed by `filters`; without a question the list by pinyin.

    Every known name, maker and word must be there; when nothing has all, the nearest correction is asked, then parts are
    let go, those that nothing has first, then the most common. Ties: what can be booked first, then the id.
    """
    book = book or current_book()
    query = understand(text, book)
    if not query.parts:
        return _listed(query, filters, limit, offset)
    settled = settle(query, filters, book)
    hits = _ranked(settled)
    count = len(hits) if settled.count <= len(settled.rows) else settled.count  # of few, those that really fit
    return Found(
        hits=tuple(hits[offset : offset + limit]),
        count=min(count, COUNT_MAX),
        capped=count > COUNT_MAX,
        reachable=len(hits),
        corrected=settled.query.corrected,
        understood=settled.query.parts,
        dropped=settled.dropped,
    )


def settle(query: Query, filters: Filters, book: Book) -> Settled:
    """As typed; else as it sounds; else corrected; else with fewer parts."""
    if better := homophones(query, book):
        query = replace(understand(better, book), corrected=better)
    found = _asked([(query, ())], filters)
    if found.rows or not query.parts:
        return found
    if query.unknown and (better := correct(query, book, _dictionary(wanted(query)))):
        found = _asked([(replace(understand(better, book), corrected=better), ())], filters)
        if found.rows:
            return found
        query = found.query
    return _relaxed(query, filters) or _in_pieces(query, filters) or found


def explain(text: str, subject_id: str) -> Hit:
    """Why one document stands where it stands: every reason, not only the strongest; raises NotVisible."""
    book = current_book()
    query = understand(text, book)
    settled = settle(query, NO_FILTERS, book)
    row = Document.objects.filter(subject_id=subject_id).values_list("title", *_TEXTS.split(", ")).first()
    if row is None:
        raise NotVisible
    ranking, texts = Ranking(settled.query), _texts(row[1:])
    reasons = ranking.reasons(texts)
    return Hit(subject_id, row[0], ranking.score(texts, reasons), reasons)


def found_as_asked(text: str, filters: Filters) -> int:
    """How many documents answer the question as it stands, with nothing corrected but sounds and nothing let go."""
    book = current_book()
    query = understand(text, book)
    if better := homophones(query, book):
        query = understand(better, book)
    if not query.parts:
        return _listed(query, filters, 1, 0).count
    return _asked([(query, ())], filters).count


def _asked(tries: Sequence[tuple[Query, tuple[str, ...]]], filters: Filters) -> Settled:
    """The documents of the first of `tries` that brings any, all asked in one statement, the strictest way first."""
    where = columns(filters)
    branches: list[str] = []
    values: list[Any] = []
    asked: list[tuple[Ask, ...]] = []
    for number, (query, _dropped) in enumerate(tries):
        asks = ways(query, filters)
        asked.append(tuple(asks))
        for way, ask in enumerate(asks):
            one, limit = _where(ask, where), COUNT_MAX + 1 if way else CANDIDATES
            branches.append(
                f"(SELECT ctid AS place, {number} AS try, {way} AS way FROM search_document WHERE {one.sql} LIMIT {limit})"
            )
            values += one.values
    rows = planned(_CANDIDATES.format(branches=" UNION ALL ".join(branches)), values, _SHAPE)
    number = rows[0][0] if rows else 0
    query, dropped = tries[number]
    return Settled(query, asked[number], tuple(rows), rows[0][1] if rows else 0, dropped)


_SHAPE = (
    "try int, total bigint, subject_id varchar, title varchar, cores text, names text, model_keys text, makers text,"
    " methods text, rest text, bookable bool"
)
# Branches run one after the other and stop when enough was found, so a common word never has all its documents read.
_CANDIDATES = f"""
WITH found AS MATERIALIZED (SELECT * FROM ({{branches}}) one LIMIT {CANDIDATES + COUNT_MAX + 1}),
  best AS MATERIALIZED (SELECT place, min(way) AS way, try FROM found
    WHERE try = (SELECT min(try) FROM found) GROUP BY place, try)
SELECT b.try, (SELECT count(*) FROM best), d.subject_id, d.title, d.cores, d.names, d.model_keys, d.makers, d.methods, d.rest,
  d.bookable FROM (SELECT * FROM best ORDER BY way, place LIMIT {CANDIDATES}) b JOIN search_document d ON d.ctid = b.place
"""


def _where(ask: Ask, narrowed: Wheres) -> Wheres:
    sql = ["vector @@ %s::tsquery", narrowed.sql]
    values: list[Any] = [ask.tsquery, *narrowed.values]
    for text in ask.together:
        sql.append("concat_ws('|', names, makers, methods, rest) LIKE %s")
        values.append(f"%{text}%")
    return Wheres(" AND ".join(part for part in sql if part), tuple(values))


def _relaxed(query: Query, filters: Filters) -> Settled | None:
    """Fewer parts, the rarest kept; None when none of them alone is found."""
    counts = _counts(query.required, filters)
    tries = []
    for kept in relaxed(query, counts):
        parts = tuple(part if part in kept else replace(part, optional=True) for part in query.parts)
        let_go = tuple(part.typed for part in query.required if part not in kept)
        tries.append((replace(query, parts=parts), let_go))
    if not tries:
        return None
    found = _asked(tries, filters)
    return found if found.rows else None


def _in_pieces(query: Query, filters: Filters) -> Settled | None:
    """What has most pairs of characters of the unknown words, when nothing has any of the words."""
    apart = pieces(query)
    if apart.parts == query.parts:
        return None
    found = _relaxed(apart, filters)
    return replace(found, dropped=tuple(part.typed for part in query.unknown)) if found else None


def _counts(parts: Sequence[Part], filters: Filters) -> list[int]:
    """How many documents have each part, up to the cap; one statement."""
    where = columns(filters)
    asked = [_where(part_anywhere(part, filters), where) for part in parts]
    sql = " UNION ALL ".join(
        f"SELECT {number}, (SELECT count(*) FROM (SELECT 1 FROM search_document WHERE {one.sql} LIMIT {COUNT_MAX}) n)"
        for number, one in enumerate(asked)
    )
    rows = planned(sql, [value for one in asked for value in one.values], "number int, count bigint")
    return [count for _number, count in sorted(rows)]


def _dictionary(looked: Looked) -> list[KnownWord]:
    """Words near the unknown ones, from the correction dictionary; one statement."""
    sounds = " OR ".join(["pinyin LIKE %s"] * len(looked.sounds)) or "false"
    rows = planned(
        f"(SELECT text, kind FROM search_word WHERE shapes && %s::varchar[] LIMIT {WORDS_MAX}) UNION"
        f" (SELECT text, kind FROM search_word WHERE kind = 'name' AND ({sounds}) LIMIT {WORDS_MAX}) UNION"
        f" (SELECT text, kind FROM search_word WHERE grams && %s::varchar[] LIMIT {WORDS_MAX})",
        [list(looked.near), *(f"%{sound}%" for sound in looked.sounds), list(looked.grams)],
        "text varchar, kind varchar",
    )
    return [KnownWord(text, WordKind(kind)) for text, kind in rows]


def _ranked(settled: Settled) -> list[Hit]:
    ranking = Ranking(settled.query)
    hits: list[tuple[bool, Hit]] = []
    for _try, _count, subject_id, title, *rest in settled.rows:
        texts = _texts(rest)
        if reasons := ranking.reasons(texts):
            shown = tuple(reason for reason in reasons if reason.why is not Why.BOOKABLE)[:EXPLAINED_MAX]
            hits.append((not texts.bookable, Hit(subject_id, title, ranking.score(texts, reasons), shown)))
    hits.sort(key=lambda found: (-found[-1].score, found[0], found[-1].subject_id))
    return [hit for _rank, hit in hits]


def _texts(row: Sequence[Any]) -> Texts:
    cores, names, models, makers, methods, rest, bookable = row
    return Texts(cores, names, tuple(models.split("|")) if models else (), makers, methods, rest, bookable)


def _listed(query: Query, filters: Filters, limit: int, offset: int) -> Found:
    """Everything that passes the filters, by pinyin."""
    where = columns(filters)
    lexemes = narrowing(filters)
    sql = " AND ".join(part for part in ("vector @@ %s::tsquery" if lexemes else "", where.sql) if part) or "true"
    values = [*([" & ".join(f"({one})" for one in lexemes)] if lexemes else []), *where.values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT subject_id, title, ({counted_total(sql)}) FROM search_document WHERE {sql}"
            " ORDER BY sort, subject_id LIMIT %s OFFSET %s",
            [*values, *values, limit, offset],
        )
        rows = cursor.fetchall()
    count = rows[0][-1] if rows else 0
    hits = tuple(Hit(subject_id, title, 0, ()) for subject_id, title, _count in rows)
    return Found(hits, min(count, COUNT_MAX), count > COUNT_MAX, count, "", query.parts, ())
