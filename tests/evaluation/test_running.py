"""A year's evaluation from opening to its certificates: facts from the system, terms that hold, four eyes."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kechuang.catalog import commands as catalog
from kechuang.catalog.queries import carrier_card
from kechuang.claims import commands as claims
from kechuang.evaluation import commands, queries, rules
from kechuang.evaluation.commands.grading import facts_of
from kechuang.evaluation.models import Evaluation, Sheet
from kechuang.evaluation.queries.facts import Asked, read
from kechuang.evaluation.states import EvaluationState, SheetState
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.parties.models import Membership
from kechuang.parties.rules import Related, SameHands
from kechuang.policy.book import current
from tests.claims.conftest import changed
from tests.evaluation.conftest import CARD, JUDGED, NATIONAL, Evaluated
from tests.evaluation.test_appeals import opened_to_all
from tests.evaluation.test_certificates import listed_as_dishonest
from tests.orders.conftest import PDF
from tests.subsidies.conftest import CITY, CITY_OFFICE, REASON
from tests.vouchers.conftest import SCHEME, YUECHENG


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


PROVINCIAL = "zhejiang/evaluation-2015"


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


def test_what_is_being_asked_back_of_a_claim_counts_in_no_evaluation(evaluated: Evaluated) -> None:
    whole, part = evaluated.redeemed(2)
    claims.ask_back(claim_id=whole.id, clawback_id="clb_1", fen=Fen(400_000), now=evaluated.now)
    claims.ask_back(claim_id=part.id, clawback_id="clb_2", fen=Fen(100_000), now=evaluated.now)
    evaluated.next_year()
    row = evaluated.opened()
    sheet = evaluated.own(row)
    facts = facts_of(row, [sheet])[sheet.carrier_id]
    assert (facts["redeemed_count"], facts["redeemed"]) == (1, 300_000)


@pytest.mark.parametrize(("channels", "fen"), [(["platform"], 400_000), (["daxing"], 0)])
def test_the_platforms_part_is_what_came_by_the_named_platform(
    evaluated: Evaluated, channels: list[str], fen: int
) -> None:
    evaluated.redeemed()
    evaluated.next_year()
    carrier = evaluated.own(evaluated.opened()).carrier_id
    with changed(SCHEME, subsidised_channels=channels):
        asked = Asked(
            [carrier_card(carrier)],
            [YUECHENG],
            date(2025, 1, 1),
            date(2026, 1, 1),
            within_days=30,
            scope=CITY,
        )
        assert read("platform_fen", asked) == {carrier: fen}
        nowhere = replace(asked, scope="340000")
        assert read("platform_fen", nowhere) == {carrier: None}, "no rule names a platform there"
