"""关账: what is closed stays closed; and statements of accounts and regions, opening + in − out = closing."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from kechuang.kernel.actor import Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.ledger import commands, queries
from kechuang.ledger.models import Closing, Transfer
from kechuang.ledger.rules import (
    HoldResolved,
    Kind,
    Leg,
    NothingToClose,
    NotNextPeriod,
    Period,
    PeriodClosed,
    PeriodNotOver,
    Place,
)
from kechuang.trail.models import Event

YUE, KE = "330602", "330603"
SOURCE, BUDGET = Place(Kind.APPROPRIATION, YUE, 2025), Place(Kind.BUDGET, YUE, 2025)
VOUCHER = Place(Kind.VOUCHER, YUE, 2025, "vch_1")
UNCLAIMED = Place(Kind.UNCLAIMED, YUE, 2025, "pty_lab")
FINANCE = Actor("psn_fin", posts=frozenset({Post(Role.COUNTY_FINANCE, YUE)}))
AUDITOR = Actor("psn_aud", posts=frozenset({Post(Role.AUDITOR, YUE)}))
OFFICER = Actor("psn_off", posts=frozenset({Post(Role.COUNTY_OFFICER, YUE)}))
STRANGER = Actor("psn_far", posts=frozenset({Post(Role.COUNTY_FINANCE, KE)}))


def at(month: int, day: int = 10, year: int = 2025) -> datetime:
    return datetime(year, month, day, 2, tzinfo=UTC)


def closed(month: int, *, now: datetime | None = None) -> Closing:
    """Closes the month before `month`."""
    until = date(2025, month, 1)
    return commands.close(FINANCE, region=YUE, period=Period.MONTH, until=until, now=now or at(month))


@pytest.fixture
def books(db: None) -> None:
    commands.post([Leg("release", SOURCE, BUDGET, 1_000)], key="release", subject="bud_1", now=at(1))
    commands.post([Leg("grant", BUDGET, VOUCHER, 300)], key="g:1", subject="vch_1", now=at(1, 20))
    commands.post([Leg("offset", VOUCHER, UNCLAIMED, 120)], key="o:1", subject="ord_1", now=at(2))
    commands.post([Leg("move", BUDGET, Place(Kind.BUDGET, KE, 2025), 50)], key="m", subject="bud_1", now=at(2, 20))
    commands.post([Leg("grant", BUDGET, VOUCHER, 10)], key="g:2", subject="vch_1", now=at(3))


@pytest.mark.usefixtures("books")
class TestClosing:
    def test_a_post_dated_into_a_closed_period_is_refused_and_told_why(self) -> None:
        closed(2)
        with pytest.raises(PeriodClosed) as refusal:
            commands.post([Leg("grant", BUDGET, VOUCHER, 1)], key="late", subject="vch_1", now=at(1, 31))
        assert refusal.value.facts == {"region": YUE, "on": "2025-01-31", "last_on": "2025-01-31"}
        assert "冲销" in refusal.value.remedy
        commands.post([Leg("grant", BUDGET, VOUCHER, 1)], key="open", subject="vch_1", now=at(2, 1))

    def test_so_is_every_other_way_to_post(self) -> None:
        hold = commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 10), key="h", subject="ord_2", now=at(2, 25))
        (known,) = commands.post([Leg("grant", BUDGET, VOUCHER, 300)], key="g:1", subject="vch_1", now=at(1, 20))
        closed(2)
        late = {"key": "late", "now": at(1, 31)}
        leg = Leg("grant", BUDGET, VOUCHER, 1)
        from_elsewhere = Leg("move", Place(Kind.BUDGET, KE, 2025), BUDGET, 1)
        ways: list[Callable[[], object]] = [
            lambda: commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 1), subject="o", **late),  # type: ignore[arg-type]
            lambda: commands.capture(hold, 5, **late),  # type: ignore[arg-type]
            lambda: commands.release(hold, **late),  # type: ignore[arg-type]
            lambda: commands.change(hold, 5, **late),  # type: ignore[arg-type]
            lambda: commands.reverse([known], **late),  # type: ignore[arg-type]
            lambda: commands.post([leg, leg], subject="x", **late),  # type: ignore[arg-type]
            lambda: commands.post([from_elsewhere], subject="x", **late),  # type: ignore[arg-type]
        ]
        for way in ways:
            with pytest.raises(PeriodClosed):
                way()
        assert all(
            isinstance(one, PeriodClosed) for one in commands.settle([commands.Capture("s", hold, 5)], now=at(1))
        )
        assert queries.unbalanced() == []

    def test_what_was_booked_before_is_still_answered(self) -> None:
        closed(2)
        again = commands.post([Leg("grant", BUDGET, VOUCHER, 300)], key="g:1", subject="vch_1", now=at(1, 20))
        assert again == list(Transfer.objects.filter(key="g:1").values_list("id", flat=True))

    def test_a_correction_is_a_reversal_in_the_open_period(self) -> None:
        (wrong,) = Transfer.objects.filter(key="g:2").values_list("id", flat=True)
        for month in (2, 3, 4):
            closed(month)
        commands.reverse([wrong], key="undo", now=at(4))
        assert queries.balance_at(VOUCHER).posted_fen == 180

    def test_months_are_closed_one_after_another(self) -> None:
        with pytest.raises(NotNextPeriod) as refusal:
            closed(3)
        assert refusal.value.facts["next_on"] == "2025-01-31"
        closed(2)
        closed(3)
        with pytest.raises(PeriodNotOver):
            closed(4, now=at(3, 31))
        with pytest.raises(NotNextPeriod):
            commands.close(FINANCE, region=YUE, period=Period.MONTH, until=date(2025, 3, 15), now=at(4))

    def test_a_year_is_closed_after_its_december(self) -> None:
        new_year = date(2026, 1, 1)
        with pytest.raises(NotNextPeriod):
            commands.close(FINANCE, region=YUE, period=Period.YEAR, until=new_year, now=at(1, year=2026))
        for month in range(2, 13):
            closed(month)
        commands.close(FINANCE, region=YUE, period=Period.MONTH, until=new_year, now=at(1, year=2026))
        row = commands.close(FINANCE, region=YUE, period=Period.YEAR, until=new_year, now=at(1, year=2026))
        assert (row.since, row.until, row.transfers_count) == (date(2025, 1, 1), new_year, 5)

    def test_closed_twice_it_is_closed_once_and_the_event_says_what_lay_there(self) -> None:
        first = closed(2)
        assert closed(2).id == first.id
        (event,) = Event.objects.filter(action="ledger.close")
        assert event.facts["lies"] == {"appropriation": -1_000, "budget": 700, "voucher": 300}
        assert (event.object_id, event.person_id, event.role) == (first.id, "psn_fin", "county_finance")

    @pytest.mark.parametrize("actor", [AUDITOR, OFFICER, STRANGER])
    def test_only_the_countys_finance_closes(self, actor: Actor) -> None:
        with pytest.raises(NotVisible):
            commands.close(actor, region=YUE, period=Period.MONTH, until=date(2025, 2, 1), now=at(2))

    def test_other_counties_stay_open(self) -> None:
        closed(2)
        source = Place(Kind.APPROPRIATION, KE, 2025)
        commands.post([Leg("release", source, Place(Kind.BUDGET, KE, 2025), 1)], key="k", subject="b", now=at(1))

    @pytest.mark.parametrize("act", ["UPDATE ledger_closing SET until = since", "DELETE FROM ledger_closing"])
    def test_what_is_closed_cannot_be_opened_again(self, act: str) -> None:
        closed(2)
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(act)


@pytest.mark.django_db
def test_where_nothing_is_booked_nothing_is_closed() -> None:
    with pytest.raises(NothingToClose):
        commands.close(FINANCE, region=YUE, period=Period.MONTH, until=date(2025, 2, 1), now=at(2))


@pytest.mark.usefixtures("books")
class TestStatements:
    def test_each_account_of_a_region_opens_with_what_the_last_period_closed_with(self) -> None:
        def lines(month: int) -> dict[Kind, tuple[int, int, int, int]]:
            since, until = date(2025, month, 1), date(2025, month + 1, 1)
            rows = queries.accounts_of_region(AUDITOR, YUE, since=since, until=until)
            return {r.place.kind: (r.opening_fen, r.in_fen, r.out_fen, r.closing_fen) for r in rows}

        assert lines(1)[Kind.BUDGET] == (0, 1_000, 300, 700)
        assert lines(2)[Kind.BUDGET] == (700, 0, 50, 650)
        assert lines(2)[Kind.VOUCHER] == (300, 0, 120, 180)
        assert lines(3)[Kind.VOUCHER] == (180, 10, 0, 190)
        assert lines(3)[Kind.UNCLAIMED] == (120, 0, 0, 120)

    def test_what_came_from_another_region_is_on_the_statement_of_both(self) -> None:
        (row,) = queries.accounts_of_region(STRANGER, KE, since=date(2025, 2, 1), until=date(2025, 3, 1))
        assert (row.opening_fen, row.in_fen, row.out_fen, row.closing_fen) == (0, 50, 0, 50)

    def test_an_account_is_told_line_by_line(self) -> None:
        account = commands.account(Kind.BUDGET, region=YUE, year=2025)
        found = queries.statement_for(AUDITOR, account, since=date(2025, 2, 1), until=date(2025, 3, 1))
        assert (found.opening_fen, found.closing_fen, [line.out_fen for line in found.lines]) == (700, 650, [50])
        with pytest.raises(NotVisible):
            queries.statement_for(STRANGER, account, since=date(2025, 2, 1), until=date(2025, 3, 1))

    def test_money_on_its_way_is_shown_until_it_has_come_to_rest(self) -> None:
        (row,) = queries.unsettled(AUDITOR, YUE)
        assert (row.place.kind, row.fen, row.last_on) == (Kind.UNCLAIMED, 120, date(2025, 2, 10))
        commands.post([Leg("restore", UNCLAIMED, VOUCHER, 120)], key="back", subject="ord_1", now=at(3))
        assert queries.unsettled(AUDITOR, YUE) == []

    def test_who_does_not_keep_the_books_sees_none(self) -> None:
        with pytest.raises(NotVisible):
            queries.accounts_of_region(STRANGER, YUE, since=date(2025, 1, 1), until=date(2025, 2, 1))


@pytest.mark.django_db(transaction=True)
def test_a_closing_waits_for_the_post_that_is_under_way() -> None:
    """The post has looked and not yet committed: the closing may not slip in between."""
    commands.post([Leg("release", SOURCE, BUDGET, 1_000)], key="release", subject="bud_1", now=at(1))
    looked, done = threading.Event(), []

    def post_slowly() -> None:
        with transaction.atomic():
            commands.post([Leg("grant", BUDGET, VOUCHER, 1)], key="g", subject="vch_1", now=at(1, 31))
            looked.set()
            threading.Event().wait(0.5)
            done.append("posted")
        connection.close()

    thread = threading.Thread(target=post_slowly)
    thread.start()
    looked.wait(10)
    row = closed(2)
    done.append("closed")
    thread.join()
    assert done == ["posted", "closed"]
    assert row.transfers_count == 2


@pytest.mark.django_db
def test_a_hold_resolved_twice_is_refused_whichever_way_it_is_tried(books: None) -> None:
    hold = commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 10), key="h", subject="ord_2", now=at(3))
    commands.capture(hold, 10, key="c", now=at(3))
    with pytest.raises(HoldResolved):
        commands.release(hold, key="r", now=at(3))
    with pytest.raises(HoldResolved):
        commands.capture(hold, 10, key="c2", now=at(3))
