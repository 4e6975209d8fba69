"""What the pages say and do: from a total to its rows, three hands, a payee's own statement, papers."""

import io

import openpyxl
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from kechuang.kernel.actor import Actor
from kechuang.parties.states import ACTING_FOR
from kechuang.subsidies import commands
from kechuang.subsidies.models import Outside, Settlement, Statement
from kechuang.subsidies.queries import waiting_for
from kechuang.treasury import commands as treasury
from kechuang.ui import clock
from tests.documents.codes import leads_to_receipt
from tests.subsidies.conftest import CITY_OFFICE, Subsidised, threshold
from tests.vouchers.conftest import SCHEME, YUECHENG


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def read(subsidised: Subsidised, actor: Actor, address: str, **sent: str) -> str:
    with clock.at(subsidised.now):
        client = signed_in(actor)
        answer = client.post(address, sent, follow=True) if sent else client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.content.decode()[:2_000])
    return answer.content.decode()


def test_three_hands_settle_a_year_on_the_pages(subsidised: Subsidised) -> None:
    subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(400_000):
        form = {
            "region": CITY_OFFICE, "kind": f"providers|{SCHEME}", "year": "2025", "rate_bp": "30", "document_number": "绍市科〔2026〕1号",
            "office": "绍兴市科学技术局", "on": "2026-01-05",
        }  # fmt: skip
        drafted = read(subsidised, subsidised.city_clerk, reverse("subsidies:draft"), **form)
        assert "草案已报送" in drafted
        row = Settlement.objects.get()
        assert row.rate_bp == 3_000
        assert "核对无误" in read(subsidised, subsidised.city_approver, reverse("subsidies:settlement", args=[row.id]))
        read(subsidised, subsidised.city_approver, reverse("subsidies:decide", args=[row.id]), x="")
        sent = {"fen": "10,000", "document_number": "绍市财〔2026〕2号"}
        read(subsidised, subsidised.city_finance, reverse("subsidies:fund", args=[row.id]), **sent)
        settled = read(subsidised, subsidised.city_clerk, reverse("subsidies:settle", args=[row.id]), x="")
        assert "已核算 2 笔兑付" in settled
        assert "3,200.00" in settled
        published = read(subsidised, subsidised.city_clerk, reverse("subsidies:publish", args=[row.id]), x="")
    assert "公示与拨付中" in published


def test_a_rate_above_the_ceiling_is_said_at_its_field_and_what_was_typed_stays(subsidised: Subsidised) -> None:
    subsidised.next_year(closes=False)
    form = {
        "region": CITY_OFFICE, "kind": f"providers|{SCHEME}", "year": "2025", "rate_bp": "30.01", "document_number": "绍市科〔2026〕1号",
        "office": "绍兴市科学技术局", "on": "2026-01-05",
    }  # fmt: skip
    with clock.at(subsidised.now):
        answer = signed_in(subsidised.city_clerk).post(reverse("subsidies:draft"), form)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "超过规定的上限 30%" in text
    assert "绍市科〔2026〕1号" in text


def test_one_click_leads_from_the_total_to_the_rows(subsidised: Subsidised) -> None:
    claims = subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(400_000):
        row = subsidised.settle()
    page = read(subsidised, subsidised.city_clerk, reverse("subsidies:settlement", args=[row.id]))
    rows = reverse("subsidies:counted", args=[row.id])
    assert f'href="{rows}"' in page
    statement = Statement.objects.get()
    for address in (rows, f"{rows}?region={YUECHENG}", reverse("subsidies:statement", args=[statement.id])):
        shown = read(subsidised, subsidised.city_clerk, address)
        assert all(claim.number in shown for claim in claims), address


