"""A year's evaluation from opening to its certificates: facts from the system, terms that hold, four eyes."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Opening
from kechuang.credit import commands as credit
from kechuang.credit.queries import labels
from kechuang.credit.rules import ListRow
from kechuang.evaluation import commands, jobs, queries, rules
from kechuang.evaluation.commands import Corrected
from kechuang.evaluation.commands.grading import facts_of
from kechuang.evaluation.models import Evaluation, Priority, Revocation, Sheet
from kechuang.evaluation.states import EvaluationState, SheetState
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties.models import Membership
from kechuang.parties.queries import party
from kechuang.parties.rules import Related, SameHands
from kechuang.policy.book import current
from kechuang.trail.queries import standing
from kechuang.ui import clock
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
    with pytest.raises(rules.NothingCorrected):
        commands.answer(evaluated.second, sheet_id=sheet.id, words="成立。", upheld=True, now=evaluated.now)
    answered = commands.answer(
        evaluated.second, sheet_id=sheet.id, words="成立。", upheld=True, corrected=Corrected({"quality": 1_000}),
        now=evaluated.now,
    )  # fmt: skip
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
    assert [row.priority.id for row in queries.preferred(on=evaluated.today, programme="key_laboratory")] == [one.id]
    assert queries.preferred(on=one.valid_until) == []
    assert queries.preferred(on=evaluated.today, programme="other") == []
    carrier = one.sheet.carrier_id
    assert queries.grades_of([carrier], scheme=CARD, year=2025, scope="330600")[carrier].grade == "excellent"
    assert queries.grades_of([carrier], scheme="national/evaluation-2021", year=2025, scope="330600") == {}
    assert "evaluated" in labels(party(one.party).id, on=evaluated.today)


NATIONAL, PROVINCIAL = "national/evaluation-2021", "zhejiang/evaluation-2015"


def test_an_office_evaluates_only_by_a_scorecard_that_is_its_own(evaluated: Evaluated) -> None:
    """A county grades nobody by the city's card, the city nobody by the province's, a zone nobody for the city."""
    evaluated.next_year()
    said = {"year": 2025, "title": "考核", "now": evaluated.now}
    zone = evaluated.officer(Role.COUNTY_OFFICER, "330600Z01")
    for actor, region, scheme in (
        (evaluated.clerk, YUECHENG, CARD),
        (evaluated.clerk, YUECHENG, NATIONAL),
        (evaluated.city_clerk, CITY_OFFICE, PROVINCIAL),
        (zone, "330600Z01", CARD),
    ):
        with pytest.raises(rules.NotThisOffice):
            commands.open_evaluation(actor, scheme=scheme, region=region, **said)
    assert sorted(queries.schemes([CITY_OFFICE], on=evaluated.today)) == [NATIONAL, CARD]
    assert queries.schemes([YUECHENG], on=evaluated.today) == {}


def test_a_scopes_year_is_evaluated_once_whichever_of_its_offices_opens_it(evaluated: Evaluated) -> None:
    evaluated.next_year()
    evaluated.opened()
    city = evaluated.officer(Role.COUNTY_OFFICER, "330600")
    with pytest.raises(rules.AlreadyEvaluating):
        commands.open_evaluation(city, scheme=CARD, region="330600", year=2025, title="再考", now=evaluated.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.create(
            number="KH-再", scheme=CARD, region="330600", scope="330600", year=2025, title="再考", terms={},
            opened_by="psn_x", opened_on=evaluated.today,
        )  # fmt: skip


def test_a_card_that_grants_nothing_leaves_the_label_of_another_card(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    assert "evaluated" in labels(one.party, on=evaluated.today)
    with changed(NATIONAL, scorecard_indicators=strictly_nothing()):
        row = evaluated.opened(scheme=NATIONAL)
        said = {"values": {"inside_income": 0}, "statement": "自评。", "now": evaluated.now}
        sheet = commands.report(evaluated.server, sheet_id=evaluated.own(row).id, **said)
        judged = {"research_support": 0, "outside_innovation": 0, "coordination": 0}
        commands.review(evaluated.city_clerk, sheet_id=sheet.id, judged=judged, opinion="好", now=evaluated.now)
    evaluated.after_reports()
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    evaluated.after_term()
    commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now)
    assert "evaluated" in labels(one.party, on=evaluated.today)


def strictly_nothing() -> list[dict[str, object]]:
    """The national card where nothing missing takes a carrier out."""
    return [
        {**one, "missing": "zero"} for one in current().packs[NATIONAL].parameters["scorecard_indicators"].values[0].is_
    ]


def test_a_revoked_certificate_is_on_no_list_and_credit_forgets_it(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    with pytest.raises(rules.ReasonMissing):
        commands.revoke_priority(evaluated.city_approver, priority_id=one.id, reason=" ", now=evaluated.now)
    commands.revoke_priority(evaluated.city_approver, priority_id=one.id, reason="数据造假", now=evaluated.now)
    assert queries.preferred(on=evaluated.today) == []
    assert "evaluated" not in labels(one.party, on=evaluated.today)
    proof = standing(one.id)
    assert proof is not None
    assert (proof.event.action, proof.event.facts["reason"]) == ("evaluation.revoke", "数据造假"), (
        "the log says so of the certificate"
    )
    with pytest.raises(MoveNotOpen):
        commands.revoke_priority(evaluated.city_approver, priority_id=one.id, reason="再次", now=evaluated.now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Revocation.objects.update(reason="没有的事")


def test_who_is_listed_as_dishonest_is_off_the_list_at_once_and_the_clock_revokes(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    assert jobs.run_revocations(now=evaluated.now) == 0
    listed_as_dishonest(evaluated, one.party)
    assert queries.preferred(on=evaluated.today) == []
    assert jobs.run_revocations(now=evaluated.now) == 1
    assert jobs.run_revocations(now=evaluated.now) == 0, "run twice, the effect is the same"
    made = Revocation.objects.get()
    assert (made.priority_id, made.reason, made.revoked_by) == (one.id, "失信被执行人", "")


def listed_as_dishonest(evaluated: Evaluated, party_id: str, until: date | None = None) -> None:
    card = party(party_id)
    row = ListRow(card.credit_code, "", card.name, "案号", evaluated.today, until)
    credit.import_list(
        CLOCK,
        list_code="dishonest",
        rows=[row],
        source="法院",
        issuer="法院",
        digest=str(evaluated.today),
        now=evaluated.now,
    )


def test_a_veto_looks_at_the_year_and_not_at_the_day_of_grading(evaluated: Evaluated) -> None:
    """Listed all year and off the list in January is vetoed; listed in January only is next year's matter."""
    listed_as_dishonest(evaluated, evaluated.server.party_id, until=date(2026, 1, 3))
    evaluated.next_year()
    sheet = evaluated.own(evaluated.graded())
    assert (sheet.facts["dishonest"], sheet.grade) == (1, "poor")


