"""A year's evaluation from opening to its certificates: facts from the system, terms that hold, four eyes."""

import pytest
from django.db import IntegrityError, transaction

from kechuang.credit.queries import labels
from kechuang.evaluation import commands, queries, rules
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.states import EvaluationState, SheetState
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import party
from kechuang.parties.rules import SameHands
from kechuang.trail.queries import standing
from tests.claims.conftest import changed
from tests.evaluation.conftest import CARD, JUDGED, Evaluated
from tests.orders.conftest import PDF
from tests.subsidies.conftest import CITY_OFFICE, REASON
from tests.vouchers.conftest import YUECHENG


def test_facts_are_read_from_what_was_paid_and_served_never_typed(evaluated: Evaluated) -> None:
    evaluated.redeemed(2)
    evaluated.next_year()
    row = evaluated.graded()
    sheet = evaluated.own(row)
    assert (sheet.facts["redeemed_count"], sheet.facts["redeemed"], sheet.facts["voucher_firms"]) == (2, 800_000, 1)
    points = {line["name"]: line["points"] for line in sheet.lines}
    assert (points["redeemed_count"], points["redeemed"], points["voucher_firms"]) == (100, 0, 100)
    assert points["quality"] == 900
    assert points["carrier_level"] == 300, "a bonus by the highest level"
    assert sheet.points_count == sum(points.values()) - 300
    assert sheet.state == SheetState.GRADED


def test_who_did_not_report_is_left_out_and_marked_or_stops_the_grading_as_the_pack_says(evaluated: Evaluated) -> None:
    evaluated.offer(evaluated.provider("绍兴不报自评检测有限公司"))
    evaluated.next_year()
    row = evaluated.opened()
    evaluated.reviewed(row)
    with changed(CARD, without_report="refused"):
        strict = evaluated.opened(year=2024)
        commands.review(
            evaluated.city_clerk, sheet_id=evaluated.reported(strict).id, judged=JUDGED, opinion="好", now=evaluated.now
        )
        with pytest.raises(rules.NotReviewed):
            commands.grade(evaluated.city_clerk, evaluation_id=strict.id, now=evaluated.now)
    with pytest.raises(rules.ReportsRun):
        commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    evaluated.after_reports()
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    left = Sheet.objects.filter(evaluation=row, state=SheetState.LEFT_OUT)
    assert {one.reason for one in left} == {"没有报送自评"}


def test_a_missing_fact_is_refused_or_marked_as_the_pack_says(evaluated: Evaluated) -> None:
    """Nobody's instruments have hours here."""
    evaluated.next_year()
    national = "national/evaluation-2021"
    row = evaluated.opened(scheme=national)
    judged = {"research_support": 0, "outside_innovation": 0, "coordination": 0}
    sheet = commands.report(
        evaluated.server,
        sheet_id=evaluated.own(row).id,
        values={"inside_income": 0},
        statement="自评。",
        now=evaluated.now,
    )
    commands.review(evaluated.city_clerk, sheet_id=sheet.id, judged=judged, opinion="好", now=evaluated.now)
    evaluated.after_reports()
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.grade) == (SheetState.LEFT_OUT, "")
    assert "年平均有效工作机时" in sheet.reason
    with pytest.raises(rules.DataMissing):
        rules.score(facts={}, judged={}, terms=strictly(row), party="甲")


def strictly(row: Evaluation) -> rules.CardTerms:
    from dataclasses import replace

    from kechuang.evaluation.states import Missing

    card = queries.card_of(row).terms
    first, *others = card.scorecard_indicators
    return replace(card, scorecard_indicators=(replace(first, missing=Missing.REFUSE), *others))


def test_a_year_that_is_not_over_or_is_evaluated_already_is_refused(evaluated: Evaluated) -> None:
    with pytest.raises(rules.YearNotOver):
        evaluated.opened(year=2025)
    evaluated.next_year()
    evaluated.opened()
    with pytest.raises(rules.AlreadyEvaluating):
        evaluated.opened()
    with pytest.raises(rules.NotAScorecard):
        evaluated.opened(scheme="shaoxing/voucher-2021")
    with pytest.raises(NotVisible):
        commands.open_evaluation(
            evaluated.approver, scheme=CARD, region=YUECHENG, year=2025, title="考核", now=evaluated.now
        )


