"""补助: a city settles last year's subsidies from what was redeemed, makes them known, and finance pays; one click leads to the rows."""

from collections.abc import Callable
from datetime import date

import pytest

from kechuang.kernel.money import Fen
from kechuang.parties.queries import party
from kechuang.pilot.states import FIRST_COUNTY
from kechuang.subsidies import commands
from kechuang.subsidies.models import Settlement, Statement
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

REDEEMED, RATE_PART = "¥620,000.00", "¥186,000.00"


def test_finance_pays_a_subsidy(world: Played, desk: Desk, another: Callable[[], Desk]) -> None:
    """The year of the journey is one before the platform began, redeemed on paper; later years come from the ledger."""
    year = world.today.year - 2
    _redeemed_on_paper(world, year)
    clerk, approver, finance = desk.sign_in("shi.jingban"), another(), another()
    address = _drafts(clerk, year)
    approver.sign_in("shi.shenhe").go(address)
    approver.look("subsidy-draft")
    approver.decide("核对无误")
    finance.sign_in("shi.bokuan").go(address)
    finance.fill("安排的补助资金（元）", "200,000")
    finance.fill("资金文号", "绍市财〔2026〕2号")
    finance.press("安排资金")
    finance.reads("补助资金已安排")
    _settles(clerk, address)
    world.days(10)
    batch = _prepares(clerk)
    approver.go(batch)
    approver.press("审批通过")
    finance.go(batch)
    finance.look("subsidy-batch")
    finance.press("核准拨付")
    finance.press("经模拟银行支付")
    finance.reads("支付成功", "已支付")
    world.days(1)
    row = Settlement.objects.get(year=year)
    assert row.state == "closed"
    assert Statement.objects.get(settlement=row, fen__gt=0).state == "paid"
    provider = another().sign_in("jigou")
    provider.follow("补助", within=provider.page.locator(".k-nav"))
    provider.reads(RATE_PART, "已拨付")
    provider.look("subsidy-own")


def _redeemed_on_paper(world: Played, year: int) -> None:
    entry = commands.Redemption(
        party(world.server.party_id).credit_code,
        date(year, 11, 20),
        Fen(62_000_000),
        Fen(124_000_000),
        "越财教〔历史〕1号",
    )
    row = commands.enter_outside(world.of("yuecheng.jingban"), region=FIRST_COUNTY, redemption=entry, now=world.now)
    commands.check_outside(world.of("yuecheng.shenhe"), outside_id=row.id, now=world.now)


def _drafts(clerk: Desk, year: int) -> str:
    clerk.follow("补助", within=clerk.page.locator(".k-nav"))
    clerk.look("subsidies")
    clerk.follow("起草补助核算", within=clerk.page.locator("main"))
    clerk.page.get_by_label("核算年度").select_option(str(year))
    clerk.fill("当年补助比例（%）", "30")
    clerk.fill("决定文号", "绍市科〔2026〕1号")
    clerk.fill("决定机关", "绍兴市科学技术局")
    clerk.fill("决定日期", "2025-01-02")
    clerk.press("报送核对")
    clerk.reads("草案已报送")
    return clerk.page.url.removeprefix(clerk.url)


def _settles(clerk: Desk, address: str) -> None:
    clerk.go(address)
    clerk.decide("核算补助")
    clerk.reads("已核算", REDEEMED, RATE_PART)
    clerk.look("subsidy-settled")
    clerk.follow("绍兴文理学院", within=clerk.page.locator("main"))
    clerk.reads("怎样算出来的", REDEEMED, RATE_PART)
    clerk.look("subsidy-statement")
    clerk.go(address)
    clerk.decide("公示补助名单")
    clerk.reads("公示与拨付中")


def _prepares(clerk: Desk) -> str:
    clerk.go("/subsidies/payouts")
    clerk.reads("待拨付", "绍兴文理学院", RATE_PART)
    clerk.look("subsidy-payouts")
    clerk.press("编制拨付批次")
    clerk.reads("明细摘要")
    return clerk.page.url.removeprefix(clerk.url)
