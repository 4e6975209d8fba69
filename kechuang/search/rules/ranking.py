"""Which result stands before which, and why (排序与理由). Pure: the same document and question, the same points.

Points per part of the question, the best match of each; then a little for what can be booked and for short names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _
from kechuang.search import states as points
from kechuang.search.rules.folding import atoms, grams
from kechuang.search.rules.understanding import Alternative, Level, Part, PartKind, Query


class Why(StrEnum):
    """The reasons a page shows (为什么排在前面)."""

    MODEL = "model"
    MODEL_BEGINS = "model_begins"
    MODEL_PART = "model_part"
    NAME_IS = "name_is"
    NAME_ENDS = "name_ends"
    NAME_HAS = "name_has"
    ALIAS = "alias"
    ALIAS_HAS = "alias_has"
    BROAD = "broad"
    NEED = "need"
    BRAND = "brand"
    MAKER = "maker"
    METHOD = "method"
    REST = "rest"
    SCATTERED = "scattered"
    BOOKABLE = "bookable"


WHY_LABELS: dict[Why, str] = {
    Why.MODEL: _("型号完全相同"),
    Why.MODEL_BEGINS: _("型号以此开头"),
    Why.MODEL_PART: _("型号中含有"),
    Why.NAME_IS: _("名称就是"),
    Why.NAME_ENDS: _("名称属于"),
    Why.NAME_HAS: _("名称中含有"),
    Why.ALIAS: _("同义名称"),
    Why.ALIAS_HAS: _("名称中含有同义词"),
    Why.BROAD: _("同类名称"),
    Why.NEED: _("可用于此项检测"),
    Why.BRAND: _("品牌相符"),
    Why.MAKER: _("厂商或分类相符"),
    Why.METHOD: _("方法、标准或材料相符"),
    Why.REST: _("介绍或单位名称中含有"),
    Why.SCATTERED: _("含有其中的字词"),
    Why.BOOKABLE: _("可在线预约"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its points; `what` is the word of the question or of the document that matched."""

    why: Why
    what: str
    points: int

    @property
    def label(self) -> str:
        return WHY_LABELS[self.why]


@dataclass(frozen=True, slots=True)
class Texts:
    """The folded texts of a document, as `rules.documents.entry` made them."""

    cores: str
    names: str
    models: tuple[str, ...]
    makers: str
    methods: str
    rest: str
    bookable: bool = False

    @property
    def whole(self) -> list[str]:
        """What it is called, without brackets and trailing numbers."""
        return self.cores.partition("/")[0].split("|")

    @property
    def cuts(self) -> list[str]:
        """The same without the general words it ends in."""
        return [core for core in self.cores.partition("/")[-1].split("|") if core]


