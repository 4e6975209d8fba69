"""The province's two formulas: carriers by their grade, cities and counties by factors; Ningbo; the day it is due."""

from datetime import date
from typing import Any

import pytest

from kechuang.deadlines.queries import clocks
from kechuang.documents.rules import write_csv
from kechuang.evaluation import commands as evaluation
from kechuang.evaluation.models import Sheet
from kechuang.evaluation.states import SheetState
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties.commands import add_zone
from kechuang.subsidies import commands, rules
from kechuang.subsidies.commands import Decision, Origin
from kechuang.subsidies.models import Conversion, Settlement, Statement
from kechuang.subsidies.states import Formula, StatementState
from tests.claims.conftest import changed
from tests.evaluation.conftest import Evaluated
from tests.subsidies.conftest import CITY_OFFICE
from tests.vouchers.conftest import YUECHENG

PROVINCE, PROVINCE_OFFICE = "330000", "339900"
SCHEME, CARD = "zhejiang/voucher-2015", "zhejiang/evaluation-2015"
NO_RATE = Decision(None, "", "", None)
HALF = 400_000  # fen: what one claim of the tests redeems


class Provincial(Evaluated):
    """As `Evaluated`, with 浙江省本级: the office by which the province evaluates and pays."""

    def __init__(self) -> None:
        super().__init__()
        add_zone(code=PROVINCE_OFFICE, name="浙江省本级", parent=PROVINCE, source="示例")
        self.desk = self.officer(Role.COUNTY_OFFICER, PROVINCE_OFFICE)
        self.checker = self.officer(Role.COUNTY_APPROVER, PROVINCE_OFFICE)
        self.purse = self.officer(Role.COUNTY_FINANCE, PROVINCE_OFFICE)

    def evaluated_as(self, grade: str) -> None:
        """The carrier's published grade, whatever its points."""
        only = [{"grade": grade, "label": grade, "at_least_count": 0, "top_bp": "none"}]
        with changed(CARD, grades=only):
            row = evaluation.open_evaluation(
                self.desk, scheme=CARD, region=PROVINCE_OFFICE, year=2025, title="载体考核", now=self.now
            )
            sheet = self.own(row)
            evaluation.report(self.server, sheet_id=sheet.id, values={}, statement="自评。", now=self.now)
            evaluation.review(self.desk, sheet_id=sheet.id, judged={}, opinion="好。", now=self.now)
            self.after_reports()
            evaluation.grade(self.desk, evaluation_id=row.id, now=self.now)
        self.days(8)
        evaluation.publish(self.checker, evaluation_id=row.id, now=self.now)
        assert Sheet.objects.get(id=sheet.id).state == SheetState.PUBLISHED

    def settles(self, formula: Formula, fen: int = 1_000_000, **given: Any) -> Settlement:
        said = {"formula": formula, "scheme": SCHEME, "region": PROVINCE_OFFICE, "year": 2025, "decision": NO_RATE}
        row = commands.draft(self.desk, now=self.now, **{**said, **given})
        commands.decide(self.checker, settlement_id=row.id, now=self.now)
        commands.fund(self.purse, settlement_id=row.id, fen=fen, document_number="浙财〔2026〕1号", now=self.now)
        return commands.settle(self.desk, settlement_id=row.id, now=self.now)

    def imports(self, *rows: tuple[str, str], **given: Any) -> Conversion:
        code = self.credit_code(self.server.party_id)
        table = [["行政区划代码", "成果转化实绩（元）", "收款单位统一社会信用代码"], *[[*row, code] for row in rows]]
        origin = Origin("浙江省科学技术厅", date(2025, 1, 1), date(2025, 12, 31))
        said = {"region": PROVINCE_OFFICE, "year": 2025, "origin": origin, "name": "实绩.csv", **given}
        return commands.bring_conversions(self.desk, content=write_csv(table), now=self.now, **said)


@pytest.fixture
def provincial(book: None, db: None) -> Provincial:
    found = Provincial()
    found.redeemed()
    found.next_year()
    return found


