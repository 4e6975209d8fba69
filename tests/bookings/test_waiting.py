"""The wait list: what becomes free is the first's for a time, then the next's."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from kechuang.bookings import commands, jobs, queries
from kechuang.bookings.commands import offering, waiting
from kechuang.bookings.models import Block, Booking, Slot, Wait
from kechuang.bookings.rules import Span
from kechuang.bookings.rules.waiting import (
    AlreadyWaiting,
    LengthNotOffered,
    OfferOver,
    StillFree,
    WindowTooShort,
)
from kechuang.bookings.states import BlockState, WaitState
from kechuang.catalog.models import Offer
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.models import Message
from kechuang.policy.book import installed
from kechuang.trail.queries import altered_rows
from tests.bookings.conftest import Lab, lab, overlaps, statements
from tests.rulebook import rulebook

__all__ = ["lab"]


@pytest.fixture
def race_lab(transactional_db: None) -> Iterator[Lab]:
    with installed(rulebook()):
        yield Lab()


def full(lab: Lab, **rules: object) -> tuple[Offer, Booking]:
    """An instrument whose next day is taken from nine to five by the firm, its only open hours."""
    offer = lab.instrument(hours=[[[540, 1_020]]] * 7, **rules)
    return offer, lab.book(offer, 9, 17)


def waits(lab: Lab, offer: Offer, by: Actor, minutes: int = 120, begin: float = 9, end: float = 17) -> Wait:
    window = Span(lab.at(begin), lab.at(end))
    return commands.join_waits(by, instrument_id=offer.id, wanted=window, minutes=minutes, now=lab.now)


def test_a_freed_time_is_the_first_ones_for_a_time(lab: Lab) -> None:
    offer, booking = full(lab, offer_minutes=60)
    first, second = waits(lab, offer, lab.other), waits(lab, offer, lab.colleague(lab.other), minutes=480)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (WaitState.OFFERED, WaitState.WAITING)
    assert (first.offered_from_at, first.offered_until_at) == (lab.at(9), lab.at(11))
    assert first.answer_by_at == lab.now + timedelta(minutes=60)
    assert Message.objects.filter(subject_id=first.id, to_person=lab.other.person_id).exists()
    with pytest.raises(Refusal):  # nobody passes by the list
        lab.book(offer, 9, 11)


def test_who_accepts_has_a_booking(lab: Lab) -> None:
    offer, booking = full(lab)
    wait = waits(lab, offer, lab.other)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    taken = commands.accept_wait(lab.other, wait_id=wait.id, now=lab.now)
    assert taken.state == WaitState.TAKEN
    assert taken.booking is not None
    assert (taken.booking.from_at, taken.booking.until_at) == (lab.at(9), lab.at(11))
    assert overlaps() == 0
    assert not altered_rows()
    with pytest.raises(MoveNotOpen):
        commands.accept_wait(lab.other, wait_id=wait.id, now=lab.now)


def test_what_is_not_wanted_goes_to_the_next_and_is_not_offered_again(lab: Lab) -> None:
    offer, booking = full(lab)
    first, second = waits(lab, offer, lab.other, 480), waits(lab, offer, lab.colleague(lab.other), 480)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    commands.decline_wait(lab.other, wait_id=first.id, now=lab.now)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (WaitState.WAITING, WaitState.OFFERED)
    second_actor = Actor(person_id=second.person_id, party_id=second.holder_id)
    commands.leave_waits(second_actor, wait_id=second.id, now=lab.now)
    first.refresh_from_db()
    assert first.state == WaitState.WAITING  # the same time is not offered twice
    assert lab.book(offer, 9, 17).state == "confirmed"


def test_who_does_not_answer_in_time_is_passed(lab: Lab) -> None:
    offer, booking = full(lab, offer_minutes=30)
    first, second = waits(lab, offer, lab.other, 480), waits(lab, offer, lab.colleague(lab.other), 480)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    assert jobs.run_waits(now=lab.now + timedelta(minutes=29)) == 0
    late = lab.now + timedelta(minutes=30)
    with pytest.raises(OfferOver):
        commands.accept_wait(lab.other, wait_id=first.id, now=late)
    assert jobs.run_waits(now=late) == 1
    assert jobs.run_waits(now=late) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (WaitState.WAITING, WaitState.OFFERED)
    assert second.answer_by_at == late + timedelta(minutes=30)
    assert not altered_rows()


def test_a_window_that_passed_ends_the_waiting(lab: Lab) -> None:
    offer, _booking = full(lab)
    wait = waits(lab, offer, lab.other)
    jobs.run_waits(now=lab.at(17))
    wait.refresh_from_db()
    assert wait.state == WaitState.PASSED


def test_a_breakdown_takes_an_offered_time_too(lab: Lab) -> None:
    offer, booking = full(lab)
    wait = waits(lab, offer, lab.other)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    commands.break_down(
        lab.staff, instrument_id=offer.id, from_at=lab.at(8), until_at=lab.at(18), reason="灯丝断", now=lab.now
    )
    with pytest.raises(Refusal):
        commands.accept_wait(lab.other, wait_id=wait.id, now=lab.now)
    commands.leave_waits(lab.other, wait_id=wait.id, now=lab.now)
    assert not altered_rows()


def test_what_may_not_be_waited_for(lab: Lab) -> None:
    offer, _booking = full(lab, max_minutes=480)
    with pytest.raises(LengthNotOffered):
        waits(lab, offer, lab.other, minutes=481)
    with pytest.raises(WindowTooShort):
        waits(lab, offer, lab.other, minutes=120, begin=9, end=10)
    with pytest.raises(StillFree):
        waits(lab, offer, lab.other, minutes=120, begin=9, end=48)
    waits(lab, offer, lab.other)
    with pytest.raises(AlreadyWaiting):
        waits(lab, offer, lab.other)


def test_only_who_waits_answers(lab: Lab) -> None:
    offer, booking = full(lab)
    wait = waits(lab, offer, lab.other)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    with pytest.raises(NotVisible):
        commands.accept_wait(lab.firm, wait_id=wait.id, now=lab.now)
    with pytest.raises(MoveNotOpen):
        commands.accept_wait(lab.colleague(lab.other), wait_id=wait.id, now=lab.now)
    with pytest.raises(MoveNotOpen):
        commands.accept_wait(lab.staff, wait_id=wait.id, now=lab.now)


def test_lists_cost_the_same_whatever_their_length(lab: Lab) -> None:
    offer, _booking = full(lab)
    waits(lab, offer, lab.other)
    few = statements(lambda: queries.provider_waits(lab.staff))
    for name in ("甲", "乙", "丙"):
        waits(lab, offer, lab.colleague(lab.other, name))
    assert statements(lambda: queries.provider_waits(lab.staff)) == few
    assert [row.place for row in queries.provider_waits(lab.staff)] == [1, 2, 3, 4]


def _together(lab: Lab, wait: Wait) -> list[object]:
    barrier, answers = Barrier(2), list[object]()

    def accepts() -> None:
        barrier.wait()
        try:
            answers.append(commands.accept_wait(lab.other, wait_id=wait.id, now=lab.now).booking_id)
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [Thread(target=accepts) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _offered(lab: Lab) -> Wait:
    offer, booking = full(lab)
    wait = waits(lab, offer, lab.other)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    return wait


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_make_one_booking(race_lab: Lab) -> None:
    wait = _offered(race_lab)
    answers = _together(race_lab, wait)
    assert sorted(isinstance(answer, MoveNotOpen) for answer in answers) == [False, True]
    assert Slot.objects.filter(active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_answers_would_meet(race_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: whoever reads before the other has written gets past the state."""
    wait = _offered(race_lab)
    barrier = Barrier(2)
    lifts = offering.let_go

    def unlocked(actor: Actor, wait_id: str) -> tuple[Wait, frozenset[object]]:
        row = Wait.objects.select_related("hold").get(id=wait_id)
        barrier.wait(timeout=10)
        return row, waiting.roles_on(actor, row)

    monkeypatch.setattr(waiting, "_locked", unlocked)
    monkeypatch.setattr(waiting, "let_go", lifts)
    answers = _together(race_lab, wait)
    assert not any(isinstance(answer, MoveNotOpen) for answer in answers)


def test_a_hold_is_lifted_with_its_offer(lab: Lab) -> None:
    wait = _offered(lab)
    commands.leave_waits(lab.other, wait_id=wait.id, now=lab.now)
    assert set(Block.objects.values_list("state", flat=True)) == {BlockState.LIFTED}
    assert not Slot.objects.filter(active=True).exists()
