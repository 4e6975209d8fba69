"""空闲时间: what is taken and by whom one sees it, and the next time that is free."""

from datetime import timedelta

import pytest

from kechuang.bookings import queries, rules
from kechuang.kernel.actor import PUBLIC
from kechuang.kernel.errors import NotVisible
from tests.bookings.conftest import WORKDAYS, Lab, overlaps, statements

pytestmark = pytest.mark.django_db


def test_the_second_for_one_time_is_told_the_next_free_one(lab: Lab) -> None:
    sem = lab.instrument(gap_minutes=30)
    lab.book(sem, 9, 10)
    with pytest.raises(rules.SlotTaken) as refusal:
        lab.book(sem, 9.5, 10.5, by=lab.other)
    assert refusal.value.facts["next_from"] == lab.at(10.5).isoformat()
    assert refusal.value.status == 409
    lab.book(sem, 10.5, 11.5, by=lab.other)
    assert overlaps() == 0


def test_when_nothing_is_left_before_the_horizon_that_is_said(lab: Lab) -> None:
    sem = lab.instrument(horizon_days=1, min_minutes=30, hours=[[[540, 600]]] * 7)
    lab.book(sem, 9, 10)
    with pytest.raises(rules.NoSlotLeft):
        lab.book(sem, 9, 10, by=lab.other)


def test_the_gap_after_a_booking_is_kept_free(lab: Lab) -> None:
    sem = lab.instrument(gap_minutes=30)
    lab.book(sem, 9, 10)
    with pytest.raises(rules.SlotTaken):
        lab.book(sem, 10, 11)
    with pytest.raises(rules.SlotTaken):
        lab.book(sem, 8, 9)
    lab.book(sem, 10.5, 11)


def test_strangers_do_not_see_who_booked_but_that_it_is_taken(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 9, 10, purpose="秘密样品")
    found = {"from_": lab.at(0), "until": lab.at(24), "instrument_ids": [sem.id]}
    (stranger,) = queries.week(lab.other, **found)
    assert (stranger.from_at, stranger.until_at) == (lab.at(9), lab.at(10))
    assert (stranger.number, stranger.purpose, stranger.holder_name, stranger.booking_id) == ("", "", "", "")
    (nobody,) = queries.week(PUBLIC, **found)
    assert nobody.purpose == ""
    (mine,) = queries.week(lab.firm, **found)
    assert (mine.booking_id, mine.purpose, mine.mine) == (booking.id, "秘密样品", True)
    (theirs,) = queries.week(lab.staff, **found)
    assert (theirs.serves, theirs.holder_name) == (True, "绍兴示例企业")
    with pytest.raises(NotVisible):
        queries.booking(lab.other, booking.id, now=lab.now)


def test_a_week_is_one_question_whatever_stands_in_it(lab: Lab) -> None:
    sem = lab.instrument()
    asked = {"from_": lab.at(0), "until": lab.at(24 * 7), "instrument_ids": [sem.id]}
    lab.book(sem, 0, 1)
    assert statements(lambda: queries.week(lab.firm, **asked)) == 1
    for hour in range(1, 40):
        lab.book(sem, hour, hour + 1)
    assert len(queries.week(lab.firm, **asked)) == 40
    assert statements(lambda: queries.week(lab.firm, **asked)) == 1
    mine = {"from_": lab.at(0), "until": lab.at(24 * 7), "person_id": lab.firm.person_id}
    assert len(queries.week(lab.firm, **mine)) == 40
    assert queries.week(lab.other, **mine) == []


def test_the_next_free_time_of_many_instruments_takes_as_many_questions_as_of_one(lab: Lab) -> None:
    one, two, three = lab.instrument(hours=WORKDAYS), lab.instrument(hours=WORKDAYS), lab.instrument(hours=WORKDAYS)
    for hour in (8, 9, 10, 11, 13, 14, 15, 16):
        lab.book(two, hour, hour + 1)
    after = lab.at(8)
    found = queries.next_free([one.id, two.id, three.id, "ofr_none"], minutes=60, after=after, now=lab.now)
    assert found[one.id] == rules.Span(lab.at(8), lab.at(9))
    assert found[two.id] == rules.Span(lab.at(32), lab.at(33))
    assert found["ofr_none"] is None
    for ids in ([one.id], [one.id, two.id, three.id]):
        count = statements(lambda ids=ids: queries.next_free(ids, minutes=60, after=after, now=lab.now))
        assert count <= 4
    assert queries.free_within([one.id, two.id], lab.at(8), lab.at(17), minutes=60, now=lab.now) == {one.id}
    assert statements(lambda: queries.free_within([one.id, two.id], lab.at(8), lab.at(17), now=lab.now)) <= 4


def test_the_next_free_time_is_found_behind_many_bookings(lab: Lab) -> None:
    """More gaps than are read at first: too short ones, one after the other."""
    sem = lab.instrument()
    for half in range(40):
        lab.book(sem, half, half + 0.5)
    found = queries.next_free([sem.id], minutes=60, after=lab.at(0), now=lab.now)
    assert found[sem.id] == rules.Span(lab.at(39.5), lab.at(40.5))


def test_a_phone_form_offers_what_can_be_booked(lab: Lab) -> None:
    sem = lab.instrument(hours=WORKDAYS)
    lab.book(sem, 9, 12)
    day = lab.today + timedelta(days=1)
    offered = queries.slots_of(sem.id, day, minutes=60, now=lab.now)
    assert [span.from_at for span in offered] == [lab.at(hour) for hour in (8, 13, 13.5, 14, 14.5, 15, 15.5, 16)]
    lab.book(sem, 8, 9)
    assert queries.slots_of(sem.id, day, minutes=60, now=lab.now) == offered[1:]
