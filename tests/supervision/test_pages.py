"""The pages of cases, clawbacks and spot checks, as each side works through them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.claims import commands as claims
from kechuang.credit.models import CreditEvent
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import Person
from kechuang.parties.queries import actor_for, party
from kechuang.parties.states import ACTING_FOR
from kechuang.supervision import commands
from kechuang.supervision.models import Case, Clawback, Item, Plan, Sanction, Sheet, Visit
from kechuang.supervision.states.sanctions import ComplaintKind
from kechuang.ui import clock
from tests.claims.conftest import fresh
from tests.supervision.conftest import WHY, Checks, Watch
from tests.vouchers.conftest import SCHEME

pytestmark = pytest.mark.django_db


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def test_what_a_case_holds_sends_the_approver_from_the_claim_to_the_case(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    there, page = f"/supervision/cases/holding/{claim.id}", f"/claims/{claim.id}"
    with clock.at(watch.now):
        approver = browser(watch.approver)
        shown = approver.get(page).content.decode()
        assert case.number in shown
        assert there in shown
        assert f"{page}/resume" not in shown
        assert f"{page}/stop" not in shown
        assert approver.get(there).headers["Location"] == f"/supervision/cases/{case.id}"
        assert browser(watch.server).get(there).status_code == 404, "nobody has written to the firm yet"
        commands.clear(watch.approver, case_id=case.id, text="未发现违规", now=watch.now)
        claims.suspend(watch.approver, claim_id=claim.id, reason="举报核查", now=watch.now)
        shown = approver.get(page).content.decode()
        assert f"{page}/resume" in shown, "held by hand, it goes on by hand"
        assert there not in shown
        assert approver.get(there).status_code == 404


def test_from_a_paid_claim_to_money_that_came_back(watch: Watch) -> None:
    claim = watch.paid_out()
    with clock.at(watch.now):
        officer, approver, party, finance = map(browser, (watch.clerk, watch.approver, watch.server, watch.finance))
        assert f"/supervision/cases/on/{claim.id}" in officer.get(f"/claims/{claim.id}").content.decode()
        opened = officer.post(
            f"/supervision/cases/on/{claim.id}", {"title": WHY, "source": "office", "side": "provider"}
        )
        case = Case.objects.get()
        where = f"/supervision/cases/{case.id}"
        assert opened.headers["Location"] == where
        assert officer.get(f"/supervision/cases/on/{claim.id}").headers["Location"] == where, "it runs already"
        assert party.get(where).status_code == 404
        officer.post(f"{where}/act/ask", {"text": "请说明服务过程"})
        assert "请说明服务过程" in party.get(where).content.decode()
        party.post(f"{where}/act/reply", {"text": "服务记录齐全，请核实"})
        shown = approver.get(where).content.decode()
        assert "追回" in shown
        too_much = {"text": "认定虚构服务", "back_0": f"{claim.confirmed_fen / 100 + 1:.2f}"}
        refused = approver.post(f"{where}/act/uphold", too_much)
        assert refused.status_code == 422
        assert "不能再追回" in refused.content.decode()
        assert "认定虚构服务" in refused.content.decode(), "what was typed stays"
        approver.post(f"{where}/act/uphold", {"text": "认定虚构服务", "back_0": "1000"})
        row = Clawback.objects.get()
        assert row.principal_fen == 100_000
        page = f"/supervision/clawbacks/{row.id}"
        assert "1,000.00" in party.get(page).content.decode()
        assert approver.post(f"{page}/act/instal", {"count": "2", "first_on": "9999-12-20"}).status_code == 422
        approver.post(f"{page}/act/instal", {"count": "2", "first_on": "2025-04-20"})
        assert row.number in finance.get("/supervision/clawbacks/").content.decode()
        slip = {"position": "1", "fen": "500", "on": watch.today.isoformat(), "reference": "BK-9"}
        assert finance.post(f"{page}/act/receive", slip).status_code == 302
        assert "复核缴回" not in finance.get(page).content.decode().replace("复核缴回登记", "")
        assert "复核缴回" in approver.get(page).content.decode()
        assert approver.post(f"{page}/act/countersign", {}).status_code == 302
        row.refresh_from_db()
        assert row.received_fen == 50_000
        assert "追回" in finance.get(page).content.decode()


def test_suspending_and_releasing_by_the_page(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    with clock.at(watch.now):
        approver = browser(watch.approver)
        where = f"/supervision/cases/{case.id}"
        assert "暂停涉案拨付" in approver.get(where).content.decode()
        approver.post(f"{where}/act/suspend", {"reason": "待核实服务"})
        assert fresh(claim).state == "suspended"
        approver.post(f"{where}/act/clear", {"text": "未发现违规"})
        assert fresh(claim).state == "payable"
        assert approver.post(f"{where}/act/unknown", {}).status_code == 404


def test_a_case_about_the_enterprise_is_opened_beside_the_providers(watch: Watch) -> None:
    claim = watch.paid_out()
    case = watch.opened(claim)
    with clock.at(watch.now):
        officer = browser(watch.clerk)
        where = f"/supervision/cases/on/{claim.id}"
        assert f"{where}?side=holder" in officer.get(f"/supervision/cases/{case.id}").content.decode()
        assert "企业（创业者）" in officer.get(f"{where}?side=holder").content.decode()
        officer.post(where, {"title": "虚构需求套取补助", "source": "office", "side": "holder"})
        about = Case.objects.get(side="holder")
        assert about.party_id == claim.holder_party
        officer.post(f"/supervision/cases/{about.id}/act/ask", {"text": "请说明用券的需求"})
        assert "请说明用券的需求" in browser(watch.holder).get(f"/supervision/cases/{about.id}").content.decode()
        assert browser(watch.server).get(f"/supervision/cases/{about.id}").status_code == 404


def test_a_case_is_opened_from_a_visit_and_from_a_complaint(checks: Checks) -> None:
    visit = Visit.objects.get(plan=checks.drawn(claims=1))
    first, second = checks.team(visit)
    sheet = Sheet.objects.get()
    row = commands.complain(
        checks.holder,
        credit_code=party(checks.server.party_id).credit_code,
        kind=ComplaintKind.DELAY,
        text="送样后迟迟不出报告，多次催促无人答复",
        order_number=checks.settled().number,
        now=checks.now,
    )
    with clock.at(checks.now):
        officer, stranger = browser(checks.clerk), browser(checks.server)
        for where in (f"/supervision/cases/on-visit/{visit.id}", f"/supervision/cases/on-complaint/{row.id}"):
            assert officer.get(where).status_code == 200
            assert officer.post(where, {"title": WHY}).status_code == 409, "not signed, not taken up"
            assert stranger.get(where).status_code == 404
        said = {sheet.id: ("faulty", "没有原始记录")}
        commands.record_visit(first, visit_id=visit.id, findings=said, now=checks.now)
        commands.demand(second, visit_id=visit.id, text="补齐原始记录", now=checks.now)
        commands.accept_complaint(checks.clerk, complaint_id=row.id, now=checks.now)
        for page, where in (
            (f"/supervision/visits/{visit.id}", f"/supervision/cases/on-visit/{visit.id}"),
            (f"/supervision/complaints/{row.id}", f"/supervision/cases/on-complaint/{row.id}"),
        ):
            assert where in officer.get(page).content.decode()
            case = officer.post(where, {"title": WHY}).headers["Location"]
            assert page in officer.get(case).content.decode()
            assert officer.get(where).headers["Location"] == case, "it runs already"
    kinds = {case.source: list(_kinds(case)) for case in Case.objects.all()}
    assert kinds == {"check": ["claim", "visit"], "complaint": ["complaint"]}


def _kinds(case: Case) -> Iterator[str]:
    yield from Item.objects.filter(case=case).order_by("kind").values_list("kind", flat=True)


def test_lists_cost_the_same_however_many_rows(watch: Watch) -> None:
    counts = []
    with clock.at(watch.now):
        officer = browser(watch.clerk)
        for _ in range(3):  # the first fills what is kept in memory
            watch.upheld(watch.paid_out(), 100_000)
            with CaptureQueriesContext(connection) as seen:
                officer.get("/supervision/")
                officer.get("/supervision/clawbacks/")
            counts.append(len(seen))
    assert counts[1] == counts[2]


def test_a_case_page_costs_the_same_however_much_lies_in_it(watch: Watch) -> None:
    case, counts = watch.opened(), []
    with clock.at(watch.now):
        officer = browser(watch.clerk)
        for _ in range(3):  # the first fills what is kept in memory
            number = watch.payable().number
            commands.add_claim(watch.clerk, case_id=case.id, number=number, now=watch.now)
            with CaptureQueriesContext(connection) as seen:
                officer.get(f"/supervision/cases/{case.id}")
            counts.append(len(seen))
    assert counts[1] == counts[2]


def test_the_city_plans_draws_visits_and_publishes_by_the_pages(checks: Checks) -> None:
    checks.paid_out()
    city = checks.officer(Role.CITY_SCIENCE, "330600")
    with clock.at(checks.now):
        planner = browser(checks.city)
        for one in (city, checks.officer(Role.CITY_SCIENCE, "330600")):
            assert planner.post("/supervision/roster/330600", {"person_id": one.person_id}).status_code == 302
        seed_on = checks.today + timedelta(days=1)
        said = {
            "scheme": SCHEME,
            "region": "330600",
            "title": "市级复查",
            "from_on": "2025-01-01",
            "last_on": "2025-06-30",
            "share": "5",
            "seed_event": "示例公开来源第 1 期",
            "seed_on": seed_on.isoformat(),
            "seed_pattern": "## ## ## + ##",
        }
        assert planner.post("/supervision/checks/new", said | {"share": "4"}).status_code == 422
        planner.post("/supervision/checks/new", said)
        plan = Plan.objects.get()
        page = f"/supervision/checks/{plan.id}"
        planner.post(f"{page}/act/fix", {})
        assert browser(checks.server).get(page).status_code == 404
    checks.days(1)
    with clock.at(checks.now):
        browser(city).post(f"{page}/act/draw", {"seed_value": "03 08 11 + 07"})
        assert "重抽的结果一致" in planner.get(page).content.decode()
        visit = Visit.objects.get()
        where = f"/supervision/visits/{visit.id}"
        first, second = (browser(one) for one in checks.team(visit))
        first.post(f"{where}/act/date", {"on": checks.today.isoformat()})
        assert "待检查" in browser(checks.server).get(where).content.decode()
        assert first.post(f"{where}/act/record", {"result_0": "faulty", "text_0": ""}).status_code == 422
        first.post(f"{where}/act/record", {"result_0": "sound", "text_0": ""})
        second.post(f"{where}/act/pass", {})
        browser(city).post(f"{page}/act/publish", {})
        shown = Client().get(page).content.decode()
        assert "未发现问题" in shown
        assert "kechuang-verify draw" in shown
        assert plan.number in Client().get("/supervision/checks/").content.decode()
        assert Client().get(f"{page}/files/result.json").status_code == 200
        assert Client().get(f"{page}/files/other.json").status_code == 404


def test_an_inspector_declares_an_interest_on_the_page(checks: Checks) -> None:
    (row,) = checks.inspectors(1)
    with clock.at(checks.now):
        own = browser(actor_for(row.person_id, on=checks.today))
        code = party(checks.server.party_id).credit_code
        where = f"/supervision/inspectors/{row.id}"
        own.post(where, {"credit_code": code, "kind": "family"})
        assert "近亲属任职或持股" in own.get(where).content.decode()
        assert "近亲属任职或持股" in browser(checks.clerk).get("/supervision/roster/330602").content.decode()
        assert browser(checks.server).get(where).status_code == 404


def test_a_complaint_from_the_form_to_the_credit_page(checks: Checks) -> None:
    with clock.at(checks.now):
        user, provider, officer, approver = map(browser, (checks.holder, checks.server, checks.clerk, checks.approver))
        code = party(checks.server.party_id).credit_code
        said = {"credit_code": code, "kind": "delay", "text": "送样后迟迟不出报告，多次催促无人答复"}
        assert user.post("/supervision/complaints/new", said | {"text": "不好"}).status_code == 422
        made = user.post("/supervision/complaints/new", said)
        where = made.headers["Location"]
        assert provider.get(where).status_code == 404
        officer.post(f"{where}/act/accept", {})
        seen = provider.get(where).content.decode()
        assert "保密" in seen
        assert party(checks.holder.party_id).name not in seen
        provider.post(f"{where}/act/reply", {"text": "因设备检修延误"})
        approver.post(f"{where}/act/uphold", {"text": "延误属实"})
        event = CreditEvent.objects.get()
        page = f"/credit/events/{event.id}/"
        assert "已告知待申辩" in provider.get(page).content.decode()
        assert approver.post(f"{page}confirm/", {"words": "属实"}).status_code == 409
        provider.post(f"{page}reply/", {"words": "已经改进"})
        approver.post(f"{page}confirm/", {"words": "属实"})
        assert "1 件信用事件正在计入" in provider.get("/credit/standing/").content.decode()
        assert "投诉成立" in officer.get(f"/credit/standing/{checks.server.party_id}/").content.decode()
        assert "投诉成立" in officer.get("/credit/events/").content.decode()
        assert user.get(f"/credit/standing/{checks.server.party_id}/").status_code == 404


def test_a_sanction_is_proposed_from_its_case_answered_and_imposed(checks: Checks) -> None:
    case = checks.upheld(checks.paid_out(), 100_000).case
    with clock.at(checks.now):
        provider, officer, approver = map(browser, (checks.server, checks.clerk, checks.approver))
        shown = officer.get(f"/supervision/cases/{case.id}").content.decode()
        assert f"/supervision/cases/{case.id}/sanction" in shown
        ladder = officer.get(f"/supervision/cases/{case.id}/sanction").content.decode()
        assert "三（二）4" in ladder
        assert "示例参数" in ladder
        made = officer.post(f"/supervision/cases/{case.id}/sanction", {"rung": "blacklist", "grounds": "虚构服务"})
        where = made.headers["Location"]
        provider.post(f"{where}/act/reply", {"text": "愿意改正"})
        assert approver.get(where).status_code == 200
        approver.post(f"{where}/act/impose", {"text": "列入名单两年"})
        assert "列入至" in provider.get(where).content.decode()
        assert provider.get(f"/supervision/cases/{case.id}/sanction").status_code == 404
        assert Sanction.objects.get().number in officer.get("/supervision/sanctions/").content.decode()
