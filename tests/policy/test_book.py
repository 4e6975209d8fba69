from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pytest

from kechuang.kernel.money import BasisPoints, Fen
from kechuang.policy import book
from kechuang.policy.packs import parse
from kechuang.policy.tables import NoRowFits, Table, month_day, same, table
from kechuang.policy.terms import TermsMismatchError

PACK = """
scheme = "demo/voucher"
title = "示例券"
interpreters = ["示例市科技局"]

[source.rules]
title = "《示例办法》"
short = "示例办法"
from = 2023-04-01

[words.applicant]
enterprise = "企业"
maker = "创业者"

[rollout]
article = "rules#二"
rule = "region_or_provider"
regions = [
  { code = "330602", name = "越城区", from = 2023-04-01, article = "rules#二" },
  { code = "330603", name = "柯桥区", from = 2025-03-01, article = "illustrative" },
]
providers = [{ code = "12330000471003523Q", name = "绍兴文理学院", from = 2023-04-01, article = "rules#二" }]

[order_cap_fen]
meaning = "单笔上限"
unit = "fen"
catalogue = 9
value = [
  { from = 2023-04-01, is = 3_000, article = "rules#三（一）2" },
  { from = 2025-07-01, until = 2026-01-01, is = 4_000, article = "illustrative" },
]
reading = "一笔"

[rate_bp]
meaning = "比例"
unit = "bp"
by = ["applicant", "price_below_fen"]
catalogue = 8
value = [{ from = 2023-04-01, article = "rules#三", is = [
  { when = { price_below_fen = 1_000 }, is = 10_000 },
  { when = { applicant = "maker" }, is = 6_000 },
  { is = 5_000, article = "illustrative" },
] }]

[year_cap_fen]
meaning = "年度上限"
unit = "fen"
catalogue = 9
value = [{ from = 2023-04-01, is = "none", article = "rules#三" }]

[settle_at]
meaning = "结算"
unit = "choice"
options = { order = "下单", acceptance = "验收" }
catalogue = 8
value = [{ from = 2023-04-01, is = "acceptance", article = "rules#三" }]

[batches]
meaning = "批次"
unit = "days_list"
catalogue = 13
value = [{ from = 2023-04-01, is = [2023-05-01], article = "illustrative" }]
"""


class At(StrEnum):
    ORDER = "order"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class Terms:
    order_cap_fen: Fen
    rate_bp: Table[BasisPoints]
    year_cap_fen: Fen | None
    settle_at: At
    batches: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Capped:
    year_cap_fen: Fen


@dataclass(frozen=True, slots=True)
class Missing:
    sample_min_bp: BasisPoints


@pytest.fixture
def demo() -> book.Book:
    return book.Book({"demo/voucher": parse(PACK, file="demo/voucher.toml")})


def test_a_change_counts_from_its_first_day(demo: book.Book) -> None:
    caps = [book.in_force("demo/voucher", Terms, on=day, book=demo).terms.order_cap_fen for day in JUNE_AND_JULY]
    assert caps == [3_000, 4_000]


JUNE_AND_JULY = (date(2025, 6, 30), date(2025, 7, 1))


def test_terms_are_typed(demo: book.Book) -> None:
    terms = demo.in_force("demo/voucher", Terms, date(2024, 1, 1)).terms
    assert terms.year_cap_fen is None
    assert terms.settle_at is At.ACCEPTANCE
    assert terms.batches == (date(2023, 5, 1),)


@pytest.mark.parametrize(
    ("applicant", "price", "rate"), [("maker", 999, 10_000), ("maker", 1_000, 6_000), ("enterprise", 1_000, 5_000)]
)
def test_the_first_row_that_fits_decides(demo: book.Book, applicant: str, price: int, rate: int) -> None:
    terms = demo.in_force("demo/voucher", Terms, date(2024, 1, 1)).terms
    assert terms.rate_bp.pick(applicant=applicant, price_fen=price, service="testing") == rate


def test_a_fact_that_a_condition_needs_must_be_handed_in(demo: book.Book) -> None:
    with pytest.raises(KeyError):
        demo.in_force("demo/voucher", Terms, date(2024, 1, 1)).terms.rate_bp.pick(price_fen=2_000)


def test_no_row_is_a_refusal() -> None:
    with pytest.raises(NoRowFits):
        table([({"service": "testing"}, 1)]).pick(service="training")
    assert same(7).pick() == 7


def test_labels_are_looked_up_among_the_labels() -> None:
    by_label = table([({"label": "benchmark"}, 50), ({}, 20)])
    assert by_label.pick(labels=frozenset({"benchmark", "tech_sme"})) == 50
    assert by_label.pick(labels=frozenset()) == 20
    assert by_label.asks == {"label"}


def test_a_price_from_on_includes_the_price() -> None:
    tiers = table([({"price_from_fen": 100}, "high"), ({}, "low")])
    assert [tiers.pick(price_fen=price) for price in (99, 100)] == ["low", "high"]


