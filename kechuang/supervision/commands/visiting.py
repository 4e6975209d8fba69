"""Visits (现场检查): the drawn inspectors go, one records, another countersigns; faults are put right by a day."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from kechuang.claims.queries import Claim
from kechuang.credit import commands as credit
from kechuang.credit.rules import EventTerms
from kechuang.credit.states import EventKind
from kechuang.deadlines import commands as deadlines
from kechuang.deadlines.queries import overdue_subjects
from kechuang.documents.commands import keep
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.supervision import rules
from kechuang.supervision.access import roles_on_visit, visits_visible_to
from kechuang.supervision.commands.cases import Upload
from kechuang.supervision.commands.planning import kept_terms
from kechuang.supervision.models import Inspector, Member, Sheet, Visit, visit_page
from kechuang.supervision.queries.hands import hands_of
from kechuang.supervision.queries.roster import ties_of
from kechuang.supervision.queries.terms import terms_of
from kechuang.supervision.states.checks import (
    HANDLED_LABEL,
    INTEREST_LABELS,
    RECTIFY,
    RECTIFY_LABEL,
    VISIT_MACHINE,
    SheetResult,
    VisitState,
)
from kechuang.trail.commands import acting_role, advance
from kechuang.ui import clock


@transaction.atomic
def recuse(actor: Actor, *, visit_id: str, reason: str, now: datetime) -> Visit:
    """A drawn inspector steps back (声明回避); the next in the order drawn for this visit takes the place.

    Raises MoveNotOpen, NotOnTeam, WordsMissing, TooFewInspectors.
    """
    visit, move, roles = _open(actor, visit_id, "recuse")
    mine = _membership(actor, visit)
    why = rules.said(reason)
    following = Member.objects.filter(visit=visit, on_team=False, recused_because="").order_by("place").first()
    if following is None:
        count = kept_terms(visit.plan).terms.check_inspectors_count
        raise rules.TooFewInspectors(name=visit.party.name, count=count, left=count - 1)
    mine.on_team, mine.recused_because = False, why
    following.on_team = True
    for row in (mine, following):
        row.save(update_fields=["on_team", "recused_because"])
    facts = {"inspector": mine.inspector_id, "reason": why, "follows": following.inspector_id}
    advance(actor, visit, move, roles=roles, now=now, facts=facts)
    return visit


@transaction.atomic
def set_day(actor: Actor, *, visit_id: str, on: date, now: datetime) -> Visit:
    """Fixes the day of a visit (定检查日期), for all plans that go together. Raises MoveNotOpen, NotOnTeam."""
    visit, move, roles = _open(actor, visit_id, "date")
    _membership(actor, visit)
    visit.visit_on = on
    advance(actor, visit, move, roles=roles, now=now, saves=["visit_on"], facts={"visit_on": on.isoformat()})
    first = visit.joined_id or visit.id
    together = Visit.objects.filter(id=first) | Visit.objects.filter(joined_id=first)
    together.filter(state=VisitState.ASSIGNED).exclude(id=visit.id).update(visit_on=on)
    _tell_party(visit, _("抽查已定于 {day} 进行").format(day=on.isoformat()), "", now)
    return visit


@transaction.atomic
def record_visit(actor: Actor, *, visit_id: str, findings: Mapping[str, tuple[str, str]], now: datetime) -> Visit:
    """Writes what was found, claim by claim (填写检查记录), by one of the team without an interest.

    `findings` has a result and a text for each sheet. Raises MoveNotOpen, NotOnTeam, Conflicted, SheetsMissing.
    """
    visit, move, roles = _open(actor, visit_id, "record")
    _refuse_conflict(actor, visit, now)
    sheets = list(Sheet.objects.filter(visit=visit).order_by("id"))
    missing = 0
    for sheet in sheets:
        result, text = findings.get(sheet.id, ("", ""))
        sheet.result, sheet.finding = result, tidy(text)
        missing += result not in set(SheetResult) or (result == SheetResult.FAULTY and not sheet.finding)
    if missing:
        raise rules.SheetsMissing(count=missing)
    Sheet.objects.bulk_update(sheets, ["result", "finding"])
    visit.recorded_by, visit.recorded_on = actor.person_id, clock.day(now)
    facts = {"results": {sheet.number: sheet.result for sheet in sheets}}
    advance(actor, visit, move, roles=roles, now=now, saves=["recorded_by", "recorded_on"], facts=facts)
    return visit


@transaction.atomic
def sign_sound(actor: Actor, *, visit_id: str, now: datetime) -> Visit:
    """A second inspector agrees that nothing was found (会签). Raises MoveNotOpen, NotOnTeam, SameInspector, NotAllSound."""
    visit, move, roles = _open(actor, visit_id, "pass")
    _second(actor, visit, now)
    if Sheet.objects.filter(visit=visit, result=SheetResult.FAULTY).exists():
        raise rules.NotAllSound()
    advance(actor, visit, move, roles=roles, now=now, saves=["signed_by", "signed_on"])
    _tell_party(visit, _("抽查未发现问题"), visit.number, now)
    return visit


@transaction.atomic
def demand(actor: Actor, *, visit_id: str, text: str, now: datetime) -> Visit:
    """A second inspector agrees, and the provider is to put it right by a day (责令整改).

    Raises MoveNotOpen, NotOnTeam, SameInspector, AllSound, WordsMissing.
    """
    visit, move, roles = _open(actor, visit_id, "demand")
    _second(actor, visit, now)
    if not Sheet.objects.filter(visit=visit, result=SheetResult.FAULTY).exists():
        raise rules.AllSound()
    visit.demand = rules.said(text)
    saves = ["demand", "signed_by", "signed_on"]
    advance(actor, visit, move, roles=roles, now=now, saves=saves, facts={"demand": visit.demand})
    _clock(visit, now)
    _tell_party(visit, _("抽查发现问题，请在期限内整改"), visit.demand, now)
    return visit


@transaction.atomic
def report(actor: Actor, *, visit_id: str, text: str, now: datetime, file: Upload | None = None) -> Visit:
    """The provider says what it has put right (报送整改情况). Raises MoveNotOpen, WordsMissing, documents' refusals."""
    visit, move, roles = _open(actor, visit_id, "report")
    visit.report = rules.said(text)
    if file is not None:
        given = {"kind": Kind.EVIDENCE, "subject_id": visit.id, "region": visit.region, "readers": [visit.party_id]}
        visit.report_file = keep(actor, name=file.name, content=file.content, now=now, **given).id  # type: ignore[arg-type]
    saves = ["report", "report_file"]
    advance(actor, visit, move, roles=roles, now=now, saves=saves, facts={"report": visit.report})
    deadlines.meet(visit.id, RECTIFY, now=now)
    title, text = _("整改情况待验收"), f"{visit.number} {visit.party.name}"
    path, role = visit_page(visit.id), Role.COUNTY_OFFICER
    tell(subject_id=visit.id, path=path, title=title, text=text, to_role=role, region=visit.region, now=now)
    return visit


