"""Whole stories across the rooms, by the commands alone; time passes with everything that it makes due."""

from datetime import date, timedelta

import pytest

from kechuang.kernel.actor import Actor
from kechuang.ledger.queries import Money, money
from kechuang.orders.models import Order
from kechuang.pilot.queries import invariants
from kechuang.site import jobs
from kechuang.trail.models import Event
from kechuang.ui import clock
from tests.claims.conftest import Payouts, book, identities_hold, shaoxing

__all__ = ["Story", "book", "shaoxing", "story"]


class Story(Payouts):
    """越城区 with all its officers, a firm with a voucher of 100,000 yuan, a provider of the library."""

    def pass_days(self, count: int = 1) -> None:
        """Each morning every room does what time has made due."""
        for _ in range(count):
            self.now += timedelta(days=1)
            with clock.at(self.now):
                for run in jobs.runs():
                    run(now=self.now)

    def until(self, day: date) -> None:
        self.pass_days((day - self.today).days)

    def money(self) -> Money:
        """Where the money lies; the identities hold whenever one looks."""
        identities_hold()
        return money()

    def lies(self) -> dict[str, int]:
        """Only the places that hold anything, besides what was released and granted."""
        found = self.money()
        places = ("held", "unclaimed", "in_claim", "owed", "paid", "returned")
        return {name: fen for name in places if (fen := getattr(found, name))}

    def order(self, order_id: str) -> Order:
        return Order.objects.get(id=order_id)

    def sound(self) -> None:
        """Every invariant of the house holds."""
        with clock.at(self.now):
            found = {name: broken for name, broken in invariants().items() if broken}
        assert found == {}


def acts(*object_ids: str) -> list[str]:
    """What was done with these records, in its order."""
    rows = Event.objects.filter(object_id__in=object_ids).order_by("seq")
    return list(rows.values_list("action", flat=True))


def events(actor: Actor, action: str) -> list[Event]:
    return list(Event.objects.filter(person_id=actor.person_id, action=action).order_by("seq"))


@pytest.fixture
def story(book: None, db: None) -> Story:
    return Story()
