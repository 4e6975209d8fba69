"""Pages of the ledger: who keeps the books sees and exports them; closing says what will happen."""

import re
from datetime import date

import pytest
from django.test import Client

from kechuang.audit import commands as audit
from kechuang.kernel.actor import CLOCK, Role
from kechuang.ledger import commands
from kechuang.ledger.models import Closing
from kechuang.ledger.rules import Kind, Leg
from kechuang.parties import commands as parties
from kechuang.parties.models import Person
from kechuang.parties.queries import actor_for, party
from kechuang.ui import clock
from tests.claims.conftest import Payouts, book, shaoxing
from tests.ledger.test_closing import BUDGET, SOURCE, UNCLAIMED, VOUCHER, YUE, at

__all__ = ["book", "shaoxing"]

pytestmark = pytest.mark.django_db
NOW = at(4, 2)


def signed_in(role: Role) -> Client:
    person = parties.register_person(CLOCK, name="李会计", now=NOW)
    parties.appoint(CLOCK, person_id=person.id, role=role, region=YUE, now=NOW)
    if role is Role.AUDITOR:  # reads within an open task only
        actor = actor_for(person.id, on=clock.day(NOW))
        days = {"from_on": date(2025, 1, 1), "last_on": date(2025, 12, 31)}
        audit.open_task(
            actor, office=YUE, document="越审〔2025〕1号", title="创新券专项", regions=[YUE], **days, now=NOW
        )
    client = Client()
    client.force_login(Person.objects.get(id=person.id))
    return client


@pytest.fixture
def books(db: None) -> int:
    commands.post([Leg("release", SOURCE, BUDGET, 100_000)], key="release", subject="bud_1", now=at(1))
    commands.post([Leg("grant", BUDGET, VOUCHER, 30_000)], key="g:1", subject="vch_1", now=at(2))
    commands.post([Leg("offset", VOUCHER, UNCLAIMED, 12_050)], key="o:1", subject="ord_1", now=at(3))
    return commands.account(Kind.BUDGET, region=YUE, year=2025)


@pytest.mark.parametrize("role", [Role.COUNTY_FINANCE, Role.AUDITOR])
def test_accounts_and_statement_are_shown_for_the_period_asked_for(books: int, role: Role) -> None:
    client = signed_in(role)
    with clock.at(NOW):
        page = client.get("/ledger/", {"region": YUE, "since": "2025-02-01", "last": "2025-02-28"}).content.decode()
        assert "¥1,000.00" in page  # what the budget opened with
        assert "¥700.00" in page
        assert "已抵扣待申兑" in page  # on its way, not at zero
        one = client.get(f"/ledger/accounts/{books}", {"since": "2025-02-01", "last": "2025-03-31"}).content.decode()
    assert "核发创新券" in one
    assert "¥300.00" in one


def test_owners_and_records_are_called_by_name_and_number(book: None, db: None) -> None:
    """No page and no export shows what only the program knows: a provider has its name, a claim its number."""
    payouts = Payouts()
    claim = payouts.paid_out()
    provider = party(payouts.server.party_id).name
    client = Client()
    client.force_login(Person.objects.get(id=payouts.finance.person_id))
    account = commands.account(Kind.PAID, region=YUE, year=2025, owner=payouts.server.party_id)
    shown = []
    with clock.at(payouts.now):
        for path in ("/ledger/", "/ledger/export.csv", f"/ledger/accounts/{account}", "/ledger/closings"):
            shown.append(client.get(path).content.decode().partition("<main")[2] or client.get(path).content.decode())
        shown.append(client.get(f"/ledger/accounts/{account}/export.csv").content.decode())
    for page in shown:
        assert re.search(r"(pty|vch|clm|ord|bud)_[0-9A-Z]{26}", page) is None, page
    assert all(provider in page for page in shown[:3])
    assert claim.number in shown[2]
    assert claim.number in shown[4]


def test_both_are_exported_as_office_programs_open_them(books: int) -> None:
    client = signed_in(Role.AUDITOR)
    with clock.at(NOW):
        whole = client.get("/ledger/export.csv", {"region": YUE, "since": "2025-01-01", "last": "2025-03-31"})
        one = client.get(f"/ledger/accounts/{books}/export.csv")
    assert whole.content.startswith(b"\xef\xbb\xbf")
    assert "已抵扣待申兑,pty_lab,2025,0.00,120.50,0.00,120.50" in whole.content.decode()
    assert "核发创新券,创新券,vch_1,vch_1,0.00,300.00,700.00" in one.content.decode()


def test_finance_closes_a_month_from_the_page_and_is_told_what_will_happen(books: int) -> None:
    client = signed_in(Role.COUNTY_FINANCE)
    with clock.at(NOW):
        page = client.get("/ledger/closings", {"region": YUE}).content.decode()
        assert "不能撤销关账" in page
        assert client.post(f"/ledger/closings/{YUE}/month/2025-02-01").status_code == 302
        again = client.post(f"/ledger/closings/{YUE}/month/2025-05-01")
    assert Closing.objects.get().until == date(2025, 2, 1)
    assert again.status_code == 409
    assert "2025-02-28" in again.content.decode() or "2月28日" in again.content.decode()


def test_the_auditor_sees_what_is_closed_and_closes_nothing(books: int) -> None:
    client = signed_in(Role.AUDITOR)
    with clock.at(NOW):
        assert "由本县财政局办理" in client.get("/ledger/closings").content.decode()
        assert client.post(f"/ledger/closings/{YUE}/month/2025-02-01").status_code == 403


def test_who_keeps_no_books_finds_no_page(books: int) -> None:
    client = signed_in(Role.SHARING_OFFICE)
    with clock.at(NOW):
        for path in ("/ledger/", "/ledger/closings", f"/ledger/accounts/{books}", "/ledger/export.csv"):
            assert client.get(path).status_code == 404, path