def test_what_is_filed_or_listed_after_the_year_does_not_count_for_it(evaluated: Evaluated) -> None:
    evaluated.next_year()
    listed_as_dishonest(evaluated, evaluated.server.party_id)
    row = evaluated.opened()
    sheet = evaluated.reviewed(row)
    opened_to_all(sheet.carrier_id, evaluated.today)
    evaluated.after_reports()
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    sheet.refresh_from_db()
    assert (sheet.facts["dishonest"], sheet.facts["opening_rules"]) == (0, 0)


def test_each_carrier_scores_what_it_redeemed_itself(evaluated: Evaluated) -> None:
    evaluated.redeemed()
    other = catalog.add_carrier(
        evaluated.server, party_id=evaluated.server.party_id, kind="university", name="另一载体", now=evaluated.now
    )
    evaluated.next_year()
    row = evaluated.opened()
    sheets = list(Sheet.objects.filter(evaluation=row, party=evaluated.server.party_id))
    facts = facts_of(row, sheets)
    assert facts[other.id]["redeemed_count"] == 0
    assert facts[evaluated.own(row).carrier_id]["redeemed_count"] == 1


def test_a_card_asks_over_a_calendar_year_what_is_kept_by_calendar_year(evaluated: Evaluated) -> None:
    evaluated.next_year()
    card = [
        {**one, "from_on": "07-01"}
        for one in current().packs[NATIONAL].parameters["scorecard_indicators"].values[0].is_
    ]
    with changed(NATIONAL, scorecard_indicators=card), pytest.raises(rules.PeriodNotKept):
        evaluated.opened(scheme=NATIONAL)


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


def test_who_sits_with_a_carrier_neither_grades_nor_publishes(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.opened()
    evaluated.reviewed(row)
    evaluated.after_reports()
    seated = evaluated.officer(Role.COUNTY_OFFICER, CITY_OFFICE)
    Membership.objects.create(
        person_id=seated.person_id, party_id=evaluated.server.party_id, capacity="staff", region=YUECHENG,
        valid_from=evaluated.today,
    )  # fmt: skip
    with pytest.raises(Related):
        commands.grade(seated, evaluation_id=row.id, now=evaluated.now)
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)


def test_a_graded_evaluation_can_be_taken_back_and_nothing_of_it_goes_on(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.graded()
    commands.withdraw(evaluated.city_clerk, evaluation_id=row.id, reason=REASON, now=evaluated.now)
    with pytest.raises(MoveNotOpen):
        commands.appeal(evaluated.server, sheet_id=evaluated.own(row).id, words="不服。", now=evaluated.now)
    assert evaluated.opened().state == EvaluationState.OPEN


def test_a_withdrawn_evaluation_leaves_the_year_free(evaluated: Evaluated) -> None:
    evaluated.next_year()
    row = evaluated.opened()
    with pytest.raises(rules.ReasonMissing):
        commands.withdraw(evaluated.city_clerk, evaluation_id=row.id, reason="", now=evaluated.now)
    commands.withdraw(evaluated.city_clerk, evaluation_id=row.id, reason=REASON, now=evaluated.now)
    assert evaluated.opened().state == EvaluationState.OPEN
    assert Evaluation.objects.filter(region=CITY_OFFICE).count() == 2
