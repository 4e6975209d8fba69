"""Whole stories across the rooms, by the commands alone; time passes with everything that it makes due."""

from datetime import date, timedelta

import pytest

from kechuang.credit import commands as credit
from kechuang.kernel.actor import Actor
from kechuang.ledger.queries import Money, money
from kechuang.orders.models import Order
from kechuang.parties.queries import party
from kechuang.pilot.queries import invariants
from kechuang.registers import commands as registers
from kechuang.site import jobs
from kechuang.trail.models import Event
from kechuang.ui import clock
from tests.claims.conftest import Payouts, book, identities_hold, shaoxing
from tests.orders.conftest import paper
from tests.vouchers.conftest import LIBRARY, YUECHENG

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

    def code_of(self, actor: Actor) -> str:
        return party(actor.party_id).credit_code

    def outsider(self, name: str, region: str) -> Actor:
        """A provider from outside the city, admitted by the county it applied to (全省及长三角, 三（二）1)."""
        card = self.party(name, region)
        head = self.head(card)
        credit.sign_commitment(head, party_id=card.id, kind="provider", now=self.now)
        account = credit.propose_account(
            head,
            holder_name=card.name,
            bank_name="示例银行",
            bank_code="",
            number="6222021203019998887",
            unit_id="",
            region=YUECHENG,
            proof=credit.Upload("开户证明.pdf", paper().content),
            now=self.now,
        )
        credit.confirm_account(self.county, account_id=account, now=self.now)
        asked = {"party_id": card.id, "scheme": LIBRARY, "entrant_class": "qualified_firm", "region": YUECHENG}
        admission = registers.apply(head, **asked, now=self.now)
        registers.add_certificate(
            head,
            admission_id=admission.id,
            kind="cma",
            number="CMA-310",
            issuer="上海市市场监督管理局",
            valid_from=date(2024, 1, 1),
            valid_until=None,
            file_id="fil_cma",
            now=self.now,
        )
        registers.submit(head, admission_id=admission.id, now=self.now)
        registers.confirm(self.county, admission_id=admission.id, now=self.now)
        return head

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
