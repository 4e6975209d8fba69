"""The packs that are published: sound, agreeing with their cases, and true to the figures of their sources."""

import tomllib
from dataclasses import replace
from datetime import date

import pytest

from kechuang.policy import cases
from kechuang.policy.book import Book, Value, rollout_open
from kechuang.policy.catalogue import CATALOGUE
from tests.rulebook import POLICIES, rulebook

BOOK = rulebook()
ALL = [(scheme, case) for scheme, pack in BOOK.packs.items() for case in cases.read_cases(POLICIES, pack)]
SHAOXING, ZHEJIANG = BOOK.packs["shaoxing/voucher-2021"], BOOK.packs["zhejiang/voucher-2015"]

# Every reading that the issue asks for, with its cases for both ways.
READINGS = {
    "claim_office", "paying_budget", "admission_office", "revoking_office", "settle_at", "notice_unit",
    "notice_first_day_counts", "notice_end_moves", "on_refusal", "on_no_claim", "invoice_covers", "invoice_amount",
    "partial_confirmation", "revocation_binds", "on_revocation", "confirm_covers",
}  # fmt: skip


@pytest.mark.parametrize(("scheme", "case"), ALL, ids=lambda value: getattr(value, "name", value))
def test_a_worked_case(scheme: str, case: cases.Case) -> None:
    outcome = cases.run(case, BOOK.packs[scheme], BOOK)
    assert outcome.agrees, (outcome.got, outcome.refusal)


def test_the_packs_are_these() -> None:
    assert set(BOOK.packs) == {
        "shaoxing/voucher-2021", "shaoxing/provider-library", "zhejiang/voucher-2015", "yuhuan/voucher",
        "changping/voucher-2016", "beijing/compute-2026", "zhejiang/usage",
        "zhejiang/carriers-2015", "shaoxing/open-sharing", "zhejiang/screening",
        "shaoxing/supervision",
        "national/evaluation-2021", "zhejiang/evaluation-2015", "shaoxing/evaluation-2021",
    }  # fmt: skip


def test_all_25_of_the_catalogue_have_a_value_in_shaoxing() -> None:
    assert set(CATALOGUE) - {one.catalogue for one in SHAOXING.parameters.values()} == set()


def test_a_changed_number_contradicts_a_case() -> None:
    """Negative control: every number of the packs that a case names is really asked for."""
    for name, changed in (
        ("order_cap_fen", 1),
        ("confirm_working_days", 9),
        ("notice_days", 5),
        ("subsidy_ceiling_bp", 1),
    ):
        parameter = SHAOXING.parameters[name]
        value = Value(parameter.values[0].first, None, changed, "illustrative")
        pack = replace(SHAOXING, parameters={**SHAOXING.parameters, name: replace(parameter, values=(value,))})
        assert cases.check(pack, cases.read_cases(POLICIES, SHAOXING), Book(BOOK.packs)), name


def test_each_reading_names_its_words_and_is_worked_both_ways() -> None:
    worked = {name for case in cases.read_cases(POLICIES, SHAOXING) for name in case.instead}
    assert [name for name in READINGS if not SHAOXING.parameters[name].reading] == []
    assert READINGS - worked == set()


def test_the_rollout_is_the_pilot_county_first_then_the_city() -> None:
    assert SHAOXING.rollout is not None
    assert set(SHAOXING.rollout.regions) == {"330602", "330603", "330604", "330624", "330681", "330683"}
    assert rollout_open("shaoxing/voucher-2021", region="330602", on=date(2025, 1, 2), book=BOOK)
    assert not rollout_open("shaoxing/voucher-2021", region="330624", on=date(2025, 8, 31), book=BOOK)
    assert rollout_open("shaoxing/voucher-2021", region="330624", on=date(2025, 9, 1), book=BOOK)


def test_the_interpreting_bodies_and_the_day_that_is_not_in_the_text() -> None:
    assert SHAOXING.interpreters == ("绍兴市科学技术局", "绍兴市财政局")
    assert SHAOXING.sources["plan-2021"].first_illustrative


def test_annex_figures_add_up() -> None:
    on = date(2015, 4, 1)
    quota, target = (ZHEJIANG.parameters[name].on(on) for name in ("city_quota_fen", "city_service_target_count"))
    assert quota is not None
    assert target is not None
    assert len(quota.is_) == len(target.is_) == 11
    assert sum(row["is"] for row in quota.is_) == 10_000 * 10_000 * 100
    assert sum(row["is"] for row in target.is_) == 500_000


def test_no_parameter_is_written_twice_in_a_file() -> None:
    for file in POLICIES.glob("*/*.toml"):
        tomllib.loads(file.read_text())  # TOML itself refuses a section that stands twice
