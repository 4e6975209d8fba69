"""What becomes of a booking: moved, handed over, cancelled in time or late, begun, ended, not come; and breakdowns."""

from datetime import datetime, timedelta

import pytest

from kechuang.bookings import commands, jobs, queries, rules
from kechuang.bookings.models import Block, Booking, Slot
from kechuang.bookings.states import BlockState, BookingState
from kechuang.kernel.actor import CLOCK
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.models import Message
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from tests.bookings.conftest import WORKDAYS, Lab, overlaps, statements

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def whole(lab: Lab) -> object:
    """After each story nothing overlaps, and every row is what its last event says."""
    yield
    assert overlaps() == 0
    assert altered_rows() == []


def test_another_time_keeps_the_booking_and_counts_its_version(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 33, 34)
    moved = commands.reschedule(lab.firm, booking_id=booking.id, from_at=lab.at(33.5), until_at=lab.at(35), now=lab.now)
    assert (moved.id, moved.number, moved.version, moved.state) == (booking.id, booking.number, 1, "confirmed")
    lab.book(sem, 33, 33.5, by=lab.other)
    event = Event.objects.get(object_id=booking.id, action="bookings.reschedule")
    assert [datetime.fromisoformat(at) for at in event.facts["before"]] == [lab.at(33), lab.at(34)]
    again = commands.reschedule(lab.firm, booking_id=booking.id, from_at=lab.at(33.5), until_at=lab.at(35), now=lab.now)
    assert again.version == 1


def test_a_move_to_a_taken_time_leaves_everything_as_it_was(lab: Lab) -> None:
    one, two = lab.instrument(), lab.instrument()
    both = lab.book([one, two], 33, 34)
    lab.book(two, 36, 37, by=lab.other)
    with pytest.raises(rules.SlotTaken):
        commands.reschedule(lab.firm, booking_id=both.id, from_at=lab.at(36), until_at=lab.at(37), now=lab.now)
    assert Slot.objects.filter(booking=both, active=True, from_at=lab.at(33)).count() == 2


def test_where_the_provider_confirms_a_move_is_confirmed_again(lab: Lab) -> None:
    sem = lab.instrument(confirmation="provider")
    booking = lab.book(sem, 33, 34)
    commands.confirm(lab.staff, booking_id=booking.id, now=lab.now)
    moved = commands.reschedule(lab.firm, booking_id=booking.id, from_at=lab.at(40), until_at=lab.at(41), now=lab.now)
    assert (moved.state, moved.version) == ("requested", 1)
    assert moved.confirm_by_at is not None


def test_within_the_window_only_the_provider_moves_it_and_then_leaving_is_free(lab: Lab) -> None:
    sem = lab.instrument(cancel_minutes=1_440)
    booking = lab.book(sem, 9, 10)
    with pytest.raises(rules.TooLateToMove):
        commands.reschedule(lab.firm, booking_id=booking.id, from_at=lab.at(20), until_at=lab.at(21), now=lab.now)
    with pytest.raises(rules.ReasonMissing):
        commands.reschedule(lab.staff, booking_id=booking.id, from_at=lab.at(20), until_at=lab.at(21), now=lab.now)
    moved = commands.reschedule(
        lab.staff, booking_id=booking.id, from_at=lab.at(11), until_at=lab.at(12), reason="电镜换灯丝", now=lab.now
    )
    assert moved.free_to_cancel
    assert Message.objects.filter(to_person=lab.firm.person_id, subject_id=booking.id).exists()
    assert not commands.cancel(lab.firm, booking_id=booking.id, now=lab.now).late


