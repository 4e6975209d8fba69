"""A county that looks into what it has paid: cases on claims at every stage."""

from datetime import timedelta

import pytest

from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.supervision import commands
from kechuang.supervision.models import Case, Clawback
from kechuang.supervision.states.cases import Source
from tests.claims.conftest import Payouts, book, shaoxing  # noqa: F401  (fixtures)
from tests.vouchers.conftest import YUECHENG

WHY = "发票与订单不符，疑似虚构服务"


class Watch(Payouts):
    """越城区 with an inspector of the city beside its own offices."""

    def __init__(self) -> None:
        super().__init__()
        self.city = self.officer(Role.CITY_SCIENCE, "330600")

    def opened(self, claim: Claim | None = None, by: Actor | None = None) -> Case:
        claim = claim or self.payable()
        return commands.open_on_claim(
            by or self.clerk, claim_id=claim.id, title=WHY, source=Source.OFFICE, now=self.now
        )

    def asked(self, case: Case) -> Case:
        return commands.ask(self.clerk, case_id=case.id, text="请说明服务过程并补交原始记录", now=self.now)

    def answered(self, case: Case) -> Case:
        self.asked(case)
        return commands.reply(self.server, case_id=case.id, text="服务记录见附件，请核实", now=self.now)

    def upheld(self, claim: Claim, fen: int) -> Clawback:
        """A paid claim clawed back by the decision of its case."""
        case = self.answered(self.opened(claim))
        commands.uphold(
            self.approver, case_id=case.id, text="认定虚构服务", clawbacks={claim.id: Fen(fen)}, now=self.now
        )
        return Clawback.objects.get(case=case)

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)

    def roles(self) -> dict[Role, Actor]:
        """One actor for each office over the county."""
        return {role: self.officer(role, YUECHENG) for role in Role if role not in NO_OFFICE}


NO_OFFICE = (Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK)


@pytest.fixture
def watch(book: None, db: None) -> Watch:  # noqa: F811
    return Watch()
