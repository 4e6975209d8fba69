"""监管: an officer works a doubtful claim to clawback, with the provider, the approver and the county's finance."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kechuang.claims import commands as claims
from kechuang.claims.models import Claim
from kechuang.pilot.states import FIRST_COUNTY
from kechuang.supervision.models import Case, Clawback
from kechuang.treasury import commands as treasury
from kechuang.treasury.models import PaymentBatch
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once


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
    finance.reads("已追回", "BK-0001")
    finance.look("supervision-clawback")
    row.refresh_from_db()
    assert row.received_fen == 100_000
