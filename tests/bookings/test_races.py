"""Many at once (并发): one has the time, everybody else a clear refusal; each guard also taken out, to see it matter."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kechuang.bookings import commands, queries, rules
from kechuang.bookings.commands import booking as booking_acts
from kechuang.bookings.commands import checking
from kechuang.bookings.models import Booking, Calendar, Slot
from kechuang.catalog.models import Offer
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import Refusal
from kechuang.policy.book import installed
from kechuang.trail.queries import altered_rows
from tests.bookings.conftest import Lab, overlaps
from tests.rulebook import rulebook
from tests.vouchers.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY, DOZEN = 50, 12
NO_OVERLAP = """ALTER TABLE bookings_slot ADD CONSTRAINT slot_no_overlap EXCLUDE USING gist (
    idrange(instrument_id, instrument_id, '[]') WITH =, tstzrange(from_at, until_at, '[)') WITH &&) WHERE (active)"""
RAW = """INSERT INTO bookings_slot (id, instrument_id, kind, block_id, from_at, until_at, active)
    VALUES (%s, %s, 'block', %s, %s, %s, true)"""


@pytest.fixture
def lab(transactional_db: None) -> Iterator[Lab]:
    with installed(rulebook()):
        yield Lab()


@pytest.fixture
def unguarded(as_owner: Callable[..., Any]) -> Iterator[None]:
    """The database's guard taken out, and put back when the doubles are gone."""
    as_owner("ALTER TABLE bookings_slot DROP CONSTRAINT slot_no_overlap")
    yield
    as_owner("UPDATE bookings_slot SET active = false")
    as_owner(NO_OVERLAP)


def crowd(lab: Lab, count: int) -> list[Actor]:
    return [Actor(person_id=f"psn_{number:028}", party_id=lab.firm.party_id) for number in range(count)]


def booking_by(
    lab: Lab, offers: list[Offer], person: Actor, begin: float = 9, end: float = 10, **more: Any
) -> Callable[[], Booking]:
    times = {"from_at": lab.at(begin), "until_at": lab.at(end)}
    return lambda: commands.book(
        person, instrument_ids=[offer.id for offer in offers], now=lab.now, **{**times, **more}
    )


def test_fifty_at_once_for_one_time_make_one_booking_and_fortynine_clear_refusals(lab: Lab) -> None:
    sem = lab.instrument()
    answers = race(*(booking_by(lab, [sem], person) for person in crowd(lab, FIFTY)))
    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    lost = [answer for answer in answers if isinstance(answer, rules.SlotTaken)]
    assert len(lost) == FIFTY - 1
    assert {refusal.facts["next_from"] for refusal in lost} == {lab.at(10).isoformat()}
    assert Booking.objects.count() == Slot.objects.count() == 1
    assert altered_rows() == []


def test_without_the_databases_guard_the_same_race_books_twice(lab: Lab, unguarded: None) -> None:
    """The negative control: the calendar's lock alone does not look at what is booked."""
    sem = lab.instrument()
    answers = race(*(booking_by(lab, [sem], person) for person in crowd(lab, DOZEN)))
    assert sum(isinstance(answer, Booking) for answer in answers) > 1
    assert overlaps() > 0
    found = queries.overlapping_slots(limit=5)
    assert {finding.table for finding in found} == {"bookings_slot"}
    assert set(Slot.objects.values_list("id", flat=True)) >= {finding.row for finding in found}


def test_what_is_broken_by_hand_is_named_with_table_and_row(
    lab: Lab, as_owner: Callable[..., Any], unguarded: None
) -> None:
    """I13, broken by the owner in each of its ways."""
    sem = lab.instrument()
    first, second, third = lab.book(sem, 9, 10), lab.book(sem, 11, 12), lab.book(sem, 14, 15)
    assert queries.overlapping_slots(limit=5) == []
    as_owner("UPDATE bookings_slot SET from_at = from_at - interval '90 minutes' WHERE booking_id = %s", [second.id])
    slot = Slot.objects.get(booking=second).id
    assert ("bookings_slot", slot) in {(found.table, found.row) for found in queries.overlapping_slots(limit=5)}
    as_owner("UPDATE bookings_slot SET from_at = from_at + interval '90 minutes' WHERE booking_id = %s", [second.id])
    as_owner("UPDATE bookings_slot SET active = false WHERE booking_id = %s", [third.id])
    assert [(found.table, found.row) for found in queries.overlapping_slots(limit=5)] == [
        ("bookings_booking", third.id)
    ]
    as_owner("UPDATE bookings_slot SET active = true WHERE booking_id = %s", [third.id])
    as_owner("UPDATE bookings_booking SET state = 'lapsed' WHERE id = %s", [first.id])
    slot = Slot.objects.get(booking=first).id
    assert [(found.table, found.row) for found in queries.overlapping_slots(limit=5)] == [("bookings_slot", slot)]


