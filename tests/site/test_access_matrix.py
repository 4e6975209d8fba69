"""Who sees what (越权访问矩阵): every address and API operation with an id, called by everyone who is not entitled.

The matrix is generated from the address table, so that a new page is in it from its first day: a parameter that the
world does not know fails the test.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from pytest_django import DjangoDbBlocker

from kechuang.audit import commands as audit
from kechuang.audit.models import Look, Sheet, Task
from kechuang.audit.queries import within_tasks
from kechuang.audit.rules import Plan
from kechuang.audit.states import ID, OPEN_TO_ALL, By, Population, Size
from kechuang.catalog import commands as catalog
from kechuang.catalog.commands import NewOffer, add_offers
from kechuang.catalog.models import Offer
from kechuang.catalog.queries import blank
from kechuang.catalog.states import OfferKind
from kechuang.claims.commands import bring_opening
from kechuang.claims.formats.opening import heading
from kechuang.claims.models import Claim, Opening
from kechuang.claims.states import OpeningKind
from kechuang.credit.models import CreditEvent
from kechuang.documents.models import File
from kechuang.documents.rules import write_xlsx
from kechuang.evaluation.models import Evaluation, Priority
from kechuang.evaluation.models import Sheet as EvaluationSheet
from kechuang.evaluation.queries.cards import terms_now
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind
from kechuang.notices.models import Item
from kechuang.orders.models import Order
from kechuang.parties import commands as parties
from kechuang.parties.models import BankAccount, Membership, Office, Person
from kechuang.parties.queries import actor_for, party
from kechuang.parties.states import ACTING_FOR
from kechuang.policy.book import in_force, installed
from kechuang.policy.packs import read_folder
from kechuang.registers import commands as registers
from kechuang.registers.models import Admission
from kechuang.registers.states import CaseKind
from kechuang.releases import commands as releases
from kechuang.screening import commands as screening
from kechuang.screening.models import Finding, Link
from kechuang.screening.queries import Known
from kechuang.screening.rules import ClaimFact, Found, Proof, ScreeningTerms
from kechuang.screening.states import SCHEME as SCREENING
from kechuang.screening.states import LinkKind, Pattern
from kechuang.search import commands as search
from kechuang.search.rules import Synonym
from kechuang.search.states import SynonymKind
from kechuang.site import rights
from kechuang.subsidies import commands as subsidies
from kechuang.subsidies.models import Conversion, Statement
from kechuang.subsidies.states import Formula
from kechuang.supervision import commands as supervision
from kechuang.supervision.models import Clawback, Visit
from kechuang.supervision.models import Item as CaseItem
from kechuang.supervision.states.cases import Source
from kechuang.supervision.states.sanctions import ComplaintKind, Rung
from kechuang.trail.commands import record
from kechuang.trail.queries import way
from kechuang.treasury.models import Budget, PaymentLine
from kechuang.ui import clock
from kechuang.usage import commands as usage
from kechuang.usage.rules import Draft
from kechuang.usage.states import Audience
from kechuang.vouchers.models import Voucher
from tests.bookings import owned as bookings
from tests.claims.conftest import Payouts, reading
from tests.cockpit import owned as cockpit
from tests.orders.conftest import PDF
from tests.trail.sequenced import in_log
from tests.vouchers.conftest import KEQIAO, POLICIES, SCHEME, YUECHENG

pytestmark = pytest.mark.django_db

XINCHANG, CITY_ELSEWHERE = "330624", "330100"
COUNTY = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.BUDGET_AUTHOR, Role.COUNTY_FINANCE, Role.AUDITOR)
CITY = (Role.CITY_SCIENCE, Role.CITY_FINANCE)

# Addresses whose parameters name nothing that belongs to somebody: published rules, a kind, a language, open offers.
NOBODYS = {
    "gazette:pack", "gazette:text", "gazette:try", "gazette:interpret", "catalog:blank", "catalog:offer",
    "orders:request", "credit:sign", "notices:notice", "notices:object", "registers:admission",
    "parties:ticket_start", "parties:ticket_return", "parties:stand_in", "treasury:quotas", "api:sign", "api:region",
    "claims:opening_template", "portal:carrier", "orders:income_file", "usage:public", "api:open_board",
    "portal:instrument",
    "evaluation:priority",
    "orders:booking_price",
}  # fmt: skip
NOBODYS |= bookings.NOBODYS
# Acts in an address, for each room one that really exists.
ACTION = {
    "catalog": "pause", "orders": "cancel", "registers": "stop_orders", "treasury": "remind", "vouchers": "revoke", "releases": "announce",
    "credit": "retire", "search": "retire", "cockpit": "drop", "supervision": "ask", "evaluation": "report",
}  # fmt: skip
CASE_ACTION = "close"
DECISION_ACTION = "withdraw"
MAY_SAY = {
    "catalog:act": {409},  # an open offer is everybody's to read, so the act is refused, not hidden
}
# What an auditor's request may write: the audit room's own rows with their events, places in the log for what waits when a
# pack is frozen, and what a session keeps of it.
WRITTEN_BY_LOOKING = {
    "audit_look", "audit_task", "audit_sample", "audit_frame", "audit_sheet", "audit_pack", "audit_packcontent",
    "trail_event", "trail_leaf", "trail_node", "trail_head", "trail_progress", "django_session", "parties_limits",
}  # fmt: skip
OWN_SEAT = {"account_logout"}  # would end the session of the test
SYNONYM = Synonym("esd", SynonymKind.TYPE, "静电测试仪", "ESD Tester", ("静电仪",))
WHATEVER = {
    "reason": "试探", "title": "试探", "digest": "0", "confirmed_fen": "1", "upheld": "True", "reply": "试探", "outcome": "试探",
}  # fmt: skip

PERSONAL = {
    "身份证号": r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])",
    "手机号": r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])",
    "银行账号": r"(?<![0-9A-Za-z])\d{16,19}(?![0-9A-Za-z])",
}
SAFE = (
    ("Content-Security-Policy", "default-src"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=()"),
)
EXAMPLES = {
    "media": "csv",
    "region": "shaoxing",
    "name": "voucher-2021",
    "version": "1",
    "number": "1",
    "code": YUECHENG,
    "priority_id": "pri_0000000000000000000000",
}


@dataclass(frozen=True)
class Address:
    """One row of the address table: its name, its room, the parameters it takes, how to write it."""

    name: str
    template: str
    parameters: tuple[str, ...]

    @property
    def room(self) -> str:
        return self.template.removeprefix("/api").strip("/").split("/")[0]

    def written(self, ids: Mapping[str, str]) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids[found[1]], self.template)


@cache
def addresses() -> tuple[Address, ...]:
    return tuple(sorted(_walked(get_resolver(), "/", ""), key=lambda one: one.template))


def _walked(resolver: URLResolver, before: str, space: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from _walked(one, here, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield Address(f"{space}{one.name}", here, tuple(re.findall(r"<(?:\w+:)?(\w+)>", here)))


class World(Payouts):
    """Three counties; in the first a firm, a provider with two colleges and everything they can have; strangers around."""

    def __init__(self) -> None:
        super().__init__()
        self.owned = self._owned()
        self.strangers = self._strangers()

    def _staff(self) -> str:
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        given = {"carrier_id": carrier_id, "name": "陈工", "valid_from": self.today, "now": self.now}
        return catalog.add_staff(self.server, **given).id  # type: ignore[arg-type]

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
            **self._audited(order),
            **self._looked_for(),
            **self._used(),
            **self._brought(),
            **self._released(),
            **self._subsidised(),
            **cockpit.reported(region=YUECHENG, author=self.clerk.person_id, now=self.now),
            **cockpit.drafted(region="330600", author=self.clerk.person_id, now=self.now),
            **self._watched(),
            **self._screened(claim),
            **bookings.booked(server=self.server, holder=self.holder, offer_id=self.offer_id, now=self.now),
        }

    def _screened(self, claim: Claim) -> dict[str, str]:
        """A finding about the claim that its officer confirmed, a link of the firm, and what the firm says against it."""
        fact = ClaimFact(claim.id, claim.number, claim.order_id, claim.region, claim.holder_party, claim.provider_party)
        facts = {"count": 3, "within_days": 30, "threshold_fen": 1_000_000, "total_fen": 2_700_000}
        found = Found(Pattern.SPLIT_ORDERS, fact, facts, (Proof("同期订单", "三个"),))
        screening.keep_found([found], in_force(SCREENING, ScreeningTerms, on=self.today), now=self.now)
        finding = Finding.objects.get(claim_id=claim.id, rule=Pattern.SPLIT_ORDERS)
        said = {"outcome": "confirmed", "reason": "核对合同", "now": self.now}
        screening.decide(self.clerk, finding_id=finding.id, **said)  # type: ignore[arg-type]
        known = [Known(self.holder.party_id, YUECHENG, LinkKind.DEVICE, "一台设备", "设备****", "办理记录")]
        screening.keep_links(known, now=self.now)
        link = Link.objects.get(kind=LinkKind.DEVICE)
        contest = screening.contest(self.holder, link_id=link.id, text="园区公用设备", now=self.now)
        return {"finding_id": finding.id, "link_id": link.id, "contest_id": contest.id}

    def _decision(self) -> str:
        """A firm that is to be struck off, proposed and not yet carried out."""
        said = {"kind": "strike_off", "document": "越市监注〔2025〕3号", "reason": "经营期满注销"}
        firm = self.party("绍兴将注销有限公司")
        return parties.propose_decision(self.clerk, party_id=firm.id, now=self.now, **said).id

    def _audited(self, order: Order) -> dict[str, str]:
        """A task of the county's auditor with a sample, its sheets and a pack."""
        self.auditor = self.officer(Role.AUDITOR)
        task = audit.open_task(
            self.auditor, office=YUECHENG, document="越审通〔2025〕3号", title="专项审计", regions=[YUECHENG],
            from_on=self.today.replace(month=1, day=1), last_on=self.today.replace(month=12, day=31), now=self.now,
        )  # fmt: skip
        auditor, plan = within_tasks(self.auditor), Plan(Population.SUBMITTED, (By.RISK,), Size.COUNT, count=1)
        sample = audit.plan_sample(
            auditor, task_id=task.id, title="抽样", plan=plan, seed="事先约定的种子", now=self.now
        )
        audit.freeze_frame(auditor, sample_id=sample.id, now=self.now)
        audit.draw_sample(auditor, sample_id=sample.id, now=self.now)
        in_log(self.now)
        pack = audit.freeze_pack(auditor, task_id=task.id, title="证据", sample_id=sample.id, now=self.now)
        return {
            "task_id": task.id,
            "sample_id": sample.id,
            "sheet_id": Sheet.objects.filter(sample=sample).order_by("place")[0].id,
            "pack_id": pack.id,
            "person_id": self.clerk.person_id,
            "event_id": way([order.id])[0].id,
        }

    def _looked_for(self) -> dict[str, str]:
        """A search that the firm keeps, and an entry of the synonyms that the province maintains."""
        saved = search.save_search(self.holder, text="盐雾", path="/search?q=盐雾", now=self.now)
        entry = search.add_synonym(CLOCK, entry=SYNONYM, now=self.now)
        return {"saved_id": saved.id, "entry_id": entry.id}

    def _used(self) -> dict[str, str]:
        """An instrument with a run under way, a meter, a key, a record and a paper of the one who served."""
        server = self.server
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        new = NewOffer(OfferKind.INSTRUMENT, "扫描电镜", "instrument", inner_number="YQ-1")
        (offer,) = add_offers(server, carrier_id=carrier_id, offers=[new], now=self.now)
        run = usage.start(server, instrument_id=offer.id, title="上机", audience=Audience.INSIDE, now=self.now)
        meter, _token = usage.add_meter(
            server, instrument_id=offer.id, name="电表", threshold_watts=300, gap_minutes=10, now=self.now
        )
        key, _token = usage.add_key(server, carrier_id=carrier_id, name="LIMS", now=self.now)
        yesterday = self.now - timedelta(days=1)
        draft = Draft(
            carrier_id=carrier_id, title="材料检测", from_at=yesterday - timedelta(hours=1), until_at=yesterday,
            client_name="某某公司", operator_id=server.person_id,
        )  # fmt: skip
        record = usage.enter(server, draft=draft, now=self.now)
        paper = usage.issue_paper(
            server,
            person_id=server.person_id,
            valid_from=self.today.replace(day=1) - timedelta(days=60),
            valid_until=self.today,
            now=self.now,
        )
        return {
            "instrument_id": offer.id,
            "session_id": run.id,
            "meter_id": meter.id,
            "key_id": key.id,
            "record_id": record.id,
            "paper_id": paper.id,
        }

    def _brought(self) -> dict[str, str]:
        """A file of instruments handed in, and a key by which another platform may push."""
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        file = catalog.Upload("仪器.xlsx", blank(OfferKind.INSTRUMENT)[1])
        run = catalog.ask_import(self.server, carrier_id=carrier_id, file=file, now=self.now)
        key, _secret = catalog.make_key(self.server, name="设备系统", now=self.now)
        return {"run_id": run.id, "push_key_id": key.id, "section": "basic"}

    def _released(self) -> dict[str, str]:
        """A release that is still being planned, and the firm's place in one that is open."""
        author, checker = self.officer(Role.BUDGET_AUTHOR), self.officer(Role.COUNTY_APPROVER)
        opens, closes = self.now + timedelta(hours=1), self.now + timedelta(hours=5)
        plan = releases.Plan("试探批次", "first_come", Fen(20_000_000), 1, opens, closes)
        made = [releases.draft(author, scheme=SCHEME, region=YUECHENG, plan=plan, now=self.now).id for _ in range(2)]
        releases.submit(author, release_id=made[1], now=self.now)
        releases.announce(checker, release_id=made[1], now=self.now)
        firm = self.firm("绍兴排队科技有限公司")
        place = releases.enter(firm, release_id=made[1], now=opens)
        return {"release_id": made[0], "place_id": place.id}

    def _subsidised(self) -> dict[str, str]:
        """A settlement that the county drafts by the reading under which counties pay, a statement of it, an entry from elsewhere."""
        with reading(subsidy_payer="county"):
            decision = subsidies.Decision(3_000, "越科〔2025〕1号", "越城区科学技术局", self.today)
            made = subsidies.draft(
                self.clerk, formula=Formula.PROVIDERS, scheme=SCHEME, region=YUECHENG, year=2024, decision=decision, now=self.now
            )  # fmt: skip
        statement = Statement.objects.create(
            number="JS-试探", settlement=made, region=YUECHENG, party=self.server.party_id, state="in_notice",
            redeemed_fen=100, counted_fen=100, rate_part_fen=30, full_fen=30, fen=30,
        )  # fmt: skip
        record(CLOCK, statement, "count", label="出具结算单", role=Role.CLOCK, now=self.now, target="in_notice")
        code = party(self.server.party_id).credit_code
        entry = subsidies.Redemption(code, self.today, Fen(100), Fen(200), "越财〔2025〕9号")
        outside = subsidies.enter_outside(self.clerk, region=YUECHENG, redemption=entry, now=self.now)
        row = Evaluation.objects.create(
            number="KH-试探", scheme=SCHEME, region=YUECHENG, scope=YUECHENG, year=2024, title="年度考核",
            terms=terms_now("shaoxing/evaluation-2021", on=self.today), opened_by=self.clerk.person_id, opened_on=self.today,
        )  # fmt: skip
        carrier_id = Offer.objects.get(id=self.offer_id).carrier_id
        card = EvaluationSheet.objects.create(
            number="KB-试探", evaluation=row, region=YUECHENG, carrier_id=carrier_id, party=self.server.party_id, kind="other"
        )  # fmt: skip
        for one in (row, card):
            record(CLOCK, one, "open", label="组织年度考核", role=Role.CLOCK, now=self.now, target=one.state)
        return {
            "settlement_id": made.id,
            "statement_id": statement.id,
            "outside_id": outside.id,
            "conversion_id": self._imported(),
            "priority_id": self._preferred(card),
            "evaluation_id": row.id,
            "card_id": card.id,
        }

    def _imported(self) -> str:
        row = Conversion.objects.create(
            number="ZH-试探", region=YUECHENG, year=2024, source="示例", from_on=self.today, last_on=self.today, name="表.csv",
            digest="0" * 64, rows=[], brought_by=self.clerk.person_id, brought_on=self.today,
        )  # fmt: skip
        record(CLOCK, row, "bring", label="导入成果转化实绩", role=Role.CLOCK, now=self.now, target=row.state)
        return row.id

    def _preferred(self, card: EvaluationSheet) -> str:
        row = Priority.objects.create(
            number="YX-试探", sheet=card, region=YUECHENG, party=card.party, name="载体", grade="excellent", programmes=["city_plan"],
            article="示例", issued_on=self.today, valid_until=self.today + timedelta(days=1), digest="0" * 64,
        )  # fmt: skip
        record(CLOCK, row, "issue", label="开具优先凭证", role=Role.CLOCK, now=self.now, target="issued")
        return row.id

    def _watched(self) -> dict[str, str]:
        """A case about what was paid and clawed back, and one whose party has not been written to yet."""
        paid, quiet = self.paid_out(), self.payable()
        asked, secret = (
            supervision.open_on_claim(self.clerk, claim_id=one.id, title="疑似虚构", source=Source.OFFICE, now=self.now)
            for one in (paid, quiet)
        )
        supervision.ask(self.clerk, case_id=asked.id, text="请说明情况", now=self.now)
        supervision.reply(self.server, case_id=asked.id, text="情况如下", now=self.now)
        back = {paid.id: Fen(100_000)}
        supervision.uphold(self.approver, case_id=asked.id, text="认定违规", clawbacks=back, now=self.now)
        return {
            "dossier_id": secret.id,
            "dossier_item_id": CaseItem.objects.filter(case=secret).earliest("id").id,
            "clawback_id": Clawback.objects.get(case=asked).id,
            **self._checked(),
            **self._held_against(asked.id),
        }

    def _held_against(self, case_id: str) -> dict[str, str]:
        """A complaint that was not taken up yet, a sanction with the credit event it led to."""
        text = "送样后迟迟不出报告，多次催促无人答复"
        code = party(self.server.party_id).credit_code
        kind = ComplaintKind.DELAY
        complaint = supervision.complain(self.holder, credit_code=code, kind=kind, text=text, now=self.now)
        said = {"case_id": case_id, "rung": Rung.WARN, "grounds": "虚构服务", "now": self.now}
        row = supervision.propose(self.clerk, **said)  # type: ignore[arg-type]
        supervision.reply_sanction(self.server, sanction_id=row.id, text="情况如下", now=self.now)
        supervision.impose(self.approver, sanction_id=row.id, text="予以警示", now=self.now)
        event = CreditEvent.objects.get(subject_id=row.id)
        return {"complaint_id": complaint.id, "sanction_id": row.id, "credit_event_id": event.id}

    def _checked(self) -> dict[str, str]:
        """A plan of the county, drawn, with an inspector and a visit that its provider does not know of yet."""
        people = [self.officer(Role.COUNTY_OFFICER).person_id for _ in range(2)]
        roster = [supervision.add_inspector(self.clerk, region=YUECHENG, person_id=one, now=self.now) for one in people]
        seed_on = self.today + timedelta(days=1)
        year = self.today.year
        draft = supervision.Draft("抽查计划", date(year, 1, 1), date(year, 6, 30), 500, "示例公开来源", seed_on)
        plan = supervision.draft_plan(self.clerk, scheme=SCHEME, region=YUECHENG, draft=draft, now=self.now)
        supervision.fix(self.clerk, plan_id=plan.id, now=self.now)
        later = self.now + timedelta(days=1)
        supervision.draw(self.approver, plan_id=plan.id, seed_value="03 05 08 11 13 21 + 07", now=later)
        return {
            "plan_id": plan.id,
            "visit_id": Visit.objects.get(plan=plan).id,
            "inspector_id": roster[0].id,
            "office_code": YUECHENG,
            "file_kind": "register",
        }

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
            "另两县各岗位": self.offices((KEQIAO, XINCHANG), COUNTY),
            "外市各岗位": self.offices((CITY_ELSEWHERE,), CITY),
        }

    def offices(self, regions: tuple[str, ...], roles: tuple[Role, ...]) -> Actor:
        """One person in every one of these offices: what that one cannot reach, none of them can."""
        someone = self.person("周九")
        for region in regions:
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


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once: the tests only look."""
    with django_db_blocker.unblock(), transaction.atomic(), installed(read_folder(POLICIES)):
        yield World()
        transaction.set_rollback(True)


def owned_addresses() -> list[Address]:
    return [one for one in addresses() if one.parameters and one.name not in NOBODYS]


def test_the_world_knows_every_parameter_of_the_address_table(world: World) -> None:
    known = {*world.owned, "action"}
    assert {one.name: one.parameters for one in owned_addresses() if not set(one.parameters) <= known} == {}


def test_no_address_stands_in_the_shadow_of_another(world: World) -> None:
    """Two rooms may choose one path: the second would never answer, and whoever links to it would get the first."""
    shadowed = {}
    for one in addresses():
        path = one.written({**world.ids(one), **EXAMPLES}) if one.parameters else one.template
        met = _answering(path)
        if met not in ("", one.name) and not (one.name.startswith("api:") and met.startswith("api:")):
            shadowed[one.name] = met
    assert shadowed == {}


def _answering(path: str) -> str:
    """The name of what stands at this path; empty where its room takes only parameters that are not in the world."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def test_nobody_else_reaches_what_has_an_id(world: World) -> None:
    wrong = []
    with clock.at(world.now):
        for who, actor in world.strangers.items():
            client = world.client(actor)
            for one in owned_addresses():
                wrong += [f"{who} {found}" for found in _reached(client, one, world.ids(one))]
    assert "\n".join(wrong) == ""


