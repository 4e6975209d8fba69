"""What was published, and the book in memory that follows from it."""

from collections.abc import Sequence
from functools import lru_cache

from django.db.models import QuerySet

from kechuang.gazette.access import visible_to
from kechuang.gazette.models import PARSED_KEPT, InterpretationNote, PublishedPack
from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.kernel.errors import NotVisible
from kechuang.policy import book, packs
from kechuang.policy.book import Book, Pack


def version() -> int:
    """Moves with every publication: rows are only added, so their number is enough."""
    return PublishedPack.objects.count()


def install_current() -> None:
    """Makes the published packs the book that is asked, when they have changed since (one count otherwise)."""
    published = version()
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


def pack(actor: Actor, scheme: str) -> Pack:
    """The pack of a scheme as it is in force; raises NotVisible."""
    return parsed(published(actor, scheme))


def versions(actor: Actor, scheme: str) -> Sequence[PublishedPack]:
    """Every publication of a scheme, the newest first (发布记录)."""
    return visible_to(actor).filter(scheme=scheme).defer("text", "cases_text").order_by("-version")


def notes(scheme: str) -> QuerySet[InterpretationNote]:
    """The 解释口径 of a scheme, the newest first."""
    return InterpretationNote.objects.filter(scheme=scheme).order_by("-on", "-written_at")