def test_no_other_door_books_twice_either(lab: Lab) -> None:
    """Raw SQL past the calendar's lock: the database decides."""
    sem = lab.instrument()
    (block,) = commands.block(
        lab.staff, instrument_id=sem.id, kind="blackout", from_at=lab.at(50), until_at=lab.at(51), now=lab.now
    )

    def insert(number: int) -> Callable[[], int]:
        def run() -> int:
            with connection.cursor() as cursor:
                values = [f"slt_{number:028}", sem.id, block.id, lab.at(9 + number / 50), lab.at(11)]
                cursor.execute(f"{RAW} ON CONFLICT DO NOTHING", values)
                return cursor.rowcount

        return run

    assert sum(race(*(insert(number) for number in range(DOZEN)))) == 1  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW, ["slt_x", sem.id, block.id, lab.at(10), lab.at(12)])
    assert overlaps() == 0


def test_fifty_overlapping_times_at_once_never_overlap(lab: Lab) -> None:
    sem = lab.instrument(gap_minutes=30)
    people = crowd(lab, FIFTY)
    answers = race(
        *(booking_by(lab, [sem], person, 9 + n % 10 / 2, 10 + n % 10 / 2 + n % 3) for n, person in enumerate(people))
    )
    assert all(isinstance(answer, Booking | rules.SlotTaken) for answer in answers)
    assert overlaps() == 0


def test_several_instruments_in_any_order_never_wait_in_a_circle(lab: Lab) -> None:
    one, two, three = (lab.instrument() for _ in range(3))
    orders = [[one, two], [two, one], [three, two, one], [one, three]]
    answers = race(*(booking_by(lab, orders[n % 4], person) for n, person in enumerate(crowd(lab, 24))))
    assert all(isinstance(answer, Booking | rules.SlotTaken) for answer in answers)
    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert overlaps() == 0


def test_one_key_at_once_makes_one_booking_for_all_who_ask(lab: Lab) -> None:
    sem = lab.instrument()
    answers = race(*(booking_by(lab, [sem], lab.firm, key="一") for _ in range(DOZEN)))
    assert len({answer.id for answer in answers if isinstance(answer, Booking)}) == 1
    assert all(isinstance(answer, Booking) for answer in answers)


def test_a_limit_per_person_holds_when_they_ask_for_twelve_times_at_once(lab: Lab) -> None:
    sem = lab.instrument(open_bookings_max=2, day_minutes_max=120)
    answers = race(*(booking_by(lab, [sem], lab.firm, hour, hour + 1) for hour in range(DOZEN)))
    assert sum(isinstance(answer, Booking) for answer in answers) == 2
    assert all(isinstance(answer, Booking | Refusal) for answer in answers)


def test_without_the_calendars_lock_the_limit_is_passed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: everybody counts before anybody has written."""
    sem = lab.instrument(open_bookings_max=2)
    counted, count = threading.Barrier(6), checking._held

    def unlocked(actor: Actor, ids: list[str]) -> list[Calendar]:
        return list(Calendar.objects.filter(instrument_id__in=ids).select_related("instrument"))

    def slowly(*given: Any) -> Any:
        found = count(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            counted.wait(timeout=5)
        return found

    monkeypatch.setattr(booking_acts, "locked_calendars", unlocked)
    monkeypatch.setattr(checking, "_held", slowly)
    answers = race(*(booking_by(lab, [sem], lab.firm, hour, hour + 1) for hour in range(6)))
    assert sum(isinstance(answer, Booking) for answer in answers) > 2


def test_many_move_to_one_time_and_one_arrives(lab: Lab) -> None:
    sem = lab.instrument()
    made = [lab.book(sem, 30 + n, 31 + n) for n in range(DOZEN)]
    times = {"from_at": lab.at(60), "until_at": lab.at(61), "now": lab.now}
    answers = race(*(lambda row=row: commands.reschedule(lab.firm, booking_id=row.id, **times) for row in made))
    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert sum(isinstance(answer, rules.SlotTaken) for answer in answers) == DOZEN - 1
    assert overlaps() == 0
    assert altered_rows() == []


def test_two_who_change_places_do_not_wait_for_each_other(lab: Lab) -> None:
    sem = lab.instrument()
    one, two = lab.book(sem, 30, 31), lab.book(sem, 32, 33)

    def move(row: Booking, begin: float) -> Callable[[], Booking]:
        times = {"from_at": lab.at(begin), "until_at": lab.at(begin + 1), "now": lab.now}
        return lambda: commands.reschedule(lab.firm, booking_id=row.id, **times)

    answers = race(move(one, 32), move(two, 30), move(one, 32), move(two, 30))
    assert all(isinstance(answer, rules.SlotTaken) for answer in answers)
    assert overlaps() == 0


def test_a_breakdown_while_people_book_leaves_nobody_in_it(lab: Lab) -> None:
    sem = lab.instrument()
    for hour in range(4):
        lab.book(sem, 9 + hour, 10 + hour)
    books = [booking_by(lab, [sem], person, 13 + n % 4, 14 + n % 4) for n, person in enumerate(crowd(lab, DOZEN))]
    cancels = [
        lambda row=row: commands.cancel(lab.firm, booking_id=row.id, now=lab.now) for row in Booking.objects.all()
    ]
    broken = [
        lambda: commands.break_down(
            lab.staff, instrument_id=sem.id, from_at=lab.at(8), until_at=lab.at(20), reason="故障", now=lab.now
        )
    ]
    answers = race(*books, *cancels, *broken)
    assert all(isinstance(answer, Booking | Refusal | commands.Broken) for answer in answers)
    assert overlaps() == 0
    assert queries.overlapping_slots(limit=5) == []
    assert altered_rows() == []
