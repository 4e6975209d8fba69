"""Opening, grading and publishing an evaluation (组织考核、计分定级、公布)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.catalog.queries import carriers
from kechuang.deadlines import commands as deadlines
from kechuang.evaluation import rules
from kechuang.evaluation.access import may_open, roles_on
from kechuang.evaluation.commands.grading import score_and_grade, write_grades
from kechuang.evaluation.commands.locked import locked, other_hands, page_of, tell_carrier, tell_office
from kechuang.evaluation.commands.preferring import prefer
from kechuang.evaluation.models import Evaluation, Sheet
from kechuang.evaluation.queries.cards import (
    card_of,
    course_of,
    evaluates,
    grading_of,
    period_of,
    scheme_title,
    scope_of,
    terms_now,
)
from kechuang.evaluation.states import (
    CLOCK_LABELS,
    MACHINE,
    REPORT,
    SHEET_MACHINE,
    EvaluationState,
    SheetState,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.parties.queries import region_name
from kechuang.trail.commands import Act, advance, record, record_many
from kechuang.ui import clock
from kechuang.ui.rows import save_once


@transaction.atomic
def open_evaluation(actor: Actor, *, scheme: str, region: str, year: int, title: str, now: datetime) -> Evaluation:
    """Opens a year's evaluation (组织考核): the card is frozen, every carrier of the scope gets a sheet and is told.

    Raises NotAScorecard, NotThisOffice, CardUneven, VoucherShareTooSmall, PeriodNotKept, YearNotOver, AlreadyEvaluating,
    NobodyToEvaluate.
    """
    role, on = may_open(actor, region), clock.day(now)
    terms = terms_now(scheme, on=on)
    if not evaluates(scheme, region, on=on):
        raise rules.NotThisOffice(scheme=scheme_title(scheme), region=region_name(region))
    row = Evaluation(
        number=public_number("KH"),
        scheme=scheme,
        region=region,
        scope=scope_of(region),
        year=year,
        title=tidy(title),
        terms=terms,
        opened_by=actor.person_id,
        opened_on=on,
    )
    card = card_of(row).terms
    rules.check_card(terms=card)
    ends = max(period_of(one, year)[1] for one in card.scorecard_indicators)
    if on < ends:
        raise rules.YearNotOver(year=year, last_on=(ends - timedelta(days=1)).isoformat())
    kinds = set(course_of(row).terms.carrier_kinds)
    chosen = [one for one in carriers(region=row.scope) if not kinds or one.kind in kinds]
    if not chosen:
        raise rules.NobodyToEvaluate()
    _save_once(row)
    facts: dict[str, object] = {"scheme": scheme, "year": year, "carriers": len(chosen)}
    article = card_of(row).article("scorecard_weights")
    label = _("组织年度考核")
    record(actor, row, "open", label=label, role=role, now=now, target=row.state, article=article, facts=facts)
    sheets = [
        Sheet(
            number=public_number("KB"), evaluation=row, region=region, carrier_id=one.id, party=one.party_id,
            unit=one.unit_id or "", kind=one.kind,
        )
        for one in chosen
    ]  # fmt: skip
    Sheet.objects.bulk_create(sheets)
    acts = [Act(sheet, {"carrier": sheet.carrier_id}, "", sheet.state) for sheet in sheets]
    record_many(actor, acts, "lay_out", label=_("发出考核表"), role=role, now=now)
    _ask_for_reports(row, sheets, now)
    return row


def _save_once(row: Evaluation) -> None:
    """A scope's year has one evaluation by a scheme, whichever office opens it, also when two open at once."""
    live = Evaluation.objects.filter(scheme=row.scheme, scope=row.scope, year=row.year)
    if found := save_once(row, live.exclude(state=EvaluationState.WITHDRAWN)):
        raise rules.AlreadyEvaluating(year=row.year, number=found.number)


def _ask_for_reports(row: Evaluation, sheets: Sequence[Sheet], now: datetime) -> None:
    course = course_of(row)
    for sheet in sheets:
        deadlines.start(
            kind=REPORT,
            label=CLOCK_LABELS[REPORT],
            subject_id=sheet.id,
            number=sheet.number,
            region=row.region,
            role=Role.PROVIDER,
            party_id=sheet.party,
            path=page_of(sheet),
            length=Length(course.terms.report_within_days, Unit.DAYS, ends_on_working_day=False),
            article=course.article("report_within_days"),
            now=now,
        )
        tell_carrier(sheet, _("年度考核开始，请报送自评"), now=now, text=row.title)


