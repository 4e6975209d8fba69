"""Booking a time (预约): who comes first has it, all instruments or none, within the rules of each calendar."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kechuang.bookings import commands, jobs, queries, rules
from kechuang.bookings.models import Booking, Slot
from kechuang.bookings.states import BookingState
from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Clearance, Instrument
from kechuang.catalog.states import ClearanceKind
from kechuang.kernel.actor import CLOCK, PUBLIC, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.outbox.models import Message
from kechuang.parties import commands as parties
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from tests.bookings.conftest import WORKDAYS, Lab, overlaps, statements

pytestmark = pytest.mark.django_db


def test_a_free_time_is_booked_and_confirmed_at_once(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 9, 10, purpose="镀层形貌")
    assert booking.state == BookingState.CONFIRMED
    assert booking.number.startswith("KY-")
    assert [(slot.from_at, slot.until_at) for slot in Slot.objects.all()] == [(lab.at(9), lab.at(10))]
    assert Event.objects.get(object_id=booking.id).target == "confirmed"
    assert altered_rows() == []


def test_a_booking_takes_few_statements(lab: Lab) -> None:
    sem = lab.instrument()
    assert statements(lambda: lab.book(sem, 9, 10, key="一")) <= 7
    limited = lab.instrument(
        day_minutes_max=600, strikes_max=2, qualified_only=False, confirmation="provider", week_minutes_max=900
    )
    assert statements(lambda: lab.book(limited, 9, 10, key="二")) <= 10


def test_several_instruments_are_booked_together_or_not_at_all(lab: Lab) -> None:
    one, two, three = (lab.instrument() for _ in range(3))
    both = lab.book([two, one], 9, 10)
    assert both.instruments == [two.id, one.id]
    assert Slot.objects.filter(booking=both, active=True).count() == 2
    before = (Booking.objects.count(), Slot.objects.count(), Event.objects.count())
    with pytest.raises(rules.SlotTaken) as refusal:
        lab.book([three, one], 9, 10, by=lab.other)
    assert refusal.value.facts["next_from"] == lab.at(10).isoformat()
    assert (Booking.objects.count(), Slot.objects.count(), Event.objects.count()) == before


def test_instruments_of_two_houses_do_not_make_one_booking(lab: Lab) -> None:
    mine = lab.instrument()
    lab.staff = lab.provider("另一大学")
    lab.house = lab.carrier(lab.staff, "另一中心")
    theirs = lab.instrument()
    with pytest.raises(rules.DifferentProviders):
        lab.book([mine, theirs], 9, 10)
    with pytest.raises(rules.NothingChosen):
        lab.book([mine, mine], 9, 10)
    with pytest.raises(rules.NothingChosen):
        lab.book([], 9, 10)


def test_the_same_key_answers_with_the_first_booking(lab: Lab) -> None:
    sem = lab.instrument(open_bookings_max=1)
    first = lab.book(sem, 9, 10, key="一")
    assert lab.book(sem, 9, 10, key="一").id == first.id
    lab.now += timedelta(days=3)
    again = commands.book(
        lab.firm, instrument_ids=[sem.id], from_at=first.from_at, until_at=first.until_at, key="一", now=lab.now
    )
    assert again.id == first.id
    lab.now -= timedelta(days=3)
    with pytest.raises(rules.KeyUsedOtherwise):
        lab.book(sem, 11, 12, key="一")
    assert Event.objects.filter(action="bookings.book").count() == 1


def test_over_night_and_over_the_end_of_the_month(lab: Lab) -> None:
    oven = lab.instrument(hours=[[[540, 1_080]]] * 7, overnight=True)
    last = lab.today.replace(day=31)
    booking = lab.book(oven, 17, 34, day=last)
    assert booking.until_at == lab.at(10, day=last + timedelta(days=1))
    with pytest.raises(rules.SlotTaken):
        lab.book(oven, 9, 10, day=last + timedelta(days=1), by=lab.other)
    plain = lab.instrument(hours=[[[540, 1_080]]] * 7)
    with pytest.raises(rules.OutsideHours):
        lab.book(plain, 17, 34, day=last)


def test_a_time_across_maintenance_is_refused_and_the_next_one_named(lab: Lab) -> None:
    sem = lab.instrument(hours=WORKDAYS)
    commands.block(
        lab.staff, instrument_id=sem.id, kind="maintenance", from_at=lab.at(9), until_at=lab.at(11), now=lab.now
    )
    with pytest.raises(rules.SlotTaken) as refusal:
        lab.book(sem, 10, 12)
    assert refusal.value.facts["next_from"] == lab.at(13).isoformat()


def wrong(lab: Lab) -> list[tuple[str, Callable[[], Any], type[Refusal]]]:
    sem, trained = lab.instrument(), lab.instrument(qualified_only=True)
    inner, limited = lab.instrument(internal_only=True), lab.instrument(day_minutes_max=60)
    paused, closed = lab.instrument(), lab.instrument()
    commands.pause(lab.staff, instrument_id=paused.id, now=lab.now)
    catalog.pause_offer(lab.staff, offer_id=closed.id, now=lab.now)
    return [
        ("past", lambda: lab.book(sem, 9, 10, day=lab.today - timedelta(days=1)), rules.InThePast),
        ("beyond", lambda: lab.book(sem, 9, 10, day=lab.today + timedelta(days=61)), rules.BeyondHorizon),
        ("unqualified", lambda: lab.book(trained, 9, 10), rules.NotQualified),
        ("alone", lambda: lab.book(sem, 9, 10, mode="training"), rules.NotQualified),
        ("internal", lambda: lab.book(inner, 9, 10), rules.InternalOnly),
        ("group", lambda: lab.book(sem, 9, 10, by=lab.staff), rules.GroupMissing),
        ("limit", lambda: lab.book(limited, 9, 11), rules.OverDayLimit),
        ("paused", lambda: lab.book(paused, 9, 10), rules.NotBookable),
        ("closed", lambda: lab.book(closed, 9, 10), rules.NotBookable),
        ("revoked", lambda: lab.book(sem, 9, 10, scheme="shaoxing/voucher-2021"), rules.ProviderNotAdmitted),
    ]


def test_each_bad_booking_is_refused_by_name_and_nothing_is_written(lab: Lab) -> None:
    for name, call, expected in wrong(lab):
        before = (Booking.objects.count(), Slot.objects.count(), Event.objects.count())
        with pytest.raises(expected) as refusal:
            call()
        assert refusal.value.remedy, name
        assert (Booking.objects.count(), Slot.objects.count(), Event.objects.count()) == before, name


def test_under_customs_outsiders_wait_for_the_paper_and_insiders_do_not(lab: Lab) -> None:
    sem = lab.instrument()
    Instrument.objects.create(offer_id=sem.id, under_customs=True, open_modes=["slot"])
    with pytest.raises(rules.CustomsNotCleared):
        lab.book(sem, 9, 10)
    lab.book(sem, 9, 10, by=lab.colleague(lab.staff), group="材料组", fund_number="F-1")
    Clearance.objects.create(
        offer_id=sem.id,
        region=sem.region,
        kind=next(iter(ClearanceKind)),
        number="1",
        valid_from=lab.today,
        valid_until=lab.today + timedelta(days=3),
        entered_by="psn_1",
        at=lab.now,
    )
    lab.book(sem, 11, 12)
    with pytest.raises(rules.CustomsNotCleared):  # the paper has run out by then
        lab.book(sem, 11, 12, day=lab.today + timedelta(days=3))


def test_how_an_instrument_is_open_binds_outsiders_only(lab: Lab) -> None:
    for given, refusal in (
        ({"open_modes": ["sample"]}, rules.ModeNotOffered),
        ({"share_mode": "internal"}, rules.InternalOnly),
        ({"share_mode": "none"}, rules.InternalOnly),
    ):
        sem = lab.instrument()
        Instrument.objects.create(offer_id=sem.id, **given)
        with pytest.raises(refusal):
            lab.book(sem, 9, 10)
        lab.book(sem, 9, 10, by=lab.colleague(lab.staff), group="材料组", fund_number="F-1")


FAR = [9_999, 2_200, 1_900, 1]


@pytest.mark.parametrize("year", FAR)
def test_a_mistyped_year_is_refused_not_counted_with(lab: Lab, year: int) -> None:
    sem = lab.instrument(max_minutes=525_600)
    times = {"from_at": datetime(year, 12, 31, 20, tzinfo=UTC), "until_at": datetime(year, 12, 31, 23, tzinfo=UTC)}
    one = {"instrument_id": sem.id, "now": lab.now, **times}
    calls = [
        lambda: commands.book(lab.firm, instrument_ids=[sem.id], now=lab.now, **times),
        lambda: commands.override(lab.staff, instrument_ids=[sem.id], reason="x", now=lab.now, **times),
        lambda: commands.block(lab.staff, kind="blackout", **one),
        lambda: commands.break_down(lab.staff, reason="x", **one),
    ]
    booking = lab.book(sem, 60, 61)
    calls += [
        lambda: commands.reschedule(lab.firm, booking_id=booking.id, now=lab.now, **times),
        lambda: commands.reschedule(lab.staff, booking_id=booking.id, now=lab.now, reason="x", **times),
    ]
    for call in calls:
        with pytest.raises((rules.InThePast, rules.BeyondHorizon)):
            call()


def test_more_weeks_than_a_year_has_are_refused(lab: Lab) -> None:
    sem = lab.instrument()
    times = {"from_at": lab.at(8), "until_at": lab.at(9), "now": lab.now}
    for weeks in (0, 54):
        with pytest.raises(rules.TooManyWeeks):
            commands.block(lab.staff, instrument_id=sem.id, kind="blackout", weeks=weeks, **times)


def test_bookings_of_a_merged_firm_go_on_with_who_took_it_over(lab: Lab) -> None:
    sem = lab.instrument()
    ahead, over = lab.book(sem, 60, 61), lab.book(sem, 9, 10)
    commands.cancel(lab.firm, booking_id=over.id, now=lab.now)
    parties.merge_parties(
        CLOCK, kept_id=lab.other.party_id, merged_id=lab.firm.party_id, reason="吸收合并", now=lab.now
    )
    assert (jobs.run_mergers(now=lab.now), jobs.run_mergers(now=lab.now)) == (1, 0)
    assert commands.cancel(lab.other, booking_id=ahead.id, now=lab.now).holder_id == lab.other.party_id
    assert Booking.objects.get(id=over.id).holder_id == lab.firm.party_id
    assert altered_rows() == []


def test_without_a_calendar_or_a_party_nothing_is_found(lab: Lab) -> None:
    bare = lab.offer(lab.staff, lab.house, "无日历")
    with pytest.raises(NotVisible):
        lab.book(bare, 9, 10)
    sem = lab.instrument()
    for nobody in (PUBLIC, lab.officer(Role.COUNTY_OFFICER)):
        with pytest.raises(NotVisible):
            lab.book(sem, 9, 10, by=nobody)


def test_internal_users_book_with_their_group_and_fund(lab: Lab) -> None:
    sem = lab.instrument(internal_only=True)
    booking = lab.book(sem, 9, 10, by=lab.colleague(lab.staff), group="材料组", fund_number="F-1")
    assert (booking.group, booking.fund_number, booking.state) == ("材料组", "F-1", "confirmed")


def test_limits_are_counted_per_person_day_and_week(lab: Lab) -> None:
    sem = lab.instrument(day_minutes_max=120, week_minutes_max=180)
    lab.book(sem, 9, 11)
    with pytest.raises(rules.OverDayLimit):
        lab.book(sem, 12, 13)
    wednesday = lab.today + timedelta(days=2)
    lab.book(sem, 9, 10, day=wednesday)
    with pytest.raises(rules.OverWeekLimit):
        lab.book(sem, 11, 12, day=wednesday)
    lab.book(sem, 12, 13, by=lab.colleague(lab.firm))
    lab.book(sem, 9, 11, day=lab.today + timedelta(days=7))


def test_the_provider_confirms_and_who_waits_holds_the_time(lab: Lab) -> None:
    sem = lab.instrument(confirmation="provider")
    booking = lab.book(sem, 9, 10)
    assert booking.state == BookingState.REQUESTED
    assert Message.objects.filter(to_party=lab.staff.party_id, subject_id=booking.id).count() == 1
    with pytest.raises(rules.SlotTaken):
        lab.book(sem, 9, 10, by=lab.other)
    waiting = queries.waiting_for(lab.staff, on=lab.today)
    assert [row.subject_id for row in waiting] == [booking.id]
    commands.confirm(lab.staff, booking_id=booking.id, now=lab.now)
    assert queries.waiting_for(lab.staff, on=lab.today) == []
    refused = lab.book(sem, 11, 12)
    commands.refuse(lab.staff, booking_id=refused.id, reason="当天有内部任务", now=lab.now)
    lab.book(sem, 11, 12, by=lab.other)
    assert altered_rows() == []


def test_who_books_in_their_own_house_does_not_confirm_it(lab: Lab) -> None:
    sem = lab.instrument(confirmation="provider")
    user = lab.colleague(lab.staff)
    booking = lab.book(sem, 9, 10, by=user, group="材料组", fund_number="F-1")
    with pytest.raises(Refusal):
        commands.confirm(user, booking_id=booking.id, now=lab.now)
    assert commands.confirm(lab.staff, booking_id=booking.id, now=lab.now).state == "confirmed"


def test_staff_book_past_the_rules_with_a_reason_never_over_what_is_confirmed(lab: Lab) -> None:
    sem = lab.instrument(hours=WORKDAYS, confirmation="provider")
    saturday = lab.today + timedelta(days=5)

    def arrange(begin: float, reason: str = "抢险检测") -> Booking:
        return commands.override(
            lab.staff,
            instrument_ids=[sem.id],
            from_at=lab.at(begin, day=saturday),
            until_at=lab.at(begin + 2, day=saturday),
            reason=reason,
            holder_id=lab.firm.party_id,
            person_id=lab.firm.person_id,
            now=lab.now,
        )

    with pytest.raises(rules.ReasonMissing):
        arrange(20, " ")
    made = arrange(20)
    assert (made.state, made.override_by, made.override_reason) == ("confirmed", lab.staff.person_id, "抢险检测")
    assert Event.objects.get(object_id=made.id).facts["override"] == "抢险检测"
    with pytest.raises(rules.OverConfirmed):
        arrange(21)
    with pytest.raises(Refusal):
        commands.override(
            lab.firm, instrument_ids=[sem.id], from_at=lab.at(20), until_at=lab.at(21), reason="x", now=lab.now
        )


def test_an_override_displaces_who_still_waits_and_offers_another_time(lab: Lab) -> None:
    sem = lab.instrument(confirmation="provider")
    waiting = lab.book(sem, 9, 10)
    commands.override(
        lab.staff, instrument_ids=[sem.id], from_at=lab.at(9), until_at=lab.at(11), reason="验收", now=lab.now
    )
    waiting.refresh_from_db()
    assert waiting.state == BookingState.DISPLACED
    assert waiting.offers
    assert overlaps() == 0
    assert altered_rows() == []


def test_calendars_of_drafts_are_nobodys_to_see(lab: Lab) -> None:
    draft = lab.offer(lab.staff, lab.house, "草稿", prices=False)
    commands.open_calendar(lab.staff, instrument_id=draft.id, now=lab.now)
    with pytest.raises(NotVisible):
        queries.calendar(lab.firm, draft.id, now=lab.now)
    assert queries.calendar(lab.staff, draft.id, now=lab.now).calendar.instrument_id == draft.id


def test_the_rules_of_a_calendar_are_checked_together(lab: Lab) -> None:
    sem = lab.instrument()
    for given in (
        {"granularity_minutes": 7},
        {"min_minutes": 45},
        {"max_minutes": 0},
        {"horizon_days": -1},
        {"confirmation": "perhaps"},
        {"min_minutes": 60, "max_minutes": 30},
    ):
        with pytest.raises(rules.RuleUnreadable):
            commands.set_rules(lab.staff, instrument_id=sem.id, now=lab.now, **given)
    changed = commands.set_rules(lab.staff, instrument_id=sem.id, now=lab.now, horizon_days=7, note=" 自带样品台 ")
    assert (changed.horizon_days, changed.note) == (7, "自带样品台")
    with pytest.raises(Refusal):
        commands.set_rules(lab.firm, instrument_id=sem.id, now=lab.now, horizon_days=1)
    with pytest.raises(rules.CalendarExists):
        commands.open_calendar(lab.staff, instrument_id=sem.id, now=lab.now)
    assert altered_rows() == []
