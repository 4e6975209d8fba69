"""What a voucher pays, as a table: every limit, every tie, every regime. No database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.kernel.money import ONE, BasisPoints, Fen
from kechuang.policy.tables import Table, same, table
from kechuang.vouchers import rules
from kechuang.vouchers.rules import (
    ApplicantFacts,
    GrantCapReached,
    GrantTerms,
    Limit,
    NotEligible,
    NotForVoucher,
    NothingToOffset,
    NotReleasedYet,
    OffsetTerms,
    OrderFacts,
    RestoredTooMuch,
    Used,
    VoucherNotInDate,
    YearClosedForOrders,
    eligibility,
    grant,
    needs_review,
    offset,
    valid_until,
)

HALF = OffsetTerms(
    rate_bp=same(BasisPoints(5_000)),
    added_rate_bp=same(BasisPoints(0)),
    own_share_min_bp=BasisPoints(2_000),
    order_cap_fen=same(Fen(3_000_000)),
    year_cap_fen=same(Fen(20_000_000)),
    pair_year_cap_fen=None,
    provider_year_cap_fen=None,
    class_share_max_bp=same(None),
    total_public_share_max_bp=BasisPoints(ONE),
    rounding_unit_fen=Fen(1),
    service_classes=("testing",),
    exclusions=("statutory_test",),
    hold_year="grant_day",
    offset_year="hold_year",
    last_order_on="12-15",
)
GRANT = GrantTerms(
    applicant_kinds=("enterprise",),
    labels_any_of=same(("tech_sme",)),
    negative_labels=("dishonest",),
    review_when_declared=True,
    staff_max_count=None,
    revenue_max_fen=None,
    capital_max_fen=None,
    instant_grant=True,
    live_vouchers_count=1,
    grant_form="quota",
    grant_fen=same(Fen(10_000_000)),
    application_cap_fen=None,
    year_cap_fen=same(Fen(20_000_000)),
    validity_rule="days",
    validity_days=180,
    allocation="first_come",
    batches=(),
    grant_review_working_days=5,
    on_expiry="return",
)
FIRM = ApplicantFacts("enterprise", labels=frozenset({"tech_sme"}))


def offset_of(price: int, terms: OffsetTerms = HALF, *, balance: int = 50_000_000, **given: object) -> tuple[int, str]:
    found = offset(price_fen=Fen(price), balance_fen=Fen(balance), terms=terms, **given)  # type: ignore[arg-type]
    return found.fen, found.bound_by


@pytest.mark.parametrize(
    ("price", "balance", "used", "fen", "bound_by"),
    [
        (800_000, 50_000_000, 0, 400_000, "rate"),
        (1, 50_000_000, 0, 0, "rate"),  # half a fen is rounded down: nothing
        (3, 50_000_000, 0, 1, "rate"),
        (6_000_000, 50_000_000, 0, 3_000_000, "rate"),  # a tie names the rate
        (6_000_002, 50_000_000, 0, 3_000_000, "order_cap"),
        (6_000_000, 2_999_999, 0, 2_999_999, "balance"),
        (6_000_000, 50_000_000, 19_999_999, 1, "year_cap"),
        (6_000_000, 50_000_000, 20_000_000, 0, "year_cap"),
        (6_000_000, 50_000_000, 25_000_000, 0, "year_cap"),
    ],
)
def test_the_least_limit_decides_and_is_named(price: int, balance: int, used: int, fen: int, bound_by: str) -> None:
    if fen:
        assert offset_of(price, balance=balance, used_this_year_fen=Fen(used)) == (fen, bound_by)
        return
    with pytest.raises(NothingToOffset) as refusal:
        offset_of(price, balance=balance, used_this_year_fen=Fen(used))
    assert refusal.value.facts["bound_by"] == bound_by


def test_every_limit_is_shown_with_its_amount() -> None:
    found = offset(price_fen=Fen(800_000), balance_fen=Fen(700_000), terms=HALF)
    assert found.limits == {
        "rate": 400_000,
        "own_share": 640_000,
        "public_share": 800_000,
        "order_cap": 3_000_000,
        "year_cap": 20_000_000,
        "balance": 700_000,
    }
    assert set(rules.LIMIT_LABELS) == set(Limit)


def test_other_public_money_and_the_own_share_bind() -> None:
    generous = replace(HALF, rate_bp=same(BasisPoints(9_000)))
    assert offset_of(1_000_000, generous) == (800_000, "own_share")
    assert offset_of(1_000_000, facts=OrderFacts(other_public_fen=Fen(700_000))) == (300_000, "public_share")


def test_small_orders_are_fully_offset_where_the_pack_says_so() -> None:
    """玉环: under 10,000 yuan the whole price, from 10,000 the rate; the limit itself is no small order."""
    yuhuan = replace(
        HALF,
        rate_bp=table([({"price_below_fen": 1_000_000}, BasisPoints(ONE)), ({}, BasisPoints(5_000))]),
        own_share_min_bp=BasisPoints(0),
    )
    assert offset_of(999_999, yuhuan) == (999_999, "rate")
    assert offset_of(1_000_000, yuhuan) == (500_000, "rate")


@pytest.mark.parametrize(
    ("buyer", "provider", "kind", "fen"),
    [
        ("in", "in", "", 500_000),
        ("in", "out", "", 400_000),
        ("out", "in", "", 300_000),
        ("out", "out", "", 200_000),
        ("in", "in", "central_soe", 600_000),
        ("out", "out", "central_soe", 200_000),
    ],
)
def test_the_matrix_of_places_and_the_ten_points_more(buyer: str, provider: str, kind: str, fen: int) -> None:
    """昌平: the rate by where both are registered; +10 points for central SOEs as providers inside."""

    def rows(*rates: tuple[str, str, int]) -> Table[BasisPoints]:
        return table([({"buyer_zone": b, "provider_zone": p}, BasisPoints(bp)) for b, p, bp in rates])

    changping = replace(
        HALF,
        rate_bp=rows(("in", "in", 5_000), ("in", "out", 4_000), ("out", "in", 3_000), ("out", "out", 2_000)),
        added_rate_bp=table(
            [({"provider_kind": "central_soe", "provider_zone": "in"}, BasisPoints(1_000)), ({}, BasisPoints(0))]
        ),
    )
    facts = OrderFacts(buyer_zone=buyer, provider_zone=provider, provider_kind=kind)
    assert offset_of(1_000_000, changping, facts=facts) == (fen, "rate")


def test_a_class_may_take_its_share_of_the_year_only() -> None:
    shared = replace(HALF, class_share_max_bp=same(BasisPoints(1_000)))
    used = Used(class_fen=Fen(900_000), programme_fen=Fen(10_000_000))
    assert offset_of(1_000_000, shared, used=used) == (100_000, "class_share")


def test_caps_by_class_of_applicant() -> None:
    """北京算力券: 500,000 yuan a year in incubators, 200,000 for others."""
    beijing = replace(
        HALF,
        rate_bp=same(BasisPoints(2_500)),
        order_cap_fen=same(None),
        year_cap_fen=table([({"label": "incubated"}, Fen(50_000_000)), ({}, Fen(20_000_000))]),
    )
    incubated = OrderFacts(labels=("incubated",))
    assert offset_of(200_000_000, beijing, facts=incubated, balance=99_000_000) == (50_000_000, "rate")
    assert offset_of(200_000_000, beijing, balance=99_000_000) == (20_000_000, "year_cap")


def test_caps_between_a_pair_and_of_a_provider() -> None:
    paired = replace(HALF, pair_year_cap_fen=Fen(500_000), provider_year_cap_fen=Fen(450_000))
    assert offset_of(1_000_000, paired, used=Used(pair_fen=Fen(100_000))) == (400_000, "pair_cap")
    assert offset_of(1_000_000, paired, used=Used(provider_fen=Fen(100_000))) == (350_000, "provider_cap")


def test_the_offset_is_rounded_down_to_the_unit() -> None:
    hundreds = replace(HALF, rounding_unit_fen=Fen(10_000))
    assert offset_of(333_333, hundreds) == (160_000, "rate")
    with pytest.raises(NothingToOffset):
        offset_of(19_999, hundreds)


def test_excluded_services_and_situations_are_refused_not_paid_zero() -> None:
    with pytest.raises(NotForVoucher):
        offset_of(1_000_000, facts=OrderFacts(service="compute"))
    with pytest.raises(NotForVoucher):
        offset_of(1_000_000, facts=OrderFacts(situations=("statutory_test",)))
    assert offset_of(1_000_000, facts=OrderFacts(situations=("own_campus",)))[0] == 500_000


@given(
    price=st.integers(1, 10**11),
    balance=st.integers(0, 10**11),
    used=st.integers(0, 10**11),
    rate=st.integers(0, ONE),
    unit=st.sampled_from([1, 100, 10_000]),
)
def test_an_offset_is_never_above_any_limit(price: int, balance: int, used: int, rate: int, unit: int) -> None:
    terms = replace(HALF, rate_bp=same(BasisPoints(rate)), rounding_unit_fen=Fen(unit))
    try:
        found = offset(price_fen=Fen(price), balance_fen=Fen(balance), used_this_year_fen=Fen(used), terms=terms)
    except NothingToOffset:
        return
    assert 0 < found.fen <= min(found.limits.values())
    assert found.fen % unit == 0
    assert found.fen <= price


def test_the_last_day_pays_and_the_day_after_does_not() -> None:
    first, until = date(2025, 3, 10), date(2025, 9, 6)
    rules.refuse_out_of_date(first, until, on=date(2025, 9, 5))
    for day in (date(2025, 3, 9), until):
        with pytest.raises(VoucherNotInDate):
            rules.refuse_out_of_date(first, until, on=day)


def test_after_the_last_order_day_a_years_money_takes_no_orders() -> None:
    rules.refuse_closed_year(HALF, budget_year=2025, on=date(2025, 12, 15))
    with pytest.raises(YearClosedForOrders):
        rules.refuse_closed_year(HALF, budget_year=2025, on=date(2025, 12, 16))
    rules.refuse_closed_year(replace(HALF, hold_year="order_day"), budget_year=2025, on=date(2025, 12, 16))


def test_each_condition_is_answered_with_what_was_found() -> None:
    sized = replace(GRANT, staff_max_count=100)
    facts = replace(FIRM, labels=frozenset(), declared_labels=frozenset({"tech_sme"}), declared_staff_count=101)
    found = {check.parameter: (check.passes, check.declared) for check in eligibility(facts=facts, terms=sized)}
    assert found == {
        "applicant_kinds": (True, False),
        "labels_any_of": (True, True),
        "negative_labels": (True, False),
        "live_vouchers_count": (True, False),
        "staff_max_count": (False, True),
    }
    with pytest.raises(NotEligible) as refusal:
        rules.refuse_ineligible(eligibility(facts=facts, terms=sized))
    assert refusal.value.facts["parameters"] == ["staff_max_count"]


@pytest.mark.parametrize(
    ("facts", "parameter"),
    [
        (replace(FIRM, applicant="maker"), "applicant_kinds"),
        (replace(FIRM, labels=frozenset()), "labels_any_of"),
        (replace(FIRM, labels=frozenset({"tech_sme", "dishonest"})), "negative_labels"),
        (replace(FIRM, live_vouchers_count=1), "live_vouchers_count"),
    ],
)
def test_one_unmet_condition_is_enough(facts: ApplicantFacts, parameter: str) -> None:
    with pytest.raises(NotEligible) as refusal:
        rules.refuse_ineligible(eligibility(facts=facts, terms=GRANT))
    assert refusal.value.facts["parameters"] == [parameter]


def test_a_size_without_a_figure_does_not_pass() -> None:
    checks = eligibility(facts=FIRM, terms=replace(GRANT, revenue_max_fen=Fen(1)))
    assert not checks[-1].passes


def test_who_is_granted_at_once_and_who_is_looked_at() -> None:
    listed = eligibility(facts=FIRM, terms=GRANT)
    said = eligibility(facts=replace(FIRM, labels=frozenset(), declared_labels=frozenset({"tech_sme"})), terms=GRANT)
    assert not needs_review(listed, GRANT)
    assert needs_review(said, GRANT)
    assert not needs_review(said, replace(GRANT, review_when_declared=False))
    assert needs_review(listed, replace(GRANT, instant_grant=False))
    assert needs_review(listed, replace(GRANT, allocation="lottery"))


@pytest.mark.parametrize(
    ("requested", "granted", "changes", "fen"),
    [
        (5_000_000, 0, {}, 5_000_000),
        (50_000_000, 0, {}, 10_000_000),
        (50_000_000, 15_000_000, {}, 5_000_000),
        (50_000_000, 0, {"application_cap_fen": Fen(2_000_000)}, 2_000_000),
        (1, 0, {"grant_form": "fixed_face"}, 10_000_000),
    ],
)
def test_the_face_amount(requested: int, granted: int, changes: dict[str, object], fen: int) -> None:
    terms = replace(GRANT, **changes)  # type: ignore[arg-type]
    found = grant(requested_fen=Fen(requested), granted_this_year_fen=Fen(granted), facts=FIRM, terms=terms)
    assert found == fen


def test_a_used_up_year_grants_nothing_and_a_fixed_face_is_never_cut() -> None:
    with pytest.raises(GrantCapReached):
        grant(requested_fen=Fen(1), granted_this_year_fen=Fen(20_000_000), facts=FIRM, terms=GRANT)
    fixed = replace(GRANT, grant_form="fixed_face")
    with pytest.raises(GrantCapReached):
        grant(requested_fen=Fen(1), granted_this_year_fen=Fen(15_000_000), facts=FIRM, terms=fixed)


def test_batches_open_on_their_day() -> None:
    batched = replace(GRANT, allocation="batch", batches=(date(2026, 3, 1), date(2026, 9, 1)))
    with pytest.raises(NotReleasedYet):
        rules.refuse_unreleased(batched, on=date(2026, 2, 28))
    rules.refuse_unreleased(batched, on=date(2026, 3, 1))


def test_how_long_a_voucher_lasts() -> None:
    assert valid_until(date(2025, 3, 10), GRANT) == date(2025, 9, 6)
    assert valid_until(date(2025, 3, 10), replace(GRANT, validity_rule="year_end")) == date(2026, 1, 1)


class _Taken:
    def __init__(self, captured: int, restored: int = 0) -> None:
        self.captured_fen, self.restored_fen = captured, restored


def test_what_goes_back_comes_from_the_latest_offset_first() -> None:
    first, second = _Taken(500), _Taken(300, 100)
    assert rules.spread_back(Fen(250), [second, first]) == [(second, 200), (first, 50)]
    for fen in (701, 0, -1):
        with pytest.raises(RestoredTooMuch):
            rules.spread_back(Fen(fen), [second, first])