def test_cancelling_in_time_is_free_and_late_is_marked(lab: Lab) -> None:
    sem = lab.instrument(cancel_minutes=1_440)
    early, late = lab.book(sem, 40, 41), lab.book(sem, 9, 10)
    assert not commands.cancel(lab.firm, booking_id=early.id, now=lab.now).late
    assert queries.booking(lab.firm, late.id, now=lab.now).late_if_cancelled
    assert commands.cancel(lab.firm, booking_id=late.id, reason="样品未到", now=lab.now).late
    lab.book(sem, 9, 10, by=lab.other)
    begun = lab.book(sem, 12, 13)
    with pytest.raises(rules.AlreadyBegun):
        commands.cancel(lab.firm, booking_id=begun.id, now=lab.at(12))


def test_a_booking_that_became_an_order_ends_with_its_order_only(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 40, 41)
    commands.attach_order(lab.firm, booking_id=booking.id, order_id="ord_1", now=lab.now)
    commands.attach_order(lab.firm, booking_id=booking.id, order_id="ord_1", now=lab.now)
    with pytest.raises(rules.HasAnOrder):
        commands.attach_order(lab.firm, booking_id=booking.id, order_id="ord_2", now=lab.now)
    with pytest.raises(rules.HasAnOrder):
        commands.cancel(lab.firm, booking_id=booking.id, now=lab.now)
    ended = commands.cancel_of_order(lab.staff, order_id="ord_1", reason="订单已取消", now=lab.now)
    assert ended is not None
    assert ended.state == "cancelled"
    assert commands.cancel_of_order(lab.staff, order_id="ord_1", reason="订单已取消", now=lab.now).state == "cancelled"
    assert commands.cancel_of_order(lab.staff, order_id="ord_9", reason="订单已取消", now=lab.now) is None


def test_a_colleague_comes_instead_bound_by_the_same_rules(lab: Lab) -> None:
    sem = lab.instrument(open_bookings_max=1)
    booking, colleague = lab.book(sem, 9, 10), lab.colleague(lab.firm)
    with pytest.raises(rules.NotAColleague):
        commands.hand_over(lab.firm, booking_id=booking.id, person_id=lab.other.person_id, now=lab.now)
    handed = commands.hand_over(lab.firm, booking_id=booking.id, person_id=colleague.person_id, now=lab.now)
    assert handed.person_id == colleague.person_id
    assert Message.objects.filter(to_person=colleague.person_id, subject_id=booking.id).count() == 1
    second = lab.book(sem, 11, 12)
    with pytest.raises(rules.TooManyOpen):
        commands.hand_over(lab.firm, booking_id=second.id, person_id=colleague.person_id, now=lab.now)


def test_a_use_begins_about_its_time_and_what_is_left_of_it_is_free(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 9, 12)
    with pytest.raises(rules.TooEarly):
        commands.start(lab.firm, booking_id=booking.id, now=lab.at(8))
    with pytest.raises(rules.TimeIsOver):
        commands.start(lab.firm, booking_id=booking.id, now=lab.at(12))
    commands.start(lab.firm, booking_id=booking.id, now=lab.at(9))
    done = commands.finish(lab.staff, booking_id=booking.id, now=lab.at(10))
    assert (done.state, done.started_at, done.ended_at) == ("done", lab.at(9), lab.at(10))
    lab.book(sem, 10, 12, by=lab.other)


def test_not_coming_is_counted_and_stops_the_person_for_a_time(lab: Lab) -> None:
    sem = lab.instrument(strikes_max=2, strike_days=30, stop_days=14)
    for hour in (9, 11):
        missed = lab.book(sem, hour, hour + 1)
        with pytest.raises(rules.TooEarly):
            commands.no_show(lab.staff, booking_id=missed.id, now=lab.at(hour - 1))
        commands.no_show(lab.staff, booking_id=missed.id, now=lab.at(hour))
    lab.now = lab.at(20)
    with pytest.raises(rules.StoppedForNoShows):
        lab.book(sem, 9, 10)
    lab.book(sem, 9, 10, by=lab.other)
    commands.excuse(lab.staff, booking_id=missed.id, reason="停电", now=lab.now)
    lab.book(sem, 11, 12)