@transaction.atomic
def accept(actor: Actor, *, visit_id: str, text: str, now: datetime) -> Visit:
    """What was put right is good (整改合格). Raises MoveNotOpen, SameHands, Related, WordsMissing."""
    return _judged(actor, visit_id, "accept", text, now)


@transaction.atomic
def again(actor: Actor, *, visit_id: str, text: str, now: datetime) -> Visit:
    """It is not (整改不合格): the time to put it right runs anew. Raises MoveNotOpen, SameHands, Related, WordsMissing."""
    visit = _judged(actor, visit_id, "again", text, now)
    _clock(visit, now)
    return visit


@transaction.atomic
def miss(actor: Actor, *, visit_id: str, now: datetime) -> Visit:
    """The time to put it right is over (整改逾期); it may still be reported. Raises MoveNotOpen, ReplyTimeRuns."""
    visit, move, roles = _open(actor, visit_id, "miss")
    if visit.id not in overdue_subjects(RECTIFY, on=clock.day(now)):
        raise rules.ReplyTimeRuns(due_on="")
    advance(actor, visit, move, roles=roles, now=now)
    deadlines.cancel(visit.id, now=now, kind=RECTIFY)
    _tell_party(visit, _("整改已逾期"), visit.number, now)
    _hold_against(actor, visit, now)
    return visit


