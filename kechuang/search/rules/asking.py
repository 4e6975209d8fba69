"""A question as the index is asked it (检索式): which lexemes a document must have, from the strictest way down. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kechuang.search.rules.documents import EXACT, FILTER, MODEL, WHOLE_MODEL, Filters, head_lexeme
from kechuang.search.rules.folding import atoms, grams, is_han, key
from kechuang.search.rules.understanding import Alternative, Level, Part, PartKind, Query
from kechuang.search.states import GRAM, LEXEME_MAX, PREFIX_MIN


@dataclass(frozen=True, slots=True)
class Ask:
    """One way to ask: a tsquery, and texts that must stand in the document as they are (相邻复核).

    That two characters follow each other twice does not prove that three do: 质谱 and 谱仪 are also in 质谱与光谱仪.
    """

    tsquery: str
    together: tuple[str, ...] = ()


def ways(query: Query, filters: Filters) -> list[Ask]:
    """A model number; called exactly so; ends in it, so is one; has the typed words anywhere. Each demands every part."""
    parts = query.required
    narrowed = narrowing(filters)
    # Beside a known name an unknown word may be a maker or a place: it is looked for anywhere.
    known = any(part.kind in {PartKind.TYPE, PartKind.NEED} for part in parts)
    loose = {part for part in parts if known and part.kind is PartKind.WORD}
    asked = [
        *(_numbered(number, parts, narrowed) for number in query.numbers),
        Ask(_both([*(_anywhere(part) if part in loose else _exact(part) for part in parts), *narrowed])),
        Ask(_both([*(_anywhere(part) if part in loose else _head(part) for part in parts), *narrowed])),
        Ask(_both([*map(_anywhere, parts), *narrowed]), tuple(text for part in parts for text in _together(part))),
    ]
    return list(dict.fromkeys(asked))


def _numbered(number: str, parts: Iterable[Part], narrowed: Iterable[str]) -> Ask:
    """Latin words that are one model number, whatever each means by itself, with the parts beside it."""
    others = (part for part in parts if part.typed not in number)
    return Ask(_both([lexeme(WHOLE_MODEL + number), *map(_anywhere, others), *narrowed]))


def part_anywhere(part: Part, filters: Filters) -> Ask:
    """One part in the widest sense, to learn how rare it is."""
    return Ask(_both([_either([_head(part), _anywhere(part)]), *narrowing(filters)]))


def narrowing(filters: Filters) -> list[str]:
    """What the filters demand of the index; price, place and names of documents are columns."""
    single = {
        "k": filters.kind,
        "l": filters.class_prefix if len(filters.class_prefix) % GRAM == 0 else "",
        "c": filters.carrier_id,
        "t": filters.carrier_kind,
        "s": filters.share_mode,
        "o": filters.open_mode,
    }
    asked = [lexeme(FILTER + sign + value) for sign, value in single.items() if value]
    if filters.regions is not None:
        asked.append(
            _either([lexeme(f"{FILTER}r{code}") for code in sorted(filters.regions)] or [lexeme(f"{FILTER}r-")])
        )
    return asked


def lexeme(text: str, *, begins: bool = False) -> str:
    """A lexeme as it is written in a tsquery."""
    escaped = text[:LEXEME_MAX].replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'" + (":*" if begins else "")


def _exact(part: Part) -> str:
    if part.kind in {PartKind.BRAND, PartKind.MODEL}:
        return _head(part)
    names = [one.name for one in part.alternatives if one.level in {Level.TYPED, Level.ALIAS, Level.NEED}]
    return _either([lexeme(EXACT + name) for name in names])


def _head(part: Part) -> str:
    """Things that are it: under any of its names; makers and models as they are."""
    if part.kind is PartKind.MODEL:
        return _model(part.typed)
    if part.kind is PartKind.BRAND:
        return _either([_phrase(one.name) for one in part.alternatives])
    return _either(
        dict.fromkeys(_phrase(one.name) if one.level is Level.BRAND else _is(one) for one in part.alternatives)
    )


def _is(one: Alternative) -> str:
    """Whatever ends in the name, and not in a longer name of something else."""
    own = head_lexeme(one.name)
    others = {head_lexeme(name) for name in one.unless} - {own}
    return f"{lexeme(own)} & !({_either(map(lexeme, sorted(others)))})" if others else lexeme(own)


def _anywhere(part: Part) -> str:
    if part.kind in {PartKind.BRAND, PartKind.MODEL}:
        return _head(part)
    said = [one.name for one in part.alternatives if one.level in {Level.TYPED, Level.ALIAS}]
    return _either([_phrase(name) for name in said]) if part.kind is PartKind.NEED else _phrase(part.typed)


def _model(typed: str) -> str:
    """The whole number or one of its ends, the beginning of one, or the word anywhere."""
    whole = key(typed)
    begins = [lexeme(MODEL + whole, begins=True)] if len(whole) >= PREFIX_MIN else [lexeme(MODEL + whole)]
    return _either([*begins, _phrase(typed)])


def _phrase(text: str) -> str:
    return _both([lexeme(gram) for gram in grams(atoms(text))])


def _together(part: Part) -> Iterable[str]:
    """Chinese of three and more characters must stand together; makers, models and needs are found by their lexemes."""
    if part.kind in {PartKind.TYPE, PartKind.WORD} and sum(map(is_han, atoms(part.typed))) > GRAM:
        yield key(part.typed)


def _both(asked: Iterable[str]) -> str:
    return " & ".join(f"({one})" for one in asked if one)


def _either(asked: Iterable[str]) -> str:
    return " | ".join(f"({one})" for one in asked if one)


def relaxed(query: Query, counts: Sequence[int]) -> list[tuple[Part, ...]]:
    """What to ask when nothing has every part (放宽): parts that nothing has go first, then the most common of the words,
    then the most common of the known names. The rarest stays to the end."""
    found = [(part, count) for part, count in zip(query.required, counts, strict=True) if count]
    order = [part for part, _n in sorted(found, key=lambda pair: (not pair[0].is_known, pair[1]))]
    tries = [tuple(order[:size]) for size in range(len(order), 0, -1)]
    return [tried for tried in tries if len(tried) < len(query.required)]
