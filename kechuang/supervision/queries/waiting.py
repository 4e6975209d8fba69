"""Everything of supervision that waits for one actor (待办)."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.supervision.access import clawbacks_visible_to, roles_on, visible_to
from kechuang.supervision.models import Case, Clawback, Instalment
from kechuang.supervision.queries.checks import checks_waiting_for
from kechuang.supervision.queries.sanctions import sanctions_waiting_for
from kechuang.supervision.states.cases import CASE_MACHINE, CLAWBACK_MACHINE, CaseState, ClawbackState
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import WAITING_MAX, Waiting, waiting


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Cases to look into, to answer, to decide; parts to come in; plans and visits; complaints and sanctions."""
    rooms = (_cases_waiting, _clawbacks_waiting, checks_waiting_for, sanctions_waiting_for)
    return [row for source in rooms for row in source(actor, on=on)]


_TITLES: dict[CaseState, str] = {
    CaseState.OPEN: _("核查案卷"),
    CaseState.ASKED: _("答复监管询问"),
    CaseState.REPLIED: _("决定案卷"),
}


def _cases_waiting(actor: Actor, *, on: date) -> list[Waiting]:
    mine = [row for row in _live(actor) if _turn(actor, row)]
    running = clocks([row.id for row in mine], on=on)
    return [
        waiting(
            _TITLES[CaseState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("supervision:case", args=[row.id]),
            state_label=CASE_MACHINE.labels[CaseState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
            about=row.title,
        )
        for row in mine
    ]


@compiled
def _live(actor: Actor) -> QuerySet[Case]:
    live = [CaseState.OPEN, CaseState.ASKED, CaseState.REPLIED]
    return visible_to(actor).filter(state__in=live).select_related("party").order_by("id")[:WAITING_MAX]


def _turn(actor: Actor, case: Case) -> bool:
    roles = roles_on(actor, case)
    if case.state == CaseState.ASKED:
        return Role(case.side) in roles
    if case.state == CaseState.REPLIED:
        return Role.COUNTY_APPROVER in roles and case.opened_by != actor.person_id
    return Role.COUNTY_OFFICER in roles or (Role.CITY_SCIENCE in roles and case.opened_by == actor.person_id)


def _clawbacks_waiting(actor: Actor, *, on: date) -> list[Waiting]:
    """A party's own; for finance the parts that are due; for a second person the receipts to countersign."""
    if actor.party_id:
        mine = _owed_by(actor)
        running = clocks([row.id for row in mine], on=on)
        return [_clawback_waiting(row, _("缴回追回款项"), running.get(row.id)) for row in mine]
    entered = dict(_entered(actor))
    others = [row_id for row_id, person_id in entered.items() if person_id != actor.person_id]
    due, sign = _to_enter(actor, list(entered)), _to_sign(actor, others) if others else []
    running = clocks([row.id for row in (*due, *sign)], on=on)
    due = [row for row in due if row.id in running and running[row.id].due_on <= on]
    return [
        *(_clawback_waiting(row, _("登记缴回款项"), running.get(row.id)) for row in due),
        *(_clawback_waiting(row, _("复核缴回登记"), running.get(row.id)) for row in sign),
    ]


def _owed(actor: Actor) -> QuerySet[Clawback]:
    return clawbacks_visible_to(actor).filter(state=ClawbackState.OWED).select_related("party").order_by("id")


@compiled
def _owed_by(actor: Actor) -> QuerySet[Clawback]:
    return _owed(actor).filter(party_id=actor.party_id)[:WAITING_MAX]


@compiled
def _entered(actor: Actor) -> QuerySet[Instalment, tuple[str, str]]:
    open_ = Instalment.objects.filter(received_on__isnull=False, checked_on__isnull=True)
    return open_.filter(clawback__in=_owed(actor).order_by()).values_list("clawback_id", "received_by")


@compiled
def _to_enter(actor: Actor, entered: list[str]) -> QuerySet[Clawback]:
    rows = _owed(actor).filter(region__in=actor.regions(Role.COUNTY_FINANCE))
    return (rows.exclude(id__any=entered) if entered else rows)[:WAITING_MAX]


@compiled
def _to_sign(actor: Actor, entered: list[str]) -> QuerySet[Clawback]:
    regions = actor.regions(Role.COUNTY_FINANCE, Role.COUNTY_APPROVER)
    return _owed(actor).filter(region__in=regions, id__any=entered)[:WAITING_MAX]


def _clawback_waiting(row: Clawback, title: str, running: Clock | None) -> Waiting:
    return waiting(
        title,
        subject_id=row.id,
        number=row.number,
        url=reverse("supervision:clawback", args=[row.id]),
        state_label=CLAWBACK_MACHINE.labels[ClawbackState(row.state)],
        clock=running,
        party=row.party.name,
        fen=row.principal_fen - row.received_fen,
    )
