"""服务机构: quotes, serves, delivers its report, marks the invoice, claims with it and hands the claim in."""

import re

import pytest
from playwright.sync_api import expect

from kechuang.claims.models import Claim
from kechuang.orders import commands as orders
from kechuang.orders.models import Order
from tests.browser.desk import Desk
from tests.browser.played import Played
from tests.orders.conftest import PDF, paper

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

HALF = "¥4,000.00"


def test_a_provider_quotes_serves_delivers_and_claims(world: Played, desk: Desk) -> None:
    order = world.requested(needs="镀层样品 8 件")
    desk.sign_in("jigou")
    _quotes(desk)
    orders.place(world.holder, order_id=order.id, declares=True, now=world.now)
    _serves(world, desk, order)
    orders.accept(world.holder, order_id=order.id, now=world.now)
    order.refresh_from_db()
    orders.own_share(world.holder, order_id=order.id, fen=order.own_share_fen, file=paper("回单.pdf"), now=world.now)
    orders.settle(world.holder, order_id=order.id, now=world.now)
    _claims(world, desk, order)


def _quotes(desk: Desk) -> None:
    page = desk.page
    desk.reads("报价：材料成分检测")
    desk.look("provider-workbench")
    desk.follow("报价：材料成分检测")
    desk.reads("镀层样品 8 件")
    desk.look("provider-order")
    desk.follow("报价", within=page.locator(".k-head"))
    desk.fill("常规样品：数量（样品）", "8")
    page.get_by_label("已阅读并作出共同声明").check()
    desk.look("provider-quote")
    desk.press("送出报价")
    desk.reads("待下单", "¥8,000.00")


def _serves(world: Played, desk: Desk, order: Order) -> None:
    page = desk.page
    page.reload()
    desk.press("提交服务合同")
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("合同范本").check()
    desk.press("提交服务合同", within=dialog)
    desk.decide("合同用印")
    desk.follow("查看合同文本")
    desk.look("provider-contract")
    page.go_back()
    orders.seal(world.holder, order_id=order.id, now=world.now)
    page.reload()
    desk.decide("开始服务")
    expect(page.locator(".k-head")).to_contain_text("服务中")
    desk.press("交付服务报告")
    dialog = page.locator("dialog[open]")
    desk.bring("服务报告", "报告.pdf", PDF, within=dialog)
    desk.press("交付服务报告", within=dialog)
    desk.reads("待验收", "报告.pdf")
    desk.look("provider-delivered")


def _claims(world: Played, desk: Desk, order: Order) -> None:
    page = desk.page
    number, content = world.invoice_xml(order.id)
    page.reload()
    desk.press("登记开票")
    dialog = page.locator("dialog[open]")
    desk.fill("发票号码", number, within=dialog)
    desk.fill("价税合计（元）", "8000", within=dialog)
    desk.fill("开票日期", world.today.isoformat(), within=dialog)
    desk.press("登记开票", within=dialog)
    desk.reads(number)
    desk.follow("去申请兑付")
    desk.reads("可以申兑的订单", HALF)
    desk.look("provider-claimable")
    desk.press("填报兑付申请")
    desk.look("provider-claim-draft")
    desk.bring("文件", f"发票-{number}.xml", content)
    desk.press("上传材料")
    desk.press("提交兑付申请")
    expect(page.locator(".k-head")).to_contain_text("待确认")
    expect(page.locator(".k-head")).to_contain_text(re.compile("还剩|前"))
    desk.reads("材料比对", "一致")
    desk.look("provider-claim")
    claim = Claim.objects.get(order_id=order.id)
    assert (claim.state, claim.clean, claim.claimed_fen) == ("submitted", True, 400_000)
