"""A county with its officers, payees with accounts, and money that is owed to them."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Post, Role
from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.parties import commands as parties
from kechuang.parties import queries as party_queries
from kechuang.parties.models import BankAccount, Party
from kechuang.policy import book
from kechuang.treasury import commands
from kechuang.treasury.adapters.stand_in import SimulatedBank
from kechuang.treasury.models import Budget, Payable, PaymentBatch
from kechuang.treasury.rules import Answer, Outcome
from kechuang.ui import clock
from tests.rulebook import rulebook

YUE, KE = "330602", "330603"
SCHEME = "shaoxing/voucher-2021"
_serial = itertools.count(20_000_000)


def holder_of(person: str, role: Role, *regions: str) -> Actor:
    return Actor(
        person_id=person, posts=frozenset(Post(role, region, frozenset({region})) for region in regions or (YUE,))
    )


class County:
    """越城区 with one person for each office, a clock that tests move, and shortcuts through the real commands."""

    author = holder_of("psn_author", Role.BUDGET_AUTHOR, YUE, KE)
    finance = holder_of("psn_finance", Role.COUNTY_FINANCE, YUE, KE)
    officer = holder_of("psn_officer", Role.COUNTY_OFFICER)
    approver = holder_of("psn_approver", Role.COUNTY_APPROVER)
    city_finance = holder_of("psn_city", Role.CITY_FINANCE, YUE, KE)
    auditor = holder_of("psn_audit", Role.AUDITOR)
    year = 2025

    def __init__(self) -> None:
        self.now = datetime(2025, 2, 10, 2, tzinfo=UTC)

    @property
    def today(self) -> date:
        return clock.day(self.now)

    def go_to(self, year: int, month: int, day: int) -> None:
        self.now = datetime(year, month, day, 2, tzinfo=UTC)

    def document(self, number: str = "越财教〔2025〕1号") -> commands.Document:
        return commands.Document(number=number, on=self.today, fund_line="2060404 科技条件专项")

    def ground(self, number: str = "越财教〔2025〕9号") -> commands.Ground:
        return commands.Ground(reason="执行进度需要", document_number=number)

    def approved(self, fen: int = 1_000_000, region: str = YUE, year: int = 2025) -> Budget:
        drafted = commands.draft_budget(
            self.author, scheme=SCHEME, region=region, year=year, amount_fen=fen, basis="上年执行数", now=self.now
        )
        commands.submit_budget(self.author, budget_id=drafted.id, now=self.now)
        return commands.approve_budget(self.finance, budget_id=drafted.id, now=self.now)

    def released(self, fen: int = 1_000_000, region: str = YUE, year: int = 2025) -> Budget:
        budget = self.approved(fen, region, year)
        commands.release(self.finance, budget_id=budget.id, fen=fen, document=self.document(), now=self.now)
        budget.refresh_from_db()
        return budget

    def granted(self, fen: int, voucher: str = "vch_1", region: str = YUE) -> None:
        leg = Leg("grant", self.place(Kind.BUDGET, region=region), self.place(Kind.VOUCHER, voucher, region), fen)
        ledger.post([leg], key=f"grant:{voucher}:{fen}", subject=voucher, now=self.now)

    def place(self, kind: Kind, owner: str = "", region: str = YUE) -> Place:
        return Place(kind, region, self.year, owner)

    def payee(self, name: str = "绍兴文理学院", unit: str = "") -> Party:
        head = parties.register_person(CLOCK, name="王五", now=self.now)
        eight = str(next(_serial))
        seventeen = "12330600" + eight + inner_check_digit(eight)
        return parties.register_organisation(
            CLOCK,
            name=name,
            credit_code=seventeen + check_digit(seventeen),
            region=YUE,
            legal_representative=head.id,
            now=self.now,
        )

    def account(self, party: Party, number: str = "6222021203001234", unit_id: str = "") -> BankAccount:
        """Proposed by the payee and confirmed by the county; the first is usable at once, a later one after a week."""
        head = party_queries.actor_for(party.legal_representative_id or "", party_id=party.id, on=self.today)
        proposed = parties.propose_account(
            head,
            party_id=party.id,
            holder_name=party.name,
            bank_name="绍兴银行",
            number=number,
            proof_file="fil_proof",
            unit_id=unit_id,
            now=self.now,
        )
        clerk = parties.register_person(CLOCK, name="李四", now=self.now)
        confirmer = holder_of(clerk.id, Role.COUNTY_OFFICER)
        return parties.confirm_account(confirmer, account_id=proposed.id, cool_off_days=7, now=self.now)

    def paid_party(self, name: str = "绍兴文理学院") -> Party:
        party = self.payee(name)
        self.account(party)
        return party

    def owed(self, party: Party, fen: int, claim: str, *, unit: str = "", confirmed_by: str = "") -> Payable:
        """A claim approved through every station of the ledger, and its payable."""
        voucher = f"vch_{claim}"
        self.granted(fen, voucher)
        way = [
            ("offset", self.place(Kind.VOUCHER, voucher), self.place(Kind.UNCLAIMED, party.id)),
            ("submit", self.place(Kind.UNCLAIMED, party.id), self.place(Kind.IN_CLAIM, party.id)),
            ("approve", self.place(Kind.IN_CLAIM, party.id), self.place(Kind.OWED, party.id)),
        ]
        for rule, debit, credit in way:
            ledger.post([Leg(rule, debit, credit, fen)], key=f"{claim}:{rule}", subject=claim, now=self.now)
        self.now += timedelta(seconds=1)
        return commands.add_payable(
            CLOCK,
            claim_id=claim,
            claim_number=f"SD-{claim}",
            order_number=f"DD-{claim}",
            payee_party=party.id,
            unit=unit,
            unit_name="分析测试中心" if unit else "",
            confirmed_by=confirmed_by,
            fen=fen,
            region=YUE,
            year=self.year,
            now=self.now,
        )

    def prepared(self, payables: Sequence[Payable] | None = None) -> PaymentBatch:
        ids = None if payables is None else [row.id for row in payables]
        return commands.prepare_batch(self.officer, region=YUE, title="二月兑付", payable_ids=ids, now=self.now)

    def approve(self, batch: PaymentBatch) -> PaymentBatch:
        return commands.approve_batch(self.approver, batch_id=batch.id, digest=batch.digest, now=self.now)

    def release(self, batch: PaymentBatch) -> PaymentBatch:
        self.approve(batch)
        return commands.release_batch(self.finance, batch_id=batch.id, digest=batch.digest, now=self.now)

    def sent(self, payables: Sequence[Payable] | None = None) -> PaymentBatch:
        batch = self.prepared(payables)
        self.release(batch)
        return commands.send_batch(self.finance, batch_id=batch.id, now=self.now)

    def answer(self, batch: PaymentBatch, *answers: Answer) -> list[commands.LineResult]:
        return commands.read_results(self.finance, batch_id=batch.id, answers=answers, now=self.now)


def says(serial: str, outcome: Outcome, fen: int, reference: str = "") -> Answer:
    words = {Outcome.PAID: "支付成功", Outcome.FAILED: "户名与账号不符"}.get(outcome, "")
    return Answer(serial, outcome, fen, reference=reference or f"BK{serial}", words=words)


@pytest.fixture
def county() -> Iterator[County]:
    with book.installed(rulebook()):
        yield County()


@pytest.fixture
def bank() -> SimulatedBank:
    return SimulatedBank()
