"""What was not kept goes to the party's credit: told, replied to, upheld or taken off, spent in time (爽约记入信用)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kechuang.bookings import commands, rules
from kechuang.bookings.models import Booking, Calendar
from kechuang.bookings.queries import no_show_standing
from kechuang.credit import commands as credit
from kechuang.credit import queries
from kechuang.credit.jobs import run_spent_records
from kechuang.credit.models import CreditRecord
from kechuang.credit.rules import StillCounts, WordsMissing
from kechuang.credit.states import RECORD_MACHINE, RecordState
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.models import Message
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.bookings.conftest import Lab
from tests.bookings.test_machine import check, everybody

pytestmark = pytest.mark.django_db


def missed(lab: Lab, **rules_: Any) -> tuple[Booking, CreditRecord]:
    """Somebody of the firm did not come tomorrow at nine."""
    booking = lab.book(lab.instrument(**rules_), 9, 10)
    commands.no_show(lab.staff, booking_id=booking.id, now=lab.at(9))
    return booking, CreditRecord.objects.get(subject_id=booking.id)


def test_a_no_show_is_in_the_credit_of_the_party_and_the_party_is_told(lab: Lab) -> None:
    booking, record = missed(lab, strike_days=60)
    assert (record.party_id, record.person_id) == (lab.firm.party_id, lab.firm.person_id)
    assert (record.reporter_id, record.kind, record.state) == (lab.staff.party_id, "no_show", "recorded")
    assert record.counts_until == clock.day(booking.from_at) + timedelta(days=60)
    told = Message.objects.get(subject_id=record.id)
    assert (told.to_party, told.path) == (lab.firm.party_id, f"/credit/records/{record.id}/")
    assert queries.counting_of(lab.firm.party_id) == 1
    assert altered_rows() == []


@pytest.mark.parametrize("counts", [True, False])
def test_a_late_cancellation_is_in_the_credit_where_the_calendar_counts_it(lab: Lab, counts: bool) -> None:
    booking = lab.book(lab.instrument(cancel_minutes=60, late_counts=counts), 9, 10)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.at(8.5))
    found = CreditRecord.objects.filter(subject_id=booking.id).values_list("kind", flat=True)
    assert list(found) == (["late_cancellation"] if counts else [])


def test_a_cancellation_in_time_leaves_nothing(lab: Lab) -> None:
    booking = lab.book(lab.instrument(cancel_minutes=60, late_counts=True), 9, 10)
    commands.cancel(lab.firm, booking_id=booking.id, now=lab.at(7))
    assert not CreditRecord.objects.exists()


def test_a_house_does_not_report_itself(lab: Lab) -> None:
    sem, colleague = lab.instrument(), lab.colleague(lab.staff)
    booking = lab.book(sem, 9, 10, by=colleague, group="课题组", fund_number="K-1")
    commands.no_show(lab.staff, booking_id=booking.id, now=lab.at(9))
    assert not CreditRecord.objects.exists()


def test_who_was_excused_has_no_record_that_counts(lab: Lab) -> None:
    booking, record = missed(lab)
    commands.excuse(lab.staff, booking_id=booking.id, reason="台风停课", now=lab.at(11))
    record.refresh_from_db()
    assert (record.state, record.answer) == ("lifted", "台风停课")
    assert queries.counting_of(lab.firm.party_id) == 0


def test_a_record_taken_off_by_the_county_stops_nobody_any_more(lab: Lab) -> None:
    sem = lab.instrument(strikes_max=1, strike_days=60, stop_days=14)
    booking = lab.book(sem, 9, 10)
    commands.no_show(lab.staff, booking_id=booking.id, now=lab.at(9))
    record = CreditRecord.objects.get(subject_id=booking.id)
    with pytest.raises(rules.StoppedForNoShows):
        lab.book(sem, 33, 34)
    credit.reply(lab.firm, record_id=record.id, words="仪器所在楼停电，无法进入", now=lab.at(11))
    credit.uphold(lab.staff, record_id=record.id, words="未接到停电通知", now=lab.at(12))
    with pytest.raises(rules.StoppedForNoShows):
        lab.book(sem, 33, 34)
    credit.lift(lab.officer(Role.COUNTY_OFFICER), record_id=record.id, words="停电属实", now=lab.at(13))
    assert lab.book(sem, 33, 34).state == "confirmed"
    assert altered_rows() == []


def test_before_one_books_it_is_said_what_a_no_show_does_and_how_many_there_are(lab: Lab) -> None:
    booking, _record = missed(lab, strikes_max=2, strike_days=60, stop_days=14)
    row = Calendar.objects.get(instrument_id=booking.instrument_id)
    found = no_show_standing(lab.firm.person_id, row, now=lab.at(11))
    assert found is not None
    assert (found.count, found.stopped_until) == (1, None)
    assert no_show_standing(lab.firm.person_id, Calendar(strikes_max=0), now=lab.now) is None
    client = signed_in(lab.firm)
    said = client.get(f"/bookings/instruments/{booking.instrument_id}/").content.decode()
    assert "60 天内爽约满 2 次，停止预约 14 天" in said
    assert "信用记录" in said


def test_a_reply_and_an_answer_need_words(lab: Lab) -> None:
    _booking, record = missed(lab)
    with pytest.raises(WordsMissing):
        credit.reply(lab.firm, record_id=record.id, words="  ", now=lab.at(11))


def test_a_record_is_spent_when_its_time_is_over(lab: Lab) -> None:
    _booking, record = missed(lab, strike_days=60)
    with pytest.raises(StillCounts):
        credit.spend(CLOCK, record_id=record.id, now=lab.at(11))
    later = lab.at(9) + timedelta(days=60)
    assert (run_spent_records(now=later), run_spent_records(now=later)) == (1, 0)
    assert queries.counting_of(lab.firm.party_id) == 0


def test_a_stranger_sees_no_record(lab: Lab) -> None:
    _booking, record = missed(lab)
    for actor in (lab.other, PUBLIC):
        with pytest.raises(NotVisible):
            queries.record_sheet(actor, record.id)
    assert [row.id for row in queries.records(lab.firm)] == [record.id]
    assert [row.id for row in queries.records(lab.staff)] == [record.id]


def test_the_reporter_finds_the_reply_on_its_workbench(lab: Lab) -> None:
    _booking, record = missed(lab)
    assert not queries.records_waiting_for(lab.staff, on=lab.today)
    credit.reply(lab.firm, record_id=record.id, words="已电话请假", now=lab.at(11))
    (row,) = queries.records_waiting_for(lab.staff, on=lab.today)
    assert row.subject_id == record.id
    assert not queries.records_waiting_for(lab.firm, on=lab.today)
    with pytest.raises(MoveNotOpen):
        credit.uphold(lab.firm, record_id=record.id, words="不变", now=lab.at(12))


@pytest.mark.parametrize("state", list(RecordState))
def test_only_listed_moves_of_a_record_are_made(lab: Lab, state: RecordState) -> None:
    _booking, record = missed(lab)
    CreditRecord.objects.filter(id=record.id).update(state=state, reply="申述", answer="答复", counts_until=lab.today)
    given = {"record_id": record.id, "now": lab.now}
    calls = {
        "reply": lambda a: credit.reply(a, words="理由", **given),
        "uphold": lambda a: credit.uphold(a, words="理由", **given),
        "lift": lambda a: credit.lift(a, words="理由", **given),
        "spend": lambda a: credit.spend(a, **given),
    }
    check(RECORD_MACHINE, state, calls, everybody(lab))


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def test_the_party_replies_and_the_provider_upholds_on_the_page(lab: Lab) -> None:
    _booking, record = missed(lab)
    with clock.at(lab.at(11)):
        firm, staff = signed_in(lab.firm), signed_in(lab.staff)
        where = f"/credit/records/{record.id}/"
        assert record.number in firm.get("/credit/records/").content.decode()
        assert "申述信用记录" in firm.get(where).content.decode()
        assert firm.post(f"{where}reply/", {"words": ""}).status_code == 422
        assert firm.post(f"{where}reply/", {"words": "已请假"}).status_code == 302
        assert firm.post(f"{where}uphold/", {"words": "不变"}).status_code == 409
        assert staff.post(f"{where}uphold/", {"words": "未见请假"}).status_code == 302
        assert "未见请假" in firm.get(where).content.decode()
