"""The synonyms in force, read once per version."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Max, QuerySet, Sum

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.search import rules
from kechuang.search.access import visible_to
from kechuang.search.models import Synonym
from kechuang.search.rules import Book
from kechuang.search.states import SynonymKind, SynonymState

_read: dict[tuple[object, ...], Book] = {}


def current_book() -> Book:
    """The book of the entries in use; one small statement tells whether the one in memory still holds."""
    rows = Synonym.objects.filter(state=SynonymState.IN_USE)
    mark = rows.aggregate(count=Count("id"), versions=Sum("version"), at=Max("changed_at"), last=Max("id"))
    version = (connection.settings_dict["NAME"], *mark.values())
    if version not in _read:
        book = Book(map(as_rule, rows.order_by("kind", "code")))
        _read.clear()
        _read[version] = book
    return _read[version]


def as_rule(row: Synonym) -> rules.Synonym:
    return rules.Synonym(row.code, SynonymKind(row.kind), row.name, row.english, tuple(row.aliases), tuple(row.leads))


def with_change(book: Book, entry: rules.Synonym) -> Book:
    """The book as it would be with this entry in place of the one of its code."""
    return Book((book.entries | {(entry.kind, entry.code): entry}).values())


def without(book: Book, entry: rules.Synonym) -> Book:
    """The book as it would be without this entry."""
    return Book(one for place, one in book.entries.items() if place != (entry.kind, entry.code))


def synonyms(actor: Actor, *, kind: str = "", state: str = "", text: str = "") -> QuerySet[Synonym]:
    """The entries this actor maintains, by kind and code; `text` is looked for in every name."""
    rows = visible_to(actor).order_by("kind", "code")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if text:
        near = rows.filter(name__icontains=text) | rows.filter(english__icontains=text)
        rows = near | rows.filter(code__icontains=text) | rows.filter(aliases__icontains=text)
    return rows


def synonym(actor: Actor, entry_id: str) -> Synonym:
    """One entry; raises NotVisible."""
    row = visible_to(actor).filter(id=entry_id).first()
    if row is None:
        raise NotVisible
    return row


def type_codes() -> frozenset[str]:
    """The codes of the types in use, to which needs may lead."""
    rows = Synonym.objects.filter(state=SynonymState.IN_USE, kind=SynonymKind.TYPE)
    return frozenset(rows.values_list("code", flat=True))


def type_names(codes: Iterable[str]) -> dict[str, str]:
    rows = Synonym.objects.filter(kind=SynonymKind.TYPE, code__in=set(codes))
    return dict(rows.values_list("code", "name"))


def typed_of(row: Synonym) -> dict[str, str]:
    """A row as its form shows it, names one a line."""
    return {
        "kind": row.kind,
        "code": row.code,
        "name": row.name,
        "english": row.english,
        "aliases": "\n".join(row.aliases),
        "leads": "\n".join(row.leads),
    }