@pytest.mark.parametrize(("grade", "fen"), [("excellent", 120_000), ("good", 80_000), ("pass", 40_000), ("poor", 0)])
def test_a_provincial_carrier_gets_the_rate_of_its_grade(provincial: Provincial, grade: str, fen: int) -> None:
    provincial.evaluated_as(grade)
    row = provincial.settles(Formula.CARRIERS)
    statement = Statement.objects.get(settlement=row)
    assert (statement.grade, statement.counted_fen, statement.fen) == (grade, HALF, fen)
    assert statement.state == (StatementState.COUNTED if fen else StatementState.NOT_DUE)


def test_without_a_published_grade_nothing_is_due_and_the_reason_is_said(provincial: Provincial) -> None:
    statement = Statement.objects.get(settlement=provincial.settles(Formula.CARRIERS))
    assert (statement.fen, statement.why) == (0, "没有公布的年度考核等次")


def test_only_carriers_of_provincial_level_are_subsidised_unless_the_reading_says_all(provincial: Provincial) -> None:
    provincial.evaluated_as("excellent")
    with changed(SCHEME, carrier_subsidy_kinds=["service_platform"]):
        row = provincial.settles(Formula.CARRIERS)
        assert Statement.objects.get(settlement=row).why == "不是省级创新载体"
        commands.withdraw(provincial.desk, settlement_id=row.id, reason="改", now=provincial.now)
    with changed(SCHEME, carrier_subsidy_kinds=["service_platform"], carrier_subsidy_level="all"):
        assert provincial.settles(Formula.CARRIERS).total_fen == 120_000


def test_the_carriers_subsidy_is_due_by_the_end_of_january(provincial: Provincial) -> None:
    row = provincial.settles(Formula.CARRIERS)
    assert clocks([row.id], on=provincial.today)[row.id].due_on == date(2026, 1, 31)


def test_a_rate_is_not_decided_where_grades_and_factors_decide_and_only_the_province_pays(
    provincial: Provincial,
) -> None:
    with pytest.raises(rules.NoRateToDecide):
        provincial.settles(Formula.CARRIERS, decision=provincial.decision())
    with pytest.raises(rules.NotPayersPlace):
        commands.draft(
            provincial.city_clerk, formula=Formula.CITIES, scheme=SCHEME, region=CITY_OFFICE, year=2025,
            decision=NO_RATE, now=provincial.now,
        )  # fmt: skip


def test_the_award_shares_the_pot_by_spending_and_imported_results_to_the_fen(provincial: Provincial) -> None:
    provincial.imports((YUECHENG, "300.00"), ("330603", "700.00"), ("330203", "900.00"))
    row = provincial.settles(Formula.CITIES, fen=100_001)
    by_place = {one.place: one for one in Statement.objects.filter(settlement=row)}
    assert row.total_fen == 100_001
    assert (by_place[YUECHENG].fen, by_place["330603"].fen) == (72_001, 28_000)
    assert (by_place["330203"].fen, by_place["330203"].why) == (0, "不补助宁波市县")
    assert by_place[YUECHENG].redeemed_fen == HALF, "its spending, from the ledger"


def test_without_results_the_award_is_refused(provincial: Provincial) -> None:
    with pytest.raises(rules.FactorMissing):
        provincial.settles(Formula.CITIES)


def test_results_come_with_source_period_and_digest_whole_or_not_at_all(provincial: Provincial) -> None:
    made = provincial.imports((YUECHENG, "300.00"))
    assert (made.source, len(made.digest), made.rows[0]["fen"]) == ("浙江省科学技术厅", 64, 30_000)
    assert provincial.imports((YUECHENG, "300.00")).id == made.id, "the same file again"
    with pytest.raises(rules.ConversionsRefused):
        provincial.imports((YUECHENG, "三百"), ("330603", "700.00"))
    with pytest.raises(rules.OriginMissing):
        provincial.imports((YUECHENG, "1.00"), origin=Origin(" ", date(2025, 1, 1), date(2025, 12, 31)))
    with pytest.raises(NotVisible):
        commands.bring_conversions(
            provincial.city_finance, region=PROVINCE_OFFICE, year=2025, name="实绩.csv", content=b"",
            origin=Origin("省", date(2025, 1, 1), date(2025, 12, 31)), now=provincial.now,
        )  # fmt: skip
