"""The book of rules in memory (规则册): which values are in force on a day, and by which article.

Asked thousands of times, so what one terms type resolves to is kept per interval between two changes of its parameters.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop
from kechuang.policy import terms as _terms

T = TypeVar("T")

ILLUSTRATIVE = "illustrative"
HOME = "home_region"  # the parameter that says whose the rule is: the first digits of a region's code
CODE_DIGITS = 6
REPLAYED_MOST = 4_096  # sets of stored values whose typed terms are kept
_replayed: dict[tuple[type, str], Any] = {}
ILLUSTRATIVE_LABEL = gettext_noop("示例参数")


class NoTermsInForce(Refusal):
    code = "policy.no_terms_in_force"
    text = gettext_noop("规则“{scheme}”在 {day_on} 没有“{param}”的有效规定")
    remedy = gettext_noop("请向规则的解释机关咨询，待规则发布后再办理")


class NotYetInRegion(Refusal):
    code = "policy.not_yet_in_region"
    text = gettext_noop("创新券先行先试在“{place}”自 {first_on} 起施行（{article}）")
    remedy = gettext_noop("请在施行之日起办理")


class NotInRollout(Refusal):
    code = "policy.not_in_rollout"
    text = gettext_noop("“{place}”不在创新券先行先试范围内（{article}）")
    remedy = gettext_noop("请查看规则页的施行范围，或向所在县（区、市）科技局咨询")


@dataclass(frozen=True, slots=True)
class Source:
    """来源文件。`first_illustrative`: the text bears no date, so the first day is ours."""

    key: str
    title: str
    short: str
    first: date
    number: str = ""
    url: str = ""
    first_illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter is from `first` until `until` (exclusive; None: until the next value)."""

    first: date
    until: date | None
    is_: Any  # as the pack has it: int, bool, text, date, list of these, rows
    article: str  # "plan-2021#三（一）3" or "illustrative"
    line: int = 0

    @property
    def illustrative(self) -> bool:
        """示例参数: the value, or one of its rows, has no public source."""
        rows = self.is_ if _terms.is_rows(self.is_) else []
        return ILLUSTRATIVE in [self.article, *(row.get("article") for row in rows)]


@dataclass(frozen=True, slots=True)
class Note:
    """解释口径: what the interpreting body (or this platform, until it does) said about a parameter, and when."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    meaning: str
    unit: str
    values: tuple[Value, ...]
    catalogue: int = 0  # its number in the catalogue of 25; 0: beyond it
    by: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    reading: str = ""  # the words of the source that were read (读法); "" when the text is plain
    notes: tuple[Note, ...] = ()
    line: int = 0

    def section(self) -> dict[str, Any]:
        """What the pack says of its values, as the pack says it."""
        return {
            "unit": self.unit,
            "by": self.by,
            "options": self.options,
            "words": self.words,
            "columns": self.columns,
        }

    def on(self, day: date) -> Value | None:
        for value in reversed(self.values):
            if value.first <= day:
                return value if value.until is None or day < value.until else None
        return None


@dataclass(frozen=True, slots=True)
class Opening:
    """One line of the rollout: a county or a provider, and its first day."""

    code: str
    name: str
    first: date
    article: str
    code_illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Rollout:
    article: str
    rule: str  # "region_or_provider": the county is open, or the provider is listed; "region": the county alone
    regions: Mapping[str, Opening]
    providers: Mapping[str, Opening]
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    scheme: str
    title: str
    interpreters: tuple[str, ...]
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    words: Mapping[str, Mapping[str, str]]
    rollout: Rollout | None
    digest: str
    text: str = ""
    file: str = ""

    @property
    def first(self) -> date:
        return min(value.first for parameter in self.parameters.values() for value in parameter.values)

    @property
    def places(self) -> frozenset[str]:
        """Every place that the pack names as its own (适用地区), by region code: of `home_region`, and of its rollout."""
        home = self.parameters.get(HOME)
        said = {str(value.is_).ljust(CODE_DIGITS, "0") for value in home.values} if home else set()
        return frozenset({*said, *(self.rollout.regions if self.rollout else ())})

    def article(self, written: str) -> str:
        """`plan-2021#三（一）3` as a person reads it: 绍兴试点方案 三（一）3."""
        if written == ILLUSTRATIVE:
            return ILLUSTRATIVE_LABEL
        key, _, place = written.partition("#")
        return f"{self.sources[key].short} {place}".strip()


@dataclass(frozen=True, slots=True)
class InForce(Generic[T]):
    """The terms of one day. `record` is what a decision stores; it is shared, so copy it before changing it."""

    scheme: str
    digest: str
    terms: T
    record: dict[str, Any]

    def article(self, name: str) -> str:
        """Where `name` stands, readable; 示例参数 when it has no public source."""
        return str(self.record["params"][name]["article"])


class Book:
    """All packs, and what was already resolved from them. Never changed: a new version is a new book."""

    def __init__(self, packs: Mapping[str, Pack] | None = None, version: int = 0) -> None:
        self.packs: dict[str, Pack] = dict(packs or {})
        self.version = version
        self._resolved: dict[tuple[str, type], _Resolved] = {}

    def with_pack(self, pack: Pack) -> "Book":
        """A draft that holds `pack` in place of the one in force: for replay and for checking before publication."""
        return Book({**self.packs, pack.scheme: pack}, self.version)

    def in_force(self, scheme: str, kind: type[T], on: date) -> InForce[T]:
        resolved = self._resolved.get((scheme, kind))
        if resolved is None:
            resolved = self._resolved[scheme, kind] = _Resolved(self._pack(scheme, on), kind)
        return resolved.on(on)

    def _pack(self, scheme: str, on: date) -> Pack:
        pack = self.packs.get(scheme)
        if pack is None:
            raise NoTermsInForce(scheme=scheme, param="*", day_on=on)
        return pack


class _Resolved:
    """One terms type of one pack: the days on which something changes, and the terms of each interval once asked for."""

    def __init__(self, pack: Pack, kind: type) -> None:
        self.pack, self.kind = pack, kind
        self.parameters = {name: pack.parameters.get(name) for name in _terms.names(kind)}
        found = [p for p in self.parameters.values() if p is not None]
        changes = {day for p in found for v in p.values for day in (v.first, v.until) if day is not None}
        self.changes = sorted(changes)
        self.kept: dict[int, InForce[Any]] = {}

    def on(self, day: date) -> InForce[Any]:
        interval = bisect_right(self.changes, day)
        kept = self.kept.get(interval)
        if kept is None:
            kept = self.kept[interval] = self._resolve(day)
        return kept

    def _resolve(self, day: date) -> InForce[Any]:
        values, params = {}, {}
        for name, parameter in self.parameters.items():
            value = parameter.on(day) if parameter else None
            if parameter is None or value is None:
                raise NoTermsInForce(scheme=self.pack.title, param=parameter.meaning if parameter else name, day_on=day)
            values[name] = value.is_
            params[name] = {
                "meaning": parameter.meaning,
                "is": plain(value.is_),
                "article": self.pack.article(value.article),
                "from": value.first.isoformat(),
                "illustrative": value.illustrative,
                "reading": bool(parameter.reading),
                "text": parameter.reading,
            }
        record = {"scheme": self.pack.scheme, "digest": self.pack.digest, "params": params}
        return InForce(self.pack.scheme, self.pack.digest, _terms.fill(self.kind, values), record)


def plain(value: Any) -> Any:
    """A pack value as JSON keeps it: days as text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