def test_a_card_whose_voucher_data_weigh_less_than_stated_is_not_used(evaluated: Evaluated) -> None:
    evaluated.next_year()
    with changed(CARD, voucher_data_least_bp=7_000), pytest.raises(rules.VoucherShareTooSmall):
        evaluated.opened()


def test_what_is_reported_needs_its_evidence_and_every_value(evaluated: Evaluated) -> None:
    evaluated.next_year()
    sheet = evaluated.own(evaluated.opened())
    said = {"sheet_id": sheet.id, "statement": "自评。", "now": evaluated.now}
    with pytest.raises(rules.ValueMissing):
        commands.report(evaluated.server, values={}, **said)
    with pytest.raises(rules.EvidenceMissing):
        commands.report(evaluated.server, values={"standards": 2}, **said)
    commands.attach(
        evaluated.server, sheet_id=sheet.id, name="标准.pdf", content=PDF, kind="evidence", now=evaluated.now
    )
    assert commands.report(evaluated.server, values={"standards": 2}, **said).state == SheetState.REPORTED


def test_points_beyond_an_indicator_are_refused(evaluated: Evaluated) -> None:
    evaluated.next_year()
    sheet = evaluated.reported(evaluated.opened())
    with pytest.raises(rules.PointsOutOfRange):
        commands.review(
            evaluated.city_clerk, sheet_id=sheet.id, judged={"quality": 1_001}, opinion="好", now=evaluated.now
        )
    with pytest.raises(rules.ValueMissing):
        commands.review(evaluated.city_clerk, sheet_id=sheet.id, judged={}, opinion="好", now=evaluated.now)


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
    answered = commands.answer(
        evaluated.second, sheet_id=sheet.id, words="成立。", judged={"quality": 1_000}, now=evaluated.now
    )
    assert answered.points_count == before + 100
    with pytest.raises(rules.AppealTooLate):
        commands.appeal(evaluated.server, sheet_id=sheet.id, words="再次申诉。", now=evaluated.now)


def test_nothing_is_published_before_the_term_is_over_or_by_who_graded(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.graded()
    with pytest.raises(rules.TermRuns):
        commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now)
    evaluated.after_term()
    both = evaluated.offices_of(evaluated.city_clerk.person_id, Role.COUNTY_APPROVER)
    with pytest.raises(SameHands):
        commands.publish(both, evaluation_id=row.id, now=evaluated.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(id=row.id).update(published_by=row.graded_by)
    assert commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now).state == "published"


def test_the_best_get_a_dated_certificate_for_exactly_the_programmes_of_the_source_and_credit_knows(
    evaluated: Evaluated,
) -> None:
    evaluated.next_year()
    with changed(CARD, grades=[{"grade": "excellent", "label": "优秀", "at_least_count": 0, "top_bp": "none"}]):
        row = evaluated.graded()
    evaluated.after_term()
    commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now)
    one = Priority.objects.get()
    assert one.programmes == ["city_plan", "key_laboratory", "new_rd_institute", "province_plan", "province_carrier"]
    assert one.article.endswith("三（三）4")
    assert (one.issued_on, one.valid_until.isoformat()) == (evaluated.today, "2027-02-01")
    proof = standing(one.id)
    assert proof is not None
    assert proof.event.facts["digest"] == one.digest, "the log's receipt is about this certificate"
    assert [row.id for row in queries.preferred(on=evaluated.today, programme="key_laboratory")] == [one.id]
    assert queries.preferred(on=one.valid_until) == []
    assert queries.preferred(on=evaluated.today, programme="other") == []
    assert queries.grade_of(party=one.party, year=2025, scope="330600") == "excellent"
    assert "evaluated" in labels(party(one.party).id, on=evaluated.today)


def test_a_withdrawn_evaluation_leaves_the_year_free(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.opened()
    with pytest.raises(rules.ReasonMissing):
        commands.withdraw(evaluated.city_clerk, evaluation_id=row.id, reason="", now=evaluated.now)
    commands.withdraw(evaluated.city_clerk, evaluation_id=row.id, reason=REASON, now=evaluated.now)
    assert evaluated.opened().state == EvaluationState.OPEN
    assert Evaluation.objects.filter(region=CITY_OFFICE).count() == 2