def _reached(client: Client, address: Address, ids: Mapping[str, str]) -> Iterator[str]:
    """Every answer but "not found": a page that takes only the other method may say so."""
    path, met = address.written(ids), []
    for call in (client.get, partial(_posted, client)):
        answer = call(path)
        met.append(answer.status_code)
        if answer.status_code not in ({404, 405} | MAY_SAY.get(address.name, set())):
            yield f"{answer.status_code} {answer.request['REQUEST_METHOD']} {address.name} {path}"
    if met == [405, 405]:
        yield f"neither method: {address.name}"


def _posted(client: Client, path: str) -> HttpResponse:
    """With whatever any of the forms asks for, so that the answer is about whose it is."""
    if not path.startswith("/api/"):
        return client.post(path, WHATEVER)
    if path.endswith(("/deliver", "/files")):
        files = {name: SimpleUploadedFile("报告.pdf", PDF) for name in ("report", "file")}
        return client.post(path, {**files, "kind": "report"})
    return client.post(
        path, {"lines": [], "declares": True, "reason": "试探", **bookings.BODY}, content_type="application/json"
    )


def test_an_auditor_changes_nothing_but_rows_of_the_audit_room(world: World) -> None:
    """审计只看不改: whatever is sent to whatever address, every table of every other room stays as it was."""
    with clock.at(world.now):
        client = world.client(world.auditor)
        before = contents()
        for one in addresses():
            path = one.written({**world.ids(one), **EXAMPLES} if one.name in NOBODYS else world.ids(one))
            for call in (client.get, partial(_posted, client)):
                if one.name not in OWN_SEAT:
                    assert call(path).status_code < 500, one.name
        changed = {table for table, digest in contents().items() if before.get(table) != digest}
    assert changed <= WRITTEN_BY_LOOKING
    assert "audit_look" in changed, "and it was seen that it looked"


