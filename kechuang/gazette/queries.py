"""What was published, and the book in memory that follows from it."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from kechuang.gazette.access import visible_to
from kechuang.gazette.models import PARSED_KEPT, InterpretationNote, PublishedPack
from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.policy import book, cases, packs
from kechuang.policy.book import ILLUSTRATIVE, Book, Opening, Pack, Parameter, Value
from kechuang.policy.catalogue import CATALOGUE

# Parameters that real schemes had no number for.
BEYOND = gettext_noop("参数目录之外")


VERSION = "SELECT count(*) FROM gazette_publishedpack"  # for who asks something else in the same statement


def version() -> int:
    """Moves with every publication: rows are only added, so their number is enough."""
    return PublishedPack.objects.count()


def install_current(published: int | None = None) -> None:
    """Makes the published packs the book that is asked, when they have changed since (one count otherwise).

    `published` is what VERSION has answered, when it was asked already.
    """
    published = version() if published is None else published
    if published != book.current().version:
        book.install(Book({row.scheme: parsed(row) for row in latest().values()}, published))


def latest() -> dict[str, PublishedPack]:
    """The version in force of each scheme."""
    rows = visible_to(PUBLIC).order_by("scheme", "-version").distinct("scheme")
    return {row.scheme: row for row in rows}


def parsed(row: PublishedPack) -> Pack:
    """A published text read again; it was sound when it was published."""
    return _parsed(row.text, row.file)


@lru_cache(maxsize=PARSED_KEPT)
def _parsed(text: str, file: str) -> Pack:
    return packs.parse(text, file=file)


def published(actor: Actor, scheme: str, number: int = 0) -> PublishedPack:
    """One version of a scheme (0: the one in force); raises NotVisible when there is none."""
    rows = visible_to(actor).filter(scheme=scheme)
    row = (rows.filter(version=number) if number else rows.order_by("-version")).first()
    if row is None:
        raise NotVisible
    return row


def was_published(scheme: str, digest: str, cases_text: str) -> bool:
    """Whether this text with these cases was a version of the scheme before."""
    return PublishedPack.objects.filter(scheme=scheme, digest=digest, cases_text=cases_text).exists()


def pack(actor: Actor, scheme: str) -> Pack:
    """The pack of a scheme as it is in force; raises NotVisible."""
    return parsed(published(actor, scheme))


def versions(actor: Actor, scheme: str) -> QuerySet[PublishedPack]:
    """Every publication of a scheme, the newest first (发布记录)."""
    return visible_to(actor).filter(scheme=scheme).defer("text", "cases_text").order_by("-version")


def notes(scheme: str) -> QuerySet[InterpretationNote]:
    """The 解释口径 of a scheme, the newest first."""
    return InterpretationNote.objects.filter(scheme=scheme).order_by("-on", "-written_at")


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One value of a parameter with where it stands; `cited` is what the article chip takes."""

    value: Value
    cited: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoteLine:
    on: date
    text: str
    issuer: str  # "" for a note that the pack itself carries


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter as its page shows it: what counts today, what counted and will count, and how it is read."""

    parameter: Parameter
    now: ValueLine | None
    others: tuple[ValueLine, ...]  # 沿革: earlier and later values
    notes: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One number of the catalogue of 25; without lines the pack says nothing about it."""

    number: int
    title: str
    lines: tuple[ParameterLine, ...]


@dataclass(frozen=True, slots=True)
class PackSheet:
    """All that a pack's public page shows."""

    row: PublishedPack
    pack: Pack
    sections: tuple[Section, ...]
    silent: tuple[Section, ...]
    openings: tuple[tuple[Opening, dict[str, Any]], ...]  # 施行范围, the earliest first
    outcomes: tuple[cases.Outcome, ...]
    versions: QuerySet[PublishedPack]


def sheet(actor: Actor, *, scheme: str, on: date) -> PackSheet:
    """A pack on a day: every parameter with article, history and notes, every worked case run now; raises NotVisible."""
    row = published(actor, scheme)
    read = parsed(row)
    written = _notes_by_parameter(read)
    lines = {name: _line(read, parameter, written.get(name, []), on) for name, parameter in read.parameters.items()}
    sections = [
        Section(number, title, tuple(line for line in lines.values() if line.parameter.catalogue == number))
        for number, title in [*((number, kind.title) for number, kind in CATALOGUE.items()), (0, BEYOND)]
    ]
    return PackSheet(
        row=row,
        pack=read,
        sections=tuple(section for section in sections if section.lines),
        silent=tuple(section for section in sections if section.number and not section.lines),
        openings=_openings(read),
        outcomes=tuple(outcomes(row)),
        versions=versions(actor, scheme),
    )


def outcomes(row: PublishedPack) -> list[cases.Outcome]:
    """The worked cases of a published pack, run through the rules as they are now (算例)."""
    read = parsed(row)
    return [cases.run(case, read, book.current()) for case in worked(row)]


def worked(row: PublishedPack) -> list[cases.Case]:
    return cases.read(row.cases_text, file=cases.cases_file(row.file))


def _line(pack: Pack, parameter: Parameter, written: list[NoteLine], on: date) -> ParameterLine:
    value = parameter.on(on)
    others = tuple(_value(pack, parameter, other) for other in parameter.values if other is not value)
    said = [NoteLine(note.on, note.text, "") for note in parameter.notes]
    now = _value(pack, parameter, value) if value else None
    return ParameterLine(parameter, now, others, tuple(sorted([*said, *written], key=lambda note: note.on)))


def _value(pack: Pack, parameter: Parameter, value: Value) -> ValueLine:
    source = pack.sources.get(value.article.partition("#")[0])
    cited = {
        "article": pack.article(value.article),
        "illustrative": value.illustrative,
        "reading": bool(parameter.reading),
        "text": parameter.reading,
        "source": f"{source.title} {source.number}".strip() if source else "",
        "from": value.first.isoformat(),
        "meaning": parameter.meaning,
    }
    return ValueLine(value, cited)


def _openings(pack: Pack) -> tuple[tuple[Opening, dict[str, Any]], ...]:
    if pack.rollout is None:
        return ()
    found = sorted([*pack.rollout.regions.values(), *pack.rollout.providers.values()], key=lambda one: one.first)
    return tuple(
        (one, {"article": pack.article(one.article), "illustrative": one.article == ILLUSTRATIVE}) for one in found
    )


def _notes_by_parameter(pack: Pack) -> dict[str, list[NoteLine]]:
    found: dict[str, list[NoteLine]] = {}
    for note in notes(pack.scheme):
        found.setdefault(note.parameter, []).append(NoteLine(note.on, note.text, note.issuer))
    return found
