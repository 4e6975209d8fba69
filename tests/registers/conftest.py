"""Providers, officers and lists that the tests of registers speak of."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from kechuang.credit import commands as credit
from kechuang.credit.rules import ListRow
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.parties import commands as parties
from kechuang.parties.models import Party
from kechuang.parties.queries import actor_for
from kechuang.policy.book import installed
from kechuang.registers import commands
from kechuang.registers.models import Admission, Certificate
from kechuang.ui import clock
from tests.rulebook import rulebook

LIBRARY = "shaoxing/provider-library"
YUECHENG, KEQIAO, SHANGHAI, BEIJING = "330602", "330603", "310000", "110114"
_serial = itertools.count(20_000_000)
_digests = itertools.count()


class World:
    """Makes what a test needs through the commands, on one day that it can move on."""

    def __init__(self) -> None:
        self.now = datetime(2025, 3, 10, 2, tzinfo=UTC)

    @property
    def today(self) -> date:
        return clock.day(self.now)

    def days(self, count: int) -> None:
        self.now += timedelta(days=count)

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

    def party(self, name: str = "绍兴示例检测有限公司", region: str = YUECHENG) -> Party:
        return parties.register_organisation(
            CLOCK,
            name=name,
            credit_code=self.code(),
            region=region,
            legal_representative=self.person("王五"),
            now=self.now,
        )

    def head(self, party: Party) -> Actor:
        return actor_for(party.legal_representative_id or "", party_id=party.id, on=self.today)

    def provider(self, name: str = "绍兴示例检测有限公司", region: str = YUECHENG) -> Actor:
        """An organisation with commitment and account, seen by its legal representative."""
        party = self.party(name, region)
        head = self.head(party)
        credit.sign_commitment(head, party_id=party.id, kind="provider", now=self.now)
        self.account(party, head)
        return head

    def account(self, party: Party, head: Actor) -> None:
        proposed = parties.propose_account(
            head,
            party_id=party.id,
            holder_name=party.name,
            bank_name="绍兴银行",
            number=f"62220212030{next(_serial)}",
            proof_file="fil_proof",
            now=self.now,
        )
        parties.confirm_account(
            self.officer(region=party.region), account_id=proposed.id, cool_off_days=0, now=self.now
        )

    def apply(self, head: Actor, entrant_class: str = "qualified_firm", **more: object) -> Admission:
        given = {"party_id": head.party_id, "scheme": LIBRARY, "entrant_class": entrant_class} | more
        return commands.apply(head, now=self.now, **given)  # type: ignore[arg-type]

    def certificate(
        self,
        head: Actor,
        admission: Admission,
        *,
        kind: str = "cma",
        until: date | None = None,
        number: str = "CMA-001",
    ) -> Certificate:
        return commands.add_certificate(
            head,
            admission_id=admission.id,
            kind=kind,
            number=number,
            issuer="浙江省市场监督管理局",
            valid_from=date(2024, 1, 1),
            valid_until=until,
            file_id="fil_cma",
            now=self.now,
        )

    def submitted(self, head: Actor | None = None, until: date | None = None) -> tuple[Actor, Admission]:
        """A firm with a certificate whose application waits for the county."""
        head = head or self.provider()
        admission = self.apply(head)
        self.certificate(head, admission, until=until)
        return head, commands.submit(head, admission_id=admission.id, now=self.now)

    def admitted(self, until: date | None = None) -> tuple[Actor, Admission]:
        head, admission = self.submitted(until=until)
        officer = self.officer(region=admission.region)
        return head, commands.confirm(officer, admission_id=admission.id, now=self.now)

    def lists(self, list_code: str, *codes: str) -> None:
        """The authority's whole list as of today."""
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

    def code_of(self, head: Actor) -> str:
        return Party.objects.get(id=head.party_id).credit_code


@pytest.fixture
def world() -> Iterator[World]:
    with installed(rulebook()):
        yield World()
