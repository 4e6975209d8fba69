"""What pages show: one admission, the queue, cases, what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.policy.book import InForce
from kechuang.registers import rules
from kechuang.registers.access import cases_visible_to, roles_on, roles_on_case, visible_to
from kechuang.registers.models import WAITING_MAX, Admission, Case, Certificate, Step
from kechuang.registers.queries.packs import terms_on
from kechuang.registers.states import (
    ADMISSION_MACHINE,
    CASE_LABELS,
    CASE_MACHINE,
    OFFICES,
    ON_PROVIDER,
    PASSING,
    WAITING_TITLES,
    AdmissionState,
    CaseKind,
    CaseState,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page of one admission shows."""

    admission: Admission
    certificates: list[Certificate]
    steps: list[Step]
    cases: list[Case]
    events: list[Event]
    moves: list[Move]
    roles: frozenset[Role]
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """A case with what the actor may do about it."""

    case: Case
    events: list[Event]
    moves: list[Move]


def papers_of(admission_id: str) -> list[rules.Paper]:
    """The certificates of an admission that were not followed by others."""
    rows = Certificate.objects.filter(admission_id=admission_id, replaced_on__isnull=True).order_by("id")
    return [rules.Paper(row.id, row.kind, row.number, row.valid_from, row.valid_until) for row in rows]


def admission(actor: Actor, admission_id: str) -> Admission:
    """One admission as the actor may see it; raises NotVisible."""
    row = visible_to(actor).filter(id=admission_id).first()
    if row is None:
        raise NotVisible
    return row


def sheet(actor: Actor, admission_id: str, *, on: date) -> Sheet:
    """One admission with its papers, steps, cases and way; raises NotVisible."""
    row = admission(actor, admission_id)
    roles = roles_on(actor, row)
    certificates = list(Certificate.objects.filter(admission=row).order_by("replaced_on", "kind", "id"))
    cases = list(Case.objects.filter(admission=row).order_by("-opened_on", "-id"))
    return Sheet(
        admission=row,
        certificates=certificates,
        steps=list(Step.objects.filter(admission=row).order_by("round", "step")),
        cases=cases,
        events=list(way([row.id])),
        moves=_moves(row, roles, on),
        roles=roles,
        clock=clocks([row.id], on=on).get(row.id),
    )


def next_action(row: Admission, terms: InForce[rules.AdmissionTerms]) -> str:
    """What passing the present step of an application leads to."""
    return rules.next_action(step=row.step, steps=row.steps, notice_before_entry=terms.terms.notice_before_entry)


def _moves(row: Admission, roles: frozenset[Role], on: date) -> list[Move]:
    """The open moves as a person may choose them: of the three ways to pass a step only the one that is ahead."""
    found = ADMISSION_MACHINE.open(AdmissionState(row.state), roles)
    if row.state == AdmissionState.SUBMITTED:
        ahead = next_action(row, terms_on(row.scheme, on))
        found = [move for move in found if move.action == ahead or move.action not in PASSING]
    hidden = {"enter"} if row.certified_until is not None and _renewed(row, on) else {"enter", "recertify"}
    return [move for move in found if move.action not in hidden]


def _renewed(row: Admission, on: date) -> bool:
    """Whether certificates carry further than the office has yet seen (待核对的换发证书)."""
    kinds = terms_on(row.scheme, on).terms.class_certificates.pick(provider_kind=row.entrant_class)
    return rules.certified_until(kinds, papers_of(row.id), on) != row.certified_until


def queue(actor: Actor, *, scheme: str = "", state: str = "") -> QuerySet[Admission]:
    """Admissions of the actor's places, those longest waiting first (入库审核)."""
    rows = visible_to(actor).exclude(state=AdmissionState.DRAFT)
    if scheme:
        rows = rows.filter(scheme=scheme)
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("submitted_on", "id")


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): steps to decide, cases to look into, one's own drafts and returned ones."""
    rows = [row for row in _in_hand(actor) if ADMISSION_MACHINE.open(AdmissionState(row.state), roles_on(actor, row))]
    rows = [row for row in rows if row.state in ON_PROVIDER or roles_on(actor, row) & OFFICES]
    running = clocks([row.id for row in rows], on=on)
    found = [
        waiting(
            WAITING_TITLES[AdmissionState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("registers:admission", args=[row.id]),
            state_label=ADMISSION_MACHINE.labels[AdmissionState(row.state)],
            clock=running.get(row.id),
            party=row.name,
        )
        for row in rows
    ]
    return found + _cases_waiting(actor)


def _cases_waiting(actor: Actor) -> list[Waiting]:
    return [
        waiting(
            CASE_LABELS[CaseKind(row.kind)],
            subject_id=row.id,
            number=row.number,
            url=reverse("registers:case", args=[row.id]),
            state_label=CASE_MACHINE.labels[CaseState(row.state)],
            party=row.admission.name,
        )
        for row in _open_cases(actor)
        if roles_on_case(actor, row) & OFFICES
    ]


@compiled
def _in_hand(actor: Actor) -> QuerySet[Admission]:
    rows = visible_to(actor).filter(state__in=[AdmissionState.SUBMITTED, *ON_PROVIDER])
    return rows.order_by("submitted_on", "id")[:WAITING_MAX]


@compiled
def _open_cases(actor: Actor) -> QuerySet[Case]:
    rows = cases_visible_to(actor).filter(state=CaseState.OPEN).select_related("admission")
    return rows.order_by("opened_on", "id")[:WAITING_MAX]


def own(actor: Actor) -> QuerySet[Admission]:
    """The actor's own admissions and applications, the newest first."""
    return visible_to(actor).filter(party_id=actor.party_id).order_by("-id")


def cases(actor: Actor, *, state: str = CaseState.OPEN) -> QuerySet[Case]:
    """Cases of the actor's places, the oldest first (核查事项)."""
    rows = cases_visible_to(actor).select_related("admission")
    return (rows.filter(state=state) if state else rows).order_by("opened_on", "id")


def case(actor: Actor, case_id: str) -> CaseSheet:
    """One case with its way; raises NotVisible."""
    row = cases_visible_to(actor).select_related("admission").filter(id=case_id).first()
    if row is None:
        raise NotVisible
    moves = CASE_MACHINE.open(CaseState(row.state), roles_on_case(actor, row))
    return CaseSheet(row, list(way([row.id])), moves)


def clocks_of(rows: Iterable[Admission], *, on: date) -> dict[str, Clock]:
    """The running clock of each application of a page."""
    return clocks([row.id for row in rows], on=on)
