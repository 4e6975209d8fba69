"""A list that grows with everything that is ever done: counted so far as it helps, and every row can be reached."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from kechuang.deadlines.models import CalendarDay, CalendarYear
from kechuang.ui import requests

pytestmark = pytest.mark.django_db
FIRST = date(2093, 1, 1)


@pytest.fixture(autouse=True)
def ten_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "COUNTED_MOST", 6)
    CalendarYear.objects.create(id=2093, document="", entered_at=datetime(2092, 1, 1, tzinfo=UTC))
    CalendarDay.objects.bulk_create(
        CalendarDay(id=FIRST + timedelta(days=n), year_id=2093, working=n < 4) for n in range(10)
    )


def shown(page: str, working: bool | None = None) -> tuple[list[int], str, int]:
    rows = CalendarDay.objects.filter(year_id=2093).order_by("id")
    if working is not None:
        rows = rows.filter(working=working)
    found = requests.long_page_of(RequestFactory().get("/", {"page": page} if page else {}), rows, size=2)
    return [row.id.day for row in found], found.paginator.found, found.paginator.num_pages  # type: ignore[attr-defined]


def test_near_pages_are_not_counted_to_the_end() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert shown("") == ([1, 2], "6+", 3)
    assert "LIMIT 7" in asked[0]["sql"]
    assert shown("2") == ([3, 4], "6+", 3)
    assert shown("x") == ([1, 2], "6+", 3)


def test_whoever_turns_to_the_last_of_them_gets_the_whole_list() -> None:
    assert shown("3") == ([5, 6], "10", 5)
    assert shown("5") == ([9, 10], "10", 5)
    assert shown("99") == ([9, 10], "10", 5)


def test_one_that_just_fits_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "COUNTED_MOST", 10)
    assert shown("") == ([1, 2], "10", 5)


def test_a_short_list_is_counted_as_any_other() -> None:
    assert shown("", working=True) == ([1, 2], "4", 2)
    assert shown("2", working=True) == ([3, 4], "4", 2)
