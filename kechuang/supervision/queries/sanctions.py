"""Complaints and sanctions as their pages show them; the complainant's name for the office and the complainant only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import Clock, clocks, overdue_subjects
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import party_names, person_names, region_name
from kechuang.policy.book import in_force
from kechuang.supervision import rules
from kechuang.supervision.access import (
    OFFICES,
    complaints_visible_to,
    proposing_role,
    roles_on_complaint,
    roles_on_sanction,
    sanctions_visible_to,
)
from kechuang.supervision.models import Complaint, Sanction
from kechuang.supervision.queries.terms import terms_of
from kechuang.supervision.states.cases import WAITING_MAX
from kechuang.supervision.states.sanctions import (
    COMPLAINT_MACHINE,
    COMPLAINT_REPLY,
    RUNG_LABELS,
    SANCTION_MACHINE,
    SANCTION_REPLY,
    ComplaintState,
    Rung,
    SanctionState,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class ComplaintSheet:
    """All that the page of a complaint shows; `complainant` is "" for the other side (投诉人保密)."""

    row: Complaint
    party: str
    place: str
    complainant: str
    complainant_party: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    clock: Clock | None
    params: Mapping[str, Mapping[str, object]]
    files: Mapping[str, File]
    events: Sequence[Event]
    people: Mapping[str, str]
    office: bool


@dataclass(frozen=True, slots=True)
class SanctionSheet:
    """All that the page of a sanction shows."""

    row: Sanction
    party: str
    place: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    clock: Clock | None
    params: Mapping[str, Mapping[str, object]]
    basis: Mapping[str, object]
    events: Sequence[Event]
    people: Mapping[str, str]
    office: bool


@dataclass(frozen=True, slots=True)
class RungRow:
    """One rung of the ladder with the parameter it stands on."""

    rung: Rung
    label: str
    basis: Mapping[str, object]


def complaints(actor: Actor, *, state: str = "") -> QuerySet[Complaint]:
    """The complaints an actor may see, the latest first."""
    rows = complaints_visible_to(actor).select_related("party")
    rows = rows.filter(state=state) if state else rows
    return rows.order_by("-filed_at", "-id")


def complaint_sheet(actor: Actor, complaint_id: str, *, on: date) -> ComplaintSheet:
    """One complaint; raises NotVisible."""
    row = complaints_visible_to(actor).select_related("party").filter(id=complaint_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_complaint(actor, row)
    office = bool(roles & set(OFFICES))
    knows = office or Role.OBJECTOR in roles
    events = list(way([row.id])) if office else []
    people = person_names({row.by_person, *(event.person_id for event in events)} - {""}) if knows else {}
    return ComplaintSheet(
        row=row,
        party=row.party.name,
        place=region_name(row.region),
        complainant=people.get(row.by_person, ""),
        complainant_party=party_names([row.by_party]).get(row.by_party, "") if knows and row.by_party else "",
        roles=roles,
        moves=COMPLAINT_MACHINE.open(ComplaintState(row.state), roles),
        clock=clocks([row.id], on=on).get(row.id),
        params=row.terms["params"],
        files={file.id: file for file in files_of(row.id)},
        events=events,
        people=people if office else {},
        office=office,
    )


def sanctions(actor: Actor, *, case_id: str = "") -> QuerySet[Sanction]:
    """The sanctions an actor may see, the latest first; of one case where named."""
    rows = sanctions_visible_to(actor).select_related("party", "case").order_by("-proposed_on", "-id")
    return rows.filter(case_id=case_id) if case_id else rows


def sanction_sheet(actor: Actor, sanction_id: str, *, on: date) -> SanctionSheet:
    """One sanction; raises NotVisible."""
    row = sanctions_visible_to(actor).select_related("party", "case").filter(id=sanction_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_sanction(actor, row)
    office = bool(actor.roles_in(row.region) & set(OFFICES))
    events = list(way([row.id])) if office else []
    params = row.terms["params"]
    return SanctionSheet(
        row=row,
        party=row.party.name,
        place=region_name(row.region),
        roles=roles,
        moves=SANCTION_MACHINE.open(SanctionState(row.state), roles),
        clock=clocks([row.id], on=on).get(row.id),
        params=params,
        basis=params[rules.parameter(Rung(row.rung))],
        events=events,
        people=person_names({event.person_id for event in events} - {""}) if office else {},
        office=office,
    )


def may_propose(actor: Actor, region: str) -> bool:
    """Whether the actor proposes sanctions over a county."""
    return proposing_role(actor, region) is not None


def ladder(region: str, *, on: date) -> list[RungRow]:
    """The rungs that scheme and place both name, mildest first (处置阶梯)."""
    terms = terms_of(region, rules.SanctionTerms, on=on)
    scheme = terms_of(region, rules.SchemeTerms, on=on).terms.voucher_scheme
    named = in_force(scheme, rules.ManyTerms, on=on).terms.sanctions
    rows = [RungRow(rung, RUNG_LABELS[rung], terms.record["params"][rules.parameter(rung)]) for rung in Rung]
    return [row for row in rows if str(row.rung) in named and row.basis["is"]]


def complaints_to_lapse(*, on: date) -> list[str]:
    """Complaints that were not answered in time."""
    over = overdue_subjects(COMPLAINT_REPLY, on=on)
    rows = Complaint.objects.filter(id__in=over, state=ComplaintState.ASKED).order_by("id")
    return list(rows.values_list("id", flat=True))


def sanctions_to_lapse(*, on: date) -> list[str]:
    """Proposed sanctions that were not answered in time."""
    over = overdue_subjects(SANCTION_REPLY, on=on)
    rows = Sanction.objects.filter(id__in=over, state=SanctionState.PROPOSED).order_by("id")
    return list(rows.values_list("id", flat=True))


_COMPLAINT_TITLES: dict[ComplaintState, tuple[str, Role]] = {
    ComplaintState.FILED: (_("受理投诉"), Role.COUNTY_OFFICER),
    ComplaintState.REPLIED: (_("认定投诉"), Role.COUNTY_APPROVER),
}


def sanctions_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Complaints to take up, to answer, to decide; sanctions to answer and to decide (待办)."""
    return [*_complaints_waiting(actor, on), *_sanctions_waiting(actor, on)]


