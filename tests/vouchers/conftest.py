"""A county with money, a firm that may apply, a provider in the library with an open offer."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kechuang.catalog import commands as catalog
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import CarrierKind, ItemKind, OfferKind, Unit
from kechuang.credit import commands as credit
from kechuang.credit.rules import ListRow
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.kernel.money import Fen
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import Balance, balance_at
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.parties import commands as parties
from kechuang.parties.models import Party
from kechuang.parties.queries import actor_for
from kechuang.policy.book import installed
from kechuang.registers import commands as registers
from kechuang.ui import clock
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.models import Voucher
from tests.rulebook import rulebook

SCHEME, LIBRARY = "shaoxing/voucher-2021", "shaoxing/provider-library"
YUECHENG, KEQIAO = "330602", "330603"
_serial = itertools.count(30_000_000)
_digests = itertools.count(700)


class Town:
    """Makes what a test needs through the commands, on one day that it can move on."""

    def __init__(self) -> None:
        self.now = datetime(2025, 3, 10, 2, tzinfo=UTC)
        credit.publish_text(
            CLOCK, kind="holder", body="谁承诺，谁负责。", version="1", valid_from=date(2021, 12, 1), now=self.now
        )
        credit.publish_text(
            CLOCK, kind="provider", body="谁承诺，谁负责。", version="1", valid_from=date(2021, 12, 1), now=self.now
        )
        self.listed: list[str] = []

    @property
    def today(self) -> date:
        return clock.day(self.now)

    def days(self, count: int) -> None:
        self.now += timedelta(days=count)

    def to(self, day: date) -> None:
        self.now = clock.instant(day, time(10))

    def person(self, name: str = "张三") -> str:
        return parties.register_person(CLOCK, name=name, now=self.now).id

    def officer(self, role: Role = Role.COUNTY_OFFICER, region: str = YUECHENG) -> Actor:
        someone = self.person("李四")
        parties.appoint(CLOCK, person_id=someone, role=role, region=region, now=self.now)
        return actor_for(someone, on=self.today)

    def code(self) -> str:
        eight = f"{next(_serial)}"
        seventeen = "91330602" + eight + inner_check_digit(eight)
        return seventeen + check_digit(seventeen)

    def party(self, name: str, region: str = YUECHENG) -> Party:
        return parties.register_organisation(
            CLOCK,
            name=name,
            credit_code=self.code(),
            region=region,
            legal_representative=self.person("王五"),
            invoice_title={"bank": "绍兴银行", "account": "6222000011112222"},
            now=self.now,
        )

    def head(self, party: Party) -> Actor:
        return actor_for(party.legal_representative_id or "", party_id=party.id, on=self.today)

    def firm(self, name: str = "绍兴示例科技有限公司", region: str = YUECHENG, *, label: str = "tech_sme") -> Actor:
        """A firm that has signed its commitment and stands on the list of 科技型中小企业."""
        party = self.party(name, region)
        head = self.head(party)
        credit.sign_commitment(head, party_id=party.id, kind="holder", now=self.now)
        if label:
            self.listed.append(party.credit_code)
            self.lists(label, *self.listed)
        return head

    def lists(self, list_code: str, *codes: str) -> None:
        credit.import_list(
            CLOCK,
            list_code=list_code,
            rows=[
                ListRow(credit_code=code, reference=f"第{n}号", valid_from=self.today) for n, code in enumerate(codes)
            ],
            source="示例名单",
            issuer="示例机关",
            digest=f"{next(_digests):064d}",
            now=self.now,
            allow_empty=True,
        )

    def release(self, fen: int = 100_000_000, region: str = YUECHENG, year: int = 2025) -> None:
        leg = Leg("release", Place(Kind.APPROPRIATION, region, year), Place(Kind.BUDGET, region, year), fen)
        ledger.post([leg], key=f"release:{region}:{next(_serial)}", subject="bud_test", now=self.now)

    def budget(self, region: str = YUECHENG, year: int = 2025) -> Balance:
        return balance_at(Place(Kind.BUDGET, region, year))

    def draft(self, holder: Actor, fen: int = 10_000_000, **more: object) -> Voucher:
        return vouchers.apply(
            holder,
            party_id=holder.party_id,
            scheme=SCHEME,
            region=YUECHENG,
            requested_fen=Fen(fen),
            now=self.now,
            **more,  # type: ignore[arg-type]
        )

    def voucher(self, holder: Actor, fen: int = 10_000_000) -> Voucher:
        """An issued voucher, granted at once."""
        return vouchers.submit(holder, voucher_id=self.draft(holder, fen).id, now=self.now)

    def provider(self, name: str = "绍兴示例检测有限公司", region: str = YUECHENG) -> Actor:
        """A provider in the library."""
        party = self.party(name, region)
        head = self.head(party)
        credit.sign_commitment(head, party_id=party.id, kind="provider", now=self.now)
        account = parties.propose_account(
            head,
            party_id=party.id,
            holder_name=party.name,
            bank_name="绍兴银行",
            number=f"62220212030{next(_serial)}",
            proof_file="fil_proof",
            now=self.now,
        )
        officer = self.officer(region=region)
        parties.confirm_account(officer, account_id=account.id, cool_off_days=0, now=self.now)
        admission = registers.apply(
            head, party_id=party.id, scheme=LIBRARY, entrant_class="qualified_firm", now=self.now
        )
        registers.add_certificate(
            head,
            admission_id=admission.id,
            kind="cma",
            number="CMA-001",
            issuer="浙江省市场监督管理局",
            valid_from=date(2024, 1, 1),
            valid_until=None,
            file_id="fil_cma",
            now=self.now,
        )
        registers.submit(head, admission_id=admission.id, now=self.now)
        registers.confirm(officer, admission_id=admission.id, now=self.now)
        return head

    def offer(self, provider: Actor, *, service_class: str = "testing", price_fen: int = 100_000) -> str:
        """An open service with a price list: per sample, rush as a rate, extra report."""
        carrier = catalog.add_carrier(
            provider,
            party_id=provider.party_id,
            kind=CarrierKind.KEY_LABORATORY,
            name=f"检测中心{next(_serial)}",
            now=self.now,
        )
        offer = catalog.add_offer(
            provider,
            carrier_id=carrier.id,
            kind=OfferKind.SERVICE,
            name="材料成分检测",
            service_class=service_class,
            content="材料成分定量分析",
            process="送样、检测、出具报告",
            now=self.now,
        )
        lines = [
            NewPrice("常规样品", Unit.SAMPLE, Fen(price_fen)),
            NewPrice("加急", Unit.RATE, None, ItemKind.RUSH, 5_000),
            NewPrice("加测报告", Unit.REPORT, Fen(20_000), ItemKind.EXTRA_REPORT),
        ]
        catalog.set_prices(provider, offer_id=offer.id, lines=lines, valid_from=self.today, now=self.now)
        catalog.open_offer(provider, offer_id=offer.id, now=self.now)
        return offer.id


@pytest.fixture
def book() -> Iterator[None]:
    with installed(rulebook()):
        yield


@pytest.fixture
def town(book: None, db: None) -> Town:
    return Town()
