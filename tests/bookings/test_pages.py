"""The pages of both sides open, do what they say, and ask the database the same number of questions whatever is booked."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from kechuang.bookings import commands, queries
from kechuang.bookings.models import Booking, Calendar, Sample, Training, Wait
from kechuang.bookings.rules import Span
from kechuang.bookings.states import BookingState, SampleState, TrainingState, WaitState
from kechuang.catalog.models import Instrument, Offer
from kechuang.catalog.queries import documents
from kechuang.kernel.actor import Actor
from kechuang.parties.middleware import ACTING_FOR
from kechuang.search import commands as search
from kechuang.ui import clock
from tests.bookings.conftest import Lab, lab, statements

__all__ = ["lab"]


@pytest.fixture
def enter(lab: Lab) -> Iterator[Callable[[Actor], Client]]:
    def entered(actor: Actor) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(pk=actor.person_id))
        session = client.session
        session[ACTING_FOR] = actor.party_id
        session.save()
        return client

    with clock.at(lab.now):
        yield entered


def shows(client: Client, address: str, *words: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    text = answer.content.decode()
    for word in words:
        assert word in text, f"{address}: {word}"
    return text


def test_anybody_sees_the_calendar_but_not_who_booked(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(note="请提前十分钟到")
    lab.book(offer, 9, 11, purpose="镀层厚度")
    where = reverse("bookings:calendar", args=[offer.id])
    shows(Client(), where, offer.name, "请提前十分钟到", "按日选择")
    feed = reverse("bookings:events", args=[offer.id])
    week = {"start": lab.at(0).isoformat(), "end": lab.at(24).isoformat()}
    (bar,) = json.loads(Client().get(feed, week).content)
    assert bar["title"] == "已预约"
    assert "url" not in bar
    (bar,) = json.loads(enter(lab.staff).get(feed, week).content)
    assert "绍兴示例企业" in bar["title"]
    assert json.loads(Client().get(feed, {"start": "x", "end": "y"}).content) == []


def test_booking_by_the_form(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    lab.book(offer, 9, 11, by=lab.other)
    client = enter(lab.firm)
    where = f"{reverse('bookings:book', args=[offer.id])}?day={lab.at(0).date().isoformat()}&minutes=120"
    text = shows(client, where, "选择开始时间", "11:00–13:00")
    assert "10:00–12:00" not in text
    sent = {"from_at": lab.at(11).isoformat(), "purpose": "形貌", "key": "one"}
    answer = client.post(where, sent)
    (made,) = Booking.objects.filter(holder_id=lab.firm.party_id)
    assert answer.headers["Location"] == reverse("bookings:booking", args=[made.id])
    assert (made.from_at, made.until_at, made.purpose) == (lab.at(11), lab.at(13), "形貌")
    assert client.post(where, sent).status_code in {302, 422}
    assert Booking.objects.filter(holder_id=lab.firm.party_id).count() == 1
    shows(client, reverse("bookings:booking", args=[made.id]), made.number, "取消预约", "加入日历")
    shows(client, reverse("bookings:mine"), offer.name)


def test_a_dragged_time_is_chosen_in_the_form(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    query = f"?from={lab.at(14).strftime('%Y-%m-%dT%H:%M:%S')}%2B08:00&until={lab.at(15.5).strftime('%Y-%m-%dT%H:%M:%S')}%2B08:00"
    text = shows(enter(lab.firm), reverse("bookings:book", args=[offer.id]) + query, "14:00–15:30")
    chosen = [line for line in text.split("<input") if "checked" in line]
    assert any("T14:00:00" in line for line in chosen)


def test_internal_users_say_group_and_fund(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    insider = lab.colleague(lab.staff)
    client = enter(insider)
    where = f"{reverse('bookings:book', args=[offer.id])}?day={lab.at(0).date().isoformat()}"
    shows(client, where, "课题组", "经费号")
    sent = {"from_at": lab.at(9).isoformat(), "group": "", "fund_number": ""}
    assert client.post(where, sent).status_code == 422
    assert client.post(where, sent | {"group": "材料组", "fund_number": "2024-1"}).status_code == 302
    assert Booking.objects.get().fund_number == "2024-1"


def test_a_full_day_offers_the_next_time_and_the_wait_list(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(hours=[[[540, 1_020]]] * 7)
    lab.book(offer, 9, 17, by=lab.other)
    day = lab.at(0).date().isoformat()
    client = enter(lab.firm)
    shows(client, f"{reverse('bookings:book', args=[offer.id])}?day={day}", "最近空闲", "登记候补")
    where = reverse("bookings:wait", args=[offer.id])
    shows(client, f"{where}?day={day}")
    assert client.post(where, {"first": day, "last": day, "minutes": "60"}).status_code == 302
    wait = Wait.objects.get()
    shows(client, reverse("bookings:waits"), "候补中", "第 1 位")
    commands.cancel(lab.other, booking_id=Booking.objects.get().id, now=lab.now)
    shows(client, reverse("bookings:waits"), "接受递补", "09:00–10:00")
    answer = client.post(reverse("bookings:wait_act", args=[wait.id, "accept"]))
    wait.refresh_from_db()
    assert wait.state == WaitState.TAKEN
    assert answer.headers["Location"] == reverse("bookings:booking", args=[wait.booking_id])


def test_a_late_cancellation_says_its_consequence_before(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(cancel_minutes=2_880)
    made = lab.book(offer, 9, 11)
    client = enter(lab.firm)
    where = reverse("bookings:booking", args=[made.id])
    shows(client, where, "已过免责取消期限")
    client.post(reverse("bookings:act", args=[made.id, "cancel"]), {"reason": ""})
    made.refresh_from_db()
    assert made.state == BookingState.CANCELLED
    assert made.late
    shows(client, where, "逾期取消")


def test_rescheduling_by_the_form(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(cancel_minutes=0)
    made = lab.book(offer, 9, 11)
    client = enter(lab.firm)
    where = reverse("bookings:reschedule", args=[made.id])
    shows(client, where, "10:00–12:00")  # its own time does not stand in the way
    assert client.post(where, {"from_at": lab.at(10).isoformat()}).status_code == 302
    made.refresh_from_db()
    assert (made.from_at, made.version) == (lab.at(10), 1)


def test_handing_over_to_a_colleague(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    colleague = lab.colleague(lab.firm, "钱七")
    made = lab.book(offer, 9, 11)
    client = enter(lab.firm)
    shows(client, reverse("bookings:booking", args=[made.id]), "转给同事", "钱七")
    client.post(reverse("bookings:act", args=[made.id, "hand_over"]), {"person_id": colleague.person_id})
    made.refresh_from_db()
    assert made.person_id == colleague.person_id


def test_a_stranger_sees_nothing(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    made = lab.book(offer, 9, 11)
    stranger = enter(lab.other)
    shows(stranger, reverse("bookings:booking", args=[made.id]), status=404)
    shows(stranger, reverse("bookings:calendar_file", args=[made.id]), status=404)
    for name in ("rules", "blocks", "sources"):
        shows(stranger, reverse(f"bookings:{name}", args=[offer.id]), status=404)
    assert stranger.post(reverse("bookings:act", args=[made.id, "cancel"]), {"reason": "x"}).status_code == 404


def test_the_providers_desk(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(confirmation="provider")
    made = lab.book(offer, 9, 11)
    client = enter(lab.staff)
    shows(client, reverse("bookings:desk"), "待确认", "绍兴示例企业")
    client.post(reverse("bookings:act", args=[made.id, "confirm"]), {"next": reverse("bookings:desk")})
    made.refresh_from_db()
    assert made.state == BookingState.CONFIRMED
    shows(client, f"{reverse('bookings:desk')}?day={lab.at(0).date().isoformat()}", "09:00–11:00")


def test_rules_are_set_by_the_form(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    client = enter(lab.staff)
    where = reverse("bookings:rules", args=[offer.id])
    text = shows(client, where, "00:00-24:00", "收样地址")
    sent = _typed(text) | {"hours_0": "08:00-12:00，13:00-17:30", "hours_6": "", "offer_minutes": "90"}
    answer = client.post(where, sent)
    assert answer.status_code == 302, answer.content.decode()
    row = Calendar.objects.get()
    assert row.hours[0] == [[480, 720], [780, 1_050]]
    assert row.hours[6] == []
    assert row.offer_minutes == 90
    refused = client.post(where, sent | {"hours_1": "八点到十二点"})
    assert refused.status_code == 422
    assert "八点到十二点" in refused.content.decode()
    assert client.post(where, sent | {"hours_1": "12:00-08:00"}).status_code == 422


def _typed(text: str) -> dict[str, str]:
    """What a browser would send of a form as it stands."""
    from lxml import html

    (form,) = [one for one in html.fromstring(text).forms if "hours_0" in one.fields]
    return {name: value for name, value in form.fields.items() if value is not None and name != "csrfmiddlewaretoken"}


def test_a_breakdown_lists_whom_it_hits(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    made = lab.book(offer, 9, 11)
    client = enter(lab.staff)
    where = reverse("bookings:blocks", args=[offer.id])
    sent = {
        "kind": "breakdown",
        "from_at": lab.at(8).strftime("%Y-%m-%dT%H:%M"),
        "until_at": lab.at(18).strftime("%Y-%m-%dT%H:%M"),
        "reason": "灯丝断",
        "weeks": "1",
    }
    looked = client.post(where, sent | {"look": "yes"})
    assert made.number in looked.content.decode()
    assert Booking.objects.get().state == BookingState.CONFIRMED
    assert client.post(where, sent | {"save": "yes"}).status_code == 302
    made.refresh_from_db()
    assert made.state == BookingState.DISPLACED
    shows(client, where, "受影响的预约", made.number, "灯丝断")
    holder = enter(lab.firm)
    shows(holder, reverse("bookings:booking", args=[made.id]), "接受改期", "灯丝断")
    offered = queries.offers_of(made)[0].from_at.astimezone(clock.LEGAL_ZONE).isoformat()
    holder.post(reverse("bookings:act", args=[made.id, "accept_offer"]), {"from_at": offered})
    made.refresh_from_db()
    assert made.state == BookingState.CONFIRMED


def test_samples_on_both_sides(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    client, desk = enter(lab.firm), enter(lab.staff)
    where = reverse("bookings:announce", args=[offer.id])
    shows(client, where, "收样地址")
    sent = {
        "name": "镀锌板", "count": "3", "expected_on": lab.today.isoformat(), "hazard": "corrosive", "hazard_note": "",
        "storage": "dry", "afterwards": "return", "return_address": "越城区 1 号 张", "key": "k",
    }  # fmt: skip
    assert client.post(where, sent).status_code == 422
    assert client.post(where, sent | {"hazard_note": "表面残留稀酸"}).status_code == 302
    row = Sample.objects.get()
    page = reverse("bookings:sample", args=[row.id])
    shows(client, page, "没有公布收样地址", "表面残留稀酸")
    client.post(reverse("bookings:sample_act", args=[row.id, "ship"]), {"courier": "顺丰", "number": "SF1"})
    shows(desk, reverse("bookings:samples"), "镀锌板", "腐蚀")
    desk.post(reverse("bookings:sample_act", args=[row.id, "receive"]), {"place": "A3 柜"})
    row.refresh_from_db()
    assert row.state == SampleState.RECEIVED
    shows(client, page, "A3 柜", "检测方")


def test_training_on_both_sides(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    training = Training.objects.create(
        region=offer.region, instrument=offer, provider_id=lab.staff.party_id, holder_id=lab.firm.party_id,
        person_id=lab.firm.person_id, made_at=lab.now,
    )  # fmt: skip
    desk = enter(lab.staff)
    shows(desk, reverse("bookings:trainings"), "待安排培训", "登记培训通过")
    at = (lab.now + timedelta(days=3)).astimezone(clock.LEGAL_ZONE).strftime("%Y-%m-%dT%H:%M")
    desk.post(reverse("bookings:training_act", args=[training.id, "schedule"]), {"at": at, "place": "101"})
    done = {"trained_on": lab.today.isoformat(), "last_on": (lab.today + timedelta(days=365)).isoformat()}
    desk.post(reverse("bookings:training_act", args=[training.id, "pass"]), done)
    training.refresh_from_db()
    assert training.state == TrainingState.PASSED
    shows(enter(lab.firm), reverse("bookings:trainings"), "有效期至")
    shows(desk, reverse("bookings:trainings"), "撤销操作资格")


def test_staff_arrange_past_the_rules_with_a_reason(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(hours=[[[540, 1_020]]] * 7)
    lab.book(offer, 9, 10)
    client = enter(lab.staff)
    where = reverse("bookings:override", args=[offer.id])
    shows(client, where, "绍兴示例企业", "例外理由")
    sent = {
        "user": f"{lab.firm.party_id} {lab.firm.person_id}",
        "from_at": lab.at(20).strftime("%Y-%m-%dT%H:%M"),
        "until_at": lab.at(21).strftime("%Y-%m-%dT%H:%M"),
        "reason": "",
    }
    assert client.post(where, sent).status_code == 422
    assert client.post(where, sent | {"reason": "客户产线停工"}).status_code == 302
    made = Booking.objects.get(override_reason="客户产线停工")
    assert (made.holder_id, made.person_id, made.from_at) == (lab.firm.party_id, lab.firm.person_id, lab.at(20))
    shows(enter(lab.firm), reverse("bookings:booking", args=[made.id]), "客户产线停工")
    shows(enter(lab.other), where, status=404)


def test_a_qualification_is_given_directly(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument()
    lab.book(offer, 9, 10)
    client = enter(lab.staff)
    shows(client, reverse("bookings:trainings"), "直接授予操作资格")
    sent = {
        "instrument": offer.id,
        "user": f"{lab.firm.party_id} {lab.firm.person_id}",
        "trained_on": lab.today.isoformat(),
    }
    assert client.post(reverse("bookings:qualify"), sent).status_code == 302
    assert queries.qualified(lab.firm.person_id, [offer.id], on=lab.today) == {offer.id}
    assert enter(lab.firm).post(reverse("bookings:qualify"), sent).status_code == 422


def test_pages_cost_the_same_whatever_is_booked(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    offer = lab.instrument(confirmation="provider", cancel_minutes=0)
    made = lab.book(offer, 9, 10)
    day = lab.at(0).date().isoformat()
    holder, desk = enter(lab.firm), enter(lab.staff)
    week = f"?start={lab.at(0).isoformat().replace('+', '%2B')}&end={lab.at(24 * 7).isoformat().replace('+', '%2B')}"
    asked = [
        (holder, reverse("bookings:mine")),
        (holder, reverse("bookings:booking", args=[made.id])),
        (holder, reverse("bookings:calendar", args=[offer.id])),
        (holder, f"{reverse('bookings:book', args=[offer.id])}?day={day}"),
        (holder, reverse("bookings:events", args=[offer.id]) + week),
        (desk, f"{reverse('bookings:desk')}?day={day}"),
        (desk, reverse("bookings:blocks", args=[offer.id])),
        (desk, reverse("bookings:samples")),
        (desk, reverse("bookings:trainings")),
    ]
    for client, address in asked:
        client.get(address)  # the session has its count
    few = [statements(lambda c=client, a=address: c.get(a)) for client, address in asked]  # type: ignore[misc]
    for hour in range(11, 20):
        lab.book(offer, hour, hour + 1)
        lab.book(lab.instrument() if hour == 11 else offer, hour + 24, hour + 25, by=lab.other)
    many = [statements(lambda c=client, a=address: c.get(a)) for client, address in asked]  # type: ignore[misc]
    assert many == few
    assert max(few) < 30
    assert statements(lambda: queries.week(lab.firm, from_=lab.at(0), until=lab.at(99), instrument_ids=[offer.id])) <= 5


def test_everything_of_an_empty_house_opens(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    client = enter(lab.firm)
    for name in ("mine", "desk", "samples", "waits", "trainings", "feeds"):
        shows(client, reverse(f"bookings:{name}"))
    for show in ("past", "party"):
        shows(client, f"{reverse('bookings:mine')}?show={show}")
    assert queries.own_waits(lab.firm) == []
    assert queries.free_on([lab.instrument().id], lab.today, minutes=60, now=lab.now) is not None
    assert Span(lab.at(0), lab.at(1)).minutes == 60


def test_other_instruments_of_the_class_when_a_day_is_full(lab: Lab, enter: Callable[[Actor], Client]) -> None:
    full, free = (lab.instrument(hours=[[[540, 1_020]]] * 7) for _ in range(2))
    for offer in (full, free):
        Offer.objects.filter(id=offer.id).update(class_code="010102")
        Instrument.objects.create(offer=offer, open_modes=["slot"], class_version="2015", share_mode="external")
    search.put(documents([full.id, free.id], on=lab.today), now=lab.now)
    lab.book(full, 9, 17, by=lab.other)
    where = f"{reverse('bookings:book', args=[full.id])}?day={lab.at(0).date().isoformat()}&minutes=60"
    text = shows(enter(lab.firm), where, "同类仪器最近空闲", free.name)
    assert reverse("bookings:book", args=[free.id]) in text