def test_after_the_time_of_the_measure_booking_is_open_again(lab: Lab) -> None:
    sem = lab.instrument(strikes_max=1, strike_days=30, stop_days=14)
    missed = lab.book(sem, 9, 10)
    commands.no_show(lab.staff, booking_id=missed.id, now=lab.at(9))
    lab.now = lab.at(9) + timedelta(days=13, hours=23)
    with pytest.raises(rules.StoppedForNoShows):
        lab.book(sem, 9, 10)
    lab.now += timedelta(hours=1)
    lab.book(sem, 9, 10)


def test_late_cancellations_count_only_where_the_calendar_says_so(lab: Lab) -> None:
    lenient, strict = (
        lab.instrument(strikes_max=1, late_counts=counts, cancel_minutes=1_440) for counts in (False, True)
    )
    for instrument in (lenient, strict):
        commands.cancel(lab.firm, booking_id=lab.book(instrument, 9, 10).id, now=lab.now)
    lab.book(lenient, 9, 10)
    with pytest.raises(rules.StoppedForNoShows):
        lab.book(strict, 9, 10)


def test_the_clock_lets_lapse_ends_and_counts_each_once(lab: Lab) -> None:
    asked = lab.book(lab.instrument(confirmation="provider"), 9, 10)
    plain, counted = lab.instrument(), lab.instrument(no_show_after_minutes=15)
    over, missed = lab.book(plain, 9, 10), lab.book(counted, 9, 10)
    later = lab.at(9.25)
    assert jobs.run_no_shows(now=lab.at(9.2)) == 0
    assert (jobs.run_lapses(now=later), jobs.run_no_shows(now=later), jobs.run_completions(now=later)) == (1, 1, 0)
    assert jobs.run_completions(now=lab.at(10)) == 1
    assert [job(now=lab.at(11)) for job in (jobs.run_lapses, jobs.run_no_shows, jobs.run_completions)] == [0, 0, 0]
    states = [Booking.objects.get(id=row.id).state for row in (asked, over, missed)]
    assert states == ["lapsed", "done", "no_show"]


def test_a_word_before_the_time_comes_once_for_each_time(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 24 * 4, 24 * 4 + 1)
    assert jobs.run_reminders(now=lab.now) == 0
    soon = booking.from_at - timedelta(hours=3)
    assert (jobs.run_reminders(now=soon), jobs.run_reminders(now=soon)) == (1, 0)
    commands.reschedule(
        lab.firm,
        booking_id=booking.id,
        from_at=lab.at(24 * 6),
        until_at=lab.at(24 * 6 + 1),
        now=booking.from_at - timedelta(days=2),
    )
    assert jobs.run_reminders(now=lab.at(24 * 6) - timedelta(hours=1)) == 1


def test_a_breakdown_moves_who_it_hits_without_penalty(lab: Lab) -> None:
    sem = lab.instrument(hours=WORKDAYS, confirmation="provider")
    first, second = lab.book(sem, 9, 10), lab.book(sem, 10, 11, by=lab.other)
    commands.confirm(lab.staff, booking_id=first.id, now=lab.now)
    later = lab.book(sem, 24 + 9, 24 + 10)
    broken = commands.break_down(
        lab.staff, instrument_id=sem.id, until_at=lab.at(12), reason="真空泵故障", now=lab.at(8)
    )
    assert [booking.id for booking in broken.hit] == [first.id, second.id]
    offered = [queries.offers_of(booking)[0].from_at for booking in broken.hit]
    assert offered == [lab.at(13), lab.at(14)]  # nobody is offered first what another was
    assert Booking.objects.get(id=later.id).state == BookingState.REQUESTED
    for person in (lab.firm.person_id, lab.other.person_id):
        assert Message.objects.filter(to_person=person, text__contains="真空泵故障").count() == 1
    moved = commands.accept_offer(lab.firm, booking_id=first.id, from_at=offered[0], now=lab.at(8.5))
    assert (moved.state, moved.from_at, moved.version) == ("confirmed", lab.at(13), 1)
    with pytest.raises(rules.NotOffered):
        commands.accept_offer(lab.other, booking_id=second.id, from_at=lab.at(16.5), now=lab.at(8.5))
    assert not commands.cancel(lab.other, booking_id=second.id, now=lab.at(8.5)).late


