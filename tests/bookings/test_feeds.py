"""Subscriptions and single entries, read by the `icalendar` library: bookings, changes and cancellations are seen."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from email.message import Message as Mail
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from icalendar import Calendar, Event
from pytest_django import Settings

from kechuang.bookings import commands, jobs, queries
from kechuang.bookings.models import Booking, Feed
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.errors import NotVisible
from kechuang.outbox import commands as outbox
from kechuang.outbox.models import Message
from kechuang.parties.models import Membership, Person
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.bookings.conftest import Lab, lab, statements

__all__ = ["lab"]


@pytest.fixture
def clocked(lab: Lab) -> Iterator[Lab]:
    with clock.at(lab.now):
        yield lab


def token(lab: Lab, actor: Actor, instrument_id: str = "") -> str:
    feed = commands.subscribe(actor, instrument_id=instrument_id, now=lab.now)
    return next(row.token for row in queries.own_feeds(actor) if row.id == feed.id)


def read(content: bytes | str) -> dict[str, Event]:
    calendar = Calendar.from_ical(content)
    assert calendar["method"] == "PUBLISH"
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def fetched(key: str, **headers: str) -> Any:
    return Client().get(reverse("bookings:feed", args=[key]), headers=headers)


def test_a_persons_calendar_follows_their_bookings(clocked: Lab) -> None:
    lab = clocked
    offer = lab.instrument(cancel_minutes=0)
    key = token(lab, lab.firm)
    made = lab.book(offer, 9, 11, purpose="镀层厚度")
    lab.book(offer, 12, 13, by=lab.other)  # of somebody else
    uid = f"{made.id}@kechuang"

    answer = fetched(key)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = read(answer.content)
    assert list(events) == [uid]
    first = events[uid]
    assert (first["dtstart"].dt, first["dtend"].dt) == (lab.at(9), lab.at(11))
    assert first["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert (first["status"], first["summary"]) == ("CONFIRMED", offer.name)

    lab.now += timedelta(minutes=5)
    commands.reschedule(lab.firm, booking_id=made.id, from_at=lab.at(14), until_at=lab.at(16), now=lab.now)
    moved = read(fetched(key).content)[uid]
    assert moved["dtstart"].dt == lab.at(14)
    assert moved["sequence"] > first["sequence"]
    assert moved["last-modified"].dt == lab.now.astimezone(UTC) > first["last-modified"].dt

    lab.now += timedelta(minutes=5)
    commands.cancel(lab.firm, booking_id=made.id, now=lab.now)
    gone = read(fetched(key).content)[uid]
    assert gone["status"] == "CANCELLED"
    assert gone["sequence"] > moved["sequence"]


def test_a_booking_that_waits_for_confirmation_is_tentative(clocked: Lab) -> None:
    offer = clocked.instrument(confirmation="provider")
    key = token(clocked, clocked.firm)
    made = clocked.book(offer, 9, 11)
    assert read(fetched(key).content)[f"{made.id}@kechuang"]["status"] == "TENTATIVE"


def test_what_is_the_same_is_not_sent_again(clocked: Lab) -> None:
    lab = clocked
    offer = lab.instrument()
    key = token(lab, lab.firm)
    lab.book(offer, 9, 11)
    first = fetched(key)
    assert fetched(key, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert fetched(key, **{"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    lab.now += timedelta(minutes=1)
    lab.book(offer, 12, 13)
    assert fetched(key, **{"If-None-Match": first.headers["ETag"]}).status_code == 200
    assert fetched(key, **{"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200


def test_an_instruments_calendar_is_its_providers(clocked: Lab) -> None:
    lab = clocked
    offer, other = lab.instrument(), lab.instrument()
    made, block = lab.book(offer, 9, 11), None
    lab.book(other, 9, 11)
    (block,) = commands.block(
        lab.staff, instrument_id=offer.id, kind="maintenance", from_at=lab.at(12), until_at=lab.at(13), now=lab.now
    )
    events = read(fetched(token(lab, lab.staff, offer.id)).content)
    assert set(events) == {f"{made.id}@kechuang", f"{block.id}@kechuang"}
    assert "绍兴示例企业" in events[f"{made.id}@kechuang"]["description"]
    commands.unblock(lab.staff, block_id=block.id, now=lab.now)
    assert read(fetched(token(lab, lab.staff, offer.id)).content)[f"{block.id}@kechuang"]["status"] == "CANCELLED"
    with pytest.raises(NotVisible):
        commands.subscribe(lab.firm, instrument_id=offer.id, now=lab.now)


def test_an_address_cannot_be_guessed_and_is_taken_back(clocked: Lab) -> None:
    lab = clocked
    key = token(lab, lab.firm)
    name, signature = key.rsplit(".", 1)
    assert len(signature) >= 40
    other, _dot, others = token(lab, lab.other).rpartition(".")
    bent = ("A" if signature[0] != "A" else "B") + signature[1:]
    for wrong in (name, f"{name}.{bent}", f"{name}.", "x", f"{name}.{others}", f"{other}.{signature}"):
        assert Client().get(f"/bookings/feeds/{wrong}.ics").status_code == 404
    assert fetched(key).status_code == 200
    assert key not in str(list(Feed.objects.values()))  # who reads the table cannot read the calendars
    renewed = commands.renew_feed(lab.firm, feed_id=name, now=lab.now)
    assert fetched(key).status_code == 404
    assert fetched(token(lab, lab.firm)).status_code == 200
    commands.revoke_feed(lab.firm, feed_id=renewed.id, now=lab.now)
    assert queries.own_feeds(lab.firm) == []
    with pytest.raises(NotVisible):
        commands.revoke_feed(lab.other, feed_id=name, now=lab.now)
    assert not altered_rows()


def test_who_leaves_the_party_leaves_the_calendar(clocked: Lab) -> None:
    lab = clocked
    someone = lab.colleague(lab.firm)
    key = token(lab, someone)
    assert fetched(key).status_code == 200
    Membership.objects.filter(person_id=someone.person_id).update(valid_until=lab.today)
    assert fetched(key).status_code == 404


def test_a_calendar_costs_the_same_whatever_is_booked(clocked: Lab) -> None:
    lab = clocked
    offer = lab.instrument()
    key = token(lab, lab.firm)
    lab.book(offer, 9, 10)
    few = statements(lambda: queries.feed_calendar(key, now=lab.now))
    for hour in range(10, 20):
        lab.book(offer, hour, hour + 1)
    assert statements(lambda: queries.feed_calendar(key, now=lab.now)) == few <= 6


def test_one_booking_as_a_file(clocked: Lab) -> None:
    lab = clocked
    made = lab.book(lab.instrument(), 22, 30)
    name, content = queries.booking_calendar(lab.firm, made.id)
    assert name == f"{made.number}.ics"
    (event,) = read(content).values()
    assert (event["dtstart"].dt, event["dtend"].dt) == (lab.at(22), lab.at(30))
    with pytest.raises(NotVisible):
        queries.booking_calendar(lab.other, made.id)


def _mailed(lab: Lab, settings: Settings) -> list[Event]:
    """The calendar entries of the mails that went out, in order."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    outbox.deliver(now=lab.now)
    found = []
    for sent in mail.outbox:
        whole: Mail = sent.message()
        parts = [part for part in whole.walk() if part.get_content_type() == "text/calendar"]
        found += [event for part in parts for event in read(part.get_payload(decode=True)).values()]
    return found


