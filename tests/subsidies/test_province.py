"""The province's two formulas: carriers by their grade, cities and counties by factors; Ningbo; the day it is due."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kechuang.catalog import commands as catalog
from kechuang.claims.models import Claim
from kechuang.deadlines.queries import clocks
from kechuang.documents.rules import write_csv
from kechuang.evaluation import commands as evaluation
from kechuang.evaluation.models import Sheet
from kechuang.evaluation.states import SheetState
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import BasisPoints, Fen
from kechuang.parties.commands import add_zone
from kechuang.parties.rules import SameHands
from kechuang.subsidies import commands, queries, rules
from kechuang.subsidies.commands import Decision, Origin
from kechuang.subsidies.commands.counting import way_of
from kechuang.subsidies.models import Conversion, Settlement, Statement
from kechuang.subsidies.queries.redeemed import Group
from kechuang.subsidies.rules import PotTerms
from kechuang.subsidies.states import Formula, StatementState
from tests.claims.conftest import changed
from tests.evaluation.conftest import Evaluated
from tests.subsidies.conftest import CITY_OFFICE, REASON
from tests.subsidies.test_pages import read
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

    def evaluated_as(self, grade: str) -> Sheet:
        """The carrier's published grade, whatever its points; other carriers that do not report have none."""
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
        published = Sheet.objects.get(id=sheet.id)
        assert published.state == SheetState.PUBLISHED
        return published

    def settles(self, formula: Formula, fen: int = 1_000_000, **given: Any) -> Settlement:
        said = {"formula": formula, "scheme": SCHEME, "region": PROVINCE_OFFICE, "year": 2025, "decision": NO_RATE}
        row = commands.draft(self.desk, now=self.now, **{**said, **given})
        commands.decide(self.checker, settlement_id=row.id, now=self.now)
        commands.fund(self.purse, settlement_id=row.id, fen=fen, document_number="浙财〔2026〕1号", now=self.now)
        return commands.settle(self.desk, settlement_id=row.id, now=self.now)

    def checked_import(self, *rows: tuple[str, str], **given: Any) -> Conversion:
        """As `imports`, checked by another person: what an award may rest on."""
        return commands.check_conversions(self.checker, conversion_id=self.imports(*rows, **given).id, now=self.now)

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
    made = provincial.checked_import((YUECHENG, "300.00"), ("330603", "700.00"), ("330203", "900.00"))
    row = provincial.settles(Formula.CITIES, fen=100_001)
    by_place = {one.place: one for one in Statement.objects.filter(settlement=row)}
    assert row.total_fen == 100_001
    assert (by_place[YUECHENG].fen, by_place["330603"].fen) == (72_001, 28_000)
    assert (by_place["330203"].fen, by_place["330203"].why) == (0, "不补助宁波市县")
    assert by_place[YUECHENG].redeemed_fen == HALF, "its spending, from the ledger"
    assert (row.conversion_id, by_place["330603"].conversion_fen) == (made.id, 70_000), "what it rests on stays with it"


def test_without_results_the_award_is_refused(provincial: Provincial) -> None:
    with pytest.raises(rules.FactorMissing):
        provincial.settles(Formula.CITIES)


def test_another_import_later_leaves_what_was_settled_as_it_was(provincial: Provincial) -> None:
    made = provincial.checked_import((YUECHENG, "300.00"))
    row = provincial.settles(Formula.CITIES)
    provincial.checked_import((YUECHENG, "999.00"))
    (one,) = Statement.objects.filter(settlement=row)
    row.refresh_from_db()
    assert (row.conversion_id, one.conversion_fen) == (made.id, 30_000)
    _name, paper = queries.printed(provincial.desk, one.id, on=provincial.today)
    said = " ".join(block for block in paper.blocks if isinstance(block, str))
    assert made.number in said
    assert made.digest in said
    assert "创新券支出 4,000.00 元" in said
    assert "成果转化实绩 300.00 元" in said
    assert "权重 60%" in said
    assert "按当年比例" not in said, "a city has no rate"
    assert "越城区" in paper.subtitle


