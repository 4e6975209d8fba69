"""登记信息导入: a table of the registers is taken over whole or by its good rows, updates what is known, and makes the links."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kechuang.documents.rules import read_table, write_csv, write_xlsx
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import check_digit, inner_check_digit
from kechuang.parties.models import Person
from kechuang.parties.queries import party
from kechuang.screening import commands
from kechuang.screening.models import Finding, Link, RegisterImport, Registration
from kechuang.screening.rules import refusals
from kechuang.screening.states import REGISTER_COLUMNS, Pattern, RegisterKind
from kechuang.trail.queries import altered_rows
from tests.screening.conftest import Screening

pytestmark = pytest.mark.django_db
AS_OF = date(2025, 2, 28)
STRANGER = "91330602MA2BXXXX1Q"
PERSON = "33060219800101001X"
FOUNDED, HELD = RegisterKind.REGISTRATIONS, RegisterKind.SHAREHOLDERS


@pytest.fixture
def city(screening: Screening) -> Actor:
    return screening.payouts.officer(Role.CITY_SCIENCE, "330600")


@pytest.fixture
def codes(screening: Screening) -> tuple[str, str]:
    """The credit codes of the firm and of the provider."""
    town = screening.payouts
    return party(screening.firm.party_id).credit_code, party(town.server.party_id).credit_code


def table(kind: RegisterKind, *rows: tuple[str, ...], as_of: date = AS_OF, source: str = "市市场监管局") -> Any:
    content = write_xlsx([REGISTER_COLUMNS[kind], *rows])
    return commands.Table(kind, source, as_of, "登记信息.xlsx", content)


def bring(screening: Screening, actor: Actor, brought: Any, **more: bool) -> Any:
    return commands.import_register(actor, brought, now=screening.payouts.now, **more)


def test_registrations_are_taken_over_and_brought_again_change_nothing(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    brought = table(FOUNDED, (codes[0], "2025年1月6日", "1"), (codes[1], "2001/5/20", ""))
    first, again = bring(screening, city, brought), bring(screening, city, brought)
    assert (first.added, first.changed, first.same) == (2, 0, 0)
    assert (again.added, again.changed, again.same) == (0, 0, 2)
    row = Registration.objects.get(party_id=screening.firm.party_id)
    assert (row.established_on, row.insured_count, row.as_of_on) == (date(2025, 1, 6), 1, AS_OF)
    assert row.source == "市市场监管局 2025-02-28"
    assert RegisterImport.objects.count() == 2
    assert not altered_rows()


def test_a_later_table_updates_and_an_older_one_does_not(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    bring(screening, city, table(FOUNDED, (codes[0], "2025-01-06", "1")))
    older = bring(screening, city, table(FOUNDED, (codes[0], "2024-01-06", "9"), as_of=date(2024, 12, 31)))
    assert (older.changed, older.same) == (0, 1)
    later = bring(screening, city, table(FOUNDED, (codes[0], "", "4"), as_of=date(2025, 3, 5)))
    assert later.changed == 1
    row = Registration.objects.get(party_id=screening.firm.party_id)
    assert (row.established_on, row.insured_count) == (date(2025, 1, 6), 4), "an empty cell keeps what was known"


def test_one_wrong_row_stops_all_or_only_itself(screening: Screening, city: Actor, codes: tuple[str, str]) -> None:
    brought = table(FOUNDED, (codes[0], "2025-01-06", "一人"), (codes[1], "2001-05-20", "80"), (STRANGER, "昨天", ""))
    report = bring(screening, city, brought)
    assert (report.import_id, report.wrong_rows) == ("", 2)
    told = {(fault.row, fault.column, fault.name) for fault in report.faults}
    assert {(2, "C", "参保人数"), (4, "A", "统一社会信用代码"), (4, "B", "成立日期")} <= told
    assert not Registration.objects.exists()
    checked = bring(screening, city, brought, dry_run=True, good_rows_only=True)
    assert not checked.import_id
    good = bring(screening, city, brought, good_rows_only=True)
    assert (good.added, good.wrong_rows) == (1, 2)
    assert Registration.objects.get().insured_count == 80


def test_who_is_not_here_is_passed_over_and_who_sits_elsewhere_is_wrong(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    eight = "87654321"
    absent = "91330602" + eight + inner_check_digit(eight)
    absent += check_digit(absent)
    passed = bring(screening, city, table(FOUNDED, (absent, "2025-01-06", "3")))
    assert passed.import_id
    assert [fault.blocking for fault in passed.faults] == [False]
    elsewhere = screening.payouts.officer(Role.CITY_SCIENCE, "330100")
    report = bring(screening, elsewhere, table(FOUNDED, (codes[0], "2025-01-06", "3")))
    assert [fault.rule for fault in report.faults] == ["不在本辖区"]


def test_shareholders_make_links_that_the_rules_follow(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    """The user holds shares of the provider: one step; and the firm's own number is not kept."""
    bring(screening, city, table(HELD, (codes[1], "绍兴示例股东", codes[0], "2020-01-01", "")))
    assert Link.objects.filter(kind="shareholder").count() == 2
    claim = screening.payouts.submitted()
    row = Finding.objects.get(rule=Pattern.AFFILIATED)
    assert (row.claim_id, row.facts["steps_count"]) == (claim.id, 1)
    assert not altered_rows()