def test_what_an_auditor_opens_is_a_look_and_outside_the_task_nothing_opens(world: World) -> None:
    """Every address that shows a record of the county, called by its auditor; then with no task that covers it."""
    with clock.at(world.now), transaction.atomic():
        client, shown = world.client(world.auditor), {}
        for one in owned_addresses():
            before = Look.objects.count()
            if _names_a_record(world, one) and client.get(one.written(world.ids(one))).status_code == 200:
                shown[one] = Look.objects.count() - before
        assert len(shown) > 12
        assert [one.name for one, looks in shown.items() if not looks] == []
        for tasks in ({"from_on": date(2020, 1, 1), "until_on": date(2020, 2, 1)}, {"regions": [KEQIAO]}):
            Task.objects.update(**tasks)
            assert [one.name for one in shown if client.get(one.written(world.ids(one))).status_code == 200] == []
        transaction.set_rollback(True)


def _names_a_record(world: World, one: Address) -> bool:
    """Whether an address of another room than audit names a record by its id, and one that is not open to everybody."""
    ids = world.ids(one)
    named = {name for name in one.parameters if name not in OPEN_TO_ALL and ID.fullmatch(ids[name])}
    return bool(named) and not one.name.startswith("audit:")


def contents() -> dict[str, str]:
    """A digest of all the rows of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - rights.owner_only()):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {quoted} t")
            ((digest,),) = cursor.fetchall()
            found[table] = digest
    return found


def test_one_college_does_not_reach_what_is_anothers(world: World) -> None:
    """二级学院: who acts for one unit of the provider sees that unit's matters only."""
    units = {
        "order_id",
        "claim_id",
        "file_id",
        "account_id",
        "admission_id",
        "carrier_id",
        "subject_id",
    } | bookings.UNITS
    mine = [one for one in owned_addresses() if set(one.parameters) & units]
    with clock.at(world.now):
        client = world.client(world.college())
        wrong = [found for one in mine for found in _reached(client, one, world.ids(one))]
    assert "\n".join(wrong) == ""


