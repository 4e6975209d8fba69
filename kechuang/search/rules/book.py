"""The synonyms in force (同义词库), ready to be looked up: which names mean which types, makers and needs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kechuang.search.formats.lexicon import ENDINGS, GENERAL_ENGLISH
from kechuang.search.rules.folding import Atoms, atoms, grams, initials, is_han, key, pinyin, pinyins
from kechuang.search.states import GRAM, INITIALS_MIN, PIECE_MAX, PIECE_TYPES_MAX, SWAP_MIN, SynonymKind

DERIVED_MIN = len("abc")  # a name without its general ending still says something from this length on


@dataclass(frozen=True, slots=True)
class Synonym:
    """One entry: `name` and `english` and every other way to say it; a need `leads` to types, the likeliest first."""

    code: str
    kind: SynonymKind
    name: str
    english: str = ""
    aliases: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (self.name, self.english, *self.aliases) if name))


class Book:
    """All entries with their look-ups. Built once per version of the synonyms and kept by its reader."""

    def __init__(self, entries: Iterable[Synonym]) -> None:
        self.entries = {(one.kind, one.code): one for one in entries}

    @cached_property
    def meant(self) -> dict[str, tuple[Synonym, ...]]:
        """Key of a name -> the entries that carry it."""
        found: dict[str, list[Synonym]] = {}
        for one in self.entries.values():
            for name in dict.fromkeys(map(key, one.names)):
                found.setdefault(name, []).append(one)
        for one in self.entries.values():  # 冷冻干燥 for 冷冻干燥机, unless somebody else is called so
            for name in one.names if one.kind is SynonymKind.TYPE else ():
                for short in _shortened(name):
                    if one not in found.setdefault(short, []) and (not found[short] or short in self._derived):
                        found[short].append(one)
                        self._derived.add(short)
        return {name: tuple(those) for name, those in found.items() if those}

    @cached_property
    def _derived(self) -> set[str]:
        return set()

    @cached_property
    def longest(self) -> int:
        """Atoms of the longest name."""
        return max((len(atoms(name)) for one in self.entries.values() for name in one.names), default=0)

    @cached_property
    def written(self) -> dict[str, str]:
        """Key -> the name as its editor wrote it."""
        names = [name for one in self.entries.values() for name in one.names]
        return {short: short for short in self.meant} | {key(name): name for name in reversed(names)}

    @cached_property
    def longer(self) -> dict[str, tuple[str, ...]]:
        """Name of a type -> longer names of other types that end in it: who asks for HPLC by 高效液相色谱仪 does not
        mean a 超高效液相色谱仪."""
        named = {
            name: {one.code for one in those if one.kind is SynonymKind.TYPE} for name, those in self.meant.items()
        }
        pairs = ((name[start:], name) for name in named for start in range(1, len(name) - 1))
        found = _grouped((end, name) for end, name in pairs if named.get(end))
        return {
            end: tuple(name for name in those if named[name] and not named[name] & named[end])
            for end, those in found.items()
        }

    @cached_property
    def parts_of_names(self) -> dict[str, tuple[Synonym, ...]]:
        """Pieces of Chinese names of two characters and more -> the types whose names have them; few types only."""
        found: dict[str, dict[str, Synonym]] = {}
        for one in self.entries.values():
            for name in map(key, one.names) if one.kind is SynonymKind.TYPE else ():
                for start in range(len(name)):
                    for end in range(start + GRAM, min(start + PIECE_MAX, len(name)) + 1):
                        found.setdefault(name[start:end], {})[one.code] = one
        return {piece: tuple(types.values()) for piece, types in found.items() if len(types) <= PIECE_TYPES_MAX}

    @cached_property
    def by_pinyin(self) -> dict[str, tuple[str, ...]]:
        """Full pinyin -> keys of Chinese names."""
        return _grouped((said, name) for name in self._chinese for said in pinyins(name))

    @cached_property
    def by_initials(self) -> dict[str, tuple[str, ...]]:
        pairs = ((initials(name), name) for name in self._chinese)
        return _grouped((short, name) for short, name in pairs if len(short) >= INITIALS_MIN)

    @cached_property
    def by_gram(self) -> dict[str, tuple[str, ...]]:
        return _grouped((gram, name) for name in self._chinese for gram in set(grams(atoms(name))))

    @cached_property
    def latin(self) -> tuple[str, ...]:
        """Latin names, and the words of English names: what a mistyped latin word is compared with."""
        names = [name for name in self.meant if not any(is_han(char) for char in name)]
        parts = [part for one in self.entries.values() for name in one.names for part in atoms(name)]
        return tuple(dict.fromkeys([*names, *(part for part in parts if not is_han(part))]))

    @cached_property
    def by_shape(self) -> dict[str, tuple[str, ...]]:
        """Latin names and words by what is left of them when any one letter goes."""
        return _grouped((shape, name) for name in self.latin for shape in shapes(name))

    @cached_property
    def english(self) -> tuple[tuple[Synonym, Atoms], ...]:
        """Types and the words of their English names."""
        types = (one for one in self.entries.values() if one.kind is SynonymKind.TYPE and one.english)
        return tuple((one, tuple(w for w in atoms(one.english) if w not in GENERAL_ENGLISH)) for one in types)

    @cached_property
    def _sounds(self) -> dict[str, tuple[str, str]]:
        names = [name for one in self.entries.values() for name in one.names if any(map(is_han, atoms(name)))]
        return {name: (pinyin(name), initials(name)) for name in names}

    def sounds_like(self, name: str, short: str) -> bool:
        """Whether the pinyin or the initials of a Chinese name of the book begin with `short`."""
        return any(sound.startswith(short) for sound in self._sounds.get(name, ()))

    @cached_property
    def _chinese(self) -> tuple[str, ...]:
        return tuple(name for name in self.meant if any(is_han(char) for char in name))

    def types_of(self, codes: Sequence[str]) -> list[Synonym]:
        """The types with these codes, in their order; codes that nobody explains (any more) lead nowhere."""
        found = (self.entries.get((SynonymKind.TYPE, code)) for code in codes)
        return [one for one in found if one]

    def is_broad(self, name: str) -> bool:
        """Whether `name` (a key) is said of several types, as SEM is of two."""
        return sum(one.kind is SynonymKind.TYPE for one in self.meant.get(name, ())) > 1


def shapes(word: str) -> tuple[str, ...]:
    """A word and the word with any one letter left out: two words one slip apart share a shape."""
    if len(word) < SWAP_MIN:
        return (word,)
    return tuple(dict.fromkeys((word, *(word[:i] + word[i + 1 :] for i in range(len(word))))))


def _shortened(name: str) -> list[str]:
    whole = atoms(name)
    written = "".join(whole)
    rests = (whole[: -len(ending)] for ending in ENDINGS if written.endswith(ending) and len(ending) < len(whole))
    return ["".join(rest) for rest in rests if len(rest) >= DERIVED_MIN and is_han(rest[-1])]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items()}
