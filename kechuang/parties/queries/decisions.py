"""Decisions about parties and who holds which office, for the pages of officers (主体决定、岗位)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.urls import reverse

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import rules
from kechuang.parties.access import decision_roles_on, decisions_visible_to, offices_visible_to, visible_to
from kechuang.parties.models import Office, Party, PartyDecision
from kechuang.parties.queries.acting import regions_with
from kechuang.parties.queries.parties import person_names
from kechuang.parties.queries.regions import areas, region_path
from kechuang.parties.states import DECISION_LABELS, DECISION_MACHINE, WAITING_MAX, DecisionKind, DecisionState
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """All that the page of a decision shows."""

    decision: PartyDecision
    roles: frozenset[Role]
    moves: list[Move]
    events: list[Any]
    people: Mapping[str, str]


def decision_sheet(actor: Actor, decision_id: str) -> DecisionSheet:
    """One decision with its way and what can be done now; raises NotVisible."""
    rows = decisions_visible_to(actor).select_related("party", "into", "proposed_by", "decided_by")
    row = rows.filter(id=decision_id).first()
    if row is None:
        raise NotVisible
    roles, events = decision_roles_on(actor, row), list(way([decision_id]))
    moves = DECISION_MACHINE.open(DecisionState(row.state), roles)
    names = {event.person_id for event in events} | {event.stands_in_for for event in events}
    return DecisionSheet(row, roles, moves, events, person_names(names - {""}))


def decisions(actor: Actor) -> QuerySet[PartyDecision]:
    """The decisions of the actor's regions, those that wait first, then the latest."""
    rows = decisions_visible_to(actor).select_related("party", "into", "proposed_by")
    waits_first = Case(When(state=DecisionState.PROPOSED, then=0), default=1)
    return rows.order_by(waits_first, "-proposed_at", "-id")


def decisions_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Decisions that wait for this approver (待核准)."""
    regions = actor.regions(Role.COUNTY_APPROVER)
    rows = decisions_visible_to(actor).filter(region__in=regions, state=DecisionState.PROPOSED)
    return [
        waiting(
            _("核准主体决定"),
            subject_id=row.id,
            number=row.number,
            url=reverse("credit:decision", args=[row.id]),
            state_label=DECISION_MACHINE.labels[DecisionState(row.state)],
            party=row.party.name,
            about=str(DECISION_LABELS[DecisionKind(row.kind)]),
        )
        for row in rows.select_related("party").order_by("proposed_at", "id")[:WAITING_MAX]
    ]


def found_party(actor: Actor, typed: str) -> Party:
    """The one party in the actor's regions of this credit code or whole name; raises PartyNotFound."""
    said = typed.strip()
    rows = list(visible_to(actor).filter(Q(credit_code=said.upper()) | Q(name=said))) if said else []
    if not rows or rows[1:]:
        raise rules.PartyNotFound(typed=said)
    return rows[0]


def held_offices(actor: Actor, *, on: date) -> QuerySet[Office]:
    """Who holds which office in the actor's regions, now or soon (在岗人员)."""
    rows = offices_visible_to(actor).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
    return rows.select_related("person").order_by("region", "role", "valid_from", "id")


def appointable(actor: Actor, *, on: date) -> list[tuple[str, str]]:
    """The regions in which the actor may appoint, by code and name: those that have offices first by code."""
    within = actor.regions(Role.CITY_SCIENCE)
    known = set(regions_with(Role.COUNTY_OFFICER, on=on))
    codes = sorted((code for code in areas() if code in within), key=lambda code: (code not in known, code))
    return [(code, region_path(code)) for code in codes]