def _hold_against(actor: Actor, visit: Visit, now: datetime) -> None:
    """What was not put right in time is told to be held against the provider's credit."""
    against = credit.Against(
        party_id=visit.party_id,
        side=Role.PROVIDER,
        region=visit.region,
        subject_id=visit.id,
        number=visit.number,
        path=visit_page(visit.id),
        about=_("抽查整改逾期"),
        article=kept_terms(visit.plan).article("rectify_days"),
        entered_by=visit.signed_by,
    )
    terms = terms_of(visit.region, EventTerms, on=clock.day(now))
    credit.notify(actor, against, kind=EventKind.CHECK, terms=terms, role=Role.CLOCK, now=now)


def _judged(actor: Actor, visit_id: str, action: str, text: str, now: datetime) -> Visit:
    """Not by who confirmed or paid what was drawn, nor by anybody of the visited."""
    visit, move, roles = _open(actor, visit_id, action)
    before, role = frozenset[str]().union(*hands_of(_claims(visit)).values()), acting_role(roles, move)
    refuse_same_hands(actor, visit.region, role, before=before, of=[visit.id], sides=[visit.party_id])
    visit.verdict = rules.said(text)
    advance(actor, visit, move, roles=roles, now=now, saves=["verdict"], facts={"verdict": visit.verdict})
    _tell_party(visit, move.label, visit.verdict, now)
    return visit


def _open(actor: Actor, visit_id: str, action: str) -> tuple[Visit, Move, frozenset[Role]]:
    rows = visits_visible_to(actor).select_related("plan", "party").select_for_update(of=("self",), no_key=True)
    visit = rows.filter(id=visit_id).first()
    if visit is None:
        raise NotVisible
    roles = roles_on_visit(actor, visit)
    return visit, VISIT_MACHINE.check(action, VisitState(visit.state), roles), roles


def _membership(actor: Actor, visit: Visit) -> Member:
    """The actor's place on the team; raises NotOnTeam."""
    rows = Member.objects.select_related("inspector").filter(visit=visit, on_team=True)
    mine = rows.filter(inspector__person_id=actor.person_id).first()
    if mine is None:
        raise rules.NotOnTeam()
    return mine


def _refuse_conflict(actor: Actor, visit: Visit, now: datetime) -> None:
    """On the team, without an interest in either side and without a hand in the payouts: also one that came up since the draw."""
    inspector: Inspector = _membership(actor, visit).inspector
    years = kept_terms(visit.plan).terms.recusal_years_count
    ties = ties_of([inspector], on=clock.day(now), years=years)[inspector.id]
    claims = _claims(visit)
    for tie in ties:
        if tie.party_id in {visit.party_id, *(claim.holder_party for claim in claims)}:
            raise rules.Conflicted(why=INTEREST_LABELS[tie.kind])
    if actor.person_id in frozenset[str]().union(*hands_of(claims).values()):
        raise rules.Conflicted(why=HANDLED_LABEL)


def _claims(visit: Visit) -> list[Claim]:
    return [sheet.claim for sheet in Sheet.objects.filter(visit=visit).select_related("claim").order_by("id")]


def _second(actor: Actor, visit: Visit, now: datetime) -> None:
    _refuse_conflict(actor, visit, now)
    if visit.recorded_by == actor.person_id:
        raise rules.SameInspector()
    visit.signed_by, visit.signed_on = actor.person_id, clock.day(now)


def _clock(visit: Visit, now: datetime) -> None:
    terms = kept_terms(visit.plan)
    deadlines.start(
        kind=RECTIFY,
        label=RECTIFY_LABEL,
        subject_id=visit.id,
        number=visit.number,
        region=visit.region,
        role=Role.PROVIDER,
        party_id=visit.party_id,
        path=visit_page(visit.id),
        length=Length(terms.terms.rectify_days, Unit.DAYS, ends_on_working_day=False),
        article=terms.article("rectify_days"),
        now=now,
    )


def _tell_party(visit: Visit, title: str, text: str, now: datetime) -> None:
    path = visit_page(visit.id)
    tell(subject_id=visit.id, path=path, title=title, text=text or visit.number, to_party=visit.party_id, now=now)
