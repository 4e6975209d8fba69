"""Decisions about parties by document (主体决定): proposed by one officer, carried out by another person."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries, rules
from kechuang.parties.access import decision_roles_on, decisions_visible_to, visible_to
from kechuang.parties.commands.changes import merge_parties, rename, strike_off
from kechuang.parties.models import PartyDecision
from kechuang.parties.states import DECISION_MACHINE, PARTY_MACHINE, DecisionKind, DecisionState, PartyState
from kechuang.trail.commands import advance, record
from kechuang.ui.rows import insert


@transaction.atomic
def propose_decision(
    actor: Actor,
    *,
    kind: str,
    party_id: str,
    document: str,
    reason: str,
    now: datetime,
    into_id: str = "",
    new_name: str = "",
    proof_file: str = "",
) -> PartyDecision:
    """An officer of the party's county proposes to merge, strike off or rename it (提出主体决定); nothing changes yet.

    One at a time for each party. Raises NotVisible, MayNotPropose, MoveNotOpen, SameRecord, DocumentMissing,
    ReasonMissing, NameMissing, NothingChanged, DecisionOpen.
    """
    party = visible_to(actor).filter(id=party_id).first()
    if party is None or (kind == DecisionKind.MERGE and not visible_to(actor).filter(id=into_id).exists()):
        raise NotVisible
    if Role.COUNTY_OFFICER not in actor.roles_in(party.region):
        raise rules.MayNotPropose()
    # What the approver may do then must be open in this state now.
    act = "change" if kind == DecisionKind.RENAME else kind
    PARTY_MACHINE.check(act, PartyState(party.state), {Role.COUNTY_APPROVER})
    if kind == DecisionKind.MERGE and into_id == party_id:
        raise rules.SameRecord
    draft = PartyDecision(
        kind=DecisionKind(kind),
        party=party,
        into_id=into_id if kind == DecisionKind.MERGE else None,
        new_name=rules.name(new_name) if kind == DecisionKind.RENAME else "",
        region=party.region,
        document=rules.document(document),
        reason=rules.reason(reason),
        proof_file=proof_file,
        proposed_by_id=actor.person_id,
        proposed_at=now,
    )
    if draft.new_name == party.name:
        raise rules.NothingChanged
    if not insert(draft):
        raise rules.DecisionOpen(name=party.name)
    facts = {"kind": str(kind), "party": party_id, "into": into_id, "document": draft.document}
    label, role = _("提出主体决定"), Role.COUNTY_OFFICER
    record(actor, draft, "propose", label=label, role=role, now=now, target=draft.state, facts=facts)
    return draft


@transaction.atomic
def carry_out_decision(actor: Actor, *, decision_id: str, now: datetime) -> PartyDecision:
    """The approver carries it out (核准并执行): the party is renamed, merged or struck off in the same transaction.

    Raises SameHands for who proposed it, and what the act itself raises.
    """
    row, roles = _locked(actor, decision_id)
    move = DECISION_MACHINE.check("carry_out", DecisionState(row.state), roles)
    _refuse_same_hands(actor, row)
    given = {"reason": f"{row.document} {row.reason}", "now": now}
    acts: dict[str, Callable[[], object]] = {
        DecisionKind.RENAME: lambda: rename(
            actor, party_id=row.party_id, name=row.new_name, proof_file=row.proof_file, now=now
        ),
        DecisionKind.MERGE: lambda: merge_parties(
            actor,
            kept_id=row.into_id or "",
            merged_id=row.party_id,
            **given,  # type: ignore[arg-type]
        ),
        DecisionKind.STRIKE_OFF: lambda: strike_off(actor, party_id=row.party_id, **given),  # type: ignore[arg-type]
    }
    acts[row.kind]()
    row.decided_by_id, row.decided_at = actor.person_id, now
    facts = {"kind": row.kind, "document": row.document}
    advance(actor, row, move, roles=roles, now=now, saves=["decided_by", "decided_at"], facts=facts)
    return row


@transaction.atomic
def refuse_decision(actor: Actor, *, decision_id: str, reason: str, now: datetime) -> PartyDecision:
    """The approver does not carry it out, and says why (退回). Raises ReasonMissing, SameHands, MoveNotOpen, NotVisible."""
    row, roles = _locked(actor, decision_id)
    move = DECISION_MACHINE.check("refuse", DecisionState(row.state), roles)
    _refuse_same_hands(actor, row)
    row.answer, row.decided_by_id, row.decided_at = rules.reason(reason), actor.person_id, now
    saves = ["answer", "decided_by", "decided_at"]
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts={"reason": row.answer})
    return row


@transaction.atomic
def withdraw_decision(actor: Actor, *, decision_id: str, now: datetime) -> PartyDecision:
    """The officers take the proposal back before it is decided (撤回). Raises MoveNotOpen, NotVisible."""
    row, roles = _locked(actor, decision_id)
    move = DECISION_MACHINE.check("withdraw", DecisionState(row.state), roles)
    advance(actor, row, move, roles=roles, now=now)
    return row


def _locked(actor: Actor, decision_id: str) -> tuple[PartyDecision, frozenset[Role]]:
    row = decisions_visible_to(actor).filter(id=decision_id).select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    return row, decision_roles_on(actor, row)


def _refuse_same_hands(actor: Actor, row: PartyDecision) -> None:
    queries.refuse_same_hands(
        actor, row.region, Role.COUNTY_APPROVER, before=[row.proposed_by_id], of=[row.id], sides=[row.party_id]
    )
