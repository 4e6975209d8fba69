"""A county that looks into what it has paid: cases on claims at every stage."""

from datetime import date, timedelta

import pytest

from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.parties import commands as parties
from kechuang.parties.models import Membership, Party
from kechuang.parties.queries import actor_for
from kechuang.supervision import commands
from kechuang.supervision.models import Case, Clawback, Inspector, Member, Plan, Visit
from kechuang.supervision.states.cases import Source
from tests.claims.conftest import Payouts, book, shaoxing  # noqa: F401  (fixtures)
from tests.vouchers.conftest import SCHEME, YUECHENG

SEED = "03 08 11 + 07"
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

    def opened_about(self, party_id: str, side: str) -> Case:
        """A case about a party, in which nothing lies yet."""
        said = {
            "region": YUECHENG,
            "party_id": party_id,
            "side": side,
            "title": WHY,
            "source": Source.OFFICE,
            "items": [],
        }
        return commands.open_case(self.clerk, now=self.now, **said)  # type: ignore[arg-type]

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


class Checks(Watch):
    """The same county with a roster of inspectors, that checks what it has paid."""

    def inspectors(self, count: int = 3, region: str = YUECHENG) -> list[Inspector]:
        keeper = self.clerk if region == YUECHENG else self.city
        role = Role.COUNTY_OFFICER if region == YUECHENG else Role.CITY_SCIENCE
        people = [self.officer(role, region).person_id for _ in range(count)]
        return [commands.add_inspector(keeper, region=region, person_id=one, now=self.now) for one in people]

    def drafted(self, *, by: Actor | None = None, region: str = YUECHENG, **instead: object) -> Plan:
        said: dict[str, object] = {
            "title": "上半年创新券抽查",
            "from_on": date(2025, 1, 1),
            "last_on": date(2025, 6, 30),
            "share_bp": 500,
            "seed_event": "示例公开来源第 1 期",
            "seed_on": self.today + timedelta(days=20),
            "seed_pattern": "## ## ## + ##",
        }
        draft = commands.Draft(**{**said, **instead})  # type: ignore[arg-type]
        return commands.draft_plan(by or self.clerk, scheme=SCHEME, region=region, draft=draft, now=self.now)

    def fixed(
        self, *, claims: int = 0, by: Actor | None = None, region: str = YUECHENG, inspectors: int = 3, **more: object
    ) -> Plan:
        for _ in range(claims):
            self.paid_out()
        if inspectors:
            self.inspectors(inspectors, region)
        plan = self.drafted(by=by, region=region, **more)
        return commands.fix(by or self.clerk, plan_id=plan.id, now=self.now)

    def drawn(self, *, claims: int, roster: bool = True, inspectors: int = 3, **more: object) -> Plan:
        plan = self.fixed(claims=claims, inspectors=inspectors if roster else 0, **more)  # type: ignore[arg-type]
        self.to(plan.seed_on)
        return commands.draw(self.approver, plan_id=plan.id, seed_value=SEED, now=self.now)

    def team(self, visit: Visit) -> list[Actor]:
        rows = Member.objects.filter(visit=visit, on_team=True).order_by("place")
        return [actor_for(row.inspector.person_id, on=self.today) for row in rows.select_related("inspector")]

    def joins(self, person_id: str, party_id: str) -> Membership:
        return parties.add_member(
            self.head(Party.objects.get(id=party_id)),
            party_id=party_id,
            person_id=person_id,
            capacity="staff",
            now=self.now,
        )

    def leaves(self, membership: Membership) -> None:
        head = self.head(Party.objects.get(id=membership.party_id))
        parties.end_member(head, membership_id=membership.id, now=self.now)


@pytest.fixture
def checks(book: None, db: None) -> Checks:  # noqa: F811
    return Checks()
