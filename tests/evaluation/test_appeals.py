"""申诉: within its term, answered by another person; what is upheld grades the group anew."""

from datetime import date, timedelta

import pytest

from kechuang.catalog.models import Opening
from kechuang.evaluation import commands, rules
from kechuang.evaluation.commands import Corrected
from kechuang.evaluation.models import Sheet
from kechuang.evaluation.states import SheetState
from kechuang.kernel.actor import Role
from kechuang.parties.rules import SameHands
from kechuang.ui import clock
from tests.claims.conftest import changed
from tests.evaluation.conftest import CARD, Evaluated
from tests.orders.conftest import PDF
from tests.vouchers.conftest import YUECHENG


def test_an_appeal_within_its_term_is_answered_by_another_and_one_after_it_is_refused(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.graded()
    sheet = evaluated.own(row)
    before = sheet.points_count
    commands.appeal(evaluated.server, sheet_id=sheet.id, words="评分偏低，附用户评价。", now=evaluated.now)
    evaluated.after_term()
    with pytest.raises(rules.AppealOpen):
        commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now)
    both = evaluated.offices_of(evaluated.city_clerk.person_id, Role.COUNTY_APPROVER)
    with pytest.raises(SameHands):
        commands.answer(both, sheet_id=sheet.id, words="维持。", now=evaluated.now)
    with pytest.raises(rules.NothingCorrected):
        commands.answer(evaluated.second, sheet_id=sheet.id, words="成立。", upheld=True, now=evaluated.now)
    answered = commands.answer(
        evaluated.second, sheet_id=sheet.id, words="成立。", upheld=True, corrected=Corrected({"quality": 1_000}),
        now=evaluated.now,
    )  # fmt: skip
    assert answered.points_count == before + 100
    with pytest.raises(rules.AppealTooLate):
        commands.appeal(evaluated.server, sheet_id=sheet.id, words="再次申诉。", now=evaluated.now)


def test_an_upheld_appeal_reads_the_facts_anew_and_grades_the_group_anew(evaluated: Evaluated) -> None:
    """Two peers, one excellent: when the other's facts are put right its place is the first, and the first hears of it."""
    other = evaluated.provider("绍兴同组检测有限公司")
    evaluated.offer(other)
    evaluated.next_year()
    two = [
        {"grade": "excellent", "label": "优秀", "at_least_count": 0, "top_bp": 5_000},
        {"grade": "good", "label": "良好", "at_least_count": 0, "top_bp": "none"},
    ]
    with changed(CARD, grades=two, peers_by_kind=False):
        row = evaluated.opened()
    mine, theirs = evaluated.reported(row), Sheet.objects.get(evaluation=row, party=other.party_id)
    commands.report(other, sheet_id=theirs.id, values={"standards": 0}, statement="自评。", now=evaluated.now)
    for sheet, points in ((mine, 500), (theirs, 900)):
        said = {"judged": {"quality": points}, "opinion": "好", "now": evaluated.now}
        commands.review(evaluated.city_clerk, sheet_id=sheet.id, **said)
    evaluated.after_reports()
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.grade, theirs.grade) == ("good", "excellent")
    commands.appeal(evaluated.server, sheet_id=mine.id, words="开放制度早已备案，系统漏读。", now=evaluated.now)
    opened_to_all(mine.carrier_id, date(2025, 3, 1))
    evaluated.days(5)
    answered = commands.answer(evaluated.second, sheet_id=mine.id, words="成立。", upheld=True, now=evaluated.now)
    theirs.refresh_from_db()
    row.refresh_from_db()
    assert (answered.facts["opening_rules"], answered.grade, theirs.grade) == (1, "excellent", "good")
    assert row.appeal_until == evaluated.today + timedelta(days=8), "whose grade changed has a term of its own"
    commands.appeal(other, sheet_id=theirs.id, words="不同意。", now=evaluated.now)
    assert Sheet.objects.get(id=theirs.id).state == SheetState.APPEALED


def opened_to_all(carrier_id: str, since: date) -> None:
    """Opening rules that were filed for a day."""
    Opening.objects.create(
        carrier_id=carrier_id, region=YUECHENG, version=1, hours="工作日", open_to="企业", notice="提前一天", valid_from=since,
        set_by="psn_x", set_at=clock.instant(since),
    )  # fmt: skip


def test_an_appeal_brings_its_papers(evaluated: Evaluated) -> None:
    evaluated.next_year()
    sheet = evaluated.own(evaluated.graded())
    commands.appeal(evaluated.server, sheet_id=sheet.id, words="机时有误，附计量表。", now=evaluated.now)
    paper = {"name": "机时.pdf", "content": PDF, "kind": "evidence"}
    assert commands.attach(evaluated.server, sheet_id=sheet.id, now=evaluated.now, **paper)
