"""监管: an officer works a doubtful claim to clawback; the city runs a spot-check plan from its register to its publication."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kechuang.claims import commands as claims
from kechuang.claims.models import Claim
from kechuang.kernel.actor import CLOCK, Role
from kechuang.parties import commands as parties
from kechuang.parties.queries import person_names
from kechuang.pilot.states import DEMO_PASSWORD, FIRST_COUNTY
from kechuang.supervision.models import Case, Clawback, Member, Plan, Visit
from kechuang.treasury import commands as treasury
from kechuang.treasury.models import PaymentBatch
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once
CITY = "330600"


def paid(world: Played) -> Claim:
    """A claim on its way to the bank and paid, by the county's own people."""
    claim = world.payable()
    officer, approver, finance = (world.of(f"yuecheng.{name}") for name in ("jingban", "shenhe", "caizheng"))
    batch_id = claims.prepare(officer, region=FIRST_COUNTY, title="拨付", claim_ids=[claim.id], now=world.now)
    digest = PaymentBatch.objects.get(id=batch_id).digest
    treasury.approve_batch(approver, batch_id=batch_id, digest=digest, now=world.now)
    treasury.release_batch(finance, batch_id=batch_id, digest=digest, now=world.now)
    claims.transmit(finance, batch_id=batch_id, now=world.now)
    claim.refresh_from_db()
    return claim


def test_an_officer_works_a_paid_claim_to_clawback(world: Played, desk: Desk, another: Callable[[], Desk]) -> None:
    claim = paid(world)
    desk.sign_in("yuecheng.jingban")
    desk.go(f"/claims/{claim.id}")
    desk.follow("立案核查", within=desk.page.locator("main"))
    desk.fill("案由", "发票与订单不符，疑似虚构服务")
    desk.look("supervision-open")
    desk.press("立案")
    desk.reads("核查中", "还没有函件")
    desk.decide("发函询问", text="请说明送样、检测和出具报告的日期")
    desk.reads("待当事人答复", "请说明送样")
    desk.look("supervision-case-asked")
    case = Case.objects.latest("id")
    firm = another().sign_in("jigou")
    firm.reads("答复监管询问")
    firm.go(f"/supervision/cases/{case.id}")
    firm.decide("答复询问", text="其中一批样品的原始记录缺失，愿意退回")
    firm.reads("待决定")
    firm.look("supervision-case-provider")
    approver = another().sign_in("yuecheng.shenhe")
    approver.reads("决定案卷")
    approver.go(f"/supervision/cases/{case.id}")
    approver.decide("认定违规并结案", text="原始记录缺失的部分追回", back_0="2000")
    approver.reads("已认定违规", "¥2,000.00")
    approver.look("supervision-case-upheld")
    row = Clawback.objects.get(case=case)
    approver.go(f"/supervision/clawbacks/{row.id}")
    first = (world.today + timedelta(days=10)).isoformat()
    approver.decide("约定分期缴回", count="2", first_on=first)
    approver.reads("¥1,000.00", "示例参数")
    finance = another().sign_in("yuecheng.caizheng")
    finance.go(f"/supervision/clawbacks/{row.id}")
    finance.decide("登记缴回", reference="BK-0001")
    finance.reads("待复核", "BK-0001")
    finance.look("supervision-clawback")
    approver.go(f"/supervision/clawbacks/{row.id}")
    approver.decide("复核缴回")
    approver.reads("已追回", "BK-0001")
    row.refresh_from_db()
    assert row.received_fen == 100_000


def test_the_city_runs_a_spot_check_plan(world: Played, desk: Desk, another: Callable[[], Desk]) -> None:
    claim = paid(world)
    for number in (2, 3, 4):
        _appointed(world, f"shi.jiancha{number}")
    desk.sign_in("shi.keji")
    desk.go("/supervision/checks/")
    _roster(desk, world)
    desk.go("/supervision/checks/new")
    seed_on = world.today + timedelta(days=2)
    for label, text in (
        ("计划名称", "市级复查"),
        ("拨付日自", f"{world.today.year}-01-01"),
        ("拨付日至", f"{world.today.year}-06-30"),
        ("种子来源", "示例公开来源一期"),
        ("种子公布日期", seed_on.isoformat()),
    ):
        desk.fill(label, text)
    desk.page.locator("select[name=region]").select_option(CITY)
    desk.look("supervision-plan-new")
    desk.press("保存抽查计划")
    desk.decide("冻结抽查名录")
    desk.reads("名录已冻结")
    desk.look("supervision-plan-fixed")
    plan = Plan.objects.latest("id")
    world.days(3)
    other = another().sign_in("shi.jiancha2")
    other.go(f"/supervision/checks/{plan.id}")
    other.decide("抽取对象和检查人员", seed_value="03 08 11 19 27 33 + 07")
    other.reads("与名录和种子重抽的结果一致")
    other.look("supervision-plan-drawn")
    for visit in Visit.objects.filter(plan=plan):
        _visited(world, visit, another)
    other.go(f"/supervision/checks/{plan.id}")
    other.decide("公布抽查结果")
    other.go("/supervision/checks/")
    other.reads("半年抽查进度", "不低于")
    other.look("supervision-checks")
    visitor = another()
    visitor.go(f"/supervision/checks/{plan.id}")
    visitor.reads("未发现问题", "kechuang-verify draw")
    visitor.look("supervision-plan-public")
    assert claim.state == "paid"


def _appointed(world: Played, sign_in: str) -> None:
    person = parties.register_person(
        CLOCK, name=f"检查员{sign_in[-1]}", sign_in=sign_in, password=DEMO_PASSWORD, now=world.now
    )
    parties.appoint(CLOCK, person_id=person.id, role=Role.CITY_SCIENCE, region=CITY, now=world.now)


def _roster(desk: Desk, world: Played) -> None:
    """Three of the city's people are entered as inspectors."""
    desk.go(f"/supervision/roster/{CITY}")
    for number in (2, 3, 4):
        desk.page.get_by_label("检查人员").first.select_option(label=f"检查员{number}")
        desk.press("列入检查人员名录")
    desk.reads("检查员2", "检查员3", "检查员4")
    desk.look("supervision-roster")


def _visited(world: Played, visit: Visit, another: Callable[[], Desk]) -> None:
    """One of the drawn inspectors writes, the other countersigns."""
    rows = Member.objects.filter(visit=visit, on_team=True).select_related("inspector__person").order_by("place")
    one, two = (another().sign_in(row.inspector.person.sign_in) for row in rows)
    assert len(person_names([row.inspector.person_id for row in rows])) == 2
    where = f"/supervision/visits/{visit.id}"
    one.go(where)
    one.decide("定检查日期", on=world.today.isoformat())
    one.press("填写检查记录")
    dialog = one.page.locator("dialog[open]")
    for choice in dialog.get_by_label("未发现问题").all():
        choice.check()
    one.press("填写检查记录", within=dialog)
    one.reads("待会签")
    one.look("supervision-visit")
    two.go(where)
    two.decide("会签：未发现问题")
    two.reads("未发现问题")
