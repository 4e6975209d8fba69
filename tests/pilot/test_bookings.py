"""演练中的预约: instruments are booked by all ways there are, and what is left open waits for somebody."""

import pytest

from kechuang.bookings import queries as bookings
from kechuang.pilot import queries
from kechuang.trail.queries import times

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once


def test_the_year_books_instruments(played: queries.Summary) -> None:
    assert played.bookings == bookings.counts()
    assert sum(played.bookings.values()) > 0
    assert times("bookings.open_calendar") > 0
    assert times("bookings.book") >= sum(played.bookings.values()) > times("bookings.cancel")


def test_the_summary_is_json_with_bookings(played: queries.Summary) -> None:
    told = played.as_json()["bookings"]
    assert isinstance(told, dict)
    assert set(told) == set(bookings.counts())
