"""Busy times from a carrier's own system: they become blocks; who was there first stays, and both sides hear of it."""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from kechuang.bookings import commands, jobs, queries
from kechuang.bookings.adapters.remote_calendar import AddressNotAllowed, CalendarNotReached, Fetched
from kechuang.bookings.commands import outside
from kechuang.bookings.formats.ics import ZONE, Entry, written
from kechuang.bookings.models import Block, BusyConflict, BusySource, Poll, Slot
from kechuang.bookings.rules import SlotTaken, Span
from kechuang.bookings.rules.outside import ConsentMissing, Occupied, SourceExists, joined, planned
from kechuang.bookings.states import BlockKind, BlockState
from kechuang.catalog.models import Offer
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.models import Message
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.bookings.conftest import Lab, lab, overlaps

__all__ = ["lab"]
ADDRESS = "https://example.org/calendar.ics"
Says = Callable[..., None]


@pytest.fixture
def says(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Says:
    """What the carrier's calendar says from now on: spans in hours of tomorrow, bytes, or an error."""
    current: dict[str, Any] = {"answer": b"", "asked": []}

    def fetch(address: str, *, etag: str = "") -> Fetched:
        current["asked"].append(etag)
        if isinstance(current["answer"], Exception):
            raise current["answer"]
        digest = str(hash(current["answer"]))
        return Fetched(None, etag) if etag == digest else Fetched(current["answer"], digest)

    def told(*spans: tuple[float, float], answer: object = None) -> None:
        entries = [
            Entry(f"u{n}", 0, "组会", lab.at(a), lab.at(b), lab.now, lab.now, "CONFIRMED")
            for n, (a, b) in enumerate(spans)
        ]
        current["answer"] = written(entries) if answer is None else answer

    monkeypatch.setattr(outside, "fetch", fetch)
    monkeypatch.setattr(outside, "checked", lambda address: address)
    told()
    return told


def connected(lab: Lab, **rules: Any) -> tuple[Offer, BusySource]:
    offer = lab.instrument(**rules)
    source = commands.connect_source(
        lab.staff, instrument_id=offer.id, kind="calendar", address=ADDRESS, consents=True, now=lab.now
    )
    return offer, source


def polled(lab: Lab, minutes: int = 15) -> int:
    lab.now += timedelta(minutes=minutes)
    return jobs.run_polls(now=lab.now)


def blocked(offer: Offer) -> list[tuple[int, int]]:
    rows = Slot.objects.filter(instrument=offer, block__kind=BlockKind.BUSY, active=True).order_by("from_at")
    local = [(row.from_at.astimezone(ZONE), row.until_at.astimezone(ZONE)) for row in rows]
    return [(begin.hour, end.hour) for begin, end in local]


def test_busy_times_block_slots_and_follow_their_calendar(lab: Lab, says: Says) -> None:
    offer, _source = connected(lab)
    says((9, 11), (10, 12), (14, 15))
    assert polled(lab, 0) == 1
    assert blocked(offer) == [(9, 12), (14, 15)]
    with pytest.raises(SlotTaken):
        lab.book(offer, 10, 11)
    before = list(Block.objects.order_by("id").values_list("id", "state"))
    assert polled(lab) == 1
    assert list(Block.objects.order_by("id").values_list("id", "state")) == before  # the same again changes nothing
    says((14, 16))
    polled(lab)
    assert blocked(offer) == [(14, 16)]
    assert lab.book(offer, 10, 11).state == "confirmed"
    assert not altered_rows()


def test_it_is_asked_only_when_due(lab: Lab, says: Says) -> None:
    connected(lab)
    assert polled(lab, 0) == 1
    assert polled(lab, 14) == 0
    assert polled(lab, 1) == 1


def test_the_earlier_stays_and_both_sides_hear_once(lab: Lab, says: Says) -> None:
    offer, source = connected(lab)
    made = lab.book(offer, 10, 11)
    says((9, 12))
    polled(lab, 0)
    polled(lab)
    made.refresh_from_db()
    assert made.state == "confirmed"
    assert blocked(offer) == [(9, 10), (11, 12)]
    assert overlaps() == 0
    assert BusyConflict.objects.get().booking == made
    told = Message.objects.filter(subject_id=made.id)
    assert sorted(told.values_list("to_party", "to_person")) == sorted(
        [(lab.staff.party_id, ""), ("", lab.firm.person_id)]
    )
    (row,) = queries.sources_of(offer.id)
    assert (row.source, row.conflicts) == (source, 1)
    commands.cancel(lab.firm, booking_id=made.id, now=lab.now)
    polled(lab)
    assert blocked(offer) == [(9, 12)]


def test_a_calendar_that_cannot_be_read_changes_nothing(lab: Lab, says: Says) -> None:
    offer, _source = connected(lab)
    says((9, 11))
    polled(lab, 0)
    for answer in (CalendarNotReached(why="HTTP 500"), b"<html>"):
        says(answer=answer)
        assert polled(lab) == 0
        assert blocked(offer) == [(9, 11)]
        assert Poll.objects.get().problem
    says((9, 11))
    assert polled(lab) == 1
    assert Poll.objects.get().problem == ""


def test_stopping_lets_the_times_go(lab: Lab, says: Says) -> None:
    offer, source = connected(lab)
    says((9, 11))
    polled(lab, 0)
    commands.stop_source(lab.staff, source_id=source.id, now=lab.now)
    assert blocked(offer) == []
    assert polled(lab) == 0
    with pytest.raises(MoveNotOpen):
        commands.stop_source(lab.staff, source_id=source.id, now=lab.now)


def test_only_by_the_providers_consent(lab: Lab, says: Says) -> None:
    offer = lab.instrument()
    asked = {"instrument_id": offer.id, "kind": "calendar", "address": ADDRESS, "now": lab.now}
    with pytest.raises(ConsentMissing):
        commands.connect_source(lab.staff, consents=False, **asked)
    with pytest.raises(MoveNotOpen):
        commands.connect_source(lab.firm, consents=True, **asked)
    source = commands.connect_source(lab.staff, consents=True, **asked)
    with pytest.raises(SourceExists):
        commands.connect_source(lab.staff, consents=True, **asked)
    with pytest.raises(NotVisible):
        commands.stop_source(lab.firm, source_id=source.id, now=lab.now)


def push(lab: Lab, key: str, *spans: tuple[float, float], **more: Any) -> Any:
    body = {
        "from_at": lab.at(0).isoformat(),
        "until_at": lab.at(48).isoformat(),
        "busy": [{"from_at": lab.at(a).isoformat(), "until_at": lab.at(b).isoformat()} for a, b in spans],
    } | more
    with clock.at(lab.now):
        return Client().put(
            "/api/bookings/busy", json.dumps(body), "application/json", headers={"Authorization": f"Bearer {key}"}
        )


def test_a_system_pushes_its_busy_times(lab: Lab) -> None:
    offer = lab.instrument()
    commands.connect_source(lab.staff, instrument_id=offer.id, kind="push", consents=True, now=lab.now)
    (row,) = queries.sources_of(offer.id)
    made = lab.book(offer, 10, 11)
    answer = push(lab, row.token, (9, 10), (10, 12), (14, 15))
    assert answer.json() == {"made": 3, "lifted": 0, "conflicts": [made.id]}
    assert push(lab, row.token, (9, 10), (10, 12), (14, 15)).json()["made"] == 0
    assert push(lab, row.token).json()["lifted"] == 3
    assert blocked(offer) == []


def test_a_push_needs_its_token_and_makes_sense(lab: Lab) -> None:
    offer = lab.instrument()
    source = commands.connect_source(lab.staff, instrument_id=offer.id, kind="push", consents=True, now=lab.now)
    key = queries.sources_of(offer.id)[0].token
    for wrong in ("", "x", source.id, f"{source.id}.x"):
        assert push(lab, wrong, (9, 10)).status_code == 401
    assert push(lab, key, (10, 9)).status_code == 422
    assert push(lab, key, (9, 99)).json()["code"] == "bookings.push_unreadable"
    assert (
        push(lab, key, busy=[{"from_at": "2025-03-11T09:00:00", "until_at": "2025-03-11T10:00:00"}]).status_code == 422
    )
    assert blocked(offer) == []
    commands.stop_source(lab.staff, source_id=source.id, now=lab.now)
    assert push(lab, key, (9, 10)).json()["code"] == "bookings.source_stopped"


def _span(pair: tuple[int, int]) -> Span:
    start = datetime(2025, 3, 1, tzinfo=ZONE)
    return Span(start + timedelta(hours=pair[0]), start + timedelta(hours=pair[0] + pair[1]))


_SPANS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)).map(_span), max_size=8)


