"""Statutory time as pure counting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.kernel.workdays import Length, Unit, Workdays, due

BARE = Workdays(frozenset({2025, 2026}))
DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2025, 12, 31))


def test_five_working_days_without_holidays_are_a_week() -> None:
    assert due(date(2025, 3, 3), Length(5, Unit.WORKING_DAYS), BARE).on == date(2025, 3, 10)


def test_the_first_day_counts_only_when_the_terms_say_so() -> None:
    assert due(date(2025, 3, 3), Length(5, Unit.WORKING_DAYS, first_day_counts=True), BARE).on == date(2025, 3, 7)


def test_a_make_up_saturday_is_worked_and_a_holiday_is_not() -> None:
    calendar = Workdays(frozenset({2025}), {date(2025, 3, 8): True, date(2025, 3, 4): False})
    assert due(date(2025, 3, 3), Length(4, Unit.WORKING_DAYS), calendar).on == date(2025, 3, 8)


@pytest.mark.parametrize(("moves", "on"), [(True, date(2025, 3, 10)), (False, date(2025, 3, 8))])
def test_calendar_days_that_end_on_a_weekend_move_by_the_terms(moves: bool, on: date) -> None:
    assert due(date(2025, 3, 1), Length(7, Unit.DAYS, ends_on_working_day=moves), BARE).on == on


def test_what_rests_on_an_unpublished_year_is_provisional_and_plain_days_never_are() -> None:
    assert due(date(2026, 12, 30), Length(5, Unit.WORKING_DAYS), BARE).provisional
    assert not due(date(2026, 12, 30), Length(5, Unit.DAYS, ends_on_working_day=False), BARE).provisional


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_what_is_left_counts_down_to_zero_on_the_last_day(start: date, count: int) -> None:
    last = due(start, Length(count, Unit.WORKING_DAYS), BARE).on
    assert BARE.left(start, last) == count
    assert BARE.left(last, last) == 0
    assert BARE.left(last + timedelta(days=7), last) == -5
