"""据预约计价: which published line a booked time is charged by, and how much of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.orders.rules import Booked, FrozenPrice, fitting, lines_for, priced, total

HOUR = FrozenPrice("p1", "base", "机时", "hour", 20_000)
DAY = FrozenPrice("p2", "base", "包天", "day", 100_000)
SAMPLE = FrozenPrice("p3", "base", "常规样品", "sample", 5_000)
RUSH = FrozenPrice("p4", "rush", "加急", "rate", None, 3_000)


@pytest.mark.parametrize(
    ("minutes", "hundredths"),
    [(60, 100), (90, 150), (50, 84), (1, 2)],
    ids=["一小时", "一小时半", "五十分钟", "一分钟"],
)
def test_hours_are_counted_to_the_hundredth_rounded_up(minutes: int, hundredths: int) -> None:
    assert lines_for(Booked(minutes), [HOUR])[0].quantity == hundredths


def test_a_day_begun_counts_whole() -> None:
    assert lines_for(Booked(25 * 60), [DAY])[0].quantity == 200


def test_samples_are_counted_by_their_number_and_not_at_all_without() -> None:
    assert lines_for(Booked(60, samples=7), [SAMPLE])[0].quantity == 700
    assert lines_for(Booked(60), [SAMPLE]) == []


def test_a_surcharge_is_never_what_a_booking_is_charged_by() -> None:
    assert fitting(Booked(60), [RUSH, HOUR]) == [HOUR]


def test_the_holder_chooses_among_the_lines_that_fit() -> None:
    assert lines_for(Booked(60), [HOUR, DAY], chosen="p2")[0].price_id == "p2"
    assert lines_for(Booked(60), [HOUR, DAY], chosen="unknown")[0].price_id == "p1"


def test_without_a_line_that_fits_the_provider_quotes() -> None:
    assert lines_for(Booked(60), [SAMPLE, RUSH]) == []


@given(st.integers(min_value=1, max_value=60 * 24 * 40))
def test_a_longer_booking_never_costs_less_and_no_minute_is_free(minutes: int) -> None:
    one, more = (total(priced(lines_for(Booked(m), [HOUR]), [HOUR])) for m in (minutes, minutes + 1))
    assert 0 < one <= more
    assert one * 60 >= minutes * 20_000  # rounded up, in favour of what was published per hour
