"""Signing commitments (签署信用承诺)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.credit import queries, rules
from kechuang.credit.access import importing_role, roles_on
from kechuang.credit.models import Commitment, CommitmentText
from kechuang.credit.states import CommitmentKind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries as parties
from kechuang.parties.rules import AuthorisationMissing
from kechuang.trail.commands import record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import insert


@transaction.atomic
def sign_commitment(
    actor: Actor, *, party_id: str, kind: str, now: datetime, authorisation_file: str = ""
) -> Commitment:
    """Signs the text of the day for the party (签署信用承诺); signed twice, answers with the first.

    By the legal representative, an authorised person (their 授权书 is kept with it) or the maker. Needed again when
    the text or the representative changes. Raises MayNotSign, NoTextInForce, AuthorisationMissing.
    """
    rules.require_signature(actor, party_id=party_id)
    on, card = clock.day(now), parties.party(party_id)
    text = _kept(queries.text_in_force(CommitmentKind(kind), on=on), on)
    authorisation = authorisation_file or parties.authorisation_of(actor, on=on)
    if actor.capacity == rules.BY_AUTHORISATION and not authorisation:
        raise AuthorisationMissing
    known = (party_id, kind, text.id, card.legal_representative_id)
    if found := _signed.first(*known):
        return found
    signed = Commitment(
        party_id=party_id,
        kind=kind,
        text=text,
        represented_by_id=card.legal_representative_id or None,
        region=card.region,
        signed_by_id=actor.person_id,
        capacity=actor.capacity,
        authorisation_file=authorisation,
        signed_on=on,
    )
    if not insert(signed):  # another click has signed meanwhile
        return _signed(*known)[0]
    facts = {"text": text.digest, "version": text.version, "capacity": actor.capacity}
    role = Role(kind)
    assert role in roles_on(actor, signed)
    record(actor, signed, "sign", label=_("签署信用承诺"), role=role, now=now, facts=facts)
    return signed


@compiled
def _signed(party_id: str, kind: str, text_id: str, representative: str) -> QuerySet[Commitment]:
    rows = Commitment.objects.filter(party_id=party_id, kind=kind, text_id=text_id)
    return rows.filter(represented_by_id=representative or None)


@compiled
def _words(kind: str, digest: str, version: str) -> QuerySet[CommitmentText]:
    return CommitmentText.objects.filter(kind=kind, digest=digest, version=version)


def _kept(text: rules.Text, on: date) -> CommitmentText:
    """The row of the words signed: written with the first signature under them."""
    if known := _words.first(text.kind, text.digest, text.version):
        return known
    kept, _made = CommitmentText.objects.get_or_create(
        kind=text.kind,
        digest=text.digest,
        version=text.version,
        defaults={"body": text.body, "scheme": text.scheme, "valid_from": on},
    )
    return kept


@transaction.atomic
def publish_text(
    actor: Actor, *, kind: str, version: str, body: str, valid_from: date, now: datetime
) -> CommitmentText:
    """A new text from a day on, where no pack holds one: from then everybody signs anew.

    The same words and version answer with what is there. Raises MayNotImport.
    """
    role = importing_role(actor, "")
    if role is None:
        raise rules.MayNotImport
    digest = rules.text_digest(body)
    if known := CommitmentText.objects.filter(kind=kind, digest=digest, version=version).first():
        return known
    text = CommitmentText.objects.create(
        kind=CommitmentKind(kind), version=version, body=body, digest=digest, valid_from=valid_from
    )
    record(actor, text, "publish", label=_("发布承诺书文本"), role=role, now=now, facts={"digest": digest})
    return text
