"""Settled orders, claims at any stage of their way, a county that decides and pays, a bank that answers."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from kechuang.claims import commands, jobs
from kechuang.claims.models import Claim
from kechuang.documents.rules import Figures, invoice_number, specimen_invoice_xml
from kechuang.kernel.actor import Actor, Post, Role
from kechuang.ledger.queries import money
from kechuang.notices import commands as notices
from kechuang.notices.models import Item, Objection
from kechuang.orders.models import Order
from kechuang.parties.queries import party
from kechuang.policy.book import Book, current, installed
from kechuang.treasury import commands as treasury
from kechuang.treasury.models import PaymentBatch, PaymentLine
from kechuang.treasury.rules import Answer, Outcome
from tests.orders.conftest import Market
from tests.rulebook import rulebook
from tests.vouchers.conftest import SCHEME, YUECHENG

_numbers = itertools.count(1)
REASON = "经核对，材料与订单不符"


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice as it is brought: its number and its file."""

    number: str
    content: bytes


class Payouts(Market):
    """越城区 with two officers, an approver and a finance officer; a firm, a provider, money released by 下达."""

    def __init__(self) -> None:
        super().__init__()
        assert self.county  # appointed now, not by the first thread that asks
        self.clerk = self.officer(Role.COUNTY_OFFICER)
        self.approver = self.officer(Role.COUNTY_APPROVER)
        self.finance = self.officer(Role.COUNTY_FINANCE)

    def release(self, fen: int = 100_000_000, region: str = YUECHENG, year: int = 2025) -> None:
        author, finance = self.officer(Role.BUDGET_AUTHOR, region), self.officer(Role.COUNTY_FINANCE, region)
        budget = treasury.draft_budget(
            author, scheme=SCHEME, region=region, year=year, amount_fen=fen, basis="上年执行数", now=self.now
        )
        treasury.submit_budget(author, budget_id=budget.id, now=self.now)
        treasury.approve_budget(finance, budget_id=budget.id, now=self.now)
        document = treasury.Document(number="越财教〔2025〕1号", on=self.today, fund_line="2060404")
        treasury.release(finance, budget_id=budget.id, fen=fen, document=document, now=self.now)

    # the provider's side

    def invoice(self, order: Order, **given: Any) -> Paper:
        """A blue invoice between the two of the order, over its whole price unless said otherwise."""
        buyer, seller = party(order.holder_id), party(order.provider_id)
        figures = Figures(
            number=invoice_number(self.today, next(_numbers)),
            buyer_name=buyer.name,
            buyer_code=buyer.credit_code,
            seller_name=seller.name,
            seller_code=seller.credit_code,
            gross_fen=order.price_fen,
            issued_on=self.today,
        )
        figures = replace(figures, **given)
        return Paper(figures.number, specimen_invoice_xml(figures))

    def made(self, order: Order | None = None) -> Claim:
        return commands.make(self.server, order_id=(order or self.settled()).id, now=self.now)

    def bring(self, claim: Claim, paper: Paper, kind: str = "invoice") -> str:
        name = f"发票-{next(_numbers)}.xml"
        return commands.attach(
            self.server, claim_id=claim.id, name=name, content=paper.content, kind=kind, now=self.now
        )

    def submit(self, claim: Claim, **more: Any) -> Claim:
        return commands.submit(self.server, claim_id=claim.id, now=self.now, **more)

    def submitted(self, order: Order | None = None, *papers: Paper, **more: Any) -> Claim:
        order = order or self.settled()
        claim = self.made(order)
        for paper in papers or [self.invoice(order)]:
            self.bring(claim, paper)
        return self.submit(claim, **more)

    def doubtful(self) -> Claim:
        """One whose invoice is over another amount than the order."""
        order = self.settled()
        return self.submitted(order, self.invoice(order, gross_fen=order.price_fen + 10_000))

    # the county's side

    def confirm(self, claim: Claim, **more: Any) -> Claim:
        return commands.confirm(self.county, claim_id=claim.id, now=self.now, **more)

    def returned(self, claim: Claim | None = None) -> Claim:
        return commands.return_(self.county, claim_id=(claim or self.submitted()).id, reason=REASON, now=self.now)

    def refused(self, claim: Claim | None = None) -> Claim:
        return commands.refuse(self.county, claim_id=(claim or self.submitted()).id, reason=REASON, now=self.now)

    def in_notice(self, order: Order | None = None) -> Claim:
        return self.confirm(self.submitted(order))

    def object_to(self, claim: Claim) -> Objection:
        item = Item.objects.get(subject_id=claim.id, notice_id=claim.notice_id)
        citizen = Actor(person_id=self.person("钱七"))
        reason = "该项服务价格明显偏高，请核实是否真实发生"
        return notices.object_(citizen, notice_id=item.notice_id, item_id=item.id, reason=reason, now=self.now)

    def answer(self, objection: Objection, *, upheld: bool) -> None:
        notices.handle(self.approver, objection_id=objection.id, upheld=upheld, reply="经核查。", now=self.now)

    def after_notice(self) -> None:
        """Eight days later the clock looks at every gate."""
        self.days(8)
        jobs.run_gates(now=self.now)

    def payable(self, order: Order | None = None) -> Claim:
        claim = self.in_notice(order)
        self.after_notice()
        return fresh(claim)

    # payout

    def prepared(self, *claims: Claim) -> PaymentBatch:
        ids = [claim.id for claim in claims]
        batch_id = commands.prepare(self.clerk, region=YUECHENG, title="三月兑付", claim_ids=ids, now=self.now)
        return PaymentBatch.objects.get(id=batch_id)

    def approve(self, batch: PaymentBatch, by: Actor | None = None) -> PaymentBatch:
        return treasury.approve_batch(by or self.approver, batch_id=batch.id, digest=batch.digest, now=self.now)

    def sent(self, *claims: Claim) -> PaymentBatch:
        batch = self.prepared(*claims)
        self.approve(batch)
        treasury.release_batch(self.finance, batch_id=batch.id, digest=batch.digest, now=self.now)
        return treasury.send_batch(self.finance, batch_id=batch.id, now=self.now)

    def hear(self, batch: PaymentBatch, outcome: Outcome) -> Sequence[treasury.LineResult]:
        lines = PaymentLine.objects.filter(batch=batch).order_by("position")
        answers = [
            Answer(line.number, outcome, line.fen, reference=f"BK{line.number}", words="银行答复") for line in lines
        ]
        return commands.read_results(self.finance, batch_id=batch.id, answers=answers, now=self.now)

    def paid_out(self, claim: Claim | None = None) -> Claim:
        claim = claim or self.payable()
        self.hear(self.sent(claim), Outcome.PAID)
        return fresh(claim)


