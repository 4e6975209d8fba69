"""A laboratory whose instruments are used, its operators, and the firms it serves."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Instrument, Offer
from kechuang.catalog.states import OfferKind
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for
from kechuang.parties.states import Capacity
from kechuang.policy.book import installed
from kechuang.ui import clock
from kechuang.usage import commands
from kechuang.usage.models import Day, Delay, Hours, InstrumentYear, ServiceMonth, ServiceRecord
from kechuang.usage.rules import Draft
from kechuang.usage.states import Audience
from tests.catalog.conftest import KEQIAO, World
from tests.rulebook import rulebook

SUMS = (Day, InstrumentYear, ServiceMonth, Delay)


class Lab(World):
    """One provider with a carrier and instruments; Monday 2025-03-10, ten o'clock in Beijing."""

    def __init__(self) -> None:
        super().__init__()
        self.staff = self.provider()
        self.house = self.carrier(self.staff)
        self.firm = self.provider("绍兴示例企业")
        self.far = self.provider("柯桥示例企业", region=KEQIAO)
        self.other = self.provider("柯桥示例学院", region=KEQIAO)
        self.made = 0

    def instrument(self, *, carrier: Any = None, by: Actor | None = None, **known: Any) -> Offer:
        """An instrument on the books since 2020, worth 600,000 yuan unless said otherwise."""
        self.made += 1
        new = catalog.NewOffer(
            OfferKind.INSTRUMENT, f"扫描电镜{self.made}号", "instrument", content="形貌观察", process="预约上机",
            inner_number=f"YQ-{self.made}", class_code="010102",
        )  # fmt: skip
        house = carrier or self.house
        (offer,) = catalog.add_offers(by or self.staff, carrier_id=house.id, offers=[new], now=self.now)
        given = {"booked_on": date(2020, 1, 1), "original_value_fen": 60_000_000, "category": "general"} | known
        Instrument.objects.update_or_create(offer=offer, defaults=given)
        return offer

    def colleague(self, of: Actor, name: str = "赵六") -> Actor:
        someone = parties.register_person(CLOCK, name=name, now=self.now).id
        parties.add_member(CLOCK, party_id=of.party_id, person_id=someone, capacity=Capacity.STAFF, now=self.now)
        return actor_for(someone, party_id=of.party_id, on=self.today)

    def at(self, hours: float, *, days: int = -3) -> datetime:
        """That hour of a legal day, three days ago unless said otherwise."""
        return clock.instant(self.today + timedelta(days=days), clock.MIDNIGHT) + timedelta(hours=hours)

    def draft(self, begin: float = 9, end: float = 11, *, days: int = -3, **said: Any) -> Draft:
        offer: Offer | None = said.pop("instrument", None)
        given = {
            "carrier_id": self.house.id,
            "instrument_id": offer.id if offer else "",
            "title": "镀层测厚",
            "client_name": "绍兴示例纺织有限公司",
            "amount_fen": 40_000,
        }
        return Draft(from_at=self.at(begin, days=days), until_at=self.at(end, days=days), **given | said)

    def enter(self, *args: Any, by: Actor | None = None, **said: Any) -> ServiceRecord:
        return commands.enter(by or self.staff, draft=self.draft(*args, **said), now=self.now)

    def inside(self, *args: Any, **said: Any) -> ServiceRecord:
        return self.enter(*args, audience=Audience.INSIDE, client_name="", amount_fen=0, **said)

    def code_of(self, actor: Actor) -> str:
        from kechuang.parties.queries import party

        return party(actor.party_id).credit_code


@pytest.fixture
def lab(db: None) -> Iterator[Lab]:
    with installed(rulebook()):
        yield Lab()


def pieces(offer: Offer) -> list[tuple[str, int, bool]]:
    """What counts of an instrument: grade, minutes, whether it has a record; in the order of time."""
    rows = Hours.objects.filter(instrument=offer).order_by("on", "from_at", "id")
    return [(row.grade, row.minutes, row.standing_id is not None) for row in rows]


def sums() -> dict[str, set[tuple[object, ...]]]:
    """Every sum that is not nothing, as values."""
    found = {}
    for table in SUMS:
        names = [field.attname for field in table._meta.concrete_fields if field.name != "id"]
        rows = table.objects.values_list(*names)
        numbers = [n for n, name in enumerate(names) if table._meta.get_field(name.removesuffix("_id")).default == 0]
        numbers += [names.index(name) for name in ("minutes",) if name in names]
        found[table.__name__] = {row for row in rows if any(row[n] for n in numbers)}
    return found


def agree() -> bool:
    """Whether the sums kept are the sums made anew."""
    kept = sums()
    commands.recount()
    return kept == sums()


def statements(call: Callable[[], object]) -> int:
    """How many questions a call asks the database."""
    with CaptureQueriesContext(connection) as asked:
        call()
    return len([query for query in asked if "SAVEPOINT" not in query["sql"]])
