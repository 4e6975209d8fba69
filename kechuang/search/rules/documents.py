"""What is searched (检索文档): the words by weight, and how they stand in the index. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from kechuang.search.formats.lexicon import ENDINGS, NUMERALS, TRAILERS
from kechuang.search.rules.folding import Atoms, atoms, grams, is_han, key, outside_brackets, pieces
from kechuang.search.states import CUT_MAX, GRAM, HEAD_ATOMS_MAX, LEXEME_MAX, MEMORY, TEXT_MAX

EXACT, HEAD, WHOLE_MODEL, MODEL, FILTER = "==", "=", "##", "#", "@"  # first signs of lexemes that are not plain words
WEIGHTS = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. `words` by weight: A names and aliases, B maker, model and class, C methods, standards,
    materials and functions, D all the rest (carrier, address, content)."""

    subject_id: str
    kind: str
    title: str
    english: str = ""
    model: str = ""
    maker: str = ""
    words: Mapping[str, Iterable[str]] = field(default_factory=dict)
    class_code: str = ""
    region: str = ""
    carrier_id: str = ""
    carrier_kind: str = ""
    share_mode: str = ""
    open_modes: tuple[str, ...] = ()
    price_fen: int | None = None  # the lowest base price for outsiders, gross
    latitude_e6: int | None = None
    longitude_e6: int | None = None
    bookable: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What results are narrowed by (筛选). `within` is latitude, longitude (millionths of a degree) and metres; `since`
    (exclusive) and `until` bound the instant from which something can be found."""

    kind: str = ""
    class_prefix: str = ""
    regions: frozenset[str] | None = None
    price_max_fen: int | None = None
    carrier_id: str = ""
    carrier_kind: str = ""
    share_mode: str = ""
    open_mode: str = ""
    within: tuple[int, int, int] | None = None
    ids: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as it is kept: its lexemes, and the folded texts that results are ranked by."""

    lexemes: tuple[str, ...]
    cores: str  # what it is: names between bars, then after a slash the same without their general endings
    names: str  # title, aliases and English name, folded
    models: str  # keys of the model and of its parts
    makers: str
    methods: str
    rest: str


def entry(document: Document) -> Entry:
    """The index entry of a document (建立索引)."""
    words = {weight: [text[:TEXT_MAX] for text in document.words.get(weight, ()) if text] for weight in WEIGHTS}
    names = [text for text in (document.title, document.english, *words["A"]) if text]
    found: dict[str, None] = {}
    for text in names:
        found.update(dict.fromkeys(_words(text, alone=True)))
        found.update(dict.fromkeys(HEAD + head for head in heads(text)))
        found.update(dict.fromkeys(EXACT + core for core, _cut in cores(text)))
    models = model_keys(document.model)
    found.update(dict.fromkeys(MODEL + one for one in models))
    found.update(dict.fromkeys(WHOLE_MODEL + one for one in models[:1]))
    for text in (document.model, document.maker, *document.maker.split(), *words["B"]):
        found.update(dict.fromkeys(_words(text, alone=False)))
    for text in (*words["C"], *words["D"]):
        found.update(dict.fromkeys(_words(text, alone=False)))
    found.update(dict.fromkeys(FILTER + one for one in _filters(document)))
    return Entry(
        lexemes=tuple(lexeme[:LEXEME_MAX] for lexeme in found),
        cores=_cores(names),
        names="|".join(key(text) for text in names),
        models="|".join(models),
        makers="|".join(key(text) for text in (document.maker, *words["B"]) if text),
        methods="|".join(key(text) for text in words["C"])[:TEXT_MAX],
        rest="|".join(key(text) for text in words["D"])[:TEXT_MAX],
    )


@lru_cache(maxsize=MEMORY)
def heads(text: str) -> tuple[str, ...]:
    """What a thing so named is: every end of its name, with and without the general words it ends in (中心语).

    Chinese names put what they are last: a 扫描电镜样品台 ends in 样品台 and is no 扫描电镜, which it only contains.
    """
    found: dict[str, None] = {}
    for core, _cut in _core_atoms(text):
        for size in range(1, min(len(core), HEAD_ATOMS_MAX) + 1):
            if size > 1 or not is_han(core[-1]):
                found["".join(core[-size:])] = None
    return tuple(found)


