"""Providers and their carriers that the tests of the catalogue speak of."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kechuang.catalog import commands
from kechuang.catalog.models import Carrier, Offer
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import CarrierKind, ItemKind, OfferKind, Unit
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.kernel.money import Fen
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for
from kechuang.policy.book import installed
from kechuang.ui import clock
from tests.rulebook import rulebook

YUECHENG, KEQIAO = "330602", "330603"
_serial = itertools.count(30_000_000)

HOURS = NewPrice("机时", Unit.HOUR, Fen(20_000))
SAMPLES = NewPrice("常规样品", Unit.SAMPLE, Fen(5_000), conditions="JY/T 0581-2020")
RUSH = NewPrice("加急", Unit.RATE, None, ItemKind.RUSH, 3_000)
LIST = (HOURS, SAMPLES, RUSH)


class World:
    """Makes what a test needs through the commands, on one day that it can move on."""

    def __init__(self) -> None:
        self.now = datetime(2025, 3, 10, 2, tzinfo=UTC)

    @property
    def today(self) -> date:
        return clock.day(self.now)

    def days(self, count: int) -> None:
        self.now += timedelta(days=count)

    def officer(self, role: Role, region: str = YUECHENG, department: str = "") -> Actor:
        someone = parties.register_person(CLOCK, name="李四", now=self.now).id
        parties.appoint(CLOCK, person_id=someone, role=role, region=region, department=department, now=self.now)
        return actor_for(someone, on=self.today)

    def provider(self, name: str = "绍兴示例大学", region: str = YUECHENG) -> Actor:
        eight = f"{next(_serial)}"
        seventeen = "91330602" + eight + inner_check_digit(eight)
        party = parties.register_organisation(
            CLOCK,
            name=name,
            credit_code=seventeen + check_digit(seventeen),
            region=region,
            legal_representative=parties.register_person(CLOCK, name="王五", now=self.now).id,
            now=self.now,
        )
        return actor_for(party.legal_representative_id or "", party_id=party.id, on=self.today)

    def carrier(self, actor: Actor, name: str = "分析测试中心", **more: str) -> Carrier:
        given = {"kind": CarrierKind.UNIVERSITY} | more
        return commands.add_carrier(actor, party_id=actor.party_id, name=name, now=self.now, **given)  # type: ignore[arg-type]

    def offer(self, actor: Actor, carrier: Carrier, name: str = "扫描电镜测试", *, prices: bool = True) -> Offer:
        """A service that is whole, open unless it has no prices."""
        new = commands.NewOffer(
            OfferKind.SERVICE,
            name,
            "testing",
            content="形貌观察与能谱分析",
            process="预约、送样、检测、出具报告",
            prices=LIST if prices else (),
        )
        (offer,) = commands.add_offers(actor, carrier_id=carrier.id, offers=[new], now=self.now)
        return offer


@pytest.fixture
def world() -> Iterator[World]:
    with installed(rulebook()):
        yield World()
