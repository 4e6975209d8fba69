"""Money in fen: every division says its direction, and what a person types is read or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.kernel.money import (
    BasisPoints,
    Fen,
    NotAnAmount,
    fen_from_yuan,
    ratio_bp_down,
    share_down,
    split_largest_remainder,
    surcharge_half_up,
    times_half_up,
    yuan,
)

AMOUNTS = st.integers(min_value=0, max_value=10**13)


@pytest.mark.parametrize(
    ("amount", "rate", "share"), [(50, 2_900, 14), (333_333, 5_000, 166_666), (1, 9_999, 0), (7, 10_000, 7)]
)
def test_a_share_is_rounded_down_in_the_treasurys_favour(amount: int, rate: int, share: int) -> None:
    assert share_down(Fen(amount), BasisPoints(rate)) == share


@pytest.mark.parametrize(
    ("price", "hundredths", "total"), [(333, 250, 833), (1, 50, 1), (1, 49, 0), (60_000, 912, 547_200)]
)
def test_a_quantity_in_hundredths_is_rounded_half_up(price: int, hundredths: int, total: int) -> None:
    assert times_half_up(Fen(price), hundredths) == total


def test_a_surcharge_may_pass_the_whole_amount() -> None:
    assert surcharge_half_up(Fen(101), 15_000) == 152


def test_a_ratio_of_nothing_is_zero() -> None:
    assert (ratio_bp_down(0, 0), ratio_bp_down(1, 3)) == (0, 3_333)


@given(AMOUNTS, st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30).filter(any))
def test_split_money_adds_up_to_the_fen_and_is_fair(total: int, weights: list[int]) -> None:
    shares = split_largest_remainder(Fen(total), weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert all(
        total * weight // whole <= share <= total * weight // whole + 1
        for share, weight in zip(shares, weights, strict=True)
    )


def test_equal_rests_go_to_the_earlier() -> None:
    assert split_largest_remainder(Fen(100), [1, 1, 1]) == [34, 33, 33]


def test_nothing_over_nothing_is_nothing_and_something_is_a_bug() -> None:
    assert split_largest_remainder(Fen(0), [0, 0]) == [0, 0]
    with pytest.raises(AssertionError, match="nothing to weigh by"):
        split_largest_remainder(Fen(1), [0, 0])


@given(AMOUNTS)
def test_what_is_shown_is_read_back(amount: int) -> None:
    assert fen_from_yuan(yuan(amount)) == amount


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("12,345.67", 1_234_567), ("￥１２", 1_200), ("¥0.5", 50), (" 3 000 元", 300_000), ("0", 0)],
)
def test_what_people_type_is_read(typed: str, fen: int) -> None:
    assert fen_from_yuan(typed) == fen


@pytest.mark.parametrize("typed", ["", "abc", "1.234", "-5", "1e3", "一百", "1..2", "7.", "99999999999999", "²"])
def test_what_is_no_amount_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(NotAnAmount) as refusal:
        fen_from_yuan(typed)
    assert refusal.value.facts == {"typed": typed}
