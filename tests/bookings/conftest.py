"""A laboratory with instruments that can be booked, and firms whose people book them."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.bookings import commands
from kechuang.bookings.models import Booking, Calendar, Slot
from kechuang.catalog.models import Offer
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for
from kechuang.parties.states import Capacity
from kechuang.policy.book import installed
from kechuang.ui import clock
from tests.catalog.conftest import World
from tests.rulebook import rulebook

ALWAYS = [[[0, 1_440]]] * 7
WORKDAYS = [[[480, 720], [780, 1_020]]] * 5 + [[], []]


class Lab(World):
    """One provider, its instruments, and users of two firms; Monday 2025-03-10, ten o'clock in Beijing."""

    def __init__(self) -> None:
        super().__init__()
        self.staff = self.provider()
        self.house = self.carrier(self.staff)
        self.firm = self.provider("绍兴示例企业")
        self.other = self.provider("柯桥示例企业")
        self.made = 0

    def instrument(self, **rules: Any) -> Offer:
        """An open instrument with a calendar; around the clock unless other hours are given."""
        self.made += 1
        offer = self.offer(self.staff, self.house, f"扫描电镜{self.made}号")
        given = {"hours": ALWAYS, "max_minutes": 1_440} | rules
        commands.open_calendar(self.staff, instrument_id=offer.id, now=self.now, **given)
        return offer

    def colleague(self, of: Actor, name: str = "赵六") -> Actor:
        someone = parties.register_person(CLOCK, name=name, now=self.now).id
        parties.add_member(CLOCK, party_id=of.party_id, person_id=someone, capacity=Capacity.STAFF, now=self.now)
        return actor_for(someone, party_id=of.party_id, on=self.today)

    def at(self, hours: float, *, day: date | None = None) -> datetime:
        """That hour of a legal day, tomorrow's when none is named."""
        on = day or self.today + timedelta(days=1)
        return clock.instant(on, clock.MIDNIGHT) + timedelta(hours=hours)

    def book(
        self, instrument: Offer | list[Offer], begin: float, end: float, *, by: Actor | None = None, **more: Any
    ) -> Booking:
        offers = instrument if isinstance(instrument, list) else [instrument]
        day = more.pop("day", None)
        return commands.book(
            by or self.firm,
            instrument_ids=[offer.id for offer in offers],
            from_at=self.at(begin, day=day),
            until_at=self.at(end, day=day),
            now=self.now,
            **more,
        )

    def calendar(self, offer: Offer) -> Calendar:
        return Calendar.objects.get(instrument=offer)


@pytest.fixture
def lab(db: None) -> Iterator[Lab]:
    with installed(rulebook()):
        yield Lab()


def overlaps() -> int:
    """How many pairs of active slots overlap: what must never be."""
    rows = list(Slot.objects.filter(active=True).order_by("instrument_id", "from_at"))
    return sum(
        one.instrument_id == next_.instrument_id and next_.from_at < one.until_at
        for one, next_ in itertools.pairwise(rows)
    )


def statements(call: Callable[[], object]) -> int:
    """How many questions a call asks the database."""
    with CaptureQueriesContext(connection) as asked:
        call()
    return len([query for query in asked if "SAVEPOINT" not in query["sql"]])
