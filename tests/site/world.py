"""Three counties with one of everything in the first, and everybody who has nothing to do with it (越权访问矩阵)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.test import Client

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Offer
from kechuang.catalog.queries import blank
from kechuang.catalog.states import OfferKind
from kechuang.claims.commands import bring_opening
from kechuang.claims.formats.opening import heading
from kechuang.claims.models import Claim, Opening
from kechuang.claims.states import OpeningKind
from kechuang.documents.models import File
from kechuang.documents.rules import write_xlsx
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind
from kechuang.notices.models import Item
from kechuang.orders.models import Order
from kechuang.parties import commands as parties
from kechuang.parties.models import BankAccount, Membership, Office, Person
from kechuang.parties.queries import actor_for, party
from kechuang.parties.states import ACTING_FOR
from kechuang.registers import commands as registers
from kechuang.registers.models import Admission
from kechuang.registers.states import CaseKind
from kechuang.search import commands as search
from kechuang.search.rules import Synonym
from kechuang.search.states import SynonymKind
from kechuang.trail.queries import way
from kechuang.treasury.models import Budget, PaymentLine
from tests.audit import owned as audit
from tests.bookings import owned as bookings
from tests.claims.conftest import Payouts
from tests.cockpit import owned as cockpit
from tests.releases import owned as releases
from tests.screening import owned as screening
from tests.site.addresses import Address
from tests.subsidies import owned as subsidies
from tests.supervision import owned as supervision
from tests.usage import owned as usage
from tests.vouchers.conftest import KEQIAO, SCHEME, YUECHENG

XINCHANG, CITY_ELSEWHERE = "330624", "330100"
COUNTY = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.BUDGET_AUTHOR, Role.COUNTY_FINANCE, Role.AUDITOR)
CITY = (Role.CITY_SCIENCE, Role.CITY_FINANCE)
# Acts in an address, for each room one that really exists.
ACTION = {
    "catalog": "pause", "orders": "cancel", "registers": "stop_orders", "treasury": "remind", "vouchers": "revoke", "releases": "announce",
    "credit": "retire", "search": "retire", "cockpit": "drop", "supervision": "ask", "evaluation": "report",
}  # fmt: skip
CASE_ACTION = "close"
DECISION_ACTION = "withdraw"
SYNONYM = Synonym("esd", SynonymKind.TYPE, "静电测试仪", "ESD Tester", ("静电仪",))


class World(Payouts):
    """Three counties; in the first a firm, a provider with two colleges and everything they can have; strangers around."""

    def __init__(self) -> None:
        super().__init__()
        self.owned = self._owned()
        self.strangers = self._strangers()

    def _owned(self) -> dict[str, str]:
        claim = self.payable()
        batch = self.sent(claim)
        second = self.in_notice()
        objection = self.object_to(second)
        admission = Admission.objects.get(party_id=self.server.party_id)
        case = registers.open_case(
            CLOCK,
            admission_id=admission.id,
            kind=CaseKind.VIOLATION,
            source="年度核查",
            source_key="2025",
            article="三（二）",
            now=self.now,
        )
        absent = self.officer(Role.COUNTY_OFFICER)
        standing = parties.substitute(
            absent,
            office_id=Office.objects.get(person_id=absent.person_id).id,
            substitute_id=self.clerk.person_id,
            valid_from=self.today,
            valid_until=self.today.replace(year=self.today.year + 1),
            reason="外出学习",
            now=self.now,
        )
        item = Item.objects.get(subject_id=second.id, notice_id=second.notice_id)
        order = Order.objects.get(id=claim.order_id)
        return {
            "opening_id": self._opening().id,
            "offer_id": self.offer_id,
            "carrier_id": Offer.objects.get(id=self.offer_id).carrier_id,
            "staff_id": self._staff(),
            "order_id": order.id,
            "claim_id": claim.id,
            "batch_id": batch.id,
            "notice_id": second.notice_id,
            "item_id": item.id,
            "line_id": PaymentLine.objects.get(batch=batch).id,
            "objection_id": objection.id,
            "voucher_id": self.voucher_id,
            "admission_id": admission.id,
            "case_id": case.id,
            "party_id": self.server.party_id,
            "membership_id": Membership.objects.get(person_id=self.server.person_id).id,
            "account_id": BankAccount.objects.get(party_id=self.server.party_id).id,
            "budget_id": Budget.objects.get(region=YUECHENG, year=2025).id,
            "substitution_id": standing.id,
            "subject_id": order.id,
            "file_id": File.objects.filter(subject_id=order.id, kind="report").latest("at").id,
            "number": order.number,
            "kind": "csv",
            "media": "csv",
            "region_code": YUECHENG,
            "office_id": Office.objects.get(person_id=self.clerk.person_id).id,
            "decision_id": self._decision(),
            "ledger_account_id": str(ledger.account(Kind.BUDGET, region=YUECHENG, year=2025)),
            "region": YUECHENG,
            "period": "month",
            "until": "2025-02-01",
            "person_id": self.clerk.person_id,
            "event_id": way([order.id])[0].id,
            "office_code": YUECHENG,
            **self._looked_for(),
            **self._brought(),
            **self._of_other_rooms(claim),
        }

    def _of_other_rooms(self, claim: Claim) -> dict[str, str]:
        """What each room says itself that it can own."""
        clerk, server, holder = self.clerk, self.server, self.holder
        here: dict[str, Any] = {"region": YUECHENG, "now": self.now}
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        self.auditor = self.officer(Role.AUDITOR)
        author, checker = self.officer(Role.BUDGET_AUTHOR), self.officer(Role.COUNTY_APPROVER)
        firm = self.firm("绍兴排队科技有限公司")
        hands = {"clerk": clerk, "approver": self.approver}
        inspectors = [self.officer(Role.COUNTY_OFFICER).person_id for _ in range(2)]
        return {
            **audit.audited(self.auditor, office=YUECHENG, now=self.now),
            **usage.used(server, carrier_id=carrier_id, now=self.now),
            **releases.released(author, checker=checker, firm=firm, **here),
            **subsidies.subsidised(clerk, server=server, **here),
            **subsidies.evaluated(clerk, server=server, carrier_id=carrier_id, **here),
            **cockpit.reported(author=clerk.person_id, **here),
            **cockpit.drafted(region="330600", author=clerk.person_id, now=self.now),
            **supervision.watched(self.paid_out(), self.payable(), **hands, server=server, holder=holder, now=self.now),
            **supervision.checked(inspectors, **hands, **here),
            **screening.screened(claim, clerk=clerk, holder=holder, now=self.now),
            **bookings.booked(server=server, holder=holder, offer_id=self.offer_id, now=self.now),
        }

    def _staff(self) -> str:
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        return catalog.add_staff(
            self.server, carrier_id=carrier_id, name="陈工", valid_from=self.today, now=self.now
        ).id

    def _decision(self) -> str:
        """A firm that is to be struck off, proposed and not yet carried out."""
        said = {"kind": "strike_off", "document": "越市监注〔2025〕3号", "reason": "经营期满注销"}
        firm = self.party("绍兴将注销有限公司")
        return parties.propose_decision(self.clerk, party_id=firm.id, now=self.now, **said).id

    def _looked_for(self) -> dict[str, str]:
        """A search that the firm keeps, and an entry of the synonyms that the province maintains."""
        saved = search.save_search(self.holder, text="盐雾", path="/search?q=盐雾", now=self.now)
        entry = search.add_synonym(CLOCK, entry=SYNONYM, now=self.now)
        return {"saved_id": saved.id, "entry_id": entry.id}

    def _brought(self) -> dict[str, str]:
        """A file of instruments handed in, and a key by which another platform may push."""
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        file = catalog.Upload("仪器.xlsx", blank(OfferKind.INSTRUMENT)[1])
        run = catalog.ask_import(self.server, carrier_id=carrier_id, file=file, now=self.now)
        key, _secret = catalog.make_key(self.server, name="设备系统", now=self.now)
        return {"run_id": run.id, "push_key_id": key.id, "section": "basic"}

    def _opening(self) -> Opening:
        """A table of one live voucher, brought in by the county's budget author."""
        row = ["老券-001", party(self.holder.party_id).credit_code, "1000", "600", "2025-01-02", "2025-07-01"]
        found = bring_opening(
            self.officer(Role.BUDGET_AUTHOR),
            kind=OpeningKind.VOUCHERS,
            scheme=SCHEME,
            region=YUECHENG,
            name="期初.xlsx",
            content=write_xlsx([heading(OpeningKind.VOUCHERS), row]),
            dry_run=False,
            now=self.now,
        )
        assert found.opening is not None
        return found.opening

    def _strangers(self) -> dict[str, Actor]:
        """Everybody who has nothing to do with the first county's matters."""
        self.release(region=KEQIAO)
        return {
            "另一企业": self.firm("绍兴旁观科技有限公司"),
            "另一机构": self.provider("绍兴旁观检测有限公司"),
            "无身份": Actor(person_id=self.person("赵六")),
            "别处各岗位": self.offices({KEQIAO: COUNTY, XINCHANG: COUNTY, CITY_ELSEWHERE: CITY}),
        }

    def offices(self, held: Mapping[str, Sequence[Role]]) -> Actor:
        """One person in every one of these offices: what that one cannot reach, none of them can."""
        someone = self.person("周九")
        for region, roles in held.items():
            for role in roles:
                parties.appoint(CLOCK, person_id=someone, role=role, region=region, now=self.now)
        return actor_for(someone, on=self.today)

    def college(self) -> Actor:
        """A member of another college of the same provider: the party is theirs, the college's matters are not."""
        unit = parties.add_unit(self.server, party_id=self.server.party_id, name="化学学院", now=self.now)
        someone = self.person("孙八")
        parties.add_member(
            self.server,
            party_id=self.server.party_id,
            person_id=someone,
            capacity="staff",
            unit_id=unit.id,
            now=self.now,
        )
        return actor_for(someone, party_id=self.server.party_id, on=self.today)

    def client(self, actor: Actor) -> Client:
        client = Client()
        client.force_login(Person.objects.get(id=actor.person_id))
        session = client.session
        session[ACTING_FOR] = actor.party_id
        session.save()
        return client

    def ids(self, address: Address) -> dict[str, str]:
        action = CASE_ACTION if "case_id" in address.parameters else ACTION.get(address.room, "")
        if "decision_id" in address.parameters:
            action = DECISION_ACTION
        if "clawback_id" in address.parameters or "plan_id" in address.parameters:
            action = "withdraw"
        if "visit_id" in address.parameters:
            action = "recuse"
        if "complaint_id" in address.parameters or "sanction_id" in address.parameters:
            action = "reply"
        if "credit_event_id" in address.parameters:
            action = "lift"
        if address.room == "bookings":
            action = next((bookings.ACTIONS[name] for name in address.parameters if name in bookings.ACTIONS), "revoke")
        return {**self.owned, "action": action}
