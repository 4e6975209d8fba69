"""From facts to grades (取数、计分、定级): at grading for everybody, and anew for a peer group when an appeal is upheld."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from kechuang.catalog.queries import carrier_cards
from kechuang.deadlines import commands as deadlines
from kechuang.evaluation import rules
from kechuang.evaluation.access import roles_on
from kechuang.evaluation.commands.locked import page_of, tell_carrier
from kechuang.evaluation.models import Evaluation, Sheet
from kechuang.evaluation.queries.cards import card_of, course_of, grading_of, period_of
from kechuang.evaluation.queries.facts import Asked, read
from kechuang.evaluation.states import APPEAL, CLOCK_LABELS, SHEET_MACHINE, SheetState, Source
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit
from kechuang.parties.queries import covers
from kechuang.trail.commands import advance

SCORED = ["facts", "lines", "points_count", "bonus_count", "vetoed", "reason"]
GRADED = ["grade", "place", "peers"]


def score_and_grade(row: Evaluation, sheets: Sequence[Sheet]) -> None:
    """Every sheet with its facts, points and grade; nothing is written yet. Raises DataMissing."""
    score(row, sheets)
    give_grades(row, [sheet for sheet in sheets if not sheet.reason])


def score(row: Evaluation, sheets: Sequence[Sheet]) -> None:
    """Reads the facts and scores; `reason` then names the indicator for want of which a sheet takes no part."""
    card, facts = card_of(row).terms, facts_of(row, sheets)
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


def give_grades(row: Evaluation, taking: Sequence[Sheet]) -> None:
    """Grades and places among all that take part."""
    standings = [
        rules.Standing(one.id, one.kind, one.points_count + one.bonus_count, bool(one.vetoed)) for one in taking
    ]
    for sheet, graded in zip(taking, rules.grades(standings=standings, terms=grading_of(row).terms), strict=True):
        sheet.grade, sheet.place, sheet.peers = graded.grade, graded.place, graded.peers


def facts_of(row: Evaluation, sheets: Sequence[Sheet]) -> dict[str, dict[str, int | str | None]]:
    """By carrier and indicator what the system knows, each over the indicator's own period. Two statements at most each."""
    card, within = card_of(row).terms, course_of(row).terms.in_time_days
    cards = carrier_cards([sheet.carrier_id for sheet in sheets])
    found: dict[str, dict[str, int | str | None]] = {carrier: {} for carrier in cards}
    regions = sorted(covers(row.scope))
    for one in card.scorecard_indicators:
        if one.source is not Source.SYSTEM:
            continue
        since, until = period_of(one, row.year)
        asked = Asked(list(cards.values()), regions, since, until, within, row.scope)
        for name, fact in ((one.name, one.fact), (f"{one.name}.of", one.of)):
            for carrier, value in (read(fact, asked) if fact else {}).items():
                found[carrier][name] = value
    return found


def write_grades(actor: Actor, row: Evaluation, sheets: Sequence[Sheet], now: datetime) -> None:
    """Takes every scored sheet to its grade, or out of the grading where a fact is missing."""
    labels = {one.name: one.label for one in card_of(row).terms.scorecard_indicators}
    for sheet in sheets:
        roles = roles_on(actor, sheet)
        if sheet.reason:
            sheet.reason = _("缺少“{indicator}”的数据").format(indicator=labels[sheet.reason])
            move = SHEET_MACHINE.check("leave_out", SheetState(sheet.state), roles)
        else:
            move = SHEET_MACHINE.check("grade", SheetState(sheet.state), roles)
        facts: dict[str, object] = {"points": sheet.points_count, "bonus": sheet.bonus_count, "grade": sheet.grade}
        advance(actor, sheet, move, roles=roles, now=now, saves=[*SCORED, *GRADED], facts=facts)
        if sheet.state == SheetState.GRADED:
            open_appeal(row, sheet, _("考核已定级，可在申诉期内申诉"), now)


def open_appeal(row: Evaluation, sheet: Sheet, said: str, now: datetime) -> None:
    """The clock of the term for appeals, and the carrier hears of it."""
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
    tell_carrier(sheet, said, now=now)
