"""The pages of budgets, as each office meets them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.kernel.actor import CLOCK, Role
from kechuang.parties import commands as parties
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.treasury import queries
from kechuang.treasury.models import Budget, PaymentLine
from kechuang.treasury.rules import Answer, Outcome
from kechuang.treasury.states import BudgetState

pytestmark = pytest.mark.django_db
YUE, KE = "330602", "330603"


def signed_in(county: Any, role: Role, region: str = YUE, name: str = "钱七") -> Client:
    person = parties.register_person(CLOCK, name=name, now=county.now)
    parties.appoint(CLOCK, person_id=person.id, role=role, region=region, now=county.now)
    client = Client()
    client.force_login(person)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_county_drafts_and_sends_its_budget(county: Any) -> None:
    client = signed_in(county, Role.BUDGET_AUTHOR)
    assert "编制预算" in text(client.get(reverse("treasury:budgets")))
    form = {
        "region": YUE,
        "scheme": "shaoxing/voucher-2021",
        "year": "2026",
        "amount_fen": "3,000,000",
        "basis": "上年",
    }
    answer = client.post(reverse("treasury:draft"), form)
    budget = Budget.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("treasury:budget", args=[budget.id]))
    assert (budget.amount_fen, budget.state) == (300_000_000, BudgetState.DRAFT)
    client.post(reverse("treasury:act", args=[budget.id, "submit"]))
    budget.refresh_from_db()
    assert budget.state == BudgetState.SUBMITTED


def test_what_was_typed_wrong_is_kept_and_named(county: Any) -> None:
    client = signed_in(county, Role.BUDGET_AUTHOR)
    form = {"region": YUE, "scheme": "shaoxing/voucher-2021", "year": "2026", "amount_fen": "三百万", "basis": "上年"}
    answer = client.post(reverse("treasury:draft"), form)
    assert answer.status_code == 422
    assert "“三百万”不是金额" in text(answer)
    assert 'value="三百万"' in text(answer)


def test_finance_approves_and_releases(county: Any) -> None:
    drafted = county.approved(500_000)
    client = signed_in(county, Role.COUNTY_FINANCE)
    page = text(client.get(reverse("treasury:budget", args=[drafted.id])))
    assert page.count("下达部分预算") >= 1
    assert "¥5,000.00" in page
    given = {"fen": "6000", "document_number": "越财教〔2025〕1号", "on": "2025-02-10", "fund_line": "2060404"}
    refused = client.post(reverse("treasury:act", args=[drafted.id, "release"]), given)
    assert refused.status_code == 409
    assert "尚可下达 ¥5,000.00，不能下达 ¥6,000.00" in text(refused)
    client.post(reverse("treasury:act", args=[drafted.id, "release"]), given | {"fen": "5000"})
    drafted.refresh_from_db()
    assert (drafted.state, drafted.released_fen) == (BudgetState.RELEASED, 500_000)
    assert "越财教〔2025〕1号" in text(client.get(reverse("treasury:budget", args=[drafted.id])))


def test_a_second_tab_with_an_old_state_is_told_so(county: Any) -> None:
    drafted = county.approved()
    client = signed_in(county, Role.COUNTY_FINANCE)
    answer = client.post(reverse("treasury:act", args=[drafted.id, "approve"]))
    assert answer.status_code == 409
    assert "请刷新页面查看最新状态" in text(answer)


def test_another_countys_budget_is_not_found(county: Any) -> None:
    drafted = county.approved()
    client = signed_in(county, Role.COUNTY_FINANCE, KE)
    assert client.get(reverse("treasury:budget", args=[drafted.id])).status_code == 404
    assert client.post(reverse("treasury:act", args=[drafted.id, "release"])).status_code == 404
    assert client.get(reverse("treasury:draft")).status_code == 404


def test_city_finance_moves_money_from_a_page(county: Any) -> None:
    giver, taker = county.released(100_000), county.released(50_000, KE)
    client = signed_in(county, Role.CITY_FINANCE, "330600")
    page = text(client.get(reverse("treasury:budget", args=[giver.id])))
    assert "调入的县（市、区）" in page
    given = {"fen": "300", "document_number": "绍财〔2025〕3号", "reason": "执行偏慢", "other": taker.id}
    client.post(reverse("treasury:act", args=[giver.id, "move_out"]), given)
    taker.refresh_from_db()
    assert taker.released_fen == 80_000


def test_guidance_quotas_are_progress_and_may_be_exceeded(county: Any) -> None:
    county.released(2_000_000_000)
    county.granted(1_300_000_000)
    rows = queries.quota_progress("zhejiang/voucher-2015", year=2025, on=county.today)
    shaoxing = next(row for row in rows if row.city == "330600")
    assert (shaoxing.quota_fen, shaoxing.issued_fen, shaoxing.exceeded) == (1_200_000_000, 1_300_000_000, True)
    assert shaoxing.share_bp == 10_833
    page = text(
        signed_in(county, Role.CITY_SCIENCE, "330600").get(
            reverse("treasury:quotas", args=["zhejiang", "voucher-2015"])
        )
    )
    assert "指导数，不是下达的资金" in page


def test_a_payee_prints_its_settlement_sheet(county: Any) -> None:
    county.released()
    lab = county.paid_party()
    county.owed(lab, 30_000, "a", unit="unt_x")
    batch = county.sent()
    line = PaymentLine.objects.get()
    county.answer(batch, Answer(line.number, Outcome.PAID, line.fen, reference="BK1"))
    client = Client()
    client.force_login(Person.objects.get(id=lab.legal_representative_id))
    session = client.session
    session[ACTING_FOR] = lab.id
    session.save()
    page = text(client.get(reverse("treasury:settlements"), {"since": "2025-02-01", "until": "2025-02-28"}))
    assert "分析测试中心" in page
    assert "¥300.00" in page


def test_each_office_lands_on_what_waits_for_it(county: Any) -> None:
    drafted = county.approved()
    (row,) = queries.waiting_for(county.finance, on=county.today)
    assert (row.subject_id, row.title, row.fen) == (drafted.id, "下达部分预算", 1_000_000)
    assert queries.waiting_for(county.author, on=county.today) == []


def test_the_statements_of_the_list_do_not_grow_with_its_payments(
    county: Any, django_assert_max_num_queries: Any
) -> None:
    county.released()
    county.released(region=KE)
    with django_assert_max_num_queries(8):
        assert len(queries.progress(county.city_finance, year=2025, on=county.today)) == 2
