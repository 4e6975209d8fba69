"""A city that pays subsidies: its own office beside the counties, whose paid claims and closed books they rest on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from kechuang.claims.models import Claim
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import next_month
from kechuang.ledger.rules import Period
from kechuang.parties import commands as parties
from kechuang.parties.commands import add_zone
from kechuang.parties.queries import actor_for, party
from kechuang.subsidies import commands, jobs
from kechuang.subsidies.commands import Decision
from kechuang.subsidies.models import Settlement, Statement
from kechuang.subsidies.states import Formula
from kechuang.treasury import commands as treasury
from kechuang.treasury.models import PaymentBatch, PaymentLine
from kechuang.treasury.rules import Answer, Outcome
from tests.claims.conftest import Payouts, book, reading, shaoxing
from tests.vouchers.conftest import SCHEME, YUECHENG

__all__ = ["book", "shaoxing"]

CITY, CITY_OFFICE = "330600", "330699"
REASON = "经核对，决定文件有误"


class Subsidised(Payouts):
    """As `Payouts`, with 绍兴市本级: the office by which the city pays, with three persons of its own."""

    def __init__(self) -> None:
        super().__init__()
        add_zone(code=CITY_OFFICE, name="绍兴市本级", parent=CITY, source="示例")
        self.city_clerk = self.officer(Role.COUNTY_OFFICER, CITY_OFFICE)
        self.city_approver = self.officer(Role.COUNTY_APPROVER, CITY_OFFICE)
        self.city_finance = self.officer(Role.COUNTY_FINANCE, CITY_OFFICE)

    def offices_of(self, person_id: str, *roles: Role, region: str = CITY_OFFICE) -> Actor:
        """The same person in further offices."""
        for role in roles:
            parties.appoint(CLOCK, person_id=person_id, role=role, region=region, now=self.now)
        return actor_for(person_id, on=self.today)

    def citizen(self) -> Actor:
        return Actor(person_id=self.person("钱七"))

    def credit_code(self, party_id: str) -> str:
        return party(party_id).credit_code

    def redeemed(self, count: int = 1) -> list[Claim]:
        """Claims that the bank has paid, 4,000 yuan each on an order of 8,000."""
        return [self.paid_out() for _ in range(count)]

    def next_year(self, *, closes: bool = True) -> None:
        """The fifth of January, with the county's books closed to the end of the year."""
        self.to(date(self.today.year + 1, 1, 5))
        if closes:
            self.close_books(YUECHENG, date(self.today.year, 1, 1))

    def close_books(self, region: str, until: date) -> None:
        finance = self.officer(Role.COUNTY_FINANCE, region)
        while (due := next_month(region)) and due <= until:
            ledger.close(finance, region=region, period=Period.MONTH, until=due, now=self.now)

    def decision(self, rate_bp: int = 3_000, **given: Any) -> Decision:
        said = {"document_number": "绍市科〔2026〕1号", "office": "绍兴市科学技术局", "on": self.today}
        return Decision(rate_bp=rate_bp, **{**said, **given})

    def drafted(self, **given: Any) -> Settlement:
        said = {"formula": Formula.PROVIDERS, "scheme": SCHEME, "region": CITY_OFFICE, "year": self.today.year - 1}
        said = {**said, "decision": self.decision(), **given}
        return commands.draft(self.city_clerk, now=self.now, **said)

    def decided(self, **given: Any) -> Settlement:
        return commands.decide(self.city_approver, settlement_id=self.drafted(**given).id, now=self.now)

    def fund(self, fen: int = 100_000_000, **given: Any) -> Settlement:
        row = self.decided(**given)
        said = {"settlement_id": row.id, "fen": fen, "document_number": "绍市财〔2026〕2号", "now": self.now}
        return commands.fund(self.city_finance, **said)

    def settle(self, fen: int = 100_000_000, **given: Any) -> Settlement:
        return commands.settle(self.city_clerk, settlement_id=self.fund(fen, **given).id, now=self.now)

    def publish(self, fen: int = 100_000_000, **given: Any) -> Settlement:
        return commands.publish(self.city_clerk, settlement_id=self.settle(fen, **given).id, now=self.now)

    def passed(self, fen: int = 100_000_000, **given: Any) -> Statement:
        """The one statement of a settlement whose notice nobody objected to."""
        row = self.publish(fen, **given)
        self.days(10)
        jobs.run_gates(now=self.now)
        return Statement.objects.get(settlement=row)

    def batch_of(self, statement: Statement) -> PaymentBatch:
        batch_id = commands.prepare(
            self.city_clerk, region=CITY_OFFICE, title="补助拨付", statement_ids=[statement.id], now=self.now
        )
        return PaymentBatch.objects.get(id=batch_id)

    def only_batch(self) -> PaymentBatch:
        return PaymentBatch.objects.get(region=CITY_OFFICE)

    def sent_subsidy(self, statement: Statement) -> PaymentBatch:
        batch = self.batch_of(statement)
        treasury.approve_batch(self.city_approver, batch_id=batch.id, digest=batch.digest, now=self.now)
        treasury.release_batch(self.city_finance, batch_id=batch.id, digest=batch.digest, now=self.now)
        return treasury.send_batch(self.city_finance, batch_id=batch.id, now=self.now)

    def hear_subsidy(self, batch: PaymentBatch, outcome: Outcome) -> list[treasury.LineResult]:
        lines = PaymentLine.objects.filter(batch=batch).order_by("position")
        answers = [
            Answer(line.number, outcome, line.fen, reference=f"BK{line.number}", words="银行答复") for line in lines
        ]
        return commands.read_results(self.city_finance, batch_id=batch.id, answers=answers, now=self.now)


@contextmanager
def threshold(fen: int, **values: Any) -> Iterator[None]:
    """The pack with another threshold: a test's year redeems thousands of yuan, not half a million."""
    with reading(subsidy_threshold_fen=fen, **values):
        yield


@pytest.fixture
def subsidised(book: None, db: None) -> Subsidised:
    return Subsidised()