@transaction.atomic
def grade(actor: Actor, *, evaluation_id: str, now: datetime) -> Evaluation:
    """Reads the facts, scores and grades everybody (计分定级), and opens the term for appeals.

    Who did not report, or lacks a fact without which the card takes no part, is left out and marked, or it is refused,
    as the pack says; nobody before the term of reports is over.
    Raises NotReviewed, ReportsRun, DataMissing, Related, MoveNotOpen.
    """
    row = locked(actor, evaluation_id)
    roles, on = roles_on(actor, row), clock.day(now)
    move = MACHINE.check("grade", EvaluationState(row.state), roles)
    sheets = list(Sheet.objects.select_for_update(of=("self",)).filter(evaluation=row).order_by("id"))
    open_ones = [one for one in sheets if one.state in (SheetState.REPORTING, SheetState.REPORTED)]
    lapsed = [one for one in open_ones if one.state == SheetState.REPORTING]
    course = course_of(row).terms
    waits = len(open_ones) if course.without_report == "refused" else len(open_ones) - len(lapsed)
    if waits:
        raise rules.NotReviewed(count=waits)
    last_on = row.opened_on + timedelta(days=course.report_within_days)
    if lapsed and on <= last_on:
        raise rules.ReportsRun(last_on=last_on.isoformat(), count=len(lapsed))
    for one in lapsed:
        _leave_out(actor, one, _("没有报送自评"), now)
    graded = [one for one in sheets if one.state == SheetState.REVIEWED]
    other_hands(actor, row, move, [], sides={one.party for one in graded})
    score_and_grade(row, graded)
    write_grades(actor, row, graded, now)
    row.graded_by, row.graded_on = actor.person_id, on
    row.appeal_until = on + timedelta(days=course.appeal_within_days + 1)
    facts: dict[str, object] = {"graded": len(graded), "appeal_until": row.appeal_until.isoformat()}
    saves = ["graded_by", "graded_on", "appeal_until"]
    article = grading_of(row).article("grades")
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    tell_office(row, Role.COUNTY_APPROVER, _("考核已定级，申诉期满后公布"), now=now)
    return row


def _leave_out(actor: Actor, sheet: Sheet, why: str, now: datetime) -> None:
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("leave_out", SheetState(sheet.state), roles)
    sheet.reason = why
    advance(actor, sheet, move, roles=roles, now=now, saves=["reason"], facts={"why": why})
    deadlines.cancel(sheet.id, now=now)


@transaction.atomic
def publish(actor: Actor, *, evaluation_id: str, now: datetime) -> Evaluation:
    """Another person publishes the grades once the term is over and every appeal answered (公布考核结果).

    The best grades get their certificate of priority, and credit learns of them. Raises TermRuns, AppealOpen, SameHands.
    """
    row = locked(actor, evaluation_id)
    roles, on = roles_on(actor, row), clock.day(now)
    move = MACHINE.check("publish", EvaluationState(row.state), roles)
    sides = set(Sheet.objects.filter(evaluation=row, state=SheetState.GRADED).values_list("party", flat=True))
    other_hands(actor, row, move, [row.graded_by], sides=sides)
    assert row.appeal_until is not None
    if on < row.appeal_until:
        raise rules.TermRuns(last_on=(row.appeal_until - timedelta(days=1)).isoformat())
    sheets = list(Sheet.objects.select_for_update(of=("self",)).filter(evaluation=row).order_by("id"))
    if waiting := sum(one.state == SheetState.APPEALED for one in sheets):
        raise rules.AppealOpen(count=waiting)
    row.published_by, row.published_on = actor.person_id, on
    graded = [one for one in sheets if one.state == SheetState.GRADED]
    for sheet in graded:
        mine = roles_on(actor, sheet)
        step = SHEET_MACHINE.check("publish", SheetState(sheet.state), mine)
        advance(actor, sheet, step, roles=mine, now=now, facts={"grade": sheet.grade})
        deadlines.cancel(sheet.id, now=now)
        tell_carrier(sheet, _("考核结果已公布"), now=now, text=row.title)
    best = prefer(actor, row, graded, now)
    facts: dict[str, object] = {"published": len(graded), "preferred": len(best)}
    advance(actor, row, move, roles=roles, now=now, saves=["published_by", "published_on"], facts=facts)
    return row


@transaction.atomic
def withdraw(actor: Actor, *, evaluation_id: str, reason: str, now: datetime) -> Evaluation:
    """Takes an evaluation back before it is published (撤销考核), with a reason. Raises ReasonMissing, MoveNotOpen."""
    row = locked(actor, evaluation_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("withdraw", EvaluationState(row.state), roles)
    if not tidy(reason):
        raise rules.ReasonMissing()
    for sheet in Sheet.objects.select_for_update(of=("self",)).filter(evaluation=row).order_by("id"):
        mine = roles_on(actor, sheet)
        step = SHEET_MACHINE.check("withdraw", SheetState(sheet.state), mine)
        advance(actor, sheet, step, roles=mine, now=now)
        deadlines.cancel(sheet.id, now=now)
    row.reason = tidy(reason)
    advance(actor, row, move, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    return row
