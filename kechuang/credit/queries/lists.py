"""What the authorities' lists say of a party (名单核验)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kechuang.credit.access import lists_visible_to
from kechuang.credit.models import ImportedList, ListEntry
from kechuang.credit.states import Label
from kechuang.kernel.actor import Actor
from kechuang.parties import queries as parties
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Hit:
    """A party that a list names on a day, and by which entry."""

    party_id: str
    entry_id: str
    list_code: str
    name: str
    reference: str
    valid_from: date
    first_seen_on: date


def listed(credit_code: str, list_code: str, *, on: date, region: str = "") -> ListEntry | None:
    """The entry by which a list names this code on a day, or None. With `region`, local lists elsewhere do not count."""
    rows = _holding(on).filter(list_code=list_code, credit_code=credit_code)
    if region:
        rows = rows.filter(region__in=["", *_above(region)])
    return rows.order_by("valid_from", "id").first()


def labels(party_id: str, *, on: date) -> frozenset[str]:
    """Every list that names the party on a day, by its code: tech_sme, high_tech, incubated, dishonest, funded."""
    return frozenset(entry.list_code for entry in entries_of(party_id, on=on))


def entries_of(party_id: str, *, on: date) -> list[ListEntry]:
    """The entries behind `labels`, each with its list's issuer and source: what a decision shows and keeps.

    A code the party had before counts too, and for makers and teams the identities of their people.
    """
    codes, digests = parties.known_by(party_id)
    return _naming(sorted(codes), sorted(digests), on)


@compiled
def _naming(codes: list[str], digests: list[str], on: date) -> QuerySet[ListEntry]:
    named = Q(credit_code__any=codes) | Q(person_digest__any=digests)
    return _holding(on).filter(named).select_related("last_import").order_by("list_code", "valid_from", "id")


def facts(party_id: str, *, on: date) -> dict[str, dict[str, str]]:
    """Per label what a decision records of it: issuer, source, the list's day, the entry's period and reference."""
    return {
        entry.list_code: {
            "issuer": entry.last_import.issuer,
            "source": entry.last_import.source,
            "as_of": entry.last_import.as_of_on.isoformat(),
            "from": entry.valid_from.isoformat(),
            "until": entry.valid_until.isoformat() if entry.valid_until else "",
            "reference": entry.reference,
        }
        for entry in entries_of(party_id, on=on)
    }


def dishonest(party_ids: Iterable[str], *, on: date, since: date | None = None) -> frozenset[str]:
    """Which of these parties a list of the dishonest names (失信) on a day, or on any day since one, in two statements."""
    return frozenset(hit.party_id for hit in _hits([Label.DISHONEST], on, set(party_ids), since=since))


def named_by(labels: Iterable[Label], party_ids: Iterable[str], *, on: date) -> dict[str, Label]:
    """Which of these parties lists of these sorts name on a day, with the sort. Two statements."""
    return {hit.party_id: Label(hit.list_code) for hit in _hits(labels, on, set(party_ids))}


def daily_hits(list_code: str, on: date) -> list[Hit]:
    """Every living party that a list names on a day: registers opens a case for those it has admitted."""
    return _hits([list_code], on, None)


def _hits(list_codes: Iterable[str], on: date, among: set[str] | None, *, since: date | None = None) -> list[Hit]:
    rows = _listed(list(list_codes), since or on, on)
    if not rows:
        return []
    by_code = parties.parties_by_codes({row.credit_code for row in rows if row.credit_code})
    by_digest = parties.parties_by_identity({row.person_digest for row in rows if row.person_digest})
    found = []
    for row in rows:
        owners = by_code.get(row.credit_code, frozenset()) | by_digest.get(row.person_digest, frozenset())
        found += [
            Hit(owner, row.id, row.list_code, row.name, row.reference, row.valid_from, row.first_import.as_of_on)
            for owner in sorted(owners)
            if among is None or owner in among
        ]
    return found


@compiled
def _listed(list_codes: list[str], since: date, on: date) -> QuerySet[ListEntry]:
    return _holding(on, since).filter(list_code__any=list_codes).select_related("first_import").order_by("id")


def _holding(on: date, since: date | None = None) -> QuerySet[ListEntry]:
    first = since or on
    return ListEntry.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=first),
        Q(removed_on__isnull=True) | Q(removed_on__gt=first),
        valid_from__lte=on,
    )


def _above(region: str) -> list[str]:
    return [code for code in parties.areas() if region in parties.covers(code)]


def last_import(list_code: str, *, region: str = "") -> ImportedList | None:
    """The newest reading of a list: how fresh our knowledge is."""
    rows = ImportedList.objects.filter(list_code=list_code, region=region)
    return rows.order_by("-as_of_on", "-id").first()


def imports(actor: Actor) -> QuerySet[ImportedList]:
    """Every reading of a list that the actor may see, newest first."""
    return lists_visible_to(actor).order_by("-as_of_on", "-id")