class Ranking:
    """The points of documents for one question. Names that many documents share are compared once."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.latin = _latin_runs(query)
        self._known: dict[tuple[int, str, str], Reason | None] = {}

    def reasons(self, texts: Texts) -> tuple[Reason, ...]:
        """Why a document fits, the best reason of each part, the strongest first; () when it does not fit."""
        found: list[Reason] = []
        model = next((one for one in self.query.numbers if one in texts.models[:1]), "")
        for number, part in enumerate(self.query.parts):
            best = self._best(number, part, texts)
            if model and part.typed in model:
                best = Reason(Why.MODEL, model, points.POINTS_MODEL)
            if best:
                found.append(best)
            elif not part.optional:
                return ()
        found += self._phrases(texts)
        if texts.bookable:
            found.append(Reason(Why.BOOKABLE, "", points.POINTS_BOOKABLE))
        return tuple(sorted(found, key=lambda reason: -reason.points))

    def score(self, texts: Texts, reasons: Sequence[Reason]) -> int:
        """The sum, and a little for a name that says nothing else."""
        first = texts.whole[0]
        return sum(reason.points for reason in reasons) + max(points.POINTS_LENGTH_MAX - len(first), 0)

    def _best(self, number: int, part: Part, texts: Texts) -> Reason | None:
        named = self._named(number, part, texts)
        if named and part.kind is not PartKind.MODEL and named.points >= points.POINTS_BRAND:
            return named  # nothing elsewhere is worth more
        found = [named, *self._elsewhere(part, texts)]
        return max((one for one in found if one), key=lambda one: one.points, default=None)

    def _named(self, number: int, part: Part, texts: Texts) -> Reason | None:
        place = (number, texts.cores, texts.names)
        if place not in self._known:
            ways = part.alternatives if part.kind is not PartKind.BRAND else ()
            whole, cuts = texts.whole, texts.cuts
            reasons = (_by_name(one, texts.names, whole, cuts) for one in ways if one.level is not Level.BRAND)
            self._known[place] = max((one for one in reasons if one), key=lambda one: one.points, default=None)
        return self._known[place]

    def _elsewhere(self, part: Part, texts: Texts) -> Iterable[Reason | None]:
        if part.kind is PartKind.MODEL:
            yield self._model(part, texts)
        for one in part.alternatives:
            if one.level is Level.BRAND and one.name in texts.makers:
                yield Reason(Why.BRAND, one.name, points.POINTS_BRAND)
            elif one.level is Level.BRAND and one.name == part.typed and one.name in texts.rest:
                yield Reason(Why.REST, one.name, points.POINTS_REST)  # 理学 is a maker, and part of a university's name
            elif one.level in {Level.TYPED, Level.ALIAS}:
                if one.name in texts.makers:
                    yield Reason(Why.MAKER, one.name, points.POINTS_MAKER)
                if one.name in texts.methods:
                    yield Reason(Why.METHOD, one.name, points.POINTS_METHOD)
                if one.level is Level.TYPED and one.name in texts.rest:
                    yield Reason(Why.REST, one.name, points.POINTS_REST)
        if _has_all(part, texts):
            yield Reason(Why.SCATTERED, part.typed, points.POINTS_SCATTERED)

    def _model(self, part: Part, texts: Texts) -> Reason | None:
        run = next((run for run in self.latin if part.typed in run), part.typed)
        whole = texts.models[:1]
        if part.typed in whole or run in whole:
            return Reason(Why.MODEL, run if run in whole else part.typed, points.POINTS_MODEL)
        if any(known in (part.typed, run) for known in texts.models):
            return Reason(Why.MODEL_PART, part.typed, points.POINTS_MODEL_BEGINS + points.POINTS_NEED_STEP)
        if any(known.startswith(part.typed) for known in whole):
            return Reason(Why.MODEL_BEGINS, part.typed, points.POINTS_MODEL_BEGINS)
        if any(part.typed in known for known in whole):
            return Reason(Why.MODEL_PART, part.typed, points.POINTS_MODEL_PART)
        return None

    def _phrases(self, texts: Texts) -> Iterable[Reason]:
        """What was typed in one piece and stands so in the name: worth more than its parts apart."""
        if len(self.query.parts) > 1:
            whole, cuts = texts.whole, texts.cuts
            ways = (Alternative(phrase, Level.TYPED) for phrase in self.query.phrases)
            yield from (one for way in ways if (one := _as_name(way, whole, cuts)))


def _by_name(one: Alternative, names: str, whole: Sequence[str], cuts: Sequence[str]) -> Reason | None:
    """How a name bears on a document's name: it is it, is a kind of it, or only has it in it."""
    if found := _as_name(one, whole, cuts):
        return found
    if one.name not in names:
        return None
    if one.level is Level.TYPED:
        begins = names.startswith(one.name)
        return Reason(Why.NAME_HAS, one.name, points.POINTS_NAME_BEGINS if begins else points.POINTS_NAME_HAS)
    return Reason(Why.ALIAS_HAS, one.name, points.POINTS_ALIAS_HAS) if one.level is Level.ALIAS else None


def _as_name(one: Alternative, whole: Sequence[str], cuts: Sequence[str]) -> Reason | None:
    """It is called so, or is a kind of what is called so; a name that is so only without its ending says less."""
    same = one.name in whole
    ends = same or any(_ends(core, one) for core in whole)
    if not ends and not any(_ends(core, one) for core in cuts):
        return None
    if one.level is Level.NEED:
        need = max(points.POINTS_NEED - one.place * points.POINTS_NEED_STEP, points.POINTS_REST)
        return Reason(Why.NEED, one.name, need if ends else need - 1)
    if one.level is Level.TYPED:
        worth = points.POINTS_NAME_IS, points.POINTS_NAME_ENDS, points.POINTS_NAME_CUT
    elif one.level is Level.ALIAS:
        worth = points.POINTS_ALIAS_IS, points.POINTS_ALIAS_ENDS, points.POINTS_ALIAS_CUT
    else:
        worth = points.POINTS_BROAD, points.POINTS_BROAD, points.POINTS_ALIAS_HAS
    why = {Level.TYPED: Why.NAME_ENDS, Level.ALIAS: Why.ALIAS}.get(one.level, Why.BROAD)
    if same:
        return Reason(Why.NAME_IS if one.level is Level.TYPED else why, one.name, worth[0])
    return Reason(why, one.name, worth[1] if ends else worth[-1])


def _ends(core: str, one: Alternative) -> bool:
    return core.endswith(one.name) and not (one.unless and core.endswith(one.unless))


def _has_all(part: Part, texts: Texts) -> bool:
    """Every gram of what was typed stands somewhere: enough for numbers and makers, whose order may differ."""
    where = (texts.names, texts.makers, *texts.models)
    return part.kind in {PartKind.MODEL, PartKind.BRAND} and any(
        all(any(gram in text for text in where) for gram in grams(atoms(one.name))) for one in part.alternatives
    )


def _latin_runs(query: Query) -> tuple[str, ...]:
    """Neighbouring latin parts as one number: d8 advance is d8advance."""
    runs: list[str] = []
    joining = False
    for part in query.parts:
        latin = part.kind is PartKind.MODEL
        if latin and joining:
            runs[-1] += part.typed
        elif latin:
            runs.append(part.typed)
        joining = latin
    return tuple(runs)
