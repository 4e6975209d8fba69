"""One carrier's sheet on its way (考核表): self-report with evidence, review, appeal within its term, answer."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.catalog.queries import carrier_card
from kechuang.deadlines import commands as deadlines
from kechuang.documents.commands import keep
from kechuang.documents.queries import files_of
from kechuang.evaluation import rules
from kechuang.evaluation.access import roles_on
from kechuang.evaluation.commands.locked import locked_sheet, other_hands, tell_carrier, tell_office
from kechuang.evaluation.models import Sheet
from kechuang.evaluation.queries.cards import card_of, grading_of
from kechuang.evaluation.states import APPEAL, POINT, REPORT, SHEET_MACHINE, Shape, SheetState, Source
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.trail.commands import advance
from kechuang.ui import clock


@transaction.atomic
def attach(actor: Actor, *, sheet_id: str, name: str, content: bytes, kind: str, now: datetime) -> str:
    """Brings one paper of a self-report (上传自评材料); answers the file's id; raises documents' Refusals, MoveNotOpen."""
    sheet = locked_sheet(actor, sheet_id)
    SHEET_MACHINE.check("attach", SheetState(sheet.state), roles_on(actor, sheet))
    readers = [sheet.party, sheet.unit]
    subject = {"subject_id": sheet.id, "region": sheet.region, "readers": readers}
    return keep(actor, name=name, content=content, kind=kind, now=now, **subject).id  # type: ignore[arg-type]


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


@transaction.atomic
def answer(actor: Actor, *, sheet_id: str, words: str, judged: Mapping[str, int] | None = None, now: datetime) -> Sheet:
    """Another person than the reviewer answers (答复申诉); with `judged` the points are corrected and the grade with them.

    The grade is taken anew among its peers as they stand; theirs stay. Raises SameHands, ReasonMissing, PointsOutOfRange.
    """
    sheet = locked_sheet(actor, sheet_id)
    roles = roles_on(actor, sheet)
    move = SHEET_MACHINE.check("answer", SheetState(sheet.state), roles)
    other_hands(actor, sheet, move, [sheet.reviewed_by, sheet.appealed_by])
    if not tidy(words):
        raise rules.ReasonMissing()
    sheet.answer, sheet.answered_by = tidy(words), actor.person_id
    if judged is not None:
        sheet.judged = _judged(sheet, judged)
        _graded_anew(sheet)
    saves = ["answer", "answered_by", "judged", "lines", "points_count", "bonus_count", "grade", "place", "peers"]
    facts: dict[str, object] = {"points": sheet.points_count, "grade": sheet.grade, "corrected": judged is not None}
    advance(actor, sheet, move, roles=roles, now=now, saves=saves, facts=facts)
    tell_carrier(sheet, _("申诉已答复"), now=now, text=sheet.answer)
    return sheet


def _graded_anew(sheet: Sheet) -> None:
    card = card_of(sheet.evaluation).terms
    name = carrier_card(sheet.carrier_id).name
    scored = rules.score(facts=sheet.facts, judged=sheet.judged, terms=card, party=name)
    sheet.lines = [asdict(line) for line in scored.lines]
    sheet.points_count, sheet.bonus_count = scored.points, scored.bonus
    others = Sheet.objects.filter(evaluation=sheet.evaluation).exclude(id=sheet.id).exclude(grade="")
    peers = [
        rules.Standing(one.id, one.kind, one.points_count + one.bonus_count, bool(one.vetoed))
        for one in [*others, sheet]
    ]
    graded = {one.name: one for one in rules.grades(standings=peers, terms=grading_of(sheet.evaluation).terms)}
    mine = graded[sheet.id]
    sheet.grade, sheet.place, sheet.peers = mine.grade, mine.place, mine.peers
