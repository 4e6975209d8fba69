"""What a typed question means (理解检索词): known names first, the longest first; then what is left over. Pure."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, groupby

from kechuang.search.formats.lexicon import GENERAL, GENERAL_ENGLISH, QUESTION
from kechuang.search.rules.book import Book, Synonym
from kechuang.search.rules.folding import Atoms, atoms, fold, grams, is_han, key, pinyin
from kechuang.search.states import (
    ALTERNATIVES_MAX,
    FUZZY_MIN,
    INITIALS_MAX,
    INITIALS_MIN,
    PARTS_MAX,
    PIECES_MAX,
    PINYIN_MIN,
    PREFIX_MIN,
    QUERY_MAX,
    UNLESS_MAX,
    SynonymKind,
)

ENGLISH_MIN = len("mass")  # shorter latin words are abbreviations


class PartKind(StrEnum):
    TYPE = "type"
    BRAND = "brand"
    NEED = "need"
    MODEL = "model"  # letters and digits that no entry explains
    WORD = "word"  # Chinese that no entry explains


class Level(StrEnum):
    """How far an alternative is from what was typed."""

    TYPED = "typed"
    ALIAS = "alias"
    BROAD = "broad"  # a name that several types share
    BRAND = "brand"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to say a part. `name` is a key; `place` counts the steps of a need, the likeliest type first; what ends in
    one of `unless` is something else."""

    name: str
    level: Level
    place: int = 0
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was asked for. An optional one moves results up and excludes none."""

    typed: str
    kind: PartKind
    alternatives: tuple[Alternative, ...]
    optional: bool = False
    read_as: str = ""  # what it was taken for, when that is not what was typed: 拼音, 首字母, English words

    @property
    def is_known(self) -> bool:
        return self.kind in {PartKind.TYPE, PartKind.BRAND, PartKind.NEED}


@dataclass(frozen=True, slots=True)
class Query:
    """`phrases` are keys of what stood together, `numbers` of neighbouring latin words, which together may be a model number
    (ivis spectrum); `corrected` is the whole text after a correction, else ""."""

    text: str
    parts: tuple[Part, ...]
    phrases: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    corrected: str = ""

    @property
    def required(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.optional)

    @property
    def unknown(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.is_known and not part.optional)


def understand(text: str, book: Book) -> Query:
    """The parts of a question, in their order; none for an empty one."""
    typed = fold(text.strip()[:QUERY_MAX])
    by_run = [atoms(run) for run in typed.split()]
    given = tuple(atom for run in by_run for atom in run)
    begins = set(accumulate(map(len, by_run)))  # where a space parts two words
    runs = map("".join, by_run)
    parts: list[Part] = []
    for start, end, entries in _matched(given, book):
        if entries:
            parts.append(_known("".join(given[start:end]), entries, book))
        else:
            parts += _left_over(given[start:end], {place - start for place in begins}, book)
    chosen = _weighed(parts)[:PARTS_MAX] or _as_word(given)
    phrases = dict.fromkeys(run for run in ("".join(given), *runs) if run)
    latin = ("".join(run) for han, run in groupby(given, key=is_han) if not han)
    numbers = (run for run in latin if len(run) >= PREFIX_MIN and any(run != p.typed or p.is_known for p in parts))
    return Query(typed, tuple(chosen), tuple(phrases), tuple(dict.fromkeys(numbers)))


def homophones(query: Query, book: Book) -> str:
    """The text with every run replaced that sounds as a known name and is none (同音字), or "" when there is none.

    显微境 for 显微镜: a run of three or more characters that sounds like a name of the trade is that name mistyped.
    """
    changed = query.text
    for run in query.text.split():
        short = key(run)
        bare = _unwrapped(tuple(short))
        for written in dict.fromkeys((short, bare)):
            if len(written) <= FUZZY_MIN or not all(map(is_han, written)) or written in book.meant:
                continue
            if alike := book.by_pinyin.get(pinyin(written)):
                changed = changed.replace(written, min(alike, key=lambda name: _differing(name, written)))
                break
    return changed if changed != query.text else ""


def pieces(query: Query) -> Query:
    """The question with its unknown Chinese words taken apart into pairs of characters: the last resort (拆字)."""
    parts: list[Part] = []
    for part in query.parts:
        taken = grams(atoms(part.typed)) if part.kind is PartKind.WORD and not part.optional else ()
        parts += [Part(one, PartKind.WORD, (Alternative(one, Level.TYPED),)) for one in taken] or [part]
    return replace(query, parts=tuple(parts[:PIECES_MAX]))


def _differing(one: str, other: str) -> tuple[int, str]:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other)), one


def _matched(given: Atoms, book: Book) -> Iterable[tuple[int, int, tuple[Synonym, ...]]]:
    """From where to where a known name stands, the longest first from the left, and what lies between (最长匹配)."""
    at, rest = 0, 0
    while at < len(given):
        for end in range(min(len(given), at + book.longest), at, -1):
            name = "".join(given[at:end])
            if (entries := book.meant.get(name)) and (end - at > 1 or not is_han(name)):
                if rest < at:
                    yield rest, at, ()
                yield at, end, entries
                at = rest = end
                break
        else:
            at += 1
    if rest < len(given):
        yield rest, len(given), ()


def _known(typed: str, entries: Sequence[Synonym], book: Book) -> Part:
    """A part that entries explain: what was typed, then the other names of what it means."""
    kinds = [one.kind for one in entries]
    kind = next(PartKind(k) for k in (SynonymKind.TYPE, SynonymKind.NEED, SynonymKind.BRAND) if k in kinds)
    found = {typed: Alternative(typed, Level.BRAND if kind is PartKind.BRAND else Level.TYPED)}
    for one in entries:
        for alternative in _ways(one, book):
            found.setdefault(alternative.name, alternative)
    return Part(typed, kind, tuple(found.values())[:ALTERNATIVES_MAX])


def _ways(entry: Synonym, book: Book) -> Iterable[Alternative]:
    if entry.kind is SynonymKind.BRAND:
        return [Alternative(key(name), Level.BRAND) for name in entry.names]
    if entry.kind is SynonymKind.NEED:
        said = [Alternative(key(name), Level.ALIAS) for name in entry.names]
        types = enumerate(book.types_of(entry.leads))
        led = ((n, key(name)) for n, one in types for name in one.names)
        return [*said, *(Alternative(name, Level.NEED, n, _unless(name, book)) for n, name in led)]
    names = map(key, entry.names)
    return [
        Alternative(name, Level.BROAD)
        if book.is_broad(name)
        else Alternative(name, Level.ALIAS, 0, _unless(name, book))
        for name in names
    ]


def _unless(name: str, book: Book) -> tuple[str, ...]:
    return book.longer.get(name, ())[:UNLESS_MAX]


def _left_over(given: Atoms, begins: Set[int], book: Book) -> list[Part]:
    """Atoms that no entry explains: Chinese runs bare of the words of asking, latin by what it could be read as."""
    parts: list[Part] = []
    latin: list[str] = []
    han: list[str] = []

    def finish() -> None:
        if han:
            word = _unwrapped(tuple(han))
            parts.extend([_word(word, book)] if word else [])
        if latin:
            parts.extend(_latin(tuple(latin), book))
        han.clear()
        latin.clear()

    for place, atom in enumerate(given):
        if (latin and is_han(atom)) or (han and (place in begins or not is_han(atom))):
            finish()
        (han if is_han(atom) else latin).append(atom)
    finish()
    return parts


def _unwrapped(given: Atoms) -> str:
    """A Chinese run without the words of asking at its ends: 看镀层厚度 asks for 镀层厚度."""
    word, changed = "".join(given), True
    while changed:
        changed = False
        for said in QUESTION:
            if word.startswith(said):
                word, changed = word[len(said) :], True
            elif word.endswith(said):
                word, changed = word[: -len(said)], True
    return word


def _word(word: str, book: Book) -> Part:
    """A Chinese word that no entry explains; where it is a piece of the names of a few types, also those (热像, 热像仪)."""
    optional = word in GENERAL
    types = () if optional else book.parts_of_names.get(word, ())
    related = (replace(way, level=Level.BROAD) for one in types for way in _ways(one, book))
    found = {word: Alternative(word, Level.TYPED)} | {way.name: way for way in related if way.name != word}
    return Part(word, PartKind.WORD, tuple(found.values())[:ALTERNATIVES_MAX], optional)


def _latin(given: Atoms, book: Book) -> list[Part]:
    """Latin words: an English name or a part of one, else pinyin or initials of a name, else a model number."""
    words = tuple(atom for atom in given if atom not in GENERAL_ENGLISH)
    if words and (types := _english(words, book)):
        # One English word that many names have (spectroscopy) only moves up what was asked for beside it.
        return [_read_as("".join(words), types, book, general=len(words) == 1 < len(types))]
    parts: list[Part] = []
    for atom in words:
        if names := _pinyin(atom, book):
            parts += [replace(_known(name, book.meant[name], book), read_as=book.written[name]) for name in names]
        elif short := _initials(atom, book):
            entries = list(dict.fromkeys(one for name in short for one in book.meant[name]))
            parts.append(replace(_known(atom, entries, book), read_as="、".join(book.written[n] for n in short)))
        else:
            parts.append(Part(atom, PartKind.MODEL, (Alternative(atom, Level.TYPED),)))
    return parts


def _english(words: Atoms, book: Book) -> list[Synonym]:
    """Types whose English name has all these words, in any of their forms (spectroscopy, spectrometer)."""
    if not all(len(word) >= ENGLISH_MIN and word.isalpha() for word in words):
        return []
    found = [one for one, name in book.english if all(any(_same_stem(w, own) for own in name) for w in words)]
    return [one for one in found if len(words) > 1 or len(found) == 1 or _same_word(words[0], one)] or found


def _same_word(word: str, entry: Synonym) -> bool:
    return word in atoms(entry.english)


def _same_stem(one: str, other: str) -> bool:
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= ENGLISH_MIN and shared + shared >= max(len(one), len(other))


def _read_as(typed: str, types: Sequence[Synonym], book: Book, *, general: bool) -> Part:
    part = _known(typed, types, book)
    return replace(part, optional=general, read_as="、".join(one.name for one in types[:PARTS_MAX]))


def _pinyin(atom: str, book: Book) -> list[str]:
    """The known names that `atom` spells from end to end, as few as possible: lamanguangpu is 拉曼光谱."""
    if len(atom) < PINYIN_MIN or not atom.isalpha():
        return []
    best: dict[int, list[str]] = {0: []}
    for end in range(1, len(atom) + 1):
        for start in range(end):
            names = book.by_pinyin.get(atom[start:end]) if start in best and end - start >= PINYIN_MIN else None
            if names and (end not in best or len(best[start]) + 1 < len(best[end])):
                best[end] = [*best[start], min(names, key=len)]
    return best.get(len(atom), [])


def _initials(atom: str, book: Book) -> tuple[str, ...]:
    if not INITIALS_MIN <= len(atom) <= INITIALS_MAX or not atom.isalpha():
        return ()
    return book.by_initials.get(atom, ())


def _weighed(parts: Sequence[Part]) -> list[Part]:
    """General words beside a known name only move results up; alone they are what is asked for."""
    if any(not part.optional for part in parts):
        return list(parts)
    return [replace(part, optional=False) for part in parts]


def _as_word(given: Atoms) -> list[Part]:
    word = "".join(given)
    return [Part(word, PartKind.WORD, (Alternative(word, Level.TYPED),))] if word else []
