from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kechuang.credit.jobs import run_account_changes
from kechuang.credit.models import Commitment, ImportedList
from kechuang.kernel.actor import CLOCK, Role
from kechuang.outbox.models import Message
from kechuang.parties import commands as parties
from kechuang.parties import queries
from kechuang.parties.models import BankAccount, Membership, Party
from kechuang.parties.states import ACTING_FOR, AccountState
from kechuang.policy import book
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.rulebook import rulebook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demonstration(world: Any, settings: Any, tmp_path: Path) -> Iterator[None]:
    with book.installed(rulebook()), clock.at(world.now):
        yield


def _as(actor: Any) -> Client:
    from kechuang.parties.models import Person

    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def _pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("证明.pdf", PDF, "application/pdf")


def _made() -> bytes:
    from pypdf import PdfWriter

    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


PDF = _made()


def test_my_organisation_shows_everything_of_mine(world: Any) -> None:
    firm = world.firm()
    world.account(firm)
    page = _as(world.head_of(firm)).get(reverse("credit:mine")).content.decode()
    for word in (firm.name, firm.credit_code, "浙江省 绍兴市 越城区", "王五", "尚未签署", "1234", "待确认"):
        assert word in page, word
    assert "6222021203001234" not in page


def test_the_page_of_another_firm_is_not_there(world: Any) -> None:
    firm, other = world.firm(), world.firm("乙公司")
    client = _as(world.head_of(firm))
    assert client.get(reverse("credit:organisation", args=[other.id])).status_code == 404
    assert _as(world.officer()).get(reverse("credit:organisation", args=[other.id])).status_code == 200
    assert _as(world.officer(region="330681")).get(reverse("credit:organisation", args=[other.id])).status_code == 404


def test_the_representative_signs_on_the_page(world: Any) -> None:
    firm = world.firm()
    client = _as(world.head_of(firm))
    address = reverse("credit:sign", args=["holder"])
    assert "谁承诺，谁负责" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"read": "on"}).status_code == 302
    assert Commitment.objects.get().text.version == "SY-2021-1"


def test_staff_are_told_who_signs(world: Any) -> None:
    firm = world.firm()
    answer = _as(world.staff_of(firm)).post(reverse("credit:sign", args=["holder"]), {"read": "on"})
    assert answer.status_code == 403
    assert "法定代表人" in answer.content.decode()


def test_a_colleague_is_added_and_leaves_again(world: Any) -> None:
    firm = world.firm()
    client = _as(world.head_of(firm))
    given = {"name": "新同事", "identity": "11010519491231002X", "capacity": "authorised"}
    refused = client.post(reverse("credit:add_member"), given)
    assert refused.status_code == 422
    assert "授权书" in refused.content.decode()
    assert client.post(reverse("credit:add_member"), given | {"letter": _pdf()}).status_code == 302
    joined = Membership.objects.get(capacity="authorised")
    assert joined.authorisation_file
    assert client.post(reverse("credit:end_member", args=[joined.id])).status_code == 302
    joined.refresh_from_db()
    assert joined.valid_until == world.today


def test_a_name_is_changed_with_its_proof(world: Any) -> None:
    firm = world.firm("旧名公司")
    given = {"what": "name", "value": "新名公司", "on": world.today.isoformat(), "proof": _pdf()}
    assert _as(world.head_of(firm)).post(reverse("credit:change"), given).status_code == 302
    assert queries.names_of(firm.id) == ["新名公司", "旧名公司"]
    assert queries.history(firm.id)[0].proof_file


def test_a_unit_is_added(world: Any) -> None:
    college = world.firm("绍兴文理学院")
    client = _as(world.head_of(college))
    assert client.post(reverse("credit:add_unit"), {"name": "化学化工学院"}).status_code == 302
    assert client.post(reverse("credit:add_unit"), {"name": "化学化工学院"}).status_code == 409
    assert "化学化工学院" in client.get(reverse("credit:mine")).content.decode()


def test_an_account_goes_from_proposal_to_confirmation(world: Any) -> None:
    firm, officer = world.firm(), world.officer()
    own = _as(world.head_of(firm))
    given = {"holder_name": firm.name, "bank_name": "绍兴银行", "number": "6222021203001234"}
    assert own.post(reverse("credit:propose_account"), given).status_code == 422
    assert own.post(reverse("credit:propose_account"), given | {"proof": _pdf()}).status_code == 302
    account = BankAccount.objects.get()
    desk = _as(officer)
    assert firm.name in desk.get(reverse("credit:accounts")).content.decode()
    page = desk.get(reverse("credit:account", args=[account.id])).content.decode()
    assert "确认收款账户" in page
    assert "证明.pdf" in page
    assert "确认收款账户" not in own.get(reverse("credit:account", args=[account.id])).content.decode()
    assert desk.post(reverse("credit:move_account", args=[account.id, "confirm"])).status_code == 302
    account.refresh_from_db()
    assert account.state == AccountState.CONFIRMED
    assert altered_rows() == []