def test_who_is_not_signed_in_is_asked_to_sign_in_or_told_nothing(world: World) -> None:
    wrong = []
    with clock.at(world.now):
        for one in owned_addresses():
            path = one.written(world.ids(one))
            for answer in (Client().get(path), _posted(Client(), path)):
                asked = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?next=/")
                if not asked and answer.status_code not in (401, 404, 405):
                    wrong.append(f"{answer.status_code} {one.name}")
    assert "\n".join(wrong) == ""


def test_lists_hold_nothing_of_others(world: World) -> None:
    claim = Claim.objects.get(id=world.owned["claim_id"])
    names = {"order_id", "claim_id", "batch_id", "objection_id", "voucher_id", "case_id", "file_id", "account_id"}
    names |= {"budget_id", "substitution_id", "membership_id", "number"}
    hidden = {world.owned[name] for name in names} | {claim.number, Voucher.objects.get(id=world.voucher_id).number}
    plain = [one for one in addresses() if not one.parameters and one.template != "/api/openapi.json"]
    wrong = []
    with clock.at(world.now):
        for who in ("另一机构", "另两县各岗位"):
            client = world.client(world.strangers[who])
            for one in plain:
                answer = client.get(one.template)
                if answer.status_code >= 500:
                    wrong.append(f"{who} {answer.status_code} {one.name}")
                if not answer.streaming:
                    found = sorted(word for word in hidden if word.encode() in answer.content)
                    wrong += [f"{who} {one.name} {word}" for word in found]
    assert "\n".join(wrong) == ""