@given(_SPANS, _SPANS, _SPANS)
def test_a_plan_never_overlaps_and_done_twice_is_done(busy: list[Span], there: list[Span], own: list[Span]) -> None:
    entries = [Occupied(span, f"b{n}") for n, span in enumerate(joined(there))]
    before = [span for span in joined(own) if not any(span.overlaps(entry.span) for entry in entries)]
    plan = planned(busy, own=before, there=entries)
    after = sorted([*(set(before) - set(plan.lift)), *plan.make])
    assert all(one.until_at <= two.from_at for one, two in pairwise(after))
    assert not any(span.overlaps(entry.span) for span in after for entry in entries)
    again = planned(busy, own=after, there=entries)
    assert (again.make, again.lift) == ([], [])
    for entry in entries:
        met = any(entry.span.overlaps(span) for span in busy)
        assert met == any(name == entry.booking_id for name, _span in plan.conflicts)


def test_blocks_of_others_are_left_alone(lab: Lab, says: Says) -> None:
    offer, _source = connected(lab)
    (mine,) = commands.block(
        lab.staff, instrument_id=offer.id, kind="maintenance", from_at=lab.at(10), until_at=lab.at(11), now=lab.now
    )
    says((9, 12))
    polled(lab, 0)
    mine.refresh_from_db()
    assert mine.state == BlockState.ACTIVE
    assert blocked(offer) == [(9, 10), (11, 12)]
    assert not BusyConflict.objects.exists()


def test_a_real_calendar_over_the_wire(lab: Lab, settings: Settings) -> None:
    """From a web server to blocks, with nothing put in between."""
    settings.CALENDAR_HOSTS = frozenset({"127.0.0.1"})
    entry = Entry("u", 0, "组会", lab.at(9), lab.at(11), lab.now, lab.now, "CONFIRMED")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(written([entry]))

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/lab.ics"
        offer = lab.instrument()
        asked = {"instrument_id": offer.id, "kind": "calendar", "consents": True, "now": lab.now}
        with pytest.raises(AddressNotAllowed):
            commands.connect_source(lab.staff, address="file:///etc/passwd", **asked)  # type: ignore[arg-type]
        commands.connect_source(lab.staff, address=address, **asked)  # type: ignore[arg-type]
        assert jobs.run_polls(now=lab.now) == 1
        server.shutdown()
    assert blocked(offer) == [(9, 11)]