def fresh(claim: Claim) -> Claim:
    return Claim.objects.get(id=claim.id)


def identities_hold() -> None:
    """The money's identities (资金恒等式), over the whole database."""
    found = money()
    assert found.released - found.cut == found.unallocated + found.granted - found.returned
    assert found.granted == found.voucher_available + found.held + found.offset + found.returned
    assert found.offset == found.unclaimed + found.in_claim + found.owed + found.paid + found.clawed_back


def reading(**values: Any) -> AbstractContextManager[Book]:
    """The pack of Shaoxing with other readings: `with reading(on_refusal="voucher_restored"): …`."""
    return changed(SCHEME, **values)


def changed(scheme: str, **values: Any) -> AbstractContextManager[Book]:
    """The same for any pack."""
    known = current()
    pack = known.packs[scheme]
    others = {
        name: replace(pack.parameters[name], values=tuple(replace(v, is_=is_) for v in pack.parameters[name].values))
        for name, is_ in values.items()
    }
    return installed(known.with_pack(replace(pack, parameters={**pack.parameters, **others})))


def standing_in(absent: Actor, role: Role, person_id: str) -> Actor:
    """A substitute of an absent officer (代理)."""
    return Actor(
        person_id=person_id,
        posts=frozenset({Post(role, YUECHENG, frozenset({YUECHENG}), stands_in_for=absent.person_id)}),
    )


@pytest.fixture(scope="session")
def shaoxing() -> Book:
    return rulebook()


@pytest.fixture
def book(shaoxing: Book) -> Iterator[None]:
    with installed(shaoxing):
        yield


@pytest.fixture
def payouts(book: None, db: None) -> Payouts:
    return Payouts()
