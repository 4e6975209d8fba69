"""Reading credit: is the commitment in force, what do the authorities' lists say (信用核验)."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import F, Q, QuerySet

from kechuang.credit import rules
from kechuang.credit.access import lists_visible_to, visible_to
from kechuang.credit.models import Commitment, CommitmentText, ImportedList, ListEntry
from kechuang.credit.states import CommitmentKind, Label
from kechuang.kernel.actor import Actor
from kechuang.parties import queries as parties
from kechuang.policy.book import InForce, NoTermsInForce, current, in_force

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class ToSign:
    """One commitment as the page shows it: its text now, and whether it is signed."""

    kind: str
    text: rules.Text
    signed: Commitment | None


def text_in_force(kind: str, *, on: date) -> rules.Text:
    """The words to sign on a day: those of a pack in force, else the newest published here; raises NoTextInForce.

    One installation has one text per kind: of several packs that hold one, the first by name counts.
    """
    if said := _of_pack(rules.CommitmentTerms, "commitment_holder_text", on):
        terms = said.terms
        if kind == CommitmentKind.HOLDER:
            body, version = terms.commitment_holder_text, terms.commitment_holder_version
        else:
            body, version = terms.commitment_provider_text, terms.commitment_provider_version
        return rules.Text(kind, version, body, said.scheme, said.article(f"commitment_{kind}_text"))
    published = CommitmentText.objects.filter(kind=kind, scheme="", valid_from__lte=on).order_by("-valid_from", "-id")
    text = published.first()
    if text is None:
        raise rules.NoTextInForce(on=on.isoformat())
    return rules.Text(kind, text.version, text.body)


def _of_pack(terms: type[T], parameter: str, on: date) -> InForce[T] | None:
    for scheme, pack in sorted(current().packs.items()):
        if parameter in pack.parameters:
            with suppress(NoTermsInForce):
                return in_force(scheme, terms, on=on)
    return None


def account_terms(*, on: date) -> InForce[rules.AccountTerms]:
    """The cool-off of changed payee accounts; raises NoTermsInForce when no pack names one."""
    found = _of_pack(rules.AccountTerms, "account_cool_off_days", on)
    if found is None:
        raise NoTermsInForce(scheme="*", param="account_cool_off_days", day_on=on)
    return found


def commitment(party_id: str, kind: str, *, on: date) -> Commitment | None:
    """The commitment that binds the party on a day: the words then in force, under the representative it has now."""
    same_head = Q(represented_by=F("party__legal_representative")) | Q(
        represented_by__isnull=True, party__legal_representative__isnull=True
    )
    text = text_in_force(kind, on=on)
    signed = Commitment.objects.filter(
        same_head,
        party_id=party_id,
        kind=kind,
        signed_on__lte=on,
        text__digest=text.digest,
        text__version=text.version,
    )
    return signed.order_by("-signed_on", "-id").first()


def commitment_in_force(party_id: str, kind: str, *, on: date) -> bool:
    """Whether the party has signed the text of the day, under its present representative. One statement."""
    return commitment(party_id, kind, on=on) is not None


def require_commitment(party_id: str, kind: str, *, on: date) -> Commitment:
    """The commitment in force; raises CommitmentMissing with the kind to be signed."""
    found = commitment(party_id, kind, on=on)
    rules.require_commitment(found is not None, kind)
    assert found is not None
    return found


def to_sign(party_id: str, *, on: date) -> list[ToSign]:
    """Both commitments of a party's page."""
    return [
        ToSign(kind, text_in_force(kind, on=on), commitment(party_id, kind, on=on)) for kind in map(str, CommitmentKind)
    ]


def commitments(actor: Actor, party_id: str) -> QuerySet[Commitment]:
    """Every commitment of a party that the actor may see, newest first; the old texts stay readable."""
    return visible_to(actor).filter(party_id=party_id).select_related("text", "signed_by").order_by("-signed_on", "-id")


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
    named = Q(credit_code__in=parties.codes_of(party_id)) | Q(person_digest__in=parties.identity_digests(party_id))
    return list(_holding(on).filter(named).select_related("last_import").order_by("list_code", "valid_from", "id"))


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


def dishonest(party_ids: Iterable[str], *, on: date) -> frozenset[str]:
    """Which of these parties a list of the dishonest names (失信): the check before each opening, in two statements."""
    return frozenset(hit.party_id for hit in _hits([Label.DISHONEST], on, set(party_ids)))


def daily_hits(list_code: str, on: date) -> list[Hit]:
    """Every living party that a list names on a day: registers opens a case for those it has admitted."""
    return _hits([list_code], on, None)


def _hits(list_codes: Iterable[str], on: date, among: set[str] | None) -> list[Hit]:
    rows = list(_holding(on).filter(list_code__in=list(list_codes)).select_related("first_import").order_by("id"))
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


def _holding(on: date) -> QuerySet[ListEntry]:
    return ListEntry.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        Q(removed_on__isnull=True) | Q(removed_on__gt=on),
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