def test_each_word_on_a_booking_brings_its_entry(clocked: Lab, settings: Settings) -> None:
    """Confirmed, moved by the provider, cancelled: one UID, a rising SEQUENCE, the last one cancelled."""
    lab = clocked
    offer = lab.instrument(confirmation="provider")
    Person.objects.filter(id=lab.firm.person_id).update(email="user@example.org")
    made = lab.book(offer, 9, 11)
    commands.confirm(lab.staff, booking_id=made.id, now=lab.now)
    (confirmed,) = _mailed(lab, settings)
    lab.now += timedelta(minutes=1)
    times = {"from_at": lab.at(14), "until_at": lab.at(16)}
    commands.reschedule(lab.staff, booking_id=made.id, reason="设备调试", now=lab.now, **times)
    (moved,) = _mailed(lab, settings)
    lab.now += timedelta(minutes=1)
    commands.cancel(lab.staff, booking_id=made.id, reason="设备送修", now=lab.now)
    (cancelled,) = _mailed(lab, settings)
    events = (confirmed, moved, cancelled)
    assert {str(event["uid"]) for event in events} == {f"{made.id}@kechuang"}
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert moved["dtstart"].dt == lab.at(14)
    numbers = [event["sequence"] for event in events]
    assert numbers == sorted(set(numbers))
    assert not Message.objects.filter(to_party=lab.staff.party_id).exclude(calendar="").exists()


def test_what_confirms_itself_is_sent_once(clocked: Lab, settings: Settings) -> None:
    lab = clocked
    Person.objects.filter(id=lab.firm.person_id).update(email="user@example.org")
    made = lab.book(lab.instrument(), 9, 11)
    assert jobs.run_entries(now=lab.now) == 1
    (event,) = _mailed(lab, settings)
    assert (event["uid"], event["status"]) == (f"{made.id}@kechuang", "CONFIRMED")
    assert jobs.run_entries(now=lab.now) == 0
    waits = lab.book(lab.instrument(confirmation="provider"), 9, 11)
    assert jobs.run_entries(now=lab.now) == 0
    commands.confirm(lab.staff, booking_id=waits.id, now=lab.now)
    assert jobs.run_entries(now=lab.now) == 0  # who confirmed has told it


def test_the_clock_sees_no_private_calendar(clocked: Lab) -> None:
    with pytest.raises(NotVisible):
        commands.subscribe(CLOCK, now=clocked.now)
    assert queries.own_feeds(CLOCK) == []
    assert Booking.objects.count() == 0