def test_an_offer_taken_by_somebody_else_names_the_next(lab: Lab) -> None:
    sem = lab.instrument(hours=WORKDAYS)
    booking = lab.book(sem, 9, 10)
    commands.break_down(
        lab.staff, instrument_id=sem.id, until_at=lab.at(12), reason="操作人病假", kind="absence", now=lab.at(8)
    )
    lab.now = lab.at(8)
    lab.book(sem, 13, 14, by=lab.other, day=lab.today)
    with pytest.raises(rules.SlotTaken):
        commands.accept_offer(lab.firm, booking_id=booking.id, from_at=lab.at(13, day=lab.today), now=lab.now)
    moved = commands.reschedule(
        lab.firm,
        booking_id=booking.id,
        from_at=lab.at(14, day=lab.today),
        until_at=lab.at(15, day=lab.today),
        now=lab.now,
    )
    assert moved.state == "confirmed"


def test_a_displaced_booking_whose_holder_is_silent_lapses(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 9, 10)
    commands.break_down(lab.staff, instrument_id=sem.id, until_at=lab.at(12), reason="故障", now=lab.now)
    assert jobs.run_lapses(now=lab.now + timedelta(days=6)) == 0
    assert jobs.run_lapses(now=lab.now + timedelta(days=7)) == 1
    booking.refresh_from_db()
    assert (booking.state, booking.late) == ("lapsed", False)


def test_a_breakdown_of_one_frees_the_other_instruments_of_the_booking(lab: Lab) -> None:
    one, two = lab.instrument(), lab.instrument()
    both = lab.book([one, two], 9, 10)
    broken = commands.break_down(lab.staff, instrument_id=one.id, until_at=lab.at(12), reason="故障", now=lab.now)
    assert [booking.id for booking in broken.hit] == [both.id]
    lab.book(two, 9, 10, by=lab.other)
    assert queries.offers_of(broken.hit[0])[0].from_at == lab.at(12)


def test_a_breakdown_fills_the_time_around_maintenance_and_takes_it_over_when_that_is_lifted(lab: Lab) -> None:
    sem = lab.instrument()
    times = {"from_at": lab.at(10), "until_at": lab.at(18)}
    (service,) = commands.block(lab.staff, instrument_id=sem.id, kind="maintenance", now=lab.now, **times)
    lab.book(sem, 18, 19)
    commands.break_down(lab.staff, instrument_id=sem.id, until_at=lab.at(12), reason="故障", now=lab.now)
    found = queries.next_free([sem.id], minutes=60, after=lab.now, now=lab.now)
    assert found[sem.id] == rules.Span(lab.at(19), lab.at(20))
    commands.unblock(lab.staff, block_id=service.id, now=lab.now)
    with pytest.raises(rules.SlotTaken):
        lab.book(sem, 11, 12)
    lab.book(sem, 12, 13)


def test_a_breakdown_noticed_late_leaves_what_was_done_alone(lab: Lab) -> None:
    sem = lab.instrument(gap_minutes=30)
    done, running, ahead = lab.book(sem, 9, 10), lab.book(sem, 11, 12), lab.book(sem, 13, 14)
    commands.complete(CLOCK, booking_id=done.id, now=lab.at(10))
    commands.start(lab.firm, booking_id=running.id, now=lab.at(11))
    broken = commands.break_down(
        lab.staff, instrument_id=sem.id, from_at=lab.at(8), until_at=lab.at(20), reason="故障", now=lab.at(11.5)
    )
    assert {booking.id for booking in broken.hit} == {running.id, ahead.id}
    assert Booking.objects.get(id=done.id).state == "done"


