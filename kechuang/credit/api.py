"""Credit as typed JSON: what one's own party has signed, and which lists name it."""

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from kechuang.credit import commands, queries
from kechuang.credit.states import CommitmentKind
from kechuang.parties.queries import visible_party
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

router = Router(tags=["credit"])


class CommitmentOut(Schema):
    kind: str
    version: str
    digest: str
    signed_on: date | None
    capacity: str


class LabelOut(Schema):
    label: str
    issuer: str
    source: str
    as_of: date
    valid_from: date
    valid_until: date | None
    reference: str


@router.get("/parties/{party_id}/commitments", response=list[CommitmentOut])
def commitments(request: HttpRequest, party_id: str) -> list[dict[str, object]]:
    """Both commitments of a party the actor may see, with the text of today."""
    visible_party(actor_of(request), party_id)
    return [_signed(one) for one in queries.to_sign(party_id, on=clock.today())]


@router.post("/commitments/{kind}", response=CommitmentOut)
def sign(request: HttpRequest, kind: CommitmentKind) -> dict[str, object]:
    """Signs for one's own party; signed twice, it answers with the first."""
    actor = actor_of(request)
    commands.sign_commitment(actor, party_id=actor.party_id, kind=kind, now=clock.now())
    both = queries.to_sign(actor.party_id, on=clock.today())
    return _signed(next(one for one in both if one.kind == kind))


@router.get("/parties/{party_id}/labels", response=list[LabelOut])
def labels(request: HttpRequest, party_id: str) -> list[dict[str, object]]:
    """The lists that name a party today, each with issuer, source and day."""
    visible_party(actor_of(request), party_id)
    return [
        {
            "label": entry.list_code,
            "issuer": entry.last_import.issuer,
            "source": entry.last_import.source,
            "as_of": entry.last_import.as_of_on,
            "valid_from": entry.valid_from,
            "valid_until": entry.valid_until,
            "reference": entry.reference,
        }
        for entry in queries.entries_of(party_id, on=clock.today())
    ]


def _signed(one: queries.ToSign) -> dict[str, object]:
    return {
        "kind": one.kind,
        "version": one.text.version,
        "digest": one.text.digest,
        "signed_on": one.signed.signed_on if one.signed else None,
        "capacity": one.signed.capacity if one.signed else "",
    }
