"""全省批量数据: all invariants hold after it, the same seed writes the same, and no page asks more often with 10,000 instruments."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.bookings.models import Booking, Calendar, Slot
from kechuang.catalog.models import Carrier, Instrument, Offer
from kechuang.kernel.ids import is_public_number
from kechuang.parties.models import Party, Person
from kechuang.pilot import commands, queries
from kechuang.pilot.commands.province import Province, TooManyBookings
from kechuang.search import queries as search
from kechuang.trail.commands import canonical
from kechuang.trail.models import Event
from kechuang.ui import clock

FEW, SOME, MANY = 10, 1_000, 10_000
DAY = clock.instant(date(2025, 6, 3))
WEEK = "start=2025-05-26T00:00:00%2B08:00&end=2025-06-02T00:00:00%2B08:00"
# whether a provider or the public opens it, and where
LISTS = (
    (False, "/search"),
    (False, "/search?kind=instrument"),
    (False, "/carriers"),
    (False, "/carriers/{carrier}"),
    (False, "/bookings/instruments/{instrument}/"),
    (True, "/bookings/instruments/{instrument}/events?" + WEEK),
    (True, "/bookings/desk/"),
    (True, "/catalog/"),
    (True, "/catalog/instruments"),
    (True, "/usage/runs"),
)
FOUND = (
    (False, "/search?q=显微镜"),
    (False, "/search/counts?q=显微镜"),
    (False, "/search/suggest?q=显微"),
    (False, "/instruments/{instrument}"),
)


def silent(done: int, total: int, text: str) -> None:
    pass


def province(instruments: int, bookings: int, seed: int = 1) -> Province:
    return commands.generate_province(instruments=instruments, bookings=bookings, seed=seed, progress=silent)


@pytest.fixture
def owned(as_the_owner: None) -> Iterator[None]:
    with clock.at(DAY), transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_everything_holds_after_it(owned: None) -> None:
    written = province(60, 900)
    assert (written.instruments, written.bookings) == (60, 900)
    assert Offer.objects.count() == Instrument.objects.count() == 60
    assert Booking.objects.count() == Slot.objects.count() == 900
    assert not {name: found for name, found in queries.invariants().items() if found}
    states = set(Booking.objects.values_list("state", flat=True).distinct())
    assert {"done", "cancelled", "confirmed"} <= states
    numbers = [*Booking.objects.values_list("number", flat=True), *Offer.objects.values_list("number", flat=True)]
    assert all(map(is_public_number, numbers))
    for event in Event.objects.filter(id__startswith="evt_U")[:200]:
        assert bytes(event.body) == canonical(_body(event))


def test_it_is_plausible(owned: None) -> None:
    province(60, 900)
    regions = set(Carrier.objects.values_list("region", flat=True))
    assert all(code.startswith("33") for code in regions)
    assert all("虚构" in name for name in Party.objects.values_list("name", flat=True))
    busy = Calendar.objects.order_by("id").first()
    assert busy is not None
    assert Slot.objects.filter(instrument_id=busy.instrument_id).count() == 450
    name, offer_id = Offer.objects.values_list("name", "id").first() or ("", "")
    assert offer_id in {hit.subject_id for hit in search.find(name, limit=60).hits}


def test_one_seed_one_province(owned: None) -> None:
    seen = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            province(20, 200, seed)
            seen.append(list(Booking.objects.order_by("id").values_list("id", "number", "from_at", "state")))
            transaction.set_rollback(True)
    assert seen[0] == seen[1] != seen[2]


def test_a_second_one_is_beside_the_first(owned: None) -> None:
    province(10, 60)
    province(10, 60)
    assert Booking.objects.count() == 120


def test_more_than_there_is_time_for_is_refused(owned: None) -> None:
    with pytest.raises(TooManyBookings):
        province(3, 6_000)


def test_pages_ask_as_often_with_ten_thousand_instruments_as_with_ten(owned: None, settings: Any) -> None:
    """What shows hits or instruments of the same class is compared from a thousand on: among ten there are none."""
    settings.CLOCK_OFFSET = timedelta()
    province(FEW, 40)
    lists = _asked(LISTS)
    province(SOME, 40)
    found = _asked(FOUND)
    province(MANY, 400)
    assert _asked(LISTS) == lists
    assert _asked(FOUND) == found


def _asked(pages: tuple[tuple[bool, str], ...]) -> dict[str, int]:
    """How many statements each page asks, of the public or of the provider that has most."""
    chosen = Calendar.objects.filter(instrument__class_code=_usual()).order_by("-id").first()
    assert chosen is not None
    carrier = chosen.instrument.carrier
    own, others = Client(), Client()
    own.force_login(Person.objects.get(id=Party.objects.values_list("contact_id", flat=True).get(id=carrier.party_id)))
    named = {"carrier": carrier.id, "instrument": chosen.instrument_id}
    return {page: _statements(own if signed_in else others, page.format(**named)) for signed_in, page in pages}


def _usual() -> str:
    """The class of which there are most instruments with a calendar."""
    rows = Offer.objects.filter(id__in=Calendar.objects.values("instrument_id")).values_list("class_code")
    return str(rows.annotate(count=Count("id")).order_by("-count", "class_code")[0][0])


def _statements(client: Client, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address} {answer.status_code}"  # what is kept between requests is kept by now
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def _body(event: Event) -> dict[str, Any]:
    same = "id region person_id stands_in_for party_id role action label object_type object_id number source target article facts"
    return {
        **{name: getattr(event, name) for name in same.split()},
        "at": event.at.isoformat(),
        "on": event.on.isoformat(),
    }
