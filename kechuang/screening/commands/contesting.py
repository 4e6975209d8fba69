"""申辩：the firm that a finding or a link is about speaks against it; the office answers."""

from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.screening.access import contests_visible_to, links_visible_to, roles_on, visible_to
from kechuang.screening.models import Contest, Finding, Link
from kechuang.screening.rules import refusals
from kechuang.screening.states import (
    ANSWERS,
    CONTEST_MACHINE,
    FINDING_MACHINE,
    LINK_MACHINE,
    ContestState,
    FindingState,
    LinkState,
)
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock


@transaction.atomic
def contest(actor: Actor, *, finding_id: str = "", link_id: str = "", text: str, now: datetime) -> Contest:
    """Speaks against a finding or a link of the own party (提出申辩); the county's officer answers.

    A link is answered where a finding rests on it, else where the party has its seat. Asked again while one waits, it is
    refused. Raises ReasonMissing, NotYours, AlreadyContested; NotVisible.
    """
    finding, link = _contested(actor, finding_id, link_id)
    if not tidy(text):
        raise refusals.ReasonMissing()
    about = {finding.holder_party, finding.provider_party} if finding else {link.party_id if link else ""}
    if actor.party_id not in about or not actor.party_id:
        raise refusals.NotYours()
    standing = Contest.objects.filter(party_id=actor.party_id, finding=finding, link=link, state=ContestState.OPEN)
    if standing.exists():
        raise refusals.AlreadyContested()
    row = Contest.objects.create(
        finding=finding,
        link=link,
        party_id=actor.party_id,
        region=_answered_in(actor.party_id, finding, link),
        text=tidy(text),
        by=actor.person_id,
        at=now,
    )
    role = Role.HOLDER if finding is None or finding.holder_party == actor.party_id else Role.PROVIDER
    facts = {"finding_id": finding_id, "link_id": link_id, "text": row.text}
    record(actor, row, "contest", label=_("提出申辩"), role=role, now=now, target=row.state, facts=facts)
    tell(
        subject_id=row.id,
        path=f"/screening/contests/{row.id}",
        title=_("有一件申辩待答复"),
        text=_("请核实后答复。"),
        to_role=Role.COUNTY_OFFICER,
        region=row.region,
        now=now,
    )
    return row


def _contested(actor: Actor, finding_id: str, link_id: str) -> tuple[Finding | None, Link | None]:
    finding = visible_to(actor).filter(id=finding_id).first() if finding_id else None
    link = links_visible_to(actor).filter(id=link_id).first() if link_id else None
    if finding is None and link is None:
        raise NotVisible
    return finding, None if finding else link


def _answered_in(party_id: str, finding: Finding | None, link: Link | None) -> str:
    if finding is not None:
        return finding.region
    assert link is not None
    rests = Finding.objects.filter(holder_party=party_id) | Finding.objects.filter(provider_party=party_id)
    last = rests.order_by("-found_at").first()
    return last.region if last else link.region


@transaction.atomic
def answer(actor: Actor, *, contest_id: str, outcome: str, text: str, now: datetime) -> Contest:
    """Upholds (采纳) or rejects (不采纳) what a firm said; a link whose contest is upheld is no longer relied on, a finding
    is dismissed.

    Raises OutcomeUnknown, ReasonMissing, MoveNotOpen, SameHands, Related; NotVisible.
    """
    row = contests_visible_to(actor).select_for_update(of=("self",)).filter(id=contest_id).first()
    if row is None:
        raise NotVisible
    if outcome not in ANSWERS:
        raise refusals.OutcomeUnknown()
    if not tidy(text):
        raise refusals.ReasonMissing()
    roles = roles_on(actor, row)
    move = CONTEST_MACHINE.check(ANSWERS[ContestState(outcome)], ContestState(row.state), roles)
    refuse_same_hands(actor, row.region, acting_role(roles, move), before=[row.by], of=[row.id], sides=[row.party_id])
    row.answer, row.answered_by, row.answered_on = tidy(text), actor.person_id, clock.day(now)
    saves = ["answer", "answered_by", "answered_on"]
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts={"answer": row.answer})
    if outcome == ContestState.UPHELD and row.link_id:
        _strike(actor, row, now=now)
    if outcome == ContestState.UPHELD and row.finding_id:
        _lift(actor, row, now=now)
    tell(
        subject_id=row.id,
        path=f"/screening/contests/{row.id}",
        title=_("您提出的申辩已答复"),
        text=row.answer,
        to_party=row.party_id,
        now=now,
    )
    return row


def _lift(actor: Actor, row: Contest, *, now: datetime) -> None:
    """What was confirmed and is rightly spoken against is dismissed (予以排除), with the answer as its reason."""
    found = Finding.objects.select_for_update(of=("self",)).get(id=row.finding_id)
    if found.state != FindingState.CONFIRMED:
        return
    roles = roles_on(actor, row)
    move = FINDING_MACHINE.check("lift", FindingState(found.state), roles)
    found.decided_by, found.decided_on, found.decision = actor.person_id, clock.day(now), row.answer
    saves = ["decided_by", "decided_on", "decision"]
    advance(actor, found, move, roles=roles, now=now, saves=saves, facts={"contest_id": row.id, "reason": row.answer})


def _strike(actor: Actor, row: Contest, *, now: datetime) -> None:
    """The link is kept, struck: later screening passes it over. The office that answers is the contest's, not the seat's."""
    link = Link.objects.select_for_update().get(id=row.link_id)
    if link.state == LinkState.STRUCK:
        return
    roles = roles_on(actor, row)
    move = LINK_MACHINE.check("strike", LinkState(link.state), roles)
    advance(actor, link, move, roles=roles, now=now, facts={"contest_id": row.id})