def _complaints_waiting(actor: Actor, on: date) -> list[Waiting]:
    mine = [(row, title) for row in _live_complaints(actor) if (title := _complaint_title(actor, row))]
    running = clocks([row.id for row, _title in mine], on=on)
    return [
        waiting(
            title,
            subject_id=row.id,
            number=row.number,
            url=reverse("supervision:complaint", args=[row.id]),
            state_label=COMPLAINT_MACHINE.labels[ComplaintState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
        )
        for row, title in mine
    ]


@compiled
def _live_complaints(actor: Actor) -> QuerySet[Complaint]:
    live = [ComplaintState.FILED, ComplaintState.ASKED, ComplaintState.REPLIED]
    rows = complaints_visible_to(actor).filter(state__in=live).select_related("party")
    return rows.order_by("filed_at", "id")[:WAITING_MAX]


def _complaint_title(actor: Actor, row: Complaint) -> str:
    roles = roles_on_complaint(actor, row)
    if row.state == ComplaintState.ASKED:
        return _("答复投诉") if Role(row.side) in roles else ""
    title, role = _COMPLAINT_TITLES[ComplaintState(row.state)]
    return title if role in roles and actor.person_id not in (row.by_person, row.accepted_by) else ""


def _sanctions_waiting(actor: Actor, on: date) -> list[Waiting]:
    mine = [row for row in _live_sanctions(actor) if _sanction_turn(actor, row)]
    running = clocks([row.id for row in mine], on=on)
    return [
        waiting(
            _("陈述申辩处罚") if actor.party_id else _("决定处罚"),
            subject_id=row.id,
            number=row.number,
            url=reverse("supervision:sanction", args=[row.id]),
            state_label=SANCTION_MACHINE.labels[SanctionState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
            about=row.case.title,
        )
        for row in mine
    ]


@compiled
def _live_sanctions(actor: Actor) -> QuerySet[Sanction]:
    live = [SanctionState.PROPOSED, SanctionState.REPLIED]
    rows = sanctions_visible_to(actor).filter(state__in=live).select_related("party", "case")
    return rows.order_by("id")[:WAITING_MAX]


def _sanction_turn(actor: Actor, row: Sanction) -> bool:
    roles = roles_on_sanction(actor, row)
    if row.state == SanctionState.PROPOSED:
        return Role(row.side) in roles
    return Role.COUNTY_APPROVER in roles and row.proposed_by != actor.person_id
