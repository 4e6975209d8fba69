"""The played pilot as journeys find it: its own people, and what a journey needs before it begins, by the commands."""

import itertools
from datetime import datetime, time, timedelta
from typing import Any

from kechuang.claims import commands as claims
from kechuang.claims.models import Claim
from kechuang.credit import commands as credit
from kechuang.documents.rules import Figures, invoice_number, specimen_invoice_xml
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.orders import commands as orders
from kechuang.orders.models import Order
from kechuang.orders.queries import order_for_claim
from kechuang.orders.states import InvoiceMark
from kechuang.parties.models import Person
from kechuang.parties.queries import actor_for, party, sides
from kechuang.pilot.queries import run
from kechuang.site import jobs
from kechuang.ui import clock
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.queries import live_of
from tests.orders.conftest import Market

MORNING = time(10)
_serial = itertools.count(9_000)


class Played(Market):
    """绍兴's pilot on the day where it stopped: 企业 qiye, 机构 jigou, 越城区's offices; `days` lets time pass."""

    def __init__(self, settings: Any) -> None:
        played = run()
        assert played is not None
        self.settings = settings
        self.now = clock.instant(played.until, MORNING)
        self.holder, self.server = self.of("qiye"), self.of("jigou")
        self.offer_id = self.offer(self.server)  # 材料成分检测, 1,000 yuan a sample
        self._officer = self.of("yuecheng.jingban")
        self._give_back(self.holder, self.of("chuangke"))

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        """The pages' clock stands with ours."""
        self._now = moment
        self.settings.CLOCK_OFFSET = moment - clock.database_time()

    def of(self, sign_in: str) -> Actor:
        person = Person.objects.get(sign_in=sign_in)
        own = [side.party_id for side in sides(person.id, on=self.today) if side.party_id]
        return actor_for(person.id, party_id=own[0] if own else "", on=self.today)

    def _give_back(self, *holders: Actor) -> None:
        """Each journey begins before its holder's first voucher, whatever the dice had it do."""
        for holder in holders:
            for live in live_of(holder.party_id, on=self.today):
                vouchers.withdraw(holder, voucher_id=live.voucher.id, reason="重新申领", now=self.now)
        self.voucher_id = ""

    def days(self, count: int) -> None:
        """Time passes day by day, with what it makes due in every room."""
        for _ in range(count):
            self.now += timedelta(days=1)
            with clock.at(self.now):
                for one in jobs.runs():
                    one(now=self.now)

    def with_voucher(self) -> "Played":
        credit.sign_commitment(self.holder, party_id=self.holder.party_id, kind="holder", now=self.now)
        self.voucher_id = self.voucher(self.holder).id
        return self

    def requested(self, **more: object) -> Order:
        if not self.voucher_id:
            self.with_voucher()
        return super().requested(**more)

    def invoice_xml(self, order_id: str, *, off_fen: int = 0) -> tuple[str, bytes]:
        """A specimen of the 数电票 of an order; `off_fen` makes it differ from the price."""
        facts = order_for_claim(order_id)
        buyer, seller = party(facts.holder_id), party(facts.provider_id)
        number = invoice_number(self.today, next(_serial))
        figures = Figures(
            number=number,
            buyer_name=buyer.name,
            buyer_code=buyer.credit_code,
            seller_name=seller.name,
            seller_code=seller.credit_code,
            gross_fen=facts.price_fen + off_fen,
            issued_on=self.today,
        )
        return number, specimen_invoice_xml(figures)

    def submitted(self, *, off_fen: int = 0) -> Claim:
        """A claim handed in; clean unless its invoice is off."""
        order = self.settled()
        number, content = self.invoice_xml(order.id, off_fen=off_fen)
        orders.invoice(
            self.server,
            order_id=order.id,
            mark=InvoiceMark.ISSUED,
            invoice_number=number,
            gross_fen=Fen(order.price_fen),
            issued_on=self.today,
            now=self.now,
        )
        claim = claims.make(self.server, order_id=order.id, now=self.now)
        claims.attach(
            self.server, claim_id=claim.id, name=f"发票-{number}.xml", content=content, kind="invoice", now=self.now
        )
        return claims.submit(self.server, claim_id=claim.id, now=self.now)

    def in_notice(self) -> Claim:
        return claims.confirm(self.county, claim_id=self.submitted().id, now=self.now)

    def payable(self) -> Claim:
        claim = self.in_notice()
        for _ in range(15):
            self.days(1)
            claim.refresh_from_db()
            if claim.state == "payable":
                return claim
        raise AssertionError(claim.state)
