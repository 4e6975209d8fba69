"""What could be meant while somebody types (输入提示)."""

from dataclasses import dataclass

from django.db import connection

from kechuang.search.queries.book import current_book
from kechuang.search.rules import Book, fold, key
from kechuang.search.states import SUGGESTIONS, SYNONYM_KIND_LABELS, WORD_KIND_LABELS, SynonymKind, WordKind


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` is the whole question with its last word completed; `label` says what kind of word that is."""

    text: str
    label: str


def suggest(prefix: str, limit: int = SUGGESTIONS) -> list[Suggestion]:
    """Completions of the last word typed: known names, then names, makers and models that documents carry.

    Chinese, pinyin (saomiao), initials (smdj) and model numbers all complete. Two statements.
    """
    typed = prefix.rstrip()
    before, _space, last = typed.rpartition(" ")
    short = key(last)
    if not short:
        return []
    lead = f"{before} " if before else ""
    found = {key(text): Suggestion(lead + text, label) for text, label in _names(current_book(), short)}
    for text, label in _words(short, limit) if len(found) < limit else ():
        found.setdefault(key(text), Suggestion(lead + text, label))
    return list(found.values())[:limit]


def _names(book: Book, short: str) -> list[tuple[str, str]]:
    """Names of entries that begin so in any writing, those whose own writing begins so first, the short ones first."""
    latin = short.isascii() and short.isalnum()
    found: list[tuple[bool, int, str, str]] = []
    for one in book.entries.values():
        for name in one.names:
            own = key(name).startswith(short)
            if own or (latin and book.sounds_like(name, short)):
                found.append((not own, len(name), name, SYNONYM_KIND_LABELS[SynonymKind(one.kind)]))
    return [(name, label) for _other, _length, name, label in sorted(found)]


def _words(short: str, limit: int) -> list[tuple[str, str]]:
    escaped = fold(short).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, kind FROM search_word WHERE key LIKE %(begins)s OR pinyin LIKE %(begins)s OR initials LIKE %(begins)s"
            " ORDER BY key LIKE %(begins)s DESC, length(text), text LIMIT %(limit)s",
            {"begins": f"{escaped}%", "limit": limit},
        )
        return [(text, WORD_KIND_LABELS[WordKind(kind)]) for text, kind in cursor.fetchall()]