def test_nobody_checks_an_import_of_their_own_and_an_unchecked_one_stops_the_award(provincial: Provincial) -> None:
    provincial.checked_import((YUECHENG, "300.00"))
    waits = provincial.imports((YUECHENG, "900.00"))
    both = provincial.offices_of(provincial.desk.person_id, Role.COUNTY_APPROVER, region=PROVINCE_OFFICE)
    with pytest.raises(SameHands):
        commands.check_conversions(both, conversion_id=waits.id, now=provincial.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversion.objects.filter(id=waits.id).update(state="checked", checked_by=waits.brought_by)
    with pytest.raises(rules.ConversionWaits):
        provincial.settles(Formula.CITIES)
    with pytest.raises(rules.ConversionWaits):
        provincial.imports((YUECHENG, "901.00"))
    with pytest.raises(rules.ReasonMissing):
        commands.reject_conversions(provincial.checker, conversion_id=waits.id, reason=" ", now=provincial.now)
    commands.reject_conversions(provincial.checker, conversion_id=waits.id, reason=REASON, now=provincial.now)
    waiting_row = Settlement.objects.get()
    row = commands.settle(provincial.desk, settlement_id=waiting_row.id, now=provincial.now)
    assert Statement.objects.get(settlement=row).conversion_fen == 30_000, "the one checked before holds again"


def test_an_earlier_file_again_is_a_new_import_and_comes_into_force_anew(provincial: Provincial) -> None:
    first = provincial.checked_import((YUECHENG, "300.00"))
    provincial.checked_import((YUECHENG, "900.00"))
    again = provincial.imports((YUECHENG, "300.00"))
    assert (again.id != first.id, again.state) == (True, "brought")
    commands.check_conversions(provincial.checker, conversion_id=again.id, now=provincial.now)
    assert provincial.settles(Formula.CITIES).conversion_id == again.id


def test_what_an_import_says_can_never_be_changed(provincial: Provincial) -> None:
    made = provincial.imports((YUECHENG, "300.00"))
    for change in ({"rows": []}, {"source": "别处"}, {"digest": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Conversion.objects.filter(id=made.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversion.objects.filter(id=made.id).delete()


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([(YUECHENG, "1.00"), (YUECHENG, "2.00")], rules.PlacesTwice),
        ([("330600", "1.00"), (YUECHENG, "2.00")], rules.PlacesTwice),
        ([(PROVINCE, "1.00")], rules.PlacesElsewhere),
    ],
)
def test_a_place_stands_once_and_lies_within_the_payers(
    provincial: Provincial, rows: list[tuple[str, str]], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        provincial.imports(*rows)


def test_a_city_that_is_named_takes_the_spending_of_its_counties(provincial: Provincial) -> None:
    provincial.checked_import(("330600", "300.00"), ("330203", "900.00"))
    row = provincial.settles(Formula.CITIES)
    by_place = {one.place: one for one in Statement.objects.filter(settlement=row)}
    assert (by_place["330600"].redeemed_fen, by_place["330600"].fen) == (HALF, 1_000_000)
    assert queries.counted_of(provincial.desk, by_place["330600"].id).count() == 1


def test_each_carrier_is_paid_by_its_own_grade_on_what_it_redeemed_itself(provincial: Provincial) -> None:
    """A university's excellent laboratory does not lift what its other carriers redeemed."""
    (claim,) = Claim.objects.all()
    carrier = claim.order.offer.carrier
    sheet = provincial.evaluated_as("excellent")
    other = catalog.add_carrier(
        provincial.server,
        party_id=provincial.server.party_id,
        kind="key_laboratory",
        name="另一实验室",
        now=provincial.now,
    )
    card = changed(SCHEME)  # the pack as it is
    with card:
        groups = [Group(carrier.party_id, "", carrier.id, YUECHENG, 1, Fen(HALF), Fen(0), Fen(2 * HALF))]
        groups.append(Group(carrier.party_id, "", other.id, YUECHENG, 9, Fen(9 * HALF), Fen(0), Fen(18 * HALF)))
        draft = Settlement(formula=Formula.CARRIERS, scheme=SCHEME, region=PROVINCE_OFFICE, scope=PROVINCE, year=2025)
        way = way_of(draft, on=provincial.today)
        found = {one.carrier: one for one in way.payees(draft, groups, PotTerms(True, BasisPoints(10_000), False))}
    assert (found[carrier.id].full_fen, found[carrier.id].sheet) == (120_000, sheet.id)
    assert (found[other.id].full_fen, found[other.id].why) == (0, "没有公布的年度考核等次")


def test_another_scorecards_grade_does_not_set_the_subsidy(provincial: Provincial) -> None:
    provincial.evaluated_as("excellent")
    with changed(SCHEME, carrier_subsidy_evaluation="national/evaluation-2021"):
        statement = Statement.objects.get(settlement=provincial.settles(Formula.CARRIERS))
    assert statement.why == "没有公布的年度考核等次"


def test_the_statement_of_a_carrier_names_its_grade_on_screen_and_paper(provincial: Provincial) -> None:
    sheet = provincial.evaluated_as("good")
    one = Statement.objects.get(settlement=provincial.settles(Formula.CARRIERS))
    assert (one.sheet_id, one.carrier) == (sheet.id, sheet.carrier_id)
    _name, paper = queries.printed(provincial.desk, one.id, on=provincial.today)
    said = " ".join(block for block in paper.blocks if isinstance(block, str))
    assert f"年度考核等次：良好（考核表 {sheet.number}）" in said
    assert "按该等次的比例 20% 计 800.00 元" in said
    assert "平台服务部分" not in said
    assert sheet.number in read(provincial, provincial.desk, reverse("subsidies:statement", args=[one.id]))


def test_a_zone_is_not_the_provinces_own_level(provincial: Provincial) -> None:
    """Only the budget unit of the province itself pays for it."""
    add_zone(code="330000Z01", name="浙江某功能区", parent=PROVINCE, source="示例")
    zone = provincial.officer(Role.COUNTY_OFFICER, "330000Z01")
    with pytest.raises(rules.NotPayersPlace):
        commands.draft(
            zone,
            formula=Formula.CARRIERS,
            scheme=SCHEME,
            region="330000Z01",
            year=2025,
            decision=NO_RATE,
            now=provincial.now,
        )


def test_results_come_with_source_period_and_digest_whole_or_not_at_all(provincial: Provincial) -> None:
    made = provincial.imports((YUECHENG, "300.00"))
    assert (made.source, len(made.digest), made.rows[0]["fen"]) == ("浙江省科学技术厅", 64, 30_000)
    assert provincial.imports((YUECHENG, "300.00")).id == made.id, "the same file again"
    commands.check_conversions(provincial.checker, conversion_id=made.id, now=provincial.now)
    assert provincial.imports((YUECHENG, "300.00")).id == made.id, "and when it is in force"
    with pytest.raises(rules.ConversionsRefused):
        provincial.imports((YUECHENG, "三百"), ("330603", "700.00"))
    with pytest.raises(rules.OriginMissing):
        provincial.imports((YUECHENG, "1.00"), origin=Origin(" ", date(2025, 1, 1), date(2025, 12, 31)))
    with pytest.raises(NotVisible):
        commands.bring_conversions(
            provincial.city_finance, region=PROVINCE_OFFICE, year=2025, name="实绩.csv", content=b"",
            origin=Origin("省", date(2025, 1, 1), date(2025, 12, 31)), now=provincial.now,
        )  # fmt: skip
