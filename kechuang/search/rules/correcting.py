"""What was probably meant by a word that nothing knows (纠错): by sound, by one character, by a swapped letter. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kechuang.kernel.text import tidy
from kechuang.search.rules.book import Book, shapes
from kechuang.search.rules.documents import Document, model_keys
from kechuang.search.rules.folding import atoms, grams, initials, is_han, key, outside_brackets, pinyin, syllables
from kechuang.search.rules.understanding import Part, PartKind, Query
from kechuang.search.states import (
    EDITS_LONG,
    EDITS_MAX,
    FUZZY_MIN,
    GRAM,
    MEMORY,
    PINYIN_MIN,
    SWAP_MIN,
    WORD_MAX,
    WordKind,
)

_SCRIPTS = re.compile(r"[（(/)）;；,，]+|(?<=[\u4e00-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z.])\s*(?=[\u4e00-\u9fff])")
HAN_LONG = GRAM + GRAM + GRAM  # a Chinese word from this length on may have two characters wrong


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the dictionary: a name, maker or model number that some document carries."""

    text: str
    kind: WordKind

    @property
    def key(self) -> str:
        return key(self.text)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the dictionary is to be asked for: keys near these, names with these pairs of characters, this pinyin."""

    near: tuple[str, ...]
    grams: tuple[str, ...]
    sounds: tuple[str, ...]


def wanted(query: Query) -> Looked:
    """What would help to correct the unknown parts of a question."""
    latin = [part.typed for part in query.unknown if part.kind is PartKind.MODEL]
    words = [part.typed for part in query.unknown if part.kind is PartKind.WORD]
    whole = [run for run in query.phrases if not all(map(is_han, run))]
    near = dict.fromkeys(shape for typed in (*latin, *whole, *_runs(query)) for shape in shapes(typed))
    sounds = [pinyin(word) for word in words if len(word) >= FUZZY_MIN]
    sounds += [typed for typed in latin if len(typed) >= PINYIN_MIN and typed.isalpha()]
    return Looked(tuple(near), tuple(dict.fromkeys(g for w in words for g in grams(atoms(w)))), tuple(sounds))


@dataclass(frozen=True, slots=True)
class Known:
    """A word as the dictionary keeps it."""

    text: str
    kind: WordKind
    key: str
    pinyin: str
    initials: str
    shapes: tuple[str, ...]
    grams: tuple[str, ...]


def words_of(document: Document) -> list[Known]:
    """What a document teaches the dictionary: its names, its maker's names, its model number."""
    names = [document.title, *document.words.get("A", ())]
    makers = [part for part in _SCRIPTS.split(document.maker) if part.strip()]
    texts = [(text, WordKind.NAME) for text in names] + [(text, WordKind.MAKER) for text in makers]
    texts.append((document.model, WordKind.MODEL))
    return [known for text, kind in texts if (known := _known(tidy(outside_brackets(text)[0]), text, kind))]


@lru_cache(maxsize=MEMORY)
def _known(bare: str, text: str, kind: WordKind) -> Known | None:
    short = key(bare)
    if len(short) <= 1 or len(text) > WORD_MAX or len(short) > WORD_MAX:
        return None
    han = any(map(is_han, atoms(bare)))
    ends = model_keys(bare) if kind is WordKind.MODEL else (short,) if not han else ()
    near = dict.fromkeys(shape for end in ends if len(end) >= SWAP_MIN for shape in shapes(end))
    return Known(
        text=tidy(text),
        kind=kind,
        key=short,
        pinyin=pinyin(bare) if han else "",
        initials=initials(bare) if han else "",
        shapes=tuple(near),
        grams=tuple(dict.fromkeys(grams(atoms(bare)))) if han else (),
    )


def correct(query: Query, book: Book, words: Sequence[Word]) -> str:
    """The text with its unknown parts replaced by the nearest known ones, or "" when there is nothing near."""
    changed = query.text
    names = dict.fromkeys([word.key for word in words if word.kind is not WordKind.MODEL])
    for run in _runs(query):
        if better := _nearest_latin(run, _ends(words)):
            return _replaced(changed, run, better)
    changed = _whole_runs(changed, query, book, list(names))
    for part in query.unknown:
        if part.kind is PartKind.WORD and part.typed not in changed:
            continue  # corrected with its run
        if part.kind is PartKind.MODEL:
            better = _spelled(part.typed, names) or _latin(part, book, words)
        else:
            better = _chinese(part, query, book, list(names))
        if better:
            changed = _replaced(changed, part.typed, better)
    return changed if key(changed) != key(query.text) else ""


