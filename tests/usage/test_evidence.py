"""Runs by operators, meters by machines: what proves hours, and that two who start at once do not both run."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from kechuang.bookings import commands as bookings
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.outbox.models import Message
from kechuang.usage import commands, rules
from kechuang.usage.commands import Power, writing
from kechuang.usage.commands.meters import digest_of
from kechuang.usage.commands.sheets import Sheets
from kechuang.usage.jobs import run_forgotten_sessions
from kechuang.usage.models import Hours, InstrumentYear, Reading, ServiceRecord, Session, Standing
from kechuang.usage.states import Audience
from tests.usage.conftest import Lab, agree, pieces

pytestmark = pytest.mark.django_db


def start(lab: Lab, offer: object, **said: object) -> Session:
    given = {"title": "镀层测厚", "audience": Audience.OUTSIDE, "client_name": "绍兴示例纺织有限公司"} | said
    return commands.start(lab.staff, instrument_id=offer.id, now=lab.now, **given)  # type: ignore[attr-defined, arg-type]


def hours_on(lab: Lab, hours: float) -> None:
    lab.now += timedelta(hours=hours)


def test_a_run_becomes_a_record_of_grade_b_when_it_stops(lab: Lab) -> None:
    offer = lab.instrument()
    run = start(lab, offer)
    assert start(lab, offer).id == run.id
    hours_on(lab, 1.5)
    done = commands.stop(lab.staff, session_id=run.id, reports=1, amount_fen=30_000, now=lab.now)
    record = ServiceRecord.objects.get(root_id=done.record_id)
    assert (record.minutes, record.operator_id, record.operator_name) == (90, lab.staff.person_id, "王五")
    assert pieces(offer) == [("B", 90, True)]
    assert commands.stop(lab.staff, session_id=run.id, now=lab.now).record_id == done.record_id
    assert Standing.objects.get().delay_days == 0
    assert agree()


def test_an_end_said_afterwards_is_typed(lab: Lab) -> None:
    offer = lab.instrument()
    run = start(lab, offer)
    hours_on(lab, 30)
    with pytest.raises(rules.StopBeforeStart):
        commands.stop(lab.staff, session_id=run.id, until_at=run.started_at, now=lab.now)
    commands.stop(lab.staff, session_id=run.id, until_at=run.started_at + timedelta(hours=2), now=lab.now)
    assert pieces(offer) == [("C", 120, True)]


def test_one_run_at_a_time_and_nothing_typed_over_it(lab: Lab) -> None:
    offer = lab.instrument()
    run = start(lab, offer)
    colleague = lab.colleague(lab.staff)
    with pytest.raises(rules.AlreadyRunning):
        commands.start(colleague, instrument_id=offer.id, title="抢用", audience=Audience.INSIDE, now=lab.now)
    hours_on(lab, 3)
    with pytest.raises(rules.RunningNow):
        lab.enter(10.5, 11, days=0, instrument=offer)
    lab.enter(8, 10, days=0, instrument=offer)
    commands.drop(lab.staff, session_id=run.id, reason="开错了仪器", now=lab.now)
    lab.enter(10.5, 11, days=0, instrument=offer)
    assert pieces(offer) == [("C", 120, True), ("C", 30, True)]


def test_a_stranger_neither_starts_nor_stops(lab: Lab) -> None:
    run = start(lab, lab.instrument())
    with pytest.raises(NotVisible):
        commands.stop(lab.other, session_id=run.id, now=lab.now)
    with pytest.raises(NotVisible):
        commands.start(lab.firm, instrument_id=run.instrument_id, title="上机", audience=Audience.INSIDE, now=lab.now)
    with pytest.raises(rules.ClientMissing):
        start(lab, lab.instrument(), client_name="")


def test_a_forgotten_run_is_told_once(lab: Lab) -> None:
    run = start(lab, lab.instrument())
    hours_on(lab, 23)
    assert run_forgotten_sessions(now=lab.now) == 0
    hours_on(lab, 2)
    assert (run_forgotten_sessions(now=lab.now), run_forgotten_sessions(now=lab.now)) == (1, 0)
    assert Message.objects.filter(subject_id=run.id).count() == 1


def test_no_record_for_a_booking_that_was_cancelled(lab: Lab) -> None:
    offer = lab.offer(lab.staff, lab.house)
    bookings.open_calendar(lab.staff, instrument_id=offer.id, hours=[[[0, 1_440]]] * 7, max_minutes=1_440, now=lab.now)
    booked = bookings.book(
        lab.firm, instrument_ids=[offer.id], from_at=lab.at(9, days=1), until_at=lab.at(11, days=1), now=lab.now
    )
    bookings.cancel(lab.firm, booking_id=booked.id, reason="改日再来", now=lab.now)
    with pytest.raises(rules.BookingCancelled) as refused:
        lab.enter(instrument=offer, booking_id=booked.id)
    assert refused.value.facts["number"] == booked.number
    with pytest.raises(rules.BookingCancelled):
        start(lab, offer, booking_id=booked.id)
    other = bookings.book(
        lab.firm, instrument_ids=[offer.id], from_at=lab.at(12, days=1), until_at=lab.at(13, days=1), now=lab.now
    )
    with pytest.raises(rules.BookingOfOther):
        lab.enter(instrument=lab.instrument(), booking_id=other.id)


def powers(lab: Lab, *, begin: float, end: float, watts: int = 800, days: int = -3) -> list[Power]:
    minutes = range(round(begin * 60), round(end * 60) + 1, 5)
    return [Power(lab.at(minute / 60, days=days), watts) for minute in minutes]


def test_a_meter_proves_hours_before_and_after_they_are_typed(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(9, 11, instrument=offer)
    _meter, token = commands.add_meter(
        lab.staff, instrument_id=offer.id, name="电表", threshold_watts=300, gap_minutes=10, now=lab.now
    )
    taken = commands.read_meter(token=token, readings=powers(lab, begin=10, end=13), now=lab.now)
    assert (taken.added, taken.known) == (37, 0)
    assert pieces(offer) == [("C", 60, True), ("A", 60, True), ("A", 120, False)]
    year = InstrumentYear.objects.get()
    assert (year.metered, year.typed, year.unassigned, year.external) == (180, 60, 120, 120)
    lab.enter(12, 14, instrument=offer)
    assert pieces(offer) == [("C", 60, True), ("A", 60, True), ("A", 60, False), ("A", 60, True), ("C", 60, True)]
    again = commands.read_meter(token=token, readings=powers(lab, begin=10, end=13), now=lab.now)
    assert (again.added, again.known, Reading.objects.count()) == (0, 37, 37)
    assert agree()


def test_readings_over_midnight_and_in_any_order_say_the_same(lab: Lab) -> None:
    offer = lab.instrument()
    _meter, token = commands.add_meter(
        lab.staff, instrument_id=offer.id, name="电表", threshold_watts=300, gap_minutes=10, now=lab.now
    )
    readings = powers(lab, begin=22, end=26)
    for one in (*readings[::2], *readings[1::2]):
        commands.read_meter(token=token, readings=[one], now=lab.now)
    assert sum(Hours.objects.values_list("minutes", flat=True)) == 240
    assert agree()


def test_what_a_meter_cannot_say_is_refused(lab: Lab) -> None:
    offer = lab.instrument()
    meter, token = commands.add_meter(
        lab.staff, instrument_id=offer.id, name="电表", threshold_watts=300, gap_minutes=10, now=lab.now
    )
    at = lab.at(9)
    commands.read_meter(token=token, readings=[Power(at, 500)], now=lab.now)
    with pytest.raises(rules.ReadingDiffers):
        commands.read_meter(token=token, readings=[Power(at, 600)], now=lab.now)
    long_ago = datetime(1, 1, 1, tzinfo=UTC)
    for wrong in (Power(at, -1), Power(lab.at(9, days=1), 5), Power(at.replace(tzinfo=None), 5), Power(long_ago, 5)):
        with pytest.raises(rules.ReadingWrong):
            commands.read_meter(token=token, readings=[wrong], now=lab.now)
    with pytest.raises(rules.MeterThere):
        commands.add_meter(
            lab.staff, instrument_id=offer.id, name="另一块", threshold_watts=1, gap_minutes=1, now=lab.now
        )
    commands.end_meter(lab.staff, meter_id=meter.id, now=lab.now)
    with pytest.raises(rules.NoSuchKey):
        commands.read_meter(token=token, readings=[Power(lab.at(10), 5)], now=lab.now)
    assert digest_of(token) == meter.token_digest


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["start", "enter"])
def test_two_at_once_only_one_runs(lab: Lab, what: str) -> None:
    offer, colleague = lab.instrument(), lab.colleague(lab.staff)
    together, won, lost = threading.Barrier(2), [], []

    def go(actor: object, title: str) -> None:
        together.wait()
        try:
            if what == "start":
                made: object = commands.start(
                    actor,
                    instrument_id=offer.id,
                    title=title,
                    audience=Audience.INSIDE,
                    now=lab.now,  # type: ignore[arg-type]
                )
            else:
                made = lab.inside(9, 11, instrument=offer, title=title, by=actor)
            won.append(made)
        except Refusal as refusal:
            lost.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in ((lab.staff, "甲"), (colleague, "乙"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = "usage.already_running" if what == "start" else "usage.overlapping"
    assert (len(won), lost) == (1, [expected])


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_pass_the_rule_and_the_database_stops_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control of the race: with the book's lock taken out both find the hours free."""
    offer, both_have_read = lab.instrument(), threading.Barrier(2)
    read = Sheets.load

    def load(sheets: Sheets, *args: Any) -> None:
        read(sheets, *args)
        both_have_read.wait(timeout=10)

    monkeypatch.setattr(writing, "lock_books", lambda _ids: None)
    monkeypatch.setattr(Sheets, "load", load)
    ended: list[str] = []

    def go(title: str) -> None:
        try:
            lab.inside(9, 11, instrument=offer, title=title)
            ended.append("written")
        except IntegrityError as error:
            ended.append("hours_no_overlap" if "hours_no_overlap" in str(error) else str(error))
        except OperationalError:  # a deadlock is told to one of the two instead
            ended.append("hours_no_overlap")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(title,)) for title in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["hours_no_overlap", "written"]
    assert pieces(offer) == [("C", 120, True)]
