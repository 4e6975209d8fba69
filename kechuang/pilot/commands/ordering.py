"""The story of one order, from the request to the claim's submission (委托 → 报价 → 下单 → 服务 → 验收 → 结算 → 申兑)."""

from collections.abc import Sequence
from datetime import date, timedelta

from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import ItemKind
from kechuang.claims import commands as claims
from kechuang.claims.queries import invoice_files, state_of
from kechuang.claims.states import ClaimState
from kechuang.documents.rules import (
    Figures,
    invoice_number,
    specimen_invoice_xml,
    specimen_report_pdf,
    specimen_slip_pdf,
)
from kechuang.kernel.money import Fen
from kechuang.orders import commands as orders
from kechuang.orders.queries import bill
from kechuang.orders.rules import Asked
from kechuang.orders.states import ContractKind, InvoiceMark, OrderState
from kechuang.pilot.commands.stage import Member, Stage, Story
from kechuang.pilot.rules import Dice
from kechuang.pilot.states import INVOICED, LAST_DAYS, PURPOSES

_HUNDRED, _MINUTES_IN_HOUR = 100, 60
_WRONG_FEN = 10_000


class OrderStory:
    """One holder asks one provider for one service; the chances say where it leaves the straight way."""

    def __init__(self, stage: Stage, holder: Member, number: int, dice: Dice | None = None) -> None:
        self.stage, self.holder, self.number = stage, holder, number
        self.dice, self.chances = dice or stage.dice, stage.chances
        self.order_id = self.claim_id = ""
        self.reissued = 0

    def __call__(self) -> Story:
        found = self._provider()
        if found is None:
            return
        self.provider, (offer_id, quantity) = found
        self.buyer, self.seller = self.stage.member(self.holder), self.stage.member(self.provider)
        live = self.stage.live().get(self.holder.party_id)
        if live is None:
            return
        with self.stage.act() as now:
            order = orders.request(
                self.buyer,
                offer_id=offer_id,
                scheme=self.stage.scheme,
                voucher_id=live.voucher.id,
                needs=self.needs(),
                other_public_fen=self.other_public_fen(offer_id, quantity),
                channel=self.dice.weighted([("platform", 8), ("daxing", 3), ("other", 1)]),
                key=f"pilot-{self.number}",
                now=now,
            )
        self.order_id, self.title = order.id, order.title
        yield self.dice.between(0, 2)
        yield from self._quoted(offer_id, quantity)

    def of_booking(self, provider: Member, order_id: str, title: str, *, base_id: str, minutes: int) -> Story:
        """The order of a booking, quoted by the provider's list or by the provider, then as any other."""
        self.provider, self.order_id, self.title = provider, order_id, title
        self.buyer, self.seller = self.stage.member(self.holder), self.stage.member(provider)
        self.lines = [Asked(base_id, max(minutes * _HUNDRED // _MINUTES_IN_HOUR, _HUNDRED))]
        yield 0
        if bill(order_id).state == OrderState.REQUESTED:
            yield 1
            with self.stage.act() as now:
                orders.quote(self.seller, order_id=order_id, lines=self.lines, declares=True, now=now)
        yield self.dice.between(0, 1)
        with self.stage.act() as now:
            orders.place(self.buyer, order_id=order_id, declares=True, now=now)
        yield 0
        yield from self._served()

    def needs(self) -> str:
        """What the holder writes that it wants to know."""
        return self.dice.one(PURPOSES)

    def quantity(self, usual: int) -> int:
        """How much of the service is asked for, in hundredths of its unit."""
        return usual * _HUNDRED * self.dice.between(60, 140) // _HUNDRED

    def other_public_fen(self, offer_id: str, usual: int) -> Fen:
        """What other public money the holder says it has for the same."""
        return Fen(0)

    def service_days(self) -> int:
        """How long the service takes."""
        return self.dice.between(2, 14)

    def item(self) -> str:
        """What the invoice is issued for."""
        return INVOICED

    def results(self) -> Sequence[str]:
        """What the report names beside its head."""
        return ()

    def _provider(self) -> tuple[Member, tuple[str, int]] | None:
        """Who serves, and what. An instrument with a calendar is booked first (booking.py); a few still telephone."""
        calls = self.dice.chance(self.chances.by_telephone)
        booked_first = set() if calls else {place.offer_id for place in self.stage.bookable}
        able = [
            (member, offers)
            for member in self.stage.providers
            if member.party_id != self.holder.party_id
            and (offers := [one for one in member.offers if one[0] not in booked_first])
        ]
        if not able:
            return None
        near = [one for one in able if one[0].region == self.holder.region]
        chosen, offers = self.dice.one(near if near and self.dice.chance(450) else able)
        return chosen, self.dice.one(offers)

    def _quoted(self, offer_id: str, quantity: int) -> Story:
        if self.dice.chance(self.chances.declined):
            with self.stage.act() as now:
                orders.decline(self.seller, order_id=self.order_id, reason="近期机时已满", now=now)
            return
        if self.dice.chance(self.chances.withdrawn):
            with self.stage.act() as now:
                orders.withdraw(self.buyer, order_id=self.order_id, now=now)
            return
        if self.dice.chance(self.chances.never_quoted):
            return
        prices = price_lines(offer_id, on=self.stage.today)
        base = next(line for line in prices if line.kind is ItemKind.BASE)
        self.lines = [Asked(base.id, self.quantity(quantity))]
        extra = [line for line in prices if line.kind in {ItemKind.PREPARATION, ItemKind.EXTRA_REPORT}]
        if extra and self.dice.chance(self.chances.extra_line):
            self.lines.append(Asked(self.dice.one(extra).id, _HUNDRED))
        with self.stage.act() as now:
            orders.quote(self.seller, order_id=self.order_id, lines=self.lines, declares=True, now=now)
        yield self.dice.between(0, 3)
        if self.dice.chance(self.chances.never_placed):
            return
        with self.stage.act() as now:
            orders.place(self.buyer, order_id=self.order_id, declares=True, now=now)
        yield 0
        yield from self._served()

    def _served(self) -> Story:
        with self.stage.act() as now:
            orders.contract(self.seller, order_id=self.order_id, kind=ContractKind.TEMPLATE, now=now)
        for side in (self.seller, self.buyer):
            with self.stage.act() as now:
                orders.seal(side, order_id=self.order_id, now=now)
        yield self.dice.between(1, 4)
        if self.dice.chance(self.chances.cancelled):
            with self.stage.act() as now:
                orders.cancel(self.buyer, order_id=self.order_id, reason="样品准备推迟，另行委托", now=now)
            return
        with self.stage.act() as now:
            orders.start(self.seller, order_id=self.order_id, now=now)
        yield self.service_days()
        if self.dice.chance(self.chances.cancelled_late):
            with self.stage.act() as now:
                orders.cancel(self.seller, order_id=self.order_id, reason="仪器故障，短期无法修复", now=now)
            return
        yield from self._final_lines()
        with self.stage.act() as now:
            report = orders.Upload(f"服务报告-{self.number}.pdf", self._report())
            orders.deliver(self.seller, order_id=self.order_id, files=[report], now=now)
        yield self.dice.between(0, 4)
        yield from self._accepted()

    def _final_lines(self) -> Story:
        if not self.dice.chance(self.chances.final_lines):
            return
        first, *rest = self.lines
        changed = Asked(first.price_id, max(first.quantity * self.dice.between(80, 112) // _HUNDRED, _HUNDRED))
        with self.stage.act() as now:
            lines = [changed, *rest]
            orders.propose_final(self.seller, order_id=self.order_id, lines=lines, note="按实际机时结算", now=now)
        yield self.dice.between(0, 2)
        with self.stage.act() as now:
            if self.dice.chance(self.chances.final_rejected):
                orders.reject_final(self.buyer, order_id=self.order_id, reason="与实际样品数不符", now=now)
            else:
                orders.agree_final(self.buyer, order_id=self.order_id, now=now)

    def _accepted(self) -> Story:
        left = self.stage.left_open("dispute", times=2)
        if self.dice.chance(self.chances.disputed) or left:
            with self.stage.act() as now:
                orders.dispute(self.buyer, order_id=self.order_id, reason="报告缺少原始数据", now=now)
            yield self.dice.between(2, 8) + LAST_DAYS * left
            yield from self._resolved()
        elif self.dice.chance(self.chances.silent):
            yield 17
        else:
            with self.stage.act() as now:
                orders.accept(self.buyer, order_id=self.order_id, now=now)
        yield 0
        yield from self._settled()

    def _resolved(self) -> Story:
        county = self.stage.counties[self.holder.region]
        officer = self.stage.actor(self.dice.one(county.officers))
        outcome = self.dice.weighted([("accept", 6), ("cancel", 3)])
        with self.stage.act() as now:
            reason = "双方确认补充原始数据后验收" if outcome == "accept" else "报告无法补正，协调取消"
            orders.resolve(officer, order_id=self.order_id, outcome=outcome, reason=reason, now=now)
        yield 1

    def _settled(self) -> Story:
        facts = bill(self.order_id)
        if facts.state != OrderState.ACCEPTED:
            return
        if self.stage.left_open("settlement", times=4):
            yield LAST_DAYS + 1
        if facts.own_share_fen > facts.paid_fen:
            slip = specimen_slip_pdf(
                payer=self.holder.name,
                payee=self.provider.name,
                fen=facts.own_share_fen - facts.paid_fen,
                paid_on=self.stage.today,
                remark=facts.number,
            )
            with self.stage.act() as now:
                orders.own_share(
                    self.buyer,
                    order_id=self.order_id,
                    fen=Fen(facts.own_share_fen - facts.paid_fen),
                    file=orders.Upload(f"回单-{self.number}.pdf", slip),
                    now=now,
                )
        with self.stage.act() as now:
            orders.settle(self.buyer, order_id=self.order_id, now=now)
        yield self.dice.between(0, 5)
        if not self.dice.chance(self.chances.never_claimed):
            yield from self._claimed()

    def _claimed(self) -> Story:
        facts = bill(self.order_id)
        wrong = self.dice.chance(self.chances.wrong_invoice)
        wrong = self.stage.left_open("invoice", times=4, before=3, since=LAST_DAYS) or wrong
        number, content = self._invoice(facts.price_fen + (_WRONG_FEN if wrong else 0))
        with self.stage.act() as now:
            orders.invoice(
                self.seller,
                order_id=self.order_id,
                mark=InvoiceMark.ISSUED,
                invoice_number=number,
                gross_fen=Fen(facts.price_fen),
                issued_on=self.stage.today,
                now=now,
            )
        with self.stage.act() as now:
            claim = claims.make(self.seller, order_id=self.order_id, now=now)
        self.claim_id = claim.id
        if self.stage.left_open("draft", times=3):
            yield LAST_DAYS + 1
        with self.stage.act() as now:
            claims.attach(
                self.seller, claim_id=claim.id, name=f"发票-{number}.xml", content=content, kind="invoice", now=now
            )
        with self.stage.act() as now:
            claims.submit(self.seller, claim_id=claim.id, now=now)
        if self.dice.chance(self.chances.claim_withdrawn):
            yield 1
            self.stage.tried(
                lambda now: claims.withdraw(self.seller, claim_id=claim.id, reason="需要重新开具发票", now=now)
            )
            return
        yield from self._corrected(claim.id, facts.price_fen)

    def _corrected(self, claim_id: str, price_fen: int) -> Story:
        """Watches the claim while the county looks at it, and corrects it when it comes back."""
        while True:
            yield 3
            state = state_of(claim_id)
            if state is ClaimState.RETURNED:
                yield self.dice.between(1, 5)
                self._bring_right_invoice(claim_id, price_fen)
            elif state is not ClaimState.SUBMITTED:
                return

    def _bring_right_invoice(self, claim_id: str, price_fen: int) -> None:
        with self.stage.act() as now:
            for file_id in invoice_files(claim_id):
                claims.set_aside(self.seller, claim_id=claim_id, file_id=file_id, now=now)
        number, content = self._invoice(price_fen)
        with self.stage.act() as now:
            name = f"发票-{number}.xml"
            claims.attach(self.seller, claim_id=claim_id, name=name, content=content, kind="invoice", now=now)
        with self.stage.act() as now:
            claims.submit(self.seller, claim_id=claim_id, now=now)

    def _invoice(self, gross_fen: int) -> tuple[str, bytes]:
        self.reissued += 1
        number = invoice_number(self.stage.today, self.number * _HUNDRED + self.reissued)
        figures = Figures(
            number=number,
            buyer_name=self.holder.name,
            buyer_code=self.holder.code,
            seller_name=self.provider.name,
            seller_code=self.provider.code,
            gross_fen=gross_fen,
            issued_on=self.stage.today,
            item=self.item(),
        )
        return number, specimen_invoice_xml(figures)

    def _report(self) -> bytes:
        day: date = self.stage.today - timedelta(days=1)
        return specimen_report_pdf(
            number=f"BG{self.stage.today:%Y%m%d}{self.number:05d}",
            title=f"{self.title}服务报告（样例）",
            client=self.holder.name,
            provider=self.provider.name,
            issued_on=day,
            items=self.results(),
        )