@lru_cache(maxsize=MEMORY)
def cores(text: str) -> tuple[tuple[str, bool], ...]:
    """The name whole and shortened, as `heads` takes the ends of, and whether a general ending was cut off."""
    found: dict[str, bool] = {}
    for core, cut in _core_atoms(text):
        found.setdefault("".join(core), cut)
    return tuple(found.items())


def head_lexeme(name: str) -> str:
    """The lexeme by which things called `name` are found."""
    return (HEAD + "".join(atoms(name)[-HEAD_ATOMS_MAX:]))[:LEXEME_MAX]


def model_keys(model: str) -> tuple[str, ...]:
    """A model number whole, and what follows each of its parts: Dionex ICS-5000+ is also found as ics5000 (型号)."""
    parts = atoms(model)[:HEAD_ATOMS_MAX]
    ends = ["".join(parts[i:j]) for i in range(len(parts)) for j in range(len(parts), i, -1)]
    return tuple(dict.fromkeys(end[: LEXEME_MAX - 1] for end in ends))


def _cores(names: Iterable[str]) -> str:
    """The cores of all names of a document as they are kept."""
    found = [one for text in names for one in cores(text)]
    whole = dict.fromkeys(core for core, cut in found if not cut)
    cuts = dict.fromkeys(core for core, cut in found if cut and core not in whole)
    return f"{'|'.join(whole)}/{'|'.join(cuts)}"


def _core_atoms(text: str) -> Iterator[tuple[Atoms, bool]]:
    outside, inside = outside_brackets(text)
    full = _latin_joined(atoms(outside))
    yield from _shortened(full)
    yield from ((_latin_joined(atoms(note)), False) for note in inside if note and not any(map(is_han, atoms(note))))


def _shortened(full: Atoms) -> Iterator[tuple[Atoms, bool]]:
    """The name, without its trailing number, and with general endings cut off, each way once."""
    bare = full
    while len(bare) > GRAM and (not is_han(bare[-1]) or bare[-1] in TRAILERS | NUMERALS):
        bare = bare[:-1]
    waiting, seen = [(full, 0), (bare, 0)], set()
    while waiting:
        core, cuts = waiting.pop(0)
        if not core or core in seen:
            continue
        seen.add(core)
        yield core, cuts > 0
        if cuts == CUT_MAX:
            continue
        written = "".join(core)
        for ending in ENDINGS:
            rest = core[: -len(ending)]
            if written.endswith(ending) and (len(rest) > 1 or (rest and not is_han(rest[-1]))):
                waiting.append((rest, cuts + 1))


def _latin_joined(given: Atoms) -> Atoms:
    """Neighbouring runs of letters and digits as one: icp, ms is icpms."""
    joined: list[str] = []
    for atom in given:
        if joined and not is_han(atom) and not is_han(joined[-1]):
            joined[-1] += atom
        else:
            joined.append(atom)
    return tuple(joined)


@lru_cache(maxsize=MEMORY)
def _words(text: str, *, alone: bool) -> tuple[str, ...]:
    """The plain lexemes of a text; lone characters only where names stand (`alone`)."""
    given = atoms(text)
    found = dict.fromkeys(grams(given))
    for atom in given:
        if not is_han(atom):
            found.update(dict.fromkeys(part for part in pieces(atom) if len(part) > 1))
        elif alone:
            found[atom] = None
    found.update(dict.fromkeys(atom for atom in _latin_joined(given) if not is_han(atom)))
    return tuple(found)


def _filters(document: Document) -> Iterator[str]:
    yield f"k{document.kind}"
    yield from (f"l{document.class_code[:size]}" for size in range(GRAM, len(document.class_code) + 1, GRAM))
    named = {
        "r": document.region,
        "c": document.carrier_id,
        "t": document.carrier_kind,
        "s": document.share_mode,
        "b": "1" if document.bookable else "",
    }
    yield from (sign + value for sign, value in named.items() if value)
    yield from (f"o{mode}" for mode in document.open_modes)