_installed = Book()


def install(book: Book) -> None:
    """Makes `book` the one that is asked; done by gazette at process start and when its version moves."""
    global _installed
    _installed = book


def current() -> Book:
    return _installed


@contextmanager
def installed(book: Book) -> Iterator[Book]:
    """`book` for everything within: for tests and replays."""
    before = current()
    install(book)
    try:
        yield book
    finally:
        install(before)


def in_force(scheme: str, terms: type[T], *, on: date, book: Book | None = None) -> InForce[T]:
    """The terms of `scheme` on the day `on`, filled into `terms`; raises NoTermsInForce. Nothing is ever assumed zero."""
    return (book or _installed).in_force(scheme, terms, on)


def replay(record: Mapping[str, Any], terms: type[T]) -> InForce[T]:
    """The terms that a decision stored, typed again: an order is finished under the rules it was priced with.

    Raises NoTermsInForce when `terms` asks for a parameter that was not stored.
    """
    params = record["params"]
    missing = [name for name in _terms.names(terms) if name not in params]
    if missing:
        raise NoTermsInForce(scheme=record["scheme"], param=missing[0], day_on="")
    values = {name: params[name]["is"] for name in _terms.names(terms)}
    key = (terms, repr(values))  # what was stored is texts, numbers, lists and maps: written alike, they are alike
    if key not in _replayed:
        if len(_replayed) >= REPLAYED_MOST:
            _replayed.clear()
        _replayed[key] = _terms.fill(terms, values)
    return InForce(record["scheme"], record["digest"], _replayed[key], dict(record))


def scheme_at(region: str, parameter: str, *, on: date, book: Book | None = None) -> str:
    """The scheme that says `parameter` where a region lies (当地的规则): the narrowest place that holds it; "" for none.

    One that says it only from a later day, or no more, leaves the word to the wider place.
    """
    found = []
    for scheme, pack in (book or _installed).packs.items():
        home = pack.parameters.get(HOME)
        said = pack.parameters.get(parameter)
        value = home.on(on) if home and said and said.on(on) else None
        if value and region.startswith(str(value.is_)):
            found.append((len(str(value.is_)), scheme))
    return max(found, default=(0, ""))[1]


def rollout(scheme: str, *, region: str, provider_code: str = "", on: date, book: Book | None = None) -> None:
    """先行先试范围: silent when `scheme` is in force on `on` for the issuing county or the provider.

    Raises NotYetInRegion with the first day and the article, NotInRollout when no day is set at all, NoTermsInForce
    when there is no such scheme. A pack without a rollout is in force everywhere.
    """
    pack = (book or _installed)._pack(scheme, on)
    if pack.rollout is None:
        return
    openings = [opening for opening in (pack.rollout.regions.get(region),) if opening]
    if pack.rollout.rule == "region_or_provider" and provider_code in pack.rollout.providers:
        openings.append(pack.rollout.providers[provider_code])
    if not openings:
        raise NotInRollout(place=region, article=pack.article(pack.rollout.article))
    first = min(openings, key=lambda opening: opening.first)
    if on < first.first:
        article = first.article if first.article != ILLUSTRATIVE else pack.rollout.article
        raise NotYetInRegion(place=first.name, first_on=first.first, article=pack.article(article))


def rollout_open(scheme: str, *, region: str, provider_code: str = "", on: date, book: Book | None = None) -> bool:
    """Whether `rollout` would be silent."""
    try:
        rollout(scheme, region=region, provider_code=provider_code, on=on, book=book)
    except (NotYetInRegion, NotInRollout):
        return False
    return True