def test_a_breakdown_with_many_bookings_asks_few_questions_for_each(lab: Lab) -> None:
    sem = lab.instrument()
    for hour in range(8):
        lab.book(sem, hour, hour + 1)
    count = statements(
        lambda: commands.break_down(lab.staff, instrument_id=sem.id, until_at=lab.at(12), reason="故障", now=lab.now)
    )
    assert count <= 12 + 5 * 8


def test_what_was_booked_first_stays_when_a_block_comes(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 9, 10)
    given = {"instrument_id": sem.id, "from_at": lab.at(8), "until_at": lab.at(12), "now": lab.now}
    with pytest.raises(rules.BlockOverlaps) as refusal:
        commands.block(lab.staff, kind="maintenance", **given)
    assert refusal.value.facts["numbers"] == booking.number
    assert not Block.objects.exists()
    with pytest.raises(MoveNotOpen):
        commands.block(lab.firm, kind="maintenance", **given)


def test_weekly_maintenance_and_its_lifting(lab: Lab) -> None:
    sem = lab.instrument()
    made = commands.block(
        lab.staff,
        instrument_id=sem.id,
        kind="maintenance",
        from_at=lab.at(8),
        until_at=lab.at(12),
        weeks=4,
        now=lab.now,
    )
    assert [row.from_at - made[0].from_at for row in made] == [timedelta(days=7 * week) for week in range(4)]
    with pytest.raises(rules.SlotTaken):
        lab.book(sem, 8, 9)
    lifted = commands.unblock(lab.staff, block_id=made[0].id, now=lab.now)
    assert lifted.state == BlockState.LIFTED
    lab.book(sem, 8, 9)
    with pytest.raises(NotVisible):
        commands.unblock(lab.firm, block_id=made[1].id, now=lab.now)


def test_a_qualification_lets_somebody_work_alone_until_it_ends(lab: Lab) -> None:
    sem = lab.instrument()
    day = lab.today + timedelta(days=3)
    given = {"instrument_id": sem.id, "person_id": lab.firm.person_id, "trained_on": lab.today, "now": lab.now}
    qualification = commands.qualify(lab.staff, valid_until=day, **given)
    assert commands.qualify(lab.staff, valid_until=day, **given).id == qualification.id
    lab.book(sem, 9, 10, mode="training", day=day - timedelta(days=1))
    with pytest.raises(rules.NotQualified):
        lab.book(sem, 9, 10, mode="training", day=day)
    with pytest.raises(rules.NotQualified):
        lab.book(sem, 23, 25, mode="training", day=day - timedelta(days=1))
    lab.book(sem, 23, 24, mode="training", day=day - timedelta(days=1))
    with pytest.raises(Refusal):
        commands.qualify(lab.firm, valid_until=day, **given)
    assert jobs.run_qualifications(now=lab.now + timedelta(days=3)) == 1
    renewed = commands.renew(
        lab.staff, qualification_id=qualification.id, valid_until=day + timedelta(days=300), now=lab.now
    )
    assert renewed.state == "valid"
    revoked = commands.revoke_qualification(
        lab.staff, qualification_id=qualification.id, reason="违反操作规程", now=lab.now
    )
    assert revoked.state == "revoked"
    with pytest.raises(rules.NotQualified):
        lab.book(sem, 13, 14, mode="training", day=day)


def test_only_the_clock_lapses_and_completes(lab: Lab) -> None:
    booking = lab.book(lab.instrument(), 9, 10)
    for act in (commands.lapse, commands.complete):
        with pytest.raises(MoveNotOpen):
            act(lab.staff, booking_id=booking.id, now=lab.at(12))
    assert commands.complete(CLOCK, booking_id=booking.id, now=lab.at(12)).ended_at == lab.at(10)
