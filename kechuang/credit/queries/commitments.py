"""Is the commitment in force, and which words are to be signed (信用承诺)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import F, Q, QuerySet

from kechuang.credit import rules
from kechuang.credit.access import visible_to
from kechuang.credit.models import Commitment, CommitmentText
from kechuang.credit.states import CommitmentKind
from kechuang.kernel.actor import Actor
from kechuang.policy.book import InForce, NoTermsInForce, current, in_force
from kechuang.ui.compiled import compiled

T = TypeVar("T")


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


def _bindings(signed: Q, *, on: date) -> QuerySet[Commitment]:
    """Of these words, what was signed under the representative that the party has now."""
    same_head = Q(represented_by=F("party__legal_representative")) | Q(
        represented_by__isnull=True, party__legal_representative__isnull=True
    )
    return Commitment.objects.filter(same_head, signed, signed_on__lte=on)


def commitment(party_id: str, kind: str, *, on: date) -> Commitment | None:
    """The commitment that binds the party on a day: the words then in force, under the representative it has now."""
    text = text_in_force(kind, on=on)
    return _newest.first(party_id, kind, text.digest, text.version, on)


@compiled
def _newest(party_id: str, kind: str, digest: str, version: str, on: date) -> QuerySet[Commitment]:
    return _bindings(_of_words(party_id, kind, digest, version), on=on).order_by("-signed_on", "-id")[:1]


def committed(sides: Mapping[str, str], *, on: date) -> frozenset[str]:
    """Which of several parties are bound as what they take part as, by party the kind of commitment. One statement."""
    said: list[str] = []
    for party_id, kind in sides.items():
        text = text_in_force(kind, on=on)
        said += (party_id, kind, text.digest, text.version)
    return frozenset(_bound(on, *said)) if said else frozenset()


@compiled
def _bound(on: date, *said: str) -> QuerySet[Commitment, str]:
    """Four texts for each side: the party, what it takes part as, and the words it is to have signed."""
    signed, sides = Q(), [iter(said)] * len(_SIGNED)
    for side in zip(*sides, strict=True):
        signed |= _of_words(*side)
    return _bindings(signed, on=on).values_list("party_id", flat=True)


def _of_words(party_id: str, kind: str, digest: str, version: str) -> Q:
    return Q(**dict(zip(_SIGNED, (party_id, kind, digest, version), strict=True)))


_SIGNED = ("party_id", "kind", "text__digest", "text__version")


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
