"""Opening, grading and publishing an evaluation (组织考核、计分定级、公布)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.db import transaction

from kechuang.catalog.queries import carrier_cards, carriers
from kechuang.credit import commands as credit
from kechuang.credit.rules import ListRow
from kechuang.deadlines import commands as deadlines
from kechuang.evaluation import rules
from kechuang.evaluation.access import may_open, roles_on
from kechuang.evaluation.commands.locked import locked, other_hands, page_of, tell_carrier, tell_office
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.queries.cards import card_of, course_of, grading_of, months_after, period_of, terms_now
from kechuang.evaluation.queries.facts import Asked, read
from kechuang.evaluation.states import (
    APPEAL,
    CLOCK_LABELS,
    EXCELLENT_LIST,
    MACHINE,
    REPORT,
    SHEET_MACHINE,
    EvaluationState,
    SheetState,
    Source,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.parties.queries import covers, parties, region, region_name
from kechuang.parties.states import Level
from kechuang.trail.commands import Act, advance, canonical, record, record_many
from kechuang.ui import clock


def scope_of(place: str) -> str:
    """Where an office evaluates: its county, or the city or province whose own level (市本级、省本级) it is."""
    area = region(place)
    return area.parent if area.level == Level.ZONE and area.parent else area.code


@transaction.atomic
def open_evaluation(actor: Actor, *, scheme: str, region: str, year: int, title: str, now: datetime) -> Evaluation:
    """Opens a year's evaluation (组织考核): the card is frozen, every carrier of the scope gets a sheet and is told.

    Raises NotAScorecard, CardUneven, VoucherShareTooSmall, YearNotOver, AlreadyEvaluating, NobodyToEvaluate.
    """
    role, on = may_open(actor, region), clock.day(now)
    if found := Evaluation.objects.filter(scheme=scheme, region=region, year=year).exclude(state="withdrawn").first():
        raise rules.AlreadyEvaluating(year=year, number=found.number)
    row = Evaluation(
        number=public_number("KH"),
        scheme=scheme,
        region=region,
        scope=scope_of(region),
        year=year,
        title=tidy(title),
        terms=terms_now(scheme, on=on),
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
    row.save(force_insert=True)
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
    as the pack says; nobody before the term of reports is over. Raises NotReviewed, ReportsRun, DataMissing, MoveNotOpen.
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
    graded = _score(row, [one for one in sheets if one.state == SheetState.REVIEWED], on)
    _write_grades(actor, row, graded, now)
    row.graded_by, row.graded_on = actor.person_id, on
    row.appeal_until = on + timedelta(days=course.appeal_within_days + 1)
    facts: dict[str, object] = {"graded": len(graded), "appeal_until": row.appeal_until.isoformat()}
    saves = ["graded_by", "graded_on", "appeal_until"]
    article = grading_article(row)
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    tell_office(row, Role.COUNTY_APPROVER, _("考核已定级，申诉期满后公布"), now=now)
    return row


def grading_article(row: Evaluation) -> str:
    return grading_of(row).article("grades")


def _leave_out(actor: Actor, sheet: Sheet, why: str, now: datetime) -> None:
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("leave_out", SheetState(sheet.state), roles)
    sheet.reason = why
    advance(actor, sheet, move, roles=roles, now=now, saves=["reason"], facts={"why": why})
    deadlines.cancel(sheet.id, now=now)


def _score(row: Evaluation, sheets: Sequence[Sheet], on: date) -> list[Sheet]:
    """Every sheet with its facts, points and grade; nothing is written yet. Raises DataMissing."""
    card, facts = card_of(row).terms, facts_of(row, sheets, on)
    names = {one.id: one.name for one in carrier_cards([sheet.carrier_id for sheet in sheets]).values()}
    for sheet in sheets:
        known = {**facts[sheet.carrier_id], **sheet.reported}
        scored = rules.score(
            facts=known, judged=sheet.judged, terms=card, party=names.get(sheet.carrier_id, sheet.number)
        )
        sheet.facts = known
        sheet.lines = [asdict(line) for line in scored.lines]
        sheet.points_count, sheet.bonus_count = scored.points, scored.bonus
        sheet.vetoed, sheet.reason = scored.vetoed, scored.marked
    taking = [sheet for sheet in sheets if not sheet.reason]
    standings = [
        rules.Standing(one.id, one.kind, one.points_count + one.bonus_count, bool(one.vetoed)) for one in taking
    ]
    for sheet, graded in zip(taking, rules.grades(standings=standings, terms=grading_of(row).terms), strict=True):
        sheet.grade, sheet.place, sheet.peers = graded.grade, graded.place, graded.peers
    return list(sheets)


def facts_of(row: Evaluation, sheets: Sequence[Sheet], on: date) -> dict[str, dict[str, int | str | None]]:
    """By carrier and indicator what the system knows, each over the indicator's own period. Two statements at most each."""
    card, within = card_of(row).terms, course_of(row).terms.in_time_days
    cards = carrier_cards([sheet.carrier_id for sheet in sheets])
    found: dict[str, dict[str, int | str | None]] = {carrier: {} for carrier in cards}
    regions = sorted(covers(region(row.scope).code))
    for one in card.scorecard_indicators:
        if one.source is not Source.SYSTEM:
            continue
        since, until = period_of(one, row.year)
        asked = Asked(list(cards.values()), regions, since, until, on, within)
        for name, fact in ((one.name, one.fact), (f"{one.name}.of", one.of)):
            for carrier, value in (read(fact, asked) if fact else {}).items():
                found[carrier][name] = value
    return found