def test_the_payee_cannot_confirm_their_own_account(world: Any) -> None:
    firm = world.firm()
    account = world.account(firm)
    answer = _as(world.head_of(firm)).post(reverse("credit:move_account", args=[account.id, "confirm"]))
    assert answer.status_code == 409
    account.refresh_from_db()
    assert account.state == AccountState.PROPOSED


def test_an_outsider_chooses_the_county_that_confirms(world: Any) -> None:
    world.officer()
    lab = world.firm("上海示例检测有限公司", region="310000")
    client = _as(world.head_of(lab))
    given = {"holder_name": lab.name, "bank_name": "上海银行", "number": "6222021203001234", "region": "330602"}
    assert "由哪个区、县（市）科技局确认" in client.get(reverse("credit:propose_account")).content.decode()
    assert client.post(reverse("credit:propose_account"), given | {"proof": _pdf()}).status_code == 302
    assert BankAccount.objects.get().region == "330602"


def test_the_cool_off_comes_from_the_pack(world: Any) -> None:
    from datetime import timedelta

    firm, officer = world.firm(), world.officer()
    first = world.account(firm)
    parties.confirm_account(officer, account_id=first.id, cool_off_days=7, now=world.now)
    second = world.account(firm, number="6222021203009999")
    _as(officer).post(reverse("credit:move_account", args=[second.id, "confirm"]))
    second.refresh_from_db()
    assert second.usable_from == world.today + timedelta(days=7)
    message = Message.objects.get(subject_id=second.id)
    assert message.to_person == firm.contact_id
    assert "9999" in message.text
    assert run_account_changes(now=world.now) == 0, "told once, in the same transaction"


def test_a_change_confirmed_elsewhere_is_told_by_the_job(world: Any) -> None:
    firm, officer = world.firm(), world.officer()
    for number in ("6222021203001234", "6222021203009999"):
        proposed = world.account(firm, number=number)
        parties.confirm_account(officer, account_id=proposed.id, cool_off_days=7, now=world.now)
    assert run_account_changes(now=world.now) == 1
    assert run_account_changes(now=world.now) == 0
    assert Message.objects.count() == 1
    assert altered_rows() == []


def _table(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("名单.csv", "\n".join(rows).encode("utf-8-sig"), "text/csv")


def test_a_list_is_checked_and_then_imported(world: Any) -> None:
    client, code = _as(world.officer()), world.code()
    given = {"list_code": "tech_sme", "issuer": "浙江省科技厅", "source": "公告", "as_of": world.today.isoformat()}
    heading = "企业名称,统一社会信用代码,入库登记编号,有效期至"
    rows = (heading, f"甲公司,{code},202533060208000001,2025-12-31")
    bad = (*rows, "乙公司,91330602,2,2025-12-31", f"丙公司,{world.code()},3,昨天")
    checked = client.post(reverse("credit:lists"), given | {"dry_run": "on", "table": _table(*bad)})
    assert "第 2 行" in checked.content.decode()
    assert not ImportedList.objects.exists()
    assert client.post(reverse("credit:lists"), given | {"table": _table(*bad)}).status_code == 422
    assert client.post(reverse("credit:lists"), given | {"table": _table(*rows)}).status_code == 200
    reading = ImportedList.objects.get()
    assert reading.added == 1


def test_organisations_are_brought_all_or_none(world: Any) -> None:
    client, code = _as(world.officer()), world.code()
    world.firm("已登记公司", code=code)
    heading = "单位名称,统一社会信用代码,注册地,法定代表人"
    rows = [
        heading,
        f"甲公司,{world.code()},越城区,甲代表",
        f"乙大学,{world.code()},330602,",
        f"已登记公司,{code},330602,",
    ]
    bad = [*rows, f"别名公司,{code},330602,", "丙公司,9133,越城区,", f"丁公司,{world.code()},火星区,"]
    before = Party.objects.count()
    page = client.post(reverse("credit:bring"), {"table": _table(*bad)}).content.decode()
    assert Party.objects.count() == before
    for word in ("不在现行区划表中", "应为 18 位"):
        assert word in page
    client.post(reverse("credit:bring"), {"table": _table(*rows), "dry_run": "on"})
    assert Party.objects.count() == before
    for _ in range(2):
        client.post(reverse("credit:bring"), {"table": _table(*rows)})
        assert Party.objects.count() == before + 2
    assert altered_rows() == []


@pytest.mark.parametrize("name", ["credit:lists", "credit:bring"])
def test_imports_are_for_offices(world: Any, name: str) -> None:
    assert _as(world.head_of(world.firm())).get(reverse(name)).status_code == 404
    assert _as(world.officer(Role.AUDITOR)).get(reverse(name)).status_code == 200
    assert Client().get(reverse(name)).status_code == 302


def test_what_waits_for_an_officer(world: Any) -> None:
    from kechuang.credit.queries import waiting_for

    firm = world.firm()
    account = world.account(firm)
    (row,) = waiting_for(world.officer(), on=world.today)
    assert (row.subject_id, row.party) == (account.id, firm.name)
    assert waiting_for(world.head_of(firm), on=world.today) == []
    assert waiting_for(CLOCK, on=world.today) == []
