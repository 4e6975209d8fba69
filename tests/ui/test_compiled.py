"""Statements written once: the same rows, whatever the values; never another question's statement."""

import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from kechuang.deadlines.models import CalendarDay, CalendarYear
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Post, Role
from kechuang.orders.access import visible_to
from kechuang.orders.models import Order
from kechuang.ui import rows
from kechuang.ui.compiled import ShapeError, compiled, compiled_update

pytestmark = pytest.mark.django_db
DAYS = [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)]


@pytest.fixture(autouse=True)
def days() -> None:
    CalendarDay.objects.all().delete()
    CalendarYear.objects.get_or_create(
        id=2025, defaults={"document": "", "entered_at": datetime(2024, 11, 12, tzinfo=UTC)}
    )
    CalendarDay.objects.bulk_create(CalendarDay(id=day, year_id=2025, working=day.day != 2) for day in DAYS)


def test_the_second_answer_is_the_second_values_and_nothing_is_written_anew() -> None:
    written = 0

    @compiled
    def since(day: date, working: bool):  # type: ignore[no-untyped-def]
        nonlocal written
        written += 1
        return CalendarDay.objects.filter(id__gte=day, working=working).order_by("id")

    since.compared_most = 0
    assert [row.id for row in since(DAYS[0], True)] == [DAYS[0], DAYS[2]]
    assert written == 2  # once with each set of marks
    assert [row.id for row in since(DAYS[1], True)] == [DAYS[2]]
    assert since.first(DAYS[2], True) == CalendarDay(id=DAYS[2])
    assert written == 2
    assert [row.id for row in since(DAYS[0], False)] == [DAYS[1]]
    assert written == 4  # a yes or a no is part of the shape


def test_rows_are_those_of_the_queryset_and_can_be_saved() -> None:
    @compiled
    def of(day: date):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(id=day)

    (row,) = of(DAYS[0])
    assert (row.pk, row.working, row._state.adding, row._state.db) == (DAYS[0], True, False, "default")
    row.working = False
    row.save()
    assert of(DAYS[0])[0].working is False


def test_what_is_made_of_a_row_is_what_django_makes_of_it() -> None:
    @compiled
    def all_of(year: int):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(year_id=year).annotate(off=Q(working=False)).order_by("id")

    @compiled
    def joined(year: int):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(year_id=year).select_related("year").order_by("id")

    @compiled
    def some(year: int):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(year_id=year).only("working").order_by("id")

    for asked in (all_of, joined, some):
        for ours, djangos in zip(asked(2025), asked.build(2025), strict=True):
            assert vars(ours) | {"_state": None} == vars(djangos) | {"_state": None}
            assert (ours._state.adding, ours._state.db) == (djangos._state.adding, djangos._state.db)
            assert ours.year == djangos.year
            assert ours.get_deferred_fields() == djangos.get_deferred_fields()


def test_values_lists_and_any_length_of_a_list_are_one_statement() -> None:
    @compiled
    def among(days: list[date]):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(id__any=days).order_by("id").values_list("id", flat=True)

    assert among(DAYS[:2]) == DAYS[:2]
    assert among(DAYS) == DAYS
    assert len(among.known) == 1
    assert among([]) == []


@pytest.mark.parametrize("looks", ["branches", "changes", "slices"])
def test_a_function_that_looks_into_a_value_is_refused(looks: str) -> None:
    @compiled
    def wrong(number: int, text: str):  # type: ignore[no-untyped-def]
        rows = Order.objects.filter(revision=number)
        if looks == "branches":
            return rows.filter(number=text) if text.endswith("0.1") else rows.filter(title=text)
        return rows.filter(title=text + "!") if looks == "changes" else rows.filter(title=text)[:number]

    with pytest.raises(ShapeError):
        wrong(7, "x")


def test_a_stale_statement_is_found_by_the_tests_themselves() -> None:
    """The guard of this suite: a function whose statement changes without its shape fails where it is checked."""
    wanted = "number"

    @compiled
    def drifting(text: str):  # type: ignore[no-untyped-def]
        return Order.objects.filter(**{wanted: text})

    drifting("x")
    wanted = "title"
    with pytest.raises(AssertionError, match="not the one that Django writes"):
        drifting("y")


def test_what_each_actor_sees_is_a_shape_of_its_own() -> None:
    @compiled
    def seen(actor: Actor, number: str):  # type: ignore[no-untyped-def]
        return visible_to(actor).filter(number=number)

    def sql(actor: Actor) -> str:
        with CaptureQueriesContext(connection) as asked:
            seen(actor, "A-1")
        return asked[0]["sql"] if asked.captured_queries else ""

    firm = Actor(person_id="per_1", party_id="pty_1")
    county = Actor(person_id="per_2", posts=frozenset({Post(Role.COUNTY_OFFICER, "330602")}))
    assert "pty_1" in sql(firm)
    assert "pty_2" in sql(replace(firm, party_id="pty_2"))
    assert "pty_" not in sql(county)
    assert "330602" in sql(county)
    assert "330602" not in sql(CLOCK)
    assert sql(PUBLIC) == ""  # Django knows that nobody sees anything
    assert len(seen.known) == 4


def test_locks_only_within_a_transaction(transactional_db: None) -> None:
    @compiled
    def locked(day: date):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(id=day).select_for_update()

    with transaction.atomic():
        assert len(locked(DAYS[0])) == 1
    with pytest.raises((AssertionError, transaction.TransactionManagementError)):
        locked(DAYS[0])


def test_an_update_changes_what_it_is_given() -> None:
    @compiled_update
    def rest(day: date, working: bool):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(id__lte=day).filter(~Q(working=working)), {"working": working}

    assert rest(DAYS[1], False) == 1
    assert rest(DAYS[2], False) == 1
    assert list(CalendarDay.objects.order_by("id").values_list("working", flat=True)) == [False] * 3


def test_instants_and_expressions() -> None:
    @compiled
    def placed(at: datetime):  # type: ignore[no-untyped-def]
        return Order.objects.filter(declared_at__lt=at).annotate(next=F("revision") + 1).values_list("id", "next")

    assert placed(datetime(2025, 1, 1, tzinfo=UTC)) == []


def test_what_is_written_together_is_one_statement_and_all_of_it_or_nothing() -> None:
    @compiled_update
    def rest(day: date, working: bool):  # type: ignore[no-untyped-def]
        return CalendarDay.objects.filter(id=day), {"working": working}

    fresh = [CalendarDay(id=day, year_id=2025, working=True) for day in (date(2025, 5, 1), date(2025, 5, 2), DAYS[0])]
    with CaptureQueriesContext(connection) as asked, rows.together():
        rest(DAYS[0], False)
        for day in fresh:
            assert rows.insert(day)
    assert len(asked) == 1
    assert dict(CalendarDay.objects.values_list("id", "working")) == {
        DAYS[0]: False, DAYS[1]: False, DAYS[2]: True, date(2025, 5, 1): True, date(2025, 5, 2): True
    }  # fmt: skip


def test_what_fails_within_leaves_nothing_to_be_written() -> None:
    with CaptureQueriesContext(connection) as asked, contextlib.suppress(ZeroDivisionError), rows.together():
        rows.insert(CalendarDay(id=date(2025, 5, 1), year_id=2025, working=True))
        raise ZeroDivisionError
    assert not asked.captured_queries
    assert rows.insert(CalendarDay(id=date(2025, 5, 1), year_id=2025, working=True))
    assert CalendarDay.objects.filter(id=date(2025, 5, 1)).exists()