def test_a_payee_sees_its_own_statement_once_it_is_known_and_nobody_elses(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    stranger = subsidised.provider("绍兴旁观检测有限公司")
    with threshold(400_000):
        row = subsidised.settle()
        statement = Statement.objects.get()
        address = reverse("subsidies:statement", args=[statement.id])
        with clock.at(subsidised.now):
            assert signed_in(subsidised.server).get(address).status_code == 404, "not known yet"
        commands.publish(subsidised.city_clerk, settlement_id=row.id, now=subsidised.now)
        assert statement.number in read(subsidised, subsidised.server, reverse("subsidies:settlements"))
        assert "怎样算出来的" in read(subsidised, subsidised.server, address)
        with clock.at(subsidised.now):
            assert signed_in(stranger).get(address).status_code == 404
            assert signed_in(subsidised.server).get(reverse("subsidies:settlement", args=[row.id])).status_code == 404


def test_the_statement_on_paper_and_its_rows_as_a_workbook(subsidised: Subsidised) -> None:
    claims = subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(400_000):
        subsidised.settle()
    statement = Statement.objects.get()
    with clock.at(subsidised.now):
        client = signed_in(subsidised.city_clerk)
        paper = client.get(reverse("subsidies:statement_file", args=[statement.id, "pdf"]))
        book = client.get(reverse("subsidies:statement_file", args=[statement.id, "xlsx"]))
        assert client.get(reverse("subsidies:statement_file", args=[statement.id, "exe"])).status_code == 404
    assert leads_to_receipt(paper.content, statement.id)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {claim.number for claim in claims}


def test_a_batch_is_prepared_approved_released_and_shown_on_its_own_pages(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(400_000):
        statement = subsidised.passed()
        listed = read(subsidised, subsidised.city_clerk, reverse("subsidies:payouts"))
        assert statement.number in listed
        assert statement.number not in read(subsidised, subsidised.clerk, reverse("claims:payouts"))
        sent = {"region": CITY_OFFICE, "title": "补助拨付", "chosen": statement.id}
        page = read(subsidised, subsidised.city_clerk, reverse("subsidies:prepare"), **sent)
    assert "待审批" in page
    assert statement.number in page
    batch = subsidised.only_batch()
    with clock.at(subsidised.now):
        assert signed_in(subsidised.city_clerk).get(reverse("claims:batch", args=[batch.id])).status_code == 404
        form = signed_in(subsidised.city_clerk).get(reverse("subsidies:approval_form", args=[batch.id]))
    assert form.content.startswith(b"%PDF")
    for actor, name in ((subsidised.city_approver, "approve_batch"), (subsidised.city_finance, "release_batch")):
        read(subsidised, actor, reverse(f"subsidies:{name}", args=[batch.id]), digest=batch.digest)
    assert batch.number.startswith("BF-")


def test_a_file_that_is_none_is_not_found_and_sends_nothing(subsidised: Subsidised) -> None:
    """Making the payment file sends the batch: an address that names no file must not."""
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(400_000):
        batch = subsidised.batch_of(subsidised.passed())
    treasury.approve_batch(subsidised.city_approver, batch_id=batch.id, digest=batch.digest, now=subsidised.now)
    treasury.release_batch(subsidised.city_finance, batch_id=batch.id, digest=batch.digest, now=subsidised.now)
    with clock.at(subsidised.now):
        client = signed_in(subsidised.city_finance)
        assert client.post(reverse("subsidies:payment_file", args=[batch.id, "pdf"])).status_code == 404
        assert subsidised.only_batch().state == "released"
        assert client.post(reverse("subsidies:payment_file", args=[batch.id, "csv"])).status_code == 200
    assert subsidised.only_batch().state == "sent"


def test_what_waits_stands_on_the_workbench_of_who_acts_next(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()

    def titles(actor: Actor) -> list[str]:
        return [one.title for one in waiting_for(actor, on=subsidised.today)]

    with threshold(400_000):
        row = subsidised.drafted()
        assert titles(subsidised.city_approver) == ["核对补助决定"]
        assert titles(subsidised.city_clerk) == titles(subsidised.approver) == []
        commands.decide(subsidised.city_approver, settlement_id=row.id, now=subsidised.now)
        assert titles(subsidised.city_finance) == ["安排补助资金"]
        commands.withdraw(subsidised.city_clerk, settlement_id=row.id, reason="改", now=subsidised.now)
        statement = subsidised.passed()
        (waits,) = waiting_for(subsidised.city_clerk, on=subsidised.today)
    assert (waits.subject_id, waits.fen) == (statement.id, statement.fen)
    assert waits.due_on is not None, "with its clock"


def test_redemptions_from_elsewhere_are_entered_and_checked_on_one_page(subsidised: Subsidised) -> None:
    code = subsidised.credit_code(subsidised.server.party_id)
    form = {
        "region": YUECHENG, "credit_code": code, "redeemed_on": "2025-02-01", "fen": "4,000", "price_fen": "3,000",
        "document_number": "越财〔2025〕9号",
    }  # fmt: skip
    address = reverse("subsidies:outside")
    with clock.at(subsidised.now):
        assert "服务价款不能少于兑付金额" in signed_in(subsidised.clerk).post(address, form).content.decode()
    read(subsidised, subsidised.clerk, address, **{**form, "price_fen": "8,000"})
    row = Outside.objects.get()
    read(subsidised, subsidised.approver, reverse("subsidies:check_outside", args=[row.id]), x="")
    row.refresh_from_db()
    assert row.state == "checked"