def test_a_persons_number_is_compared_and_never_kept(screening: Screening, city: Actor, codes: tuple[str, str]) -> None:
    bring(screening, city, table(HELD, *((code, "王五", PERSON, "", "") for code in codes)))
    rows = list(Link.objects.filter(kind="shareholder"))
    assert len({row.digest for row in rows}) == 1
    assert {row.shown for row in rows} == {"王**（330602****）"}
    assert not Link.objects.filter(digest=PERSON).exists()
    screening.payouts.submitted()
    assert Finding.objects.filter(rule=Pattern.AFFILIATED).exists()


def test_who_is_no_longer_named_was_a_shareholder_until_the_tables_day(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    first = table(HELD, (codes[0], "王五", PERSON, "", ""), (codes[1], "王五", PERSON, "", ""))
    report = bring(screening, city, first)
    assert report.added == 2
    assert bring(screening, city, first).same == 2
    later = table(HELD, (codes[1], "赵六", "330602197001010010", "2025-03-01", ""), as_of=date(2025, 3, 3))
    report = bring(screening, city, later)
    assert (report.added, report.changed) == (1, 1)
    ended = Link.objects.get(party_id=screening.payouts.server.party_id, until_on__isnull=False)
    assert ended.until_on == date(2025, 3, 3)
    assert Link.objects.get(party_id=screening.firm.party_id, kind="shareholder").until_on is None
    screening.payouts.submitted()
    assert not Finding.objects.filter(rule=Pattern.AFFILIATED).exists(), "held until before the order"
    assert not altered_rows()


def test_named_again_a_shareholder_is_one_link_that_goes_on(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    for as_of, paper in ((AS_OF, PERSON), (date(2025, 3, 1), "330602197001010010"), (date(2025, 3, 4), PERSON)):
        bring(screening, city, table(HELD, (codes[0], "王五", paper, "", ""), as_of=as_of))
    rows = Link.objects.filter(party_id=screening.firm.party_id, kind="shareholder").order_by("id")
    assert [row.until_on for row in rows] == [None, date(2025, 3, 4)]


def test_what_cannot_be_read_is_refused(screening: Screening, city: Actor, codes: tuple[str, str]) -> None:
    good = (codes[0], "2025-01-06", "3")
    with pytest.raises(refusals.SourceMissing):
        bring(screening, city, table(FOUNDED, good, source=" "))
    with pytest.raises(refusals.SourceMissing):
        bring(screening, city, table(FOUNDED, good, as_of=date(2025, 12, 31)))
    with pytest.raises(refusals.NothingRead):
        bring(screening, city, table(FOUNDED))
    wrong = commands.Table(FOUNDED, "市场监管局", AS_OF, "x.csv", write_csv([["名称"], ["甲"]]))
    with pytest.raises(refusals.NotThatTable):
        bring(screening, city, wrong)
    for actor in (screening.payouts.county, screening.firm):
        with pytest.raises(NotVisible):
            bring(screening, actor, table(FOUNDED, good))
    doubled = bring(screening, city, table(HELD, *[(codes[0], "王五", PERSON, "", "")] * 2))
    assert [fault.rule for fault in doubled.faults] == ["与前面的行重复"]


def test_an_officer_of_the_city_brings_a_table_on_the_page(
    screening: Screening, city: Actor, codes: tuple[str, str]
) -> None:
    client = Client()
    client.force_login(Person.objects.get(id=city.person_id))
    address = reverse("screening:registers")
    assert address in client.get(reverse("screening:findings")).content.decode()
    blank = client.get(reverse("screening:blank_register", args=["shareholders"])).content
    assert tuple(read_table("空白表.xlsx", blank, Kind.IMPORT).rows[0]) == REGISTER_COLUMNS[HELD]
    brought = table(FOUNDED, (codes[0], "2025-01-06", "三"))
    data = {"kind": "registrations", "source": "市人社局", "as_of_on": "2025-02-28", "way": "all"}

    def post(content: bytes) -> str:
        return client.post(address, data | {"file": SimpleUploadedFile("表.xlsx", content)}).content.decode()

    page = post(brought.content)
    assert "没有导入任何一行" in page
    assert "不是人数" in page
    page = post(table(FOUNDED, (codes[0], "2025-01-06", "3")).content)
    assert "新增 1" in page
    assert "市人社局" in page
    assert client.post(address, data | {"source": ""}).status_code == 422
    officer = Client()
    officer.force_login(Person.objects.get(id=screening.payouts.county.person_id))
    assert officer.get(address).status_code == 404
