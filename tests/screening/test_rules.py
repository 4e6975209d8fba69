"""Each rule at its edge: what is just enough, and what is honest and only looks like it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from kechuang.screening.rules import (
    RULES,
    ClaimFact,
    Facts,
    InvoiceFact,
    LevelFact,
    LinkFact,
    PaceFact,
    PairFact,
    RedFact,
    RegistrationFact,
    ReportFact,
    ScreeningTerms,
    bands_of,
    levels_of,
    near_number,
    results_of,
    screen,
)
from kechuang.screening.states import LinkKind, Pattern
from tests.rulebook import rulebook
from tests.screening.conftest import SCHEME

DAY = date(2025, 6, 2)
TERMS = rulebook().in_force(SCHEME, ScreeningTerms, DAY).terms


def claim(number: int = 1, **more: Any) -> ClaimFact:
    given: dict[str, Any] = {
        "holder": "firm",
        "provider": "lab",
        "service": "testing",
        "offer_id": "ofr",
        "title": "材料检测",
        "unit": "sample",
        "quantity": 800,
        "unit_price_fen": 100_000,
        "list_price_fen": 100_000,
        "price_fen": 800_000,
        "voucher_fen": 400_000,
        "own_share_fen": 400_000,
        "placed_on": DAY,
        "started_on": DAY,
        "delivered_on": DAY + timedelta(days=6),
        "submitted_on": DAY + timedelta(days=9 + number),
    }
    base = ClaimFact(f"clm{number}", f"SD-{number}", f"ord{number}", "330602", "firm", "lab")
    return replace(base, **(given | more))


def found(*claims: ClaimFact, wanted: frozenset[str] | None = None, **facts: Any) -> set[tuple[str, str]]:
    by_id = {one.claim_id: one for one in claims}
    given = Facts(claims=by_id, wanted=frozenset(by_id) if wanted is None else wanted, **facts)
    return {(str(one.rule), one.claim.claim_id) for one in screen(given, TERMS)}


def invoice(number: int, text: str, **more: Any) -> InvoiceFact:
    given = {"seller_code": "S", "buyer_code": "B", "gross_fen": 800_000, "line_fen": 800_000, "issued_on": DAY}
    return InvoiceFact(f"clm{number}", text, **(given | {"items": "*研发和技术服务*检测"} | more))


def test_an_ordinary_claim_is_found_by_no_rule() -> None:
    assert found(claim(), invoices=[invoice(1, "25332000000000012345")]) == set()


ORIGINAL, ALTERED = "25332000000000512345", "25332000000000572345"


def test_an_altered_invoice_is_found_on_the_later_claim() -> None:
    papers = [invoice(1, ORIGINAL), invoice(2, ALTERED)]
    assert found(claim(1), claim(2), invoices=papers) == {(Pattern.INVOICE_REUSED, "clm2")}


@pytest.mark.parametrize(
    "more",
    [
        {"issued_on": DAY + timedelta(days=30)},
        {"items": "*研发和技术服务*检测（二期）"},
        {"gross_fen": 800_100},
        {"seller_code": "T"},
        {"buyer_code": "C"},
    ],
)
def test_another_day_item_amount_or_side_is_another_invoice(more: dict[str, Any]) -> None:
    papers = [invoice(1, ORIGINAL), invoice(2, ALTERED, **more)]
    assert found(claim(1), claim(2), invoices=papers) == set()


@pytest.mark.parametrize(
    ("other", "near"),
    [
        ("25332000000000512346", False),  # the next of a series
        ("25332000000000521345", True),  # two turned
        ("2533200000000051234", True),  # one lost
        ("00512345", True),  # the head lost
        ("25332000000000999999", False),
        (ORIGINAL, False),
    ],
)
def test_which_numbers_are_near(other: str, near: bool) -> None:
    assert near_number(ORIGINAL, other, 2, 20) is near


def test_red_is_found_whether_before_the_claim_or_after_and_not_once_it_is_cited_no_more() -> None:
    after = RedFact("clm1", ORIGINAL, DAY + timedelta(days=60), "R1", "模拟")
    before = replace(after, red_on=DAY)
    papers = [invoice(1, ORIGINAL)]
    assert found(claim(), red=[after], invoices=papers) == {(Pattern.INVOICE_RED, "clm1")}
    assert found(claim(), red=[before], invoices=papers) == {(Pattern.INVOICE_RED, "clm1")}
    assert found(claim(), red=[before], invoices=[invoice(1, ALTERED)]) == set(), "another was brought instead"


@pytest.mark.parametrize(
    ("more", "flagged"),
    [
        ({"line_fen": 800_100}, False),  # a rounding
        ({"line_fen": 800_101}, True),
        ({"items": "*餐饮服务*餐费"}, True),
        ({"issued_on": DAY - timedelta(days=1)}, True),
    ],
)
def test_what_is_invoiced_is_what_was_ordered(more: dict[str, Any], flagged: bool) -> None:
    assert (found(claim(), invoices=[invoice(1, ORIGINAL, **more)]) != set()) is flagged


def test_three_orders_just_below_the_limit_within_some_days_are_a_split() -> None:
    days = [DAY, DAY + timedelta(days=5), DAY + timedelta(days=12)]
    orders = [claim(n, placed_on=day, price_fen=990_000) for n, day in enumerate(days)]
    assert {rule for rule, _claim in found(*orders)} == {Pattern.SPLIT_ORDERS}
    assert found(*orders[:2]) == set()
    spread = [replace(one, placed_on=DAY + timedelta(days=20 * n)) for n, one in enumerate(orders)]
    assert found(*spread) == set()
    small = [replace(one, price_fen=400_000) for one in orders]
    assert found(*small) == set()
    assert found(*[replace(one, offer_id=f"ofr{n}") for n, one in enumerate(orders)]) == set()


def link(party: str, digest: str, kind: LinkKind = LinkKind.PHONE, until: date | None = None) -> LinkFact:
    return LinkFact(f"lnk-{party}-{digest}", party, kind, digest, "****", None, until)


def chain(*parties: str) -> list[LinkFact]:
    pairs = pairwise(parties)
    return [link(party, f"d{n}") for n, pair in enumerate(pairs) for party in pair]


def test_three_steps_are_affiliated_and_four_are_not() -> None:
    assert found(claim(), links=chain("firm", "a", "b", "lab")) == {(Pattern.AFFILIATED, "clm1")}
    assert found(claim(), links=chain("firm", "a", "b", "c", "lab")) == set()


def test_what_many_have_or_had_once_joins_nobody() -> None:
    links = chain("firm", "lab")
    assert found(claim(), links=links, hubs={"d0": TERMS.path_hub_count + 1}) == set()
    over = [replace(one, until_on=DAY) for one in links]
    assert found(claim(), links=over) == set()
    assert found(claim(placed_on=DAY - timedelta(days=1)), links=over) == {(Pattern.AFFILIATED, "clm1")}


def test_one_telephone_behind_many_firms_is_an_agent() -> None:
    links = [link("firm", "d")]
    many, few = TERMS.agent_firms_count, TERMS.agent_firms_count - 1
    assert found(claim(), links=links, filers={"d": many}) == {(Pattern.AGENT, "clm1")}
    assert found(claim(), links=links, filers={"d": few}) == set()


def test_above_the_list_and_far_above_the_class_is_dear() -> None:
    assert found(claim(unit_price_fen=103_000)) == set()
    assert found(claim(unit_price_fen=103_001)) == {(Pattern.PRICE_HIGH, "clm1")}
    level = {("testing", "", "sample"): LevelFact(30, 50_000, 5_000)}
    assert found(claim(), levels=level) == {(Pattern.PRICE_HIGH, "clm1")}
    few = {("testing", "", "sample"): LevelFact(24, 50_000, 5_000)}
    assert found(claim(), levels=few) == set()
    wide = {("testing", "", "sample"): LevelFact(30, 50_000, 20_000)}
    assert found(claim(), levels=wide) == set()


def test_the_level_of_a_class_is_its_middle() -> None:
    (level,) = levels_of([claim(n, unit_price_fen=fen) for n, fen in enumerate((100, 300, 200, 900, 250))]).values()
    assert (level.count, level.middle_fen, level.spread_fen) == (5, 250, 50)


@pytest.mark.parametrize(
    ("more", "flagged"),
    [
        ({}, True),
        ({"booked": True}, False),
        ({"sampled": True}, False),
        ({"evidence_expected": False}, False),
        ({"evidenced_minutes": 300}, False),
        ({"evidenced_minutes": 299}, True),
        ({"booked": True, "quantity": 7 * 24 * 100}, False),
        ({"booked": True, "quantity": 7 * 24 * 100 + 1}, True),
    ],
)
def test_an_hour_of_an_instrument_leaves_a_trace(more: dict[str, Any], flagged: bool) -> None:
    hours = {"service": "instrument", "unit": "hour", "quantity": 1_000, "evidence_expected": True}
    assert (found(claim(**(hours | more))) == {(Pattern.NO_EVIDENCE, "clm1")}) is flagged


def report(number: int, *values: str) -> ReportFact:
    return ReportFact(f"clm{number}", f"ord{number}", "lab", frozenset(results_of(" ".join(values))))


OWN = [f"{n}.{n}37" for n in range(10, 20)]


def test_the_results_of_another_report_are_found_on_the_later_one() -> None:
    reports = [report(1, *OWN), report(2, *OWN[:7], "81.234", "82.345", "83.456")]
    assert found(claim(1), claim(2), reports=reports) == {(Pattern.REPORT_ALIKE, "clm2")}
    others = [report(1, *OWN), report(2, *OWN[:4], *(f"9{n}.551" for n in range(6)))]
    assert found(claim(1), claim(2), reports=others) == set()


def test_what_all_reports_of_a_provider_say_is_their_form() -> None:
    limits = [f"0.1{n}5" for n in range(8)]
    reports = [report(n, *limits, f"{n}7.311", f"{n}8.422") for n in range(1, 9)]
    small = [claim(n, price_fen=400_000, other_public_fen=0) for n in range(1, 9)]
    assert found(*small, reports=reports) == set()


def test_alike_reports_agree_in_a_band_and_others_do_not() -> None:
    one, like = results_of(" ".join(OWN)), results_of(" ".join([*OWN[:9], "77.777"]))
    other = results_of(" ".join(f"{n}.777" for n in range(40, 52)))
    assert set(bands_of(one)) & set(bands_of(like))
    assert not set(bands_of(one)) & set(bands_of(other))
    assert bands_of(()) == ()


def test_the_own_share_that_goes_back_is_found() -> None:
    assert found(claim(refunded_fen=160_000)) == {(Pattern.OWN_SHARE_BACK, "clm1")}
    assert found(claim(refunded_fen=159_999)) == set()


def test_a_shell_is_young_and_empty() -> None:
    young = RegistrationFact(DAY - timedelta(days=179), 1)
    assert found(claim(), registrations={"firm": young}) == {(Pattern.SHELL_BUYER, "clm1")}
    for honest in (
        RegistrationFact(DAY - timedelta(days=180), 0),
        RegistrationFact(DAY - timedelta(days=10), 2),
        RegistrationFact(None, 0),
        RegistrationFact(DAY, None),
    ):
        assert found(claim(), registrations={"firm": honest}) == set()


@pytest.mark.parametrize(
    ("needs", "flagged"),
    [
        ("压力表强制检定", True),
        ("压力表非强制检定校准", False),
        ("新品型式检验前摸底测试", False),
        ("新产品检测", False),
    ],
)
def test_a_test_that_the_law_asks_for_is_found_by_its_words(needs: str, flagged: bool) -> None:
    assert (found(claim(needs=needs)) == {(Pattern.DISGUISED_TEST, "clm1")}) is flagged


def test_a_batch_in_three_months_is_found_and_one_large_series_is_not() -> None:
    batch = [claim(n, quantity=6_000, placed_on=date(2025, n, 9)) for n in (2, 3, 4)]
    assert {rule for rule, _claim in found(*batch)} == {Pattern.DISGUISED_TEST}
    assert found(*batch[:2]) == set()


def test_a_rush_is_many_times_the_pace_and_done_in_no_time() -> None:
    late = claim(placed_on=date(2025, 12, 20), started_on=date(2025, 12, 20), delivered_on=date(2025, 12, 21))
    pace = {("lab", 2025): PaceFact(12, 30)}
    assert found(late, paces=pace) == {(Pattern.YEAR_END_RUSH, "clm1")}
    assert found(late, paces={("lab", 2025): PaceFact(12, 200)}) == set()
    assert found(replace(late, delivered_on=date(2025, 12, 26)), paces=pace) == set()


def test_public_money_above_the_price_is_stacked() -> None:
    assert found(claim(other_public_fen=400_000)) == set()
    assert found(claim(other_public_fen=400_001)) == {(Pattern.STACKING, "clm1")}
    large = {"lab": 50_000_000}
    assert found(claim(other_public_fen=240_001, channel="platform"), redeemed_fen=large) == {
        (Pattern.STACKING, "clm1")
    }
    assert found(claim(other_public_fen=240_001, channel="platform"), redeemed_fen={"lab": 49_999_999}) == set()


def test_a_pair_is_measured_by_what_the_officer_does_for_others() -> None:
    key = ("330602", "psn", "lab")
    seen = claim(confirmed_by="psn")
    assert found(seen, pairs={key: PairFact(20, 60, 24, 200)}) == {(Pattern.REVIEWER_PAIR, "clm1")}
    assert found(seen, pairs={key: PairFact(19, 60, 22, 200)}) == set()
    assert found(seen, pairs={key: PairFact(24, 200, 24, 200)}) == set()  # the county has one officer
    assert found(seen, pairs={key: PairFact(24, 24, 24, 24)}) == set()  # and one provider


def test_only_what_is_wanted_is_found_on_and_a_rule_can_be_switched_off() -> None:
    other = claim(2, refunded_fen=400_000)
    assert found(claim(1), other, wanted=frozenset({"clm1"})) == set()
    facts = Facts(claims={"clm2": other}, wanted=frozenset({"clm2"}))
    off = replace(TERMS, rules_enabled=TERMS.rules_enabled - {Pattern.OWN_SHARE_BACK})
    assert screen(facts, off) == []


def test_every_rule_says_its_figures_and_has_its_parameters_in_the_pack() -> None:
    assert set(RULES) == set(Pattern)
    pack = rulebook().packs[SCHEME]
    for rule in RULES.values():
        assert set(rule.parameters) <= set(pack.parameters)
        assert TERMS.points_of(rule.code) > 0