def distance(one: str, other: str) -> int:
    """How many slips lie between two words: a letter wrong, missing, too many, or two swapped (OSA)."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b)))
            swapped = i > 1 and j > 1 and a == other[j - 1 - 1] and one[i - 1 - 1] == b
            if swapped:
                row[j] = min(row[j], before[j - 1 - 1] + 1)
        before, above = above, row
    return above[-1]


def _runs(query: Query) -> list[str]:
    """Neighbouring unknown latin parts as one number: jem 2010f."""
    runs: list[str] = []
    joining = False
    for part in query.parts:
        if part.kind is PartKind.MODEL:
            runs = [*runs[:-1], runs[-1] + part.typed] if joining else [*runs, part.typed]
        joining = part.kind is PartKind.MODEL
    return [run for run in runs if len(run) >= SWAP_MIN]


def _nearest_latin(typed: str, known: Iterable[str]) -> str:
    """The one nearest, one slip away (two in a long word); itself known: nothing to correct."""
    allowed = EDITS_MAX if _is_long(typed) else 1
    best: list[tuple[int, int, str]] = []
    for name in dict.fromkeys(known):
        if name == typed:
            return ""
        if len(name) >= SWAP_MIN - 1 and abs(len(name) - len(typed)) <= allowed:
            slips = distance(typed, name)
            if slips <= allowed:
                best.append((slips, int(name[:1] != typed[:1]) + int(sorted(name) != sorted(typed)), name))
    return min(best)[-1] if best else ""


def _latin(part: Part, book: Book, words: Sequence[Word]) -> str:
    if len(part.typed) < SWAP_MIN:
        return ""
    near = [name for shape in shapes(part.typed) for name in book.by_shape.get(shape, ())]
    own = _nearest_latin(part.typed, near) or (_nearest_latin(part.typed, book.latin) if _is_long(part.typed) else "")
    return own or _nearest_latin(part.typed, _ends(words))


def _is_long(word: str) -> bool:
    return len(word) >= EDITS_LONG and word.isalpha()


def _ends(words: Iterable[Word]) -> list[str]:
    """Model numbers whole and in their ends, makers whole."""
    ways = (model_keys(word.text) if word.kind is WordKind.MODEL else (word.key,) for word in words)
    return [end for one in ways for end in one if not any(map(is_han, end))]


def _spelled(typed: str, names: Iterable[str]) -> str:
    """The part of a known name that `typed` spells (拼音), the shortest of them."""
    if len(typed) < PINYIN_MIN or not typed.isalpha():
        return ""
    found = [part for name in names if (part := _part_that_sounds(name, typed))]
    return min(found, key=lambda part: (len(part), part)) if found else ""


def _part_that_sounds(name: str, sound: str) -> str:
    parts, spelled = atoms(name), syllables(name)
    for start in range(len(parts)):
        said = ""
        for end in range(start, len(parts)):
            said += spelled[end]
            if said == sound:
                return "".join(parts[start : end + 1])
            if not sound.startswith(said):
                break
    return ""


def _whole_runs(text: str, query: Query, book: Book, names: Sequence[str]) -> str:
    """The text with each run of Chinese that holds an unknown part replaced by the known name one slip away, if any."""
    for run in dict.fromkeys(query.phrases):
        unknown = any(part.typed in run and part.typed != run for part in query.unknown)
        if not unknown or len(run) <= GRAM + 1 or not all(map(is_han, run)) or run not in text:
            continue
        near = [name for gram in grams(atoms(run)) for name in book.by_gram.get(gram, ())]
        whole = [name for name in dict.fromkeys([*near, *names]) if abs(len(name) - len(run)) <= 1]
        found = min(((distance(run, name), len(name) != len(run), name) for name in whole), default=(GRAM, True, ""))
        text = text.replace(run, found[-1]) if found[0] == 1 else text
    return text


def _chinese(part: Part, query: Query, book: Book, names: Sequence[str]) -> str:
    """The nearest name, or piece of a name, for the part; where the part stands in a longer run, for the run."""
    sound = pinyin(part.typed)
    known = [name for gram in grams(atoms(part.typed)) for name in book.by_gram.get(gram, ())]
    near = [*book.by_pinyin.get(sound, ()), *dict.fromkeys(known), *names]
    return _nearest_chinese(part.typed, sound, near)


def _nearest_chinese(typed: str, sound: str, names: Iterable[str]) -> str:
    allowed = 0 if len(typed) == FUZZY_MIN else EDITS_MAX if len(typed) >= HAN_LONG else 1
    best: list[tuple[int, int, int, str]] = []
    for name in dict.fromkeys(names):
        for piece in _windows(name, len(typed)):
            if piece == typed:
                return ""
            alike = pinyin(piece) == sound
            slips = distance(typed, piece)
            if alike or slips <= allowed:
                best.append((0 if alike else slips, abs(len(piece) - len(typed)), len(name) - len(piece), piece))
    return min(best)[-1] if best else ""


def _windows(name: str, size: int) -> Iterable[str]:
    """A name, or its pieces of about `size` characters, the same length first."""
    if len(name) <= size + 1:
        return [name]
    sizes = (size, size - 1, size + 1) if size > GRAM else (size,)
    return [name[i : i + n] for n in sizes for i in range(len(name) - n + 1)]


def _replaced(text: str, typed: str, better: str) -> str:
    """`text` with `typed`, which may stand in it with signs and spaces between its atoms, replaced."""
    if typed in text:
        return text.replace(typed, better)
    for start in range(len(text)):
        for end in range(len(text), start, -1):
            if key(text[start:end]) == typed:
                return f"{text[:start]}{better}{text[end:]}"
    return text
