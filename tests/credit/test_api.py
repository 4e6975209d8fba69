from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.policy import book
from kechuang.ui import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pinned(world: Any) -> Iterator[None]:
    with clock.at(world.now), book.installed(book.Book()):
        yield


def _as(actor: Any) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def test_who_i_am(world: Any) -> None:
    firm = world.firm()
    said = _as(world.head_of(firm)).get("/api/parties/me").json()
    assert (said["party_id"], said["capacity"]) == (firm.id, "legal_representative")
    assert _as(world.officer()).get("/api/parties/me").json()["posts"][0]["role"] == "county_officer"
    assert Client().get("/api/parties/me").status_code == 401


def test_a_region_is_public_and_an_unknown_one_a_problem() -> None:
    assert Client().get("/api/parties/regions/330602").json()["path"] == "浙江省 绍兴市 越城区"
    assert Client().get("/api/parties/regions/999999").json()["code"] == "parties.unknown_region"


def test_signing_twice_is_signing_once(world: Any) -> None:
    firm = world.firm()
    client = _as(world.head_of(firm))
    address = f"/api/credit/parties/{firm.id}/commitments"
    assert [one["signed_on"] for one in client.get(address).json()] == [None, None]
    first = client.post("/api/credit/commitments/holder").json()
    assert client.post("/api/credit/commitments/holder").json() == first
    assert first["signed_on"] == world.today.isoformat()
    assert client.get(f"/api/credit/parties/{firm.id}/labels").json() == []


def test_another_firm_is_not_there(world: Any) -> None:
    client = _as(world.head_of(world.firm("乙公司")))
    assert client.get(f"/api/credit/parties/{world.firm().id}/commitments").status_code == 404
