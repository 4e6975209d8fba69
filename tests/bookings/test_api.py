"""Bookings over the API: as a benchmark and a carrier's own program use it; few statements, refusals by their codes."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.kernel.actor import Actor
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.ui import clock
from tests.bookings.conftest import Lab

pytestmark = pytest.mark.django_db
KIND = "application/json"


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def wanted(lab: Lab, instrument: str, begin: float, end: float, **more: Any) -> str:
    times = {"from_at": lab.at(begin).isoformat(), "until_at": lab.at(end).isoformat()}
    return json.dumps({"instrument_ids": [instrument], **times, **more})


def test_booking_refusing_moving_and_cancelling_over_the_api(lab: Lab) -> None:
    sem = lab.instrument()
    user, other = signed_in(lab.firm), signed_in(lab.other)
    with clock.at(lab.now):
        made = user.post("/api/bookings/", wanted(lab, sem.id, 33, 34, key="一"), KIND)
        assert made.status_code == 201, made.content
        booking = made.json()
        assert user.post("/api/bookings/", wanted(lab, sem.id, 33, 34, key="一"), KIND).json()["id"] == booking["id"]
        lost = other.post("/api/bookings/", wanted(lab, sem.id, 33, 34), KIND)
        assert (lost.status_code, lost.json()["code"]) == (409, "bookings.slot_taken")
        assert lost.json()["facts"]["next_from"] == lab.at(34).isoformat()
        shown = user.get(f"/api/bookings/{booking['id']}").json()
        assert {"cancel", "hand_over"} <= set(shown["actions"])
        assert other.get(f"/api/bookings/{booking['id']}").status_code == 404
        times = {"from_at": lab.at(40).isoformat(), "until_at": lab.at(41).isoformat()}
        moved = user.post(f"/api/bookings/{booking['id']}/reschedule", json.dumps(times), KIND).json()
        assert (moved["id"], moved["version"]) == (booking["id"], 1)
        ended = user.post(f"/api/bookings/{booking['id']}/cancel", "{}", KIND)
        assert ended.json()["state"] == "cancelled"
        assert user.post(f"/api/bookings/{booking['id']}/cancel", "{}", KIND).status_code == 409


def test_times_without_a_zone_and_too_many_instruments_are_malformed(lab: Lab) -> None:
    sem, user = lab.instrument(), signed_in(lab.firm)
    body = {"instrument_ids": [sem.id], "from_at": "2025-03-11T09:00:00", "until_at": "2025-03-11T10:00:00"}
    with clock.at(lab.now):
        assert user.post("/api/bookings/", json.dumps(body), KIND).status_code == 422
        many = {**json.loads(wanted(lab, sem.id, 9, 10)), "instrument_ids": [f"ofr_{n}" for n in range(21)]}
        assert user.post("/api/bookings/", json.dumps(many), KIND).status_code == 422
        assert Client().get("/api/bookings/").status_code == 401


def test_a_week_over_the_api_is_five_statements_whatever_stands_in_it(lab: Lab) -> None:
    sem, user = lab.instrument(), signed_in(lab.firm)
    address = "/api/bookings/week"
    asked = {"instrument": [sem.id], "from_at": lab.at(0).isoformat(), "until_at": lab.at(24 * 7).isoformat()}
    for count in (0, 30):
        for hour in range(count):
            lab.book(sem, hour, hour + 1)
        with clock.at(lab.now), CaptureQueriesContext(connection) as queries:
            found = user.get(address, asked)
        assert len(found.json()) == count
        assert len(queries) <= 5, [query["sql"][:90] for query in queries]


def test_the_next_free_time_over_the_api(lab: Lab) -> None:
    sem, user = lab.instrument(), signed_in(lab.firm)
    lab.book(sem, 9, 10)
    with clock.at(lab.now):
        asked = {"instrument": [sem.id, "ofr_none"], "minutes": 60, "after": lab.at(9).isoformat()}
        found = user.get("/api/bookings/next-free", asked).json()
    assert found["ofr_none"] is None
    assert found[sem.id]["from_at"] == lab.at(10).isoformat()
