"""People, firms and officers that the tests of parties speak of."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.parties import commands, queries
from kechuang.parties.models import BankAccount, Party, Person
from kechuang.ui import clock

_serial = itertools.count(10_000_000)


class World:
    """Makes what a test needs through the commands, on one day that it can move on."""

    def __init__(self) -> None:
        self.now = datetime(2025, 3, 10, 2, tzinfo=UTC)

    @property
    def today(self) -> date:
        return clock.day(self.now)

    def days(self, count: int) -> None:
        self.now += timedelta(days=count)

    def code(self, start: str = "91330602") -> str:
        eight = f"{next(_serial)}"
        seventeen = start + eight + inner_check_digit(eight)
        return seventeen + check_digit(seventeen)

    def person(self, name: str = "张三", **more: str) -> Person:
        return commands.register_person(CLOCK, name=name, now=self.now, **more)

    def officer(self, role: Role = Role.COUNTY_OFFICER, region: str = "330602", name: str = "李四") -> Actor:
        someone = self.person(name)
        commands.appoint(CLOCK, person_id=someone.id, role=role, region=region, now=self.now)
        return queries.actor_for(someone.id, on=self.today)

    def firm(self, name: str = "绍兴示例科技有限公司", region: str = "330602", code: str = "") -> Party:
        head = self.person("王五")
        return commands.register_organisation(
            CLOCK,
            name=name,
            credit_code=code or self.code(),
            region=region,
            legal_representative=head.id,
            now=self.now,
        )

    def head_of(self, party: Party) -> Actor:
        party.refresh_from_db()
        return queries.actor_for(party.legal_representative_id or "", party_id=party.id, on=self.today)

    def staff_of(self, party: Party, capacity: str = "staff", unit_id: str = "", file: str = "") -> Actor:
        someone = self.person("赵六")
        commands.add_member(
            CLOCK,
            party_id=party.id,
            person_id=someone.id,
            capacity=capacity,
            unit_id=unit_id,
            authorisation_file=file,
            now=self.now,
        )
        return queries.actor_for(someone.id, party_id=party.id, on=self.today)

    def account(self, party: Party, actor: Actor | None = None, **more: str) -> BankAccount:
        given = {"number": "6222 0212 0300 1234", "bank_name": "绍兴银行", "proof_file": "fil_proof"} | more
        return commands.propose_account(
            actor or self.head_of(party), party_id=party.id, holder_name=party.name, now=self.now, **given
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def refused() -> Callable[[object], str]:
    """The code of a refusal that `pytest.raises` caught."""
    return lambda caught: caught.value.code  # type: ignore[attr-defined]
