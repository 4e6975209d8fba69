"""A person says what a finding comes to (核实结论). Nothing follows from it here: what is to be done is done elsewhere."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.screening.access import roles_on, visible_to
from kechuang.screening.models import Finding
from kechuang.screening.rules import refusals
from kechuang.screening.states import FINDING_MACHINE, OUTCOMES, FindingState
from kechuang.trail.commands import acting_role, advance
from kechuang.ui import clock


@transaction.atomic
def decide(actor: Actor, *, finding_id: str, outcome: str, reason: str, now: datetime) -> Finding:
    """Confirms (认定) or dismisses (排除) a finding, with the reason; never by the clock, never by somebody of its two sides or by who had confirmed
    the claim before it was found.

    Decided already by the same person with the same outcome, it answers with that. Raises OutcomeUnknown, ReasonMissing,
    ClockDecides, MoveNotOpen, SameHands, Related; NotVisible when it is not the actor's to see.
    """
    row = visible_to(actor).select_for_update(of=("self",)).filter(id=finding_id).first()
    if row is None:
        raise NotVisible
    return _decided(actor, row, outcome, reason, now=now)


@transaction.atomic
def decide_many(actor: Actor, *, finding_ids: Iterable[str], outcome: str, reason: str, now: datetime) -> list[Finding]:
    """The same decision on findings that belong together (同组一并核实); all or none."""
    ids = sorted(set(finding_ids))
    rows = list(visible_to(actor).select_for_update(of=("self",)).filter(id__in=ids).order_by("id"))
    if len(rows) != len(ids):
        raise NotVisible
    return [_decided(actor, row, outcome, reason, now=now) for row in rows]


def _decided(actor: Actor, row: Finding, outcome: str, reason: str, *, now: datetime) -> Finding:
    if actor.clock:
        raise refusals.ClockDecides()
    if outcome not in OUTCOMES:
        raise refusals.OutcomeUnknown()
    if row.state == outcome and row.decided_by == actor.person_id:
        return row
    if not tidy(reason):
        raise refusals.ReasonMissing()
    roles = roles_on(actor, row)
    move = FINDING_MACHINE.check(OUTCOMES[FindingState(outcome)], FindingState(row.state), roles)
    sides = (row.holder_party, row.provider_party)
    refuse_same_hands(actor, row.region, acting_role(roles, move), before=[row.handled_by], sides=sides)
    row.decided_by, row.decided_on, row.decision = actor.person_id, clock.day(now), tidy(reason)
    saves = ["decided_by", "decided_on", "decision"]
    facts = {"rule": row.rule, "reason": row.decision, "claim_id": row.claim_id}
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts=facts)
    if outcome == FindingState.CONFIRMED:
        _told(row, now)
    return row


def _told(row: Finding, now: datetime) -> None:
    """Both sides may speak against what was confirmed (申辩), so both are told."""
    for party_id in sorted({row.holder_party, row.provider_party}):
        tell(
            subject_id=row.id,
            path=f"/screening/{row.id}",
            title=_("一项与您单位有关的风险筛查结果已认定"),
            text=_("可以查看依据；有异议的可以提出申辩。"),
            to_party=party_id,
            now=now,
        )