@pytest.mark.parametrize("day", [date(2023, 3, 31), date(2026, 1, 1)])
def test_outside_the_days_of_a_value_nothing_is_assumed(demo: book.Book, day: date) -> None:
    with pytest.raises(book.NoTermsInForce) as refusal:
        demo.in_force("demo/voucher", Terms, day)
    assert refusal.value.facts["day_on"] == day
    assert refusal.value.facts["param"] == "单笔上限"


def test_a_missing_parameter_and_a_missing_scheme_stop(demo: book.Book) -> None:
    with pytest.raises(book.NoTermsInForce, match="sample_min_bp"):
        demo.in_force("demo/voucher", Missing, date(2024, 1, 1))
    with pytest.raises(book.NoTermsInForce):
        demo.in_force("demo/other", Terms, date(2024, 1, 1))


def test_no_limit_needs_a_type_that_can_say_so(demo: book.Book) -> None:
    with pytest.raises(TermsMismatchError, match="year_cap_fen"):
        demo.in_force("demo/voucher", Capped, date(2024, 1, 1))


def test_the_record_explains_and_can_be_replayed(demo: book.Book) -> None:
    decided = demo.in_force("demo/voucher", Terms, date(2025, 7, 1))
    cap = decided.record["params"]["order_cap_fen"]
    assert (cap["is"], cap["article"], cap["from"], cap["illustrative"], cap["reading"]) == (
        4_000,
        "示例参数",
        "2025-07-01",
        True,
        True,
    )
    assert decided.record["params"]["rate_bp"]["illustrative"], "one row of it has no source"
    assert decided.article("settle_at") == "示例办法 三"
    assert book.replay(decided.record, Terms).terms == decided.terms
    with pytest.raises(book.NoTermsInForce):
        book.replay(decided.record, Missing)


def test_the_same_interval_is_resolved_once(demo: book.Book) -> None:
    first, second = (demo.in_force("demo/voucher", Terms, day) for day in (date(2024, 1, 1), date(2025, 6, 30)))
    assert first is second
    assert demo.in_force("demo/voucher", Terms, date(2025, 7, 1)) is not first


def test_a_draft_does_not_touch_the_book(demo: book.Book) -> None:
    draft = parse(PACK.replace("is = 3_000", "is = 1"), file="demo/voucher.toml")
    changed = demo.with_pack(draft)
    on = date(2024, 1, 1)
    assert changed.in_force("demo/voucher", Terms, on).terms.order_cap_fen == 1
    assert demo.in_force("demo/voucher", Terms, on).terms.order_cap_fen == 3_000


def test_a_county_is_open_from_its_first_day(demo: book.Book) -> None:
    with book.installed(demo):
        book.rollout("demo/voucher", region="330602", on=date(2023, 4, 1))
        book.rollout("demo/voucher", region="330603", on=date(2025, 3, 1))
        with pytest.raises(book.NotYetInRegion) as refusal:
            book.rollout("demo/voucher", region="330603", on=date(2025, 2, 28))
    assert refusal.value.facts == {"place": "柯桥区", "first_on": date(2025, 3, 1), "article": "示例办法 二"}


def test_a_listed_provider_opens_a_county_that_is_not_yet(demo: book.Book) -> None:
    assert book.rollout_open(
        "demo/voucher", region="330603", provider_code="12330000471003523Q", on=date(2024, 1, 1), book=demo
    )
    assert not book.rollout_open("demo/voucher", region="330603", provider_code="", on=date(2024, 1, 1), book=demo)


def test_a_county_that_no_line_names_is_refused(demo: book.Book) -> None:
    with pytest.raises(book.NotInRollout):
        book.rollout("demo/voucher", region="330106", on=date(2025, 6, 1), book=demo)


def test_where_the_rule_is_the_county_alone_a_provider_opens_nothing() -> None:
    pack = parse(PACK.replace('rule = "region_or_provider"', 'rule = "region"'), file="demo/voucher.toml")
    demo = book.Book({pack.scheme: pack})
    assert not book.rollout_open(
        "demo/voucher", region="330603", provider_code="12330000471003523Q", on=date(2024, 1, 1), book=demo
    )


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 2, 29)), (2025, date(2025, 2, 28)), (2100, date(2100, 2, 28))]
)
def test_the_last_of_february(year: int, day: date) -> None:
    assert month_day("02-29", year) == day


HOME = """
[home_region]
meaning = "适用地区"
unit = "text"
catalogue = 0
value = [{{ from = 2023-04-01, is = "{place}", article = "illustrative" }}]
"""


def test_rules_that_a_narrower_place_has_only_from_a_later_day_leave_the_word_to_the_wider_one() -> None:
    wide = parse(PACK + HOME.format(place="33"), file="demo/voucher.toml")
    later = PACK.replace("demo/voucher", "demo/own").replace(
        '{ from = 2023-04-01, is = "acceptance"', '{ from = 2027-01-01, is = "acceptance"'
    )
    own = parse(later + HOME.format(place="3306"), file="demo/own.toml")
    both = book.Book({pack.scheme: pack for pack in (wide, own)})
    found = [book.scheme_at("330602", "settle_at", on=day, book=both) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert found == ["demo/voucher", "demo/own"]
    assert book.scheme_at("330602", "rate_bp", on=date(2026, 12, 31), book=both) == "demo/own"