def test_public_pages_hold_no_personal_data(world: World) -> None:
    """身份证号、手机号、银行账号: nowhere that nobody need sign in for; names of natural persons only masked."""
    maker = Client()
    wrong = []
    with clock.at(world.now):
        pages = [one.template for one in addresses() if not one.parameters]
        pages += [f"/notices/{world.owned['notice_id']}", f"/registers/{world.owned['admission_id']}"]
        pages += [f"/catalog/offers/{world.offer_id}", "/search?q=绍兴", "/notices/archive?words=绍兴"]
        for page in pages:
            answer = maker.get(page)
            if answer.status_code != 200 or answer.streaming:
                continue
            text = re.sub(r"<script.*?</script>|[A-Za-z]+_[0-9A-Z]{26}", "", answer.content.decode(), flags=re.S)
            for name, pattern in PERSONAL.items():
                wrong += [f"{page} {name} {found}" for found in re.findall(pattern, text)]
            wrong += [f"{page} {person}" for person in ("李四", "钱七", "王五", "周九") if person in text]
    assert "\n".join(wrong) == ""


def test_every_answer_carries_the_safe_headers(world: World) -> None:
    wrong = []
    with clock.at(world.now):
        for one in addresses():
            path = one.written({**world.ids(one), **EXAMPLES}) if one.parameters else one.template
            answer = Client().get(path)
            if answer.status_code >= 500 or any(word not in answer.headers.get(name, "") for name, word in SAFE):
                wrong.append(f"{answer.status_code} {one.name} {path}")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_no_way_leads_out_of_the_house(world: World, elsewhere: str) -> None:
    with clock.at(world.now):
        client = world.client(world.clerk)
        answers = [
            client.post("/choose/", {"party_id": "", "next": elsewhere}),
            client.post("/messages/read", {"next": elsewhere}),
            client.post("/language/setlang/", {"language": "en", "next": elsewhere}),
            Client().get("/sign-in/", {"next": elsewhere}),
        ]
    assert all("evil" not in answer.headers.get("Location", "") for answer in answers)
    assert b"evil" not in re.sub(rb"<input[^>]*>", b"", answers[-1].content)


def test_a_foreign_host_name_is_refused(world: World) -> None:
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
