"""What cannot be, and what figures come to. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kechuang.kernel.errors import Refusal
from kechuang.usage import rules
from kechuang.usage.rules import Draft, Life, PlanTerms, UsageTerms, Utilisation
from kechuang.usage.states import LEGAL_ZONE, PLAN, SCHEME, Audience, Way
from tests.rulebook import rulebook

BOOK = rulebook()
TERMS = BOOK.in_force(SCHEME, UsageTerms, date(2025, 6, 1)).terms
PLANNED = BOOK.in_force(PLAN, PlanTerms, date(2025, 6, 1)).terms
NOW = datetime(2025, 6, 1, 4, tzinfo=UTC)
NINE = datetime(2025, 5, 30, 9, tzinfo=LEGAL_ZONE)
SOUND = Draft(
    carrier_id="car", instrument_id="ofr", title="镀层测厚", from_at=NINE, until_at=NINE + timedelta(hours=2),
    client_name="绍兴示例纺织有限公司",
)  # fmt: skip
LIFE = Life("扫描电镜", date(2020, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("changes", "refused", "field"),
    [
        ({"until_at": NINE}, rules.PeriodReversed, "until_at"),
        ({"until_at": NOW + timedelta(hours=1)}, rules.InFuture, "until_at"),
        ({"minutes": 121}, rules.MoreThanSpan, "hours"),
        ({"instrument_id": "", "minutes": 30}, rules.NeedsInstrument, "instrument"),
        ({"from_at": NINE - timedelta(days=400), "minutes": 1}, rules.TooLong, "until_at"),
        ({"from_at": NINE.replace(year=2019, month=12, day=31), "until_at": NINE.replace(year=2020, month=1, day=2), "minutes": 60}, rules.BeforeExisting, "from_at"),
        ({"amount_fen": 100, "voucher_fen": 101}, rules.VoucherAbovePrice, "voucher"),
        ({"client_name": ""}, rules.ClientMissing, "client_name"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field_and_remedy(
    changes: dict[str, object], refused: type[Refusal], field: str
) -> None:
    with pytest.raises(refused) as said:
        rules.check(replace(SOUND, **changes), life=LIFE, provider_name="", own=False, now=NOW)  # type: ignore[arg-type]
    assert (said.value.field, bool(said.value.remedy)) == (field, True)


def test_nothing_after_the_last_day_of_an_instrument() -> None:
    ends = replace(LIFE, ended_on=date(2025, 5, 30))
    with pytest.raises(rules.AfterRetired):
        rules.check(SOUND, life=ends, provider_name="", own=False, now=NOW)
    eve = replace(SOUND, from_at=NINE - timedelta(days=1), until_at=NINE.replace(hour=0))
    rules.check(eve, life=ends, provider_name="", own=False, now=NOW)


def test_duty_free_instruments_serve_outsiders_only_with_customs_papers() -> None:
    bonded = replace(LIFE, under_customs=True)
    with pytest.raises(rules.CustomsMissing):
        rules.check(SOUND, life=bonded, provider_name="", own=False, now=NOW)
    for sound in (replace(SOUND, customs_notice="关通〔2025〕1号"), replace(SOUND, audience=Audience.INSIDE)):
        rules.check(sound, life=bonded, provider_name="", own=False, now=NOW)
    rules.check(SOUND, life=replace(bonded, cleared=True), provider_name="", own=False, now=NOW)


def test_serving_oneself_is_not_serving_outsiders() -> None:
    with pytest.raises(rules.OwnParty):
        rules.check(SOUND, life=LIFE, provider_name="绍兴示例大学", own=True, now=NOW)


def test_a_correction_changes_something_and_leaves_an_orders_price_alone() -> None:
    with pytest.raises(rules.NothingChanged):
        rules.corrected(SOUND, {"title": SOUND.title})
    of_order = replace(SOUND, order_id="ord_1", order_number="DD-1", amount_fen=100)
    with pytest.raises(rules.OrderFixed):
        rules.corrected(of_order, {"amount_fen": 90})
    assert rules.differences(of_order, rules.corrected(of_order, {"way": Way.REMOTE})) == ["way"]


def test_base_hours_run_with_the_days_in_use() -> None:
    days = rules.days_in_use(year=2025, first_on=date(2025, 7, 1), ended_on=None, today=date(2026, 3, 1))
    assert days == 184
    assert rules.base_minutes(category="general", days=days, days_of_year=365, terms=TERMS) == 42_345
    assert rules.days_in_use(year=2025, first_on=None, ended_on=None, today=date(2025, 1, 31)) == 31
    assert rules.days_in_use(year=2025, first_on=None, ended_on=date(2024, 1, 1), today=date(2025, 1, 31)) == 0


def test_idle_is_below_the_line_not_on_it() -> None:
    assert rules.is_idle(Utilisation(1_999, 10_000), terms=TERMS)
    assert not rules.is_idle(Utilisation(2_000, 10_000), terms=TERMS)
    assert not rules.is_idle(Utilisation(0, 0), terms=TERMS)


def test_the_goal_is_five_percentage_points_over_the_baseline() -> None:
    found = rules.goal(reached_bp=6_300, baseline_bp=6_000, terms=PLANNED)
    assert (found.wanted_bp, found.met, found.short_bp) == (6_500, False, 200)
    assert rules.goal(reached_bp=6_500, baseline_bp=6_000, terms=PLANNED).met


def test_delays_have_a_middle_a_ninth_tenth_and_a_share_in_time() -> None:
    found = rules.delays({0: 5, 1: 3, 10: 1, 30: 1}, terms=TERMS)
    assert (found.records, found.median, found.p90, found.within_bp) == (10, 0, 10, 8_000)
    assert rules.delays({}, terms=TERMS).p90 == 0
    assert rules.delay_days(date(2025, 1, 1), date(2025, 1, 1)) == 0


def test_a_table_of_records_is_read_by_its_headings() -> None:
    head = (
        "服务名称（课题）",
        "服务记录内部编号",
        "开始时间",
        "结束时间",
        "服务机时（小时）",
        "服务金额（元）",
        "服务对象",
        "在单位内使用",
    )
    item, broken, missing = rules.read_records([
        head,
        ("镀层测厚", "2025-001", "2025年5月30日 9:00", "2025/5/30 11:30", "2.5", "1,200.50", "外部用户", "是"),
        ("镀层测厚", "2025-002", "2025-05-30", "2025-05-31", "两小时", "1"),
        ("镀层测厚", "", "2025-05-30", "2025-05-31"),
    ])  # fmt: skip
    assert item.given["from_at"] == NINE
    assert (item.given["minutes"], item.given["amount_fen"], item.given["on_premises"]) == (150, 120_050, True)
    assert (broken.row, broken.column) == (3, "服务机时（小时）")
    assert isinstance(broken.refusal, rules.CellWrong)
    assert missing.column == "服务记录内部编号"
    with pytest.raises(rules.TableWrong):
        rules.read_records([head[1:]])


def test_the_provincial_push_is_read_by_its_names() -> None:
    timed, dated, wrong = rules.read_pushed([
        {"orderCode": 1001, "assetCode": "YQ-1", "serviceDate": 2.5, "servicingTime": "2025-05-30 09:00", "servicingSource": 2, "serviceEnterprise": "某公司"},
        {"orderCode": "1002", "serviceDate": "1", "servicingTime": "2025-05-30", "servicingSource": "1"},
        {"orderCode": "1003", "serviceDate": "1", "servicingTime": "昨天", "servicingSource": "1"},
    ])  # fmt: skip
    assert timed.given["until_at"] - timed.given["from_at"] == timedelta(hours=2.5)
    assert timed.given["audience"] is Audience.OUTSIDE
    assert dated.given["until_at"] - dated.given["from_at"] == timedelta(days=1)
    assert wrong.column == "servicingTime"
