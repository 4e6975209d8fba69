"""What may be asked back, in which parts, with what interest. No database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.kernel.money import BasisPoints, Fen
from kechuang.supervision import rules
from kechuang.supervision.rules import ClawbackTerms, Part
from kechuang.supervision.rules.clawback import (
    AmountMissing,
    InstalmentsBackwards,
    InstalmentsDiffer,
    NothingPaid,
    TooManyInstalments,
)

TERMS = ClawbackTerms(True, 30, 3, BasisPoints(300), 365, 30)
ON = date(2025, 6, 1)


def test_as_much_may_be_asked_back_as_was_paid_and_not_a_fen_more() -> None:
    rules.refuse_amount(number="DF-1", fen=400_000, paid_fen=400_000, asked_fen=0)
    with pytest.raises(rules.AbovePaid):
        rules.refuse_amount(number="DF-1", fen=400_001, paid_fen=400_000, asked_fen=0)


def test_what_was_asked_back_before_counts() -> None:
    rules.refuse_amount(number="DF-1", fen=100_000, paid_fen=400_000, asked_fen=300_000)
    with pytest.raises(rules.AbovePaid):
        rules.refuse_amount(number="DF-1", fen=100_001, paid_fen=400_000, asked_fen=300_000)


def test_nothing_is_asked_back_of_what_was_never_paid_or_of_no_amount() -> None:
    with pytest.raises(NothingPaid):
        rules.refuse_amount(number="DF-1", fen=1, paid_fen=0, asked_fen=0)
    with pytest.raises(AmountMissing):
        rules.refuse_amount(number="DF-1", fen=0, paid_fen=1, asked_fen=0)


def test_interest_runs_by_days_from_the_payment_and_is_never_negative() -> None:
    assert rules.interest_fen(Fen(400_000), since=date(2025, 3, 20), until=ON, terms=TERMS) == 2_400
    assert rules.interest_fen(Fen(400_000), since=ON, until=date(2025, 3, 20), terms=TERMS) == 0


@given(st.integers(1, 10**9), st.integers(0, 4_000))
def test_interest_grows_with_days_and_parts_never_bear_more_than_the_whole(fen: int, days: int) -> None:
    until = date.fromordinal(ON.toordinal() + days)
    whole = rules.interest_fen(Fen(fen), since=ON, until=until, terms=TERMS)
    halves = [fen // 2, fen - fen // 2]
    assert sum(rules.interest_fen(Fen(half), since=ON, until=until, terms=TERMS) for half in halves) <= whole
    assert whole <= rules.interest_fen(Fen(fen), since=ON, until=date.fromordinal(until.toordinal() + 1), terms=TERMS)


def parts(*of: tuple[int, str]) -> list[Part]:
    return [Part(Fen(fen), date.fromisoformat(on)) for fen, on in of]


def refused(said: list[Part]) -> None:
    rules.refuse_parts(said, left_fen=300, on=ON, terms=TERMS, article="示例参数")


def test_parts_add_up_follow_one_another_and_are_few() -> None:
    refused(parts((100, "2025-07-01"), (200, "2025-08-01")))
    with pytest.raises(InstalmentsDiffer):
        refused(parts((100, "2025-07-01"), (199, "2025-08-01")))
    with pytest.raises(InstalmentsDiffer):
        refused(parts((300, "2025-07-01"), (0, "2025-08-01")))
    with pytest.raises(InstalmentsBackwards):
        refused(parts((100, "2025-08-01"), (200, "2025-08-01")))
    with pytest.raises(InstalmentsBackwards):
        refused(parts((300, "2025-06-01")))
    with pytest.raises(TooManyInstalments):
        refused(parts((75, "2025-07-01"), (75, "2025-08-01"), (75, "2025-09-01"), (75, "2025-10-01")))


def test_equal_parts_are_as_far_apart_as_the_rules_say_and_add_up() -> None:
    found = rules.equal_parts(Fen(100), count=3, first_on=ON, terms=replace(TERMS, clawback_gap_days=10))
    assert [part.due_on.isoformat() for part in found] == ["2025-06-01", "2025-06-11", "2025-06-21"]
    assert [part.fen for part in found] == [34, 33, 33]
    assert rules.equal_parts(Fen(100), count=1, first_on=date.max, terms=TERMS) == [Part(Fen(100), date.max)]
    with pytest.raises(rules.InstalmentsTooFar):
        rules.equal_parts(Fen(100), count=2, first_on=date(9999, 12, 20), terms=TERMS)
