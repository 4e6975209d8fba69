"""Acts that come with a paper: the file is kept and the act done in one transaction (附件随办)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kechuang.credit import queries
from kechuang.credit.commands.commitments import sign_commitment
from kechuang.credit.commands.telling import tell_account_change
from kechuang.credit.models import Commitment
from kechuang.documents.commands import keep
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor
from kechuang.parties import commands as parties
from kechuang.parties.queries import PartyDecision, account_changes_to_tell, party
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came with a form."""

    name: str
    content: bytes


def _kept(actor: Actor, upload: Upload | None, kind: Kind, party_id: str, now: datetime, region: str = "") -> str:
    """The id of the kept file, or "" when none came: whether one is needed the command says."""
    if upload is None:
        return ""
    file = keep(
        actor,
        name=upload.name,
        content=upload.content,
        kind=kind,
        subject_id=party_id,
        region=region or party(party_id).region,
        readers=[party_id],
        now=now,
    )
    return str(file.id)


@transaction.atomic
def sign(actor: Actor, *, kind: str, letter: Upload | None, now: datetime) -> Commitment:
    """Signs for one's own party; an authorised person may bring the 授权书 along. Raises what sign_commitment raises."""
    file = _kept(actor, letter, Kind.AUTHORISATION, actor.party_id, now)
    return sign_commitment(actor, party_id=actor.party_id, kind=kind, authorisation_file=file, now=now)


@transaction.atomic
def propose_account(
    actor: Actor,
    *,
    holder_name: str,
    bank_name: str,
    bank_code: str,
    number: str,
    unit_id: str,
    region: str,
    proof: Upload | None,
    now: datetime,
) -> str:
    """Proposes a payee account of one's own party with its proof; answers its id. Raises what parties raises."""
    seat = party(actor.party_id)
    account = parties.propose_account(
        actor,
        party_id=actor.party_id,
        holder_name=holder_name or seat.name,
        bank_name=bank_name,
        bank_code=bank_code,
        number=number,
        unit_id=unit_id,
        region=region,
        proof_file=_kept(actor, proof, Kind.BANK_PROOF, actor.party_id, now, region),
        now=now,
    )
    return str(account.id)


@transaction.atomic
def add_member(
    actor: Actor,
    *,
    name: str,
    identity: str,
    phone: str,
    capacity: str,
    unit_id: str,
    letter: Upload | None,
    now: datetime,
) -> None:
    """A colleague joins one's own party: found again by the identity number when they come in by ticket."""
    person = parties.register_person(actor, name=name, identity=identity, phone=phone, now=now)
    parties.add_member(
        actor,
        party_id=actor.party_id,
        person_id=person.id,
        capacity=capacity,
        unit_id=unit_id,
        authorisation_file=_kept(actor, letter, Kind.AUTHORISATION, actor.party_id, now),
        now=now,
    )


@transaction.atomic
def change(actor: Actor, *, what: str, value: str, on: date, proof: Upload | None, now: datetime) -> None:
    """A change in the register of one's own party: its name, its code or its seat, with the paper that shows it."""
    file = _kept(actor, proof, Kind.CERTIFICATE, actor.party_id, now)
    given = {"party_id": actor.party_id, "on": on, "proof_file": file, "now": now}
    if what == "name":
        parties.rename(actor, name=value, **given)  # type: ignore[arg-type]
    elif what == "credit_code":
        parties.change_credit_code(actor, credit_code=value, **given)  # type: ignore[arg-type]
    else:
        parties.move_region(actor, region=value, **given)  # type: ignore[arg-type]


@transaction.atomic
def confirm_account(actor: Actor, *, account_id: str, now: datetime) -> None:
    """Confirms under the cool-off in force and tells the old contact; raises NoTermsInForce when no pack names one."""
    terms = queries.account_terms(on=clock.day(now)).terms
    parties.confirm_account(actor, account_id=account_id, cool_off_days=terms.account_cool_off_days, now=now)
    for change in account_changes_to_tell(account_id):
        tell_account_change(change, now=now)


@transaction.atomic
def propose_decision(
    actor: Actor,
    *,
    kind: str,
    party_id: str,
    into_id: str,
    new_name: str,
    document: str,
    reason: str,
    proof: Upload | None,
    now: datetime,
) -> PartyDecision:
    """Proposes a decision about a party with the paper it rests on. Raises what parties raises."""
    return parties.propose_decision(
        actor,
        kind=kind,
        party_id=party_id,
        into_id=into_id,
        new_name=new_name,
        document=document,
        reason=reason,
        proof_file=_kept(actor, proof, Kind.DECISION, party_id, now),
        now=now,
    )