def _write_grades(actor: Actor, row: Evaluation, sheets: Sequence[Sheet], now: datetime) -> None:
    saves = ["facts", "lines", "points_count", "bonus_count", "vetoed", "grade", "place", "peers", "reason"]
    labels = {one.name: one.label for one in card_of(row).terms.scorecard_indicators}
    for sheet in sheets:
        roles = roles_on(actor, sheet)
        if sheet.reason:
            sheet.reason = _("缺少“{indicator}”的数据").format(indicator=labels[sheet.reason])
            move = SHEET_MACHINE.check("leave_out", SheetState(sheet.state), roles)
        else:
            move = SHEET_MACHINE.check("grade", SheetState(sheet.state), roles)
        facts: dict[str, object] = {"points": sheet.points_count, "bonus": sheet.bonus_count, "grade": sheet.grade}
        advance(actor, sheet, move, roles=roles, now=now, saves=saves, facts=facts)
        if sheet.state == SheetState.GRADED:
            _open_appeal(row, sheet, now)


def _open_appeal(row: Evaluation, sheet: Sheet, now: datetime) -> None:
    course = course_of(row)
    deadlines.start(
        kind=APPEAL,
        label=CLOCK_LABELS[APPEAL],
        subject_id=sheet.id,
        number=sheet.number,
        region=row.region,
        role=Role.PROVIDER,
        party_id=sheet.party,
        path=page_of(sheet),
        length=Length(course.terms.appeal_within_days, Unit.DAYS, ends_on_working_day=False),
        article=course.article("appeal_within_days"),
        now=now,
    )
    tell_carrier(sheet, _("考核已定级，可在申诉期内申诉"), now=now)


@transaction.atomic
def publish(actor: Actor, *, evaluation_id: str, now: datetime) -> Evaluation:
    """Another person publishes the grades once the term is over and every appeal answered (公布考核结果).

    The best grades get their certificate of priority, and credit learns of them. Raises TermRuns, AppealOpen, SameHands.
    """
    row = locked(actor, evaluation_id)
    roles, on = roles_on(actor, row), clock.day(now)
    move = MACHINE.check("publish", EvaluationState(row.state), roles)
    other_hands(actor, row, move, [row.graded_by])
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
    best = [one for one in graded if one.grade in course_of(row).terms.priority_grades]
    _prefer(actor, row, best, now)
    _tell_credit(actor, row, best, now)
    facts: dict[str, object] = {"published": len(graded), "preferred": len(best)}
    advance(actor, row, move, roles=roles, now=now, saves=["published_by", "published_on"], facts=facts)
    return row


def _prefer(actor: Actor, row: Evaluation, best: Sequence[Sheet], now: datetime) -> None:
    """A dated certificate each, for exactly the programmes that the pack names by its article (优先凭证)."""
    course, on = course_of(row), clock.day(now)
    if not course.terms.priority_programmes:
        return
    names = {one.id: one.name for one in carrier_cards([sheet.carrier_id for sheet in best]).values()}
    for sheet in best:
        until = months_after(on.replace(day=1), course.terms.priority_months)
        said: Mapping[str, object] = {
            "party": sheet.party, "grade": sheet.grade, "year": row.year, "until": until.isoformat(),
            "programmes": list(course.terms.priority_programmes), "sheet": sheet.number,
        }  # fmt: skip
        one = Priority.objects.create(
            number=public_number("YX"),
            sheet=sheet,
            region=row.region,
            party=sheet.party,
            name=names.get(sheet.carrier_id, ""),
            grade=sheet.grade,
            programmes=list(course.terms.priority_programmes),
            article=course.article("priority_programmes"),
            issued_on=on,
            valid_until=until,
            digest=hashlib.sha256(canonical(said)).hexdigest(),
        )
        label, facts = _("开具优先凭证"), {"digest": one.digest, "programmes": one.programmes}
        role = Role.COUNTY_APPROVER
        record(actor, one, "issue", label=label, role=role, now=now, target="issued", article=one.article, facts=facts)


def _tell_credit(actor: Actor, row: Evaluation, best: Sequence[Sheet], now: datetime) -> None:
    """The best of the office's latest evaluation are a list that credit shows as a label (结果用于信用)."""
    cards, on = parties({sheet.party for sheet in best}), clock.day(now)
    until = months_after(on.replace(day=1), course_of(row).terms.priority_months)
    rows = [
        ListRow(card.credit_code, "", card.name, row.number, on, until)
        for card in sorted(cards.values(), key=lambda card: card.credit_code)
        if card.credit_code
    ]
    digest = hashlib.sha256(canonical({"rows": [asdict(one) | {"valid_from": "", "valid_until": ""} for one in rows]}))
    credit.import_list(
        actor,
        list_code=EXCELLENT_LIST,
        rows=rows,
        source=f"{row.title} {row.number}",
        issuer=region_name(row.region),
        digest=digest.hexdigest(),
        now=now,
        region=row.region,
        allow_empty=True,
    )


@transaction.atomic
def withdraw(actor: Actor, *, evaluation_id: str, reason: str, now: datetime) -> Evaluation:
    """Takes an evaluation back before it is graded (撤销考核), with a reason. Raises ReasonMissing, MoveNotOpen."""
    row = locked(actor, evaluation_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("withdraw", EvaluationState(row.state), roles)
    if not tidy(reason):
        raise rules.ReasonMissing()
    for sheet in Sheet.objects.filter(evaluation=row):
        deadlines.cancel(sheet.id, now=now)
    row.reason = tidy(reason)
    advance(actor, row, move, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    return row
