"""The formulas at their edges: half a million to the fen, both readings of a word, fen that add up."""

import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from kechuang.claims.states import CountedBy
from kechuang.kernel.money import BasisPoints, Fen
from kechuang.subsidies import rules
from kechuang.subsidies.rules import Over, Part, Payer, Per, PotTerms, ProviderTerms

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.subsidies import worked_cases
from tests.rulebook import POLICIES

HALF_A_MILLION = 50_000_000
RATE = BasisPoints(3_000)


def terms(**given: object) -> ProviderTerms:
    said = {
        "subsidy_threshold_fen": Fen(HALF_A_MILLION),
        "subsidy_ceiling_bp": RATE,
        "platform_part_bp": BasisPoints(1_000),
        "platform_part_needs_threshold": True,
        "subsidised_channels": ("platform",),
        "subsidy_payer": Payer.CITY,
        "subsidy_threshold_per": Per.LEGAL_PERSON,
        "subsidy_threshold_over": Over.CITY,
        "subsidy_counted_by": CountedBy.PAYOUT,
        "subsidy_counts_outside": True,
    }
    return ProviderTerms(**{**said, **given})  # type: ignore[arg-type]


def pot(**given: object) -> PotTerms:
    said = {"subsidy_pro_rata": True, "total_public_share_max_bp": BasisPoints(10_000), "stacking_cuts": False}
    return PotTerms(**{**said, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fen", "due"),
    [(HALF_A_MILLION, 15_000_000), (HALF_A_MILLION - 1, 0), (HALF_A_MILLION + 1, 15_000_000), (HALF_A_MILLION + 4, 15_000_001)],
)  # fmt: skip
def test_above_half_a_million_includes_half_a_million_itself(fen: int, due: int) -> None:
    (amount,) = rules.provider_subsidies(parts=[Part("330602", Fen(fen), Fen(0))], rate_bp=RATE, terms=terms())
    assert amount.fen == due


def test_both_parts_are_rounded_down_each_by_itself() -> None:
    part = Part("330602", Fen(HALF_A_MILLION + 9), Fen(9))
    (amount,) = rules.provider_subsidies(parts=[part], rate_bp=RATE, terms=terms())
    assert (amount.rate_part_fen, amount.platform_part_fen) == (15_000_002, 0)


def test_a_rate_above_thirty_per_cent_is_refused_and_thirty_is_not() -> None:
    rules.check_rate(3_000, terms=terms())
    with pytest.raises(rules.RateAboveCeiling):
        rules.check_rate(3_001, terms=terms())


@pytest.mark.parametrize("pot_fen", [1, 2, 3, 99, 1_000_001])
def test_what_a_short_pot_pays_adds_up_to_the_fen_and_nobody_gets_more_than_due(pot_fen: int) -> None:
    due = [333_333, 333_333, 333_334, 1, 7]
    paid = rules.within_pot(pot_fen=Fen(pot_fen), due_fen=due, terms=pot())
    assert sum(paid) == min(pot_fen, sum(due))
    assert all(got <= asked for got, asked in zip(paid, due, strict=True))


def test_a_year_is_closed_when_it_is_over_and_every_county_has_closed_its_books() -> None:
    until, names = date(2026, 1, 1), {"330602": "越城区"}

    def check(on: date, closed: date | None) -> None:
        rules.check_closed(year=2025, until=until, on=on, closed_until={"330602": closed}, names=names)

    check(date(2026, 1, 5), date(2026, 1, 1))
    for on, closed in (
        (date(2025, 12, 31), date(2026, 1, 1)),
        (date(2026, 1, 5), date(2025, 12, 1)),
        (date(2026, 1, 5), None),
    ):
        with pytest.raises(rules.YearNotClosed):
            check(on, closed)


def test_worked_cases_all_agree_and_a_wrong_number_is_found(tmp_path: Path) -> None:
    failed, tried = worked_cases(POLICIES)
    assert failed == 0
    assert tried > 20
    shutil.copytree(POLICIES, tmp_path / "policies")
    pack = tmp_path / "policies/shaoxing/voucher-2021.toml"
    text = pack.read_text()
    assert text.count('is = 50_000_000, article = "plan-2021#三（三）1"') == 1
    pack.write_text(text.replace("is = 50_000_000, article = \"plan-2021#三（三）1\"", "is = 50_000_001, article = \"plan-2021#三（三）1\""))  # fmt: skip
    assert worked_cases(tmp_path / "policies")[0] > 0
