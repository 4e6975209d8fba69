"""One carrier's sheet on its way (考核表): self-report with evidence, review, appeal within its term, answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.documents.commands import keep
from kechuang.documents.queries import files_of
from kechuang.evaluation import rules
from kechuang.evaluation.access import roles_on
from kechuang.evaluation.commands.grading import GRADED, SCORED, give_grades, open_appeal, score
from kechuang.evaluation.commands.locked import locked_sheet, locked_sheets, other_hands, tell_carrier, tell_office
from kechuang.evaluation.models import Evaluation, Sheet
from kechuang.evaluation.queries.cards import card_of, course_of
from kechuang.evaluation.states import (
    APPEAL,
    MACHINE,
    POINT,
    REPORT,
    SHEET_MACHINE,
    EvaluationState,
    Shape,
    SheetState,
    Source,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.trail.commands import advance
from kechuang.ui import clock


@transaction.atomic
def attach(actor: Actor, *, sheet_id: str, name: str, content: bytes, kind: str, now: datetime) -> str:
    """Brings one paper of a self-report or of an appeal (上传考核材料); answers the file's id; raises documents' Refusals, MoveNotOpen."""
    sheet = locked_sheet(actor, sheet_id)
    SHEET_MACHINE.check("attach", SheetState(sheet.state), roles_on(actor, sheet))
    readers = [sheet.party, sheet.unit]
    return keep(
        actor,
        name=name,
        content=content,
        kind=kind,
        subject_id=sheet.id,
        region=sheet.region,
        readers=readers,
        now=now,
    ).id


@transaction.atomic
def report(actor: Actor, *, sheet_id: str, values: Mapping[str, int | str], statement: str, now: datetime) -> Sheet:
    """Hands the self-report in (报送自评): what only the carrier knows, with its evidence; what the system has is not asked.

    Raises ValueMissing, EvidenceMissing, ReasonMissing, MoveNotOpen.
    """
    sheet = locked_sheet(actor, sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("report", SheetState(sheet.state), roles)
    asked = [one for one in card_of(sheet.evaluation).terms.scorecard_indicators if one.source is Source.REPORTED]
    for one in asked:
        if values.get(one.name) in (None, ""):
            raise rules.ValueMissing(indicator=one.label)
    if not tidy(statement):
        raise rules.ReasonMissing()
    if any(values[one.name] not in (0, "0") for one in asked) and not files_of(sheet.id).exists():
        raise rules.EvidenceMissing()
    sheet.reported = {one.name: values[one.name] for one in asked}
    sheet.statement, sheet.reported_by = tidy(statement), actor.person_id
    saves = ["reported", "statement", "reported_by"]
    advance(actor, sheet, move, roles=roles, now=now, saves=saves, facts={"reported": sheet.reported})
    deadlines.meet(sheet.id, REPORT, now=now)
    tell_office(sheet, Role.COUNTY_OFFICER, _("自评待评审"), now=now)
    return sheet


@transaction.atomic
def return_(actor: Actor, *, sheet_id: str, reason: str, now: datetime) -> Sheet:
    """Back to the carrier with a reason (退回自评). Raises ReasonMissing, MoveNotOpen."""
    sheet = locked_sheet(actor, sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("return", SheetState(sheet.state), roles)
    if not tidy(reason):
        raise rules.ReasonMissing()
    sheet.reason = tidy(reason)
    advance(actor, sheet, move, roles=roles, now=now, saves=["reason"], facts={"reason": sheet.reason})
    tell_carrier(sheet, _("自评已退回，请补正"), now=now, text=sheet.reason)
    return sheet


@transaction.atomic
def review(actor: Actor, *, sheet_id: str, judged: Mapping[str, int], opinion: str, now: datetime) -> Sheet:
    """The office judges what figures cannot tell (评审自评); `judged` in hundredths of points by indicator.

    Raises ValueMissing, PointsOutOfRange, ReasonMissing, Related, MoveNotOpen.
    """
    sheet = locked_sheet(actor, sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("review", SheetState(sheet.state), roles)
    other_hands(actor, sheet, move, [sheet.reported_by])
    if not tidy(opinion):
        raise rules.ReasonMissing()
    sheet.judged, sheet.opinion = _judged(sheet, judged), tidy(opinion)
    sheet.reviewed_by, sheet.reason = actor.person_id, ""
    saves = ["judged", "opinion", "reviewed_by", "reason"]
    advance(actor, sheet, move, roles=roles, now=now, saves=saves, facts={"judged": sheet.judged})
    return sheet


def _judged(sheet: Sheet, judged: Mapping[str, int]) -> dict[str, int]:
    found = {}
    for one in card_of(sheet.evaluation).terms.scorecard_indicators:
        if one.shape is not Shape.QUALITATIVE:
            continue
        points = judged.get(one.name)
        if points is None:
            raise rules.ValueMissing(indicator=one.label)
        if not 0 <= points <= one.full_count:
            raise rules.PointsOutOfRange(indicator=one.label, full=one.full_count // POINT)
        found[one.name] = points
    return found


@transaction.atomic
def appeal(actor: Actor, *, sheet_id: str, words: str, now: datetime) -> Sheet:
    """The carrier objects to its grade within the term (申诉); after it, it is refused. Raises AppealTooLate, ReasonMissing."""
    sheet = locked_sheet(actor, sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("appeal", SheetState(sheet.state), roles)
    until = sheet.evaluation.appeal_until
    assert until is not None
    if clock.day(now) >= until:
        raise rules.AppealTooLate(last_on=(until - timedelta(days=1)).isoformat())
    if not tidy(words):
        raise rules.ReasonMissing()
    sheet.appeal, sheet.appealed_by = tidy(words), actor.person_id
    advance(actor, sheet, move, roles=roles, now=now, saves=["appeal", "appealed_by"], facts={"appeal": sheet.appeal})
    deadlines.meet(sheet.id, APPEAL, now=now)
    tell_office(sheet, Role.COUNTY_APPROVER, _("考核申诉待答复"), now=now)
    return sheet


@dataclass(frozen=True, slots=True)
class Corrected:
    """What an appeal that is upheld corrects beside the facts of the system, which are read anew (更正)."""

    judged: Mapping[str, int] = field(default_factory=dict)  # by qualitative indicator: hundredths of points
    reported: Mapping[str, int] = field(default_factory=dict)  # by indicator that the carrier reported


@transaction.atomic
def answer(
    actor: Actor,
    *,
    sheet_id: str,
    words: str,
    upheld: bool = False,
    corrected: Corrected | None = None,
    now: datetime,
) -> Sheet:
    """Another person than the reviewer answers (答复申诉): the grade stands, or the appeal is upheld and it is taken anew.

    Upheld, the system's facts are read again, over the same periods, beside what is corrected here; then the whole peer group
    is graded anew, and whoever's grade changes by it has a new term for an appeal.
    Raises SameHands, ReasonMissing, NothingCorrected, PointsOutOfRange, DataMissing.
    """
    row, sheets = locked_sheets(actor, sheet_id)
    sheet = next(one for one in sheets if one.id == sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("answer", SheetState(sheet.state), roles)
    other_hands(actor, sheet, move, [sheet.reviewed_by, sheet.appealed_by])
    if not tidy(words):
        raise rules.ReasonMissing()
    sheet.answer, sheet.answered_by = tidy(words), actor.person_id
    moved = _regraded(row, sheet, sheets, corrected or Corrected()) if upheld else []
    saves = ["answer", "answered_by", "judged", "reported", *SCORED, *GRADED]
    facts: dict[str, object] = {"points": sheet.points_count, "grade": sheet.grade, "upheld": upheld}
    advance(actor, sheet, move, roles=roles, now=now, saves=saves, facts=facts)
    tell_carrier(sheet, _("申诉已答复"), now=now, text=sheet.answer)
    _tell_moved(actor, row, sheet, moved, now)
    return sheet


def _regraded(row: Evaluation, sheet: Sheet, sheets: Sequence[Sheet], corrected: Corrected) -> list[tuple[Sheet, str]]:
    """Scores the sheet anew and grades everybody; answers the others whose grade or place is another, with the old grade."""
    before = (sheet.facts, sheet.judged, sheet.reported, sheet.grade)
    sheet.judged = _judged(sheet, {**sheet.judged, **corrected.judged})
    card = card_of(row).terms.scorecard_indicators
    asked = {one.name for one in card if one.source is Source.REPORTED}
    sheet.reported = {**sheet.reported, **{name: said for name, said in corrected.reported.items() if name in asked}}
    score(row, [sheet])
    if sheet.reason:
        missing = next(one.label for one in card if one.name == sheet.reason)
        raise rules.DataMissing(party=sheet.number, indicator=missing)
    taking = [one for one in sheets if one.grade]
    old = {one.id: (one.grade, one.place) for one in taking}
    give_grades(row, taking)
    if before == (sheet.facts, sheet.judged, sheet.reported, sheet.grade):
        raise rules.NothingCorrected()
    return [(one, old[one.id][0]) for one in taking if one is not sheet and old[one.id] != (one.grade, one.place)]


def _tell_moved(actor: Actor, row: Evaluation, sheet: Sheet, moved: Sequence[tuple[Sheet, str]], now: datetime) -> None:
    """Others follow the appeal: their places are written, and whose grade changed hears of it and may appeal in a new term."""
    for one, old in moved:
        mine = roles_on(actor, one)
        move = SHEET_MACHINE.check("regrade", SheetState(one.state), mine)
        facts: dict[str, object] = {"grade": one.grade, "before": old, "appeal": sheet.number}
        advance(actor, one, move, roles=mine, now=now, saves=GRADED, facts=facts)
        if one.grade != old and one.state == SheetState.GRADED:
            deadlines.cancel(one.id, now=now)
            open_appeal(row, one, _("因其他单位申诉成立，考核等次有变化，可再申诉"), now)
    if any(one.grade != old for one, old in moved):
        until = clock.day(now) + timedelta(days=course_of(row).terms.appeal_within_days + 1)
        row.appeal_until = max(until, row.appeal_until or until)
        step = MACHINE.check("prolong", EvaluationState(row.state), roles_on(actor, row))
        saves, facts = ["appeal_until"], {"appeal_until": row.appeal_until.isoformat(), "appeal": sheet.number}
        advance(actor, row, step, roles=roles_on(actor, row), now=now, saves=saves, facts=facts)
