"""企业: from applying for a voucher to settling with one button, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from kechuang.orders import commands as orders
from kechuang.orders.models import Order
from kechuang.orders.states import ContractKind
from tests.browser.desk import Desk
from tests.browser.played import Played
from tests.orders.conftest import PDF, paper

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

PRICE, HALF = "¥8,000.00", "¥4,000.00"


def test_an_enterprise_applies_books_a_service_and_settles_with_one_button(world: Played, desk: Desk) -> None:
    page = desk.sign_in("qiye").page
    desk.look("enterprise-workbench")
    _applies(desk)
    order = _asks(desk)
    orders.quote(world.server, order_id=order.id, lines=[world.line()], declares=True, now=world.now)
    _places(desk)
    order.refresh_from_db()
    assert (order.price_fen, order.voucher_fen, order.own_share_fen) == (800_000, 400_000, 400_000)
    _is_served(world, order)
    page.reload()
    _accepts_and_settles(desk, order)


def _applies(desk: Desk) -> None:
    """Each check is shown with where it stands; the listed firm has its voucher in the same minute."""
    page = desk.page
    desk.follow("创新券", within=page.locator(".k-nav"))
    desk.look("enterprise-vouchers")
    desk.follow("申领创新券", within=page.locator("main"))
    desk.look("voucher-apply")
    desk.fill("申领额度（元）", "50000")
    desk.fill("拟开展的研发或检测服务", "新产品检测")
    desk.press("保存并核对条件")
    desk.reads("资格核验", "符合")
    checks = page.locator("table", has_text="核验所见").locator("tbody tr")
    expect(checks.locator("details.k-article")).to_have_count(checks.count())
    desk.look("voucher-draft")
    desk.follow("去签署信用承诺")
    desk.look("commitment")
    page.get_by_label("本人已阅读并同意上述承诺").check()
    desk.press("签署信用承诺")
    desk.press("提交申领")
    desk.reads("核发额度", "¥50,000.00")
    desk.look("voucher-issued")


def _asks(desk: Desk) -> Order:
    """Found by search, with what is left to pay beside the price; asked for a quote."""
    page = desk.page
    page.locator("#k-search-q").fill("材料成分检测")
    page.keyboard.press("Enter")
    found = page.locator(".k-offer", has_text="绍兴文理学院").first
    expect(found).to_contain_text("您付")
    desk.look("search")
    found.get_by_role("link").first.click()
    desk.reads("收费标准与券后价", "¥1,000.00", "¥500.00")
    desk.look("order-request")
    desk.fill("需求说明", "镀层样品 8 件，出具成分报告")
    desk.press("提交委托，请机构报价")
    desk.reads("待报价")
    desk.look("order-requested")
    return Order.objects.latest("id")


def _places(desk: Desk) -> None:
    page = desk.page
    page.reload()
    desk.follow("查看券后价并下单")
    desk.reads(PRICE, HALF, "共同声明", "由谁办理", "抵扣比例 50%")
    page.locator("summary", has_text="为什么").first.click()
    desk.look("order-place")
    page.get_by_label("已阅读并作出共同声明").check()
    desk.press("接受报价并下单")
    desk.reads("待服务")
    desk.look("order-placed")


def _is_served(world: Played, order: Order) -> None:
    order_id, now = order.id, world.now
    orders.contract(world.server, order_id=order_id, kind=ContractKind.TEMPLATE, now=now)
    orders.seal(world.server, order_id=order_id, now=now)
    orders.seal(world.holder, order_id=order_id, now=now)
    orders.start(world.server, order_id=order_id, now=now)
    orders.deliver(world.server, order_id=order_id, files=[paper()], now=now)


def _accepts_and_settles(desk: Desk, order: Order) -> None:
    page = desk.page
    desk.decide("验收服务")
    desk.reads("待结算")
    desk.press("登记自付款凭证")
    dialog = page.locator("dialog[open]")
    desk.fill("金额（元）", "4000", within=dialog)
    desk.bring("银行回单", "回单.pdf", PDF, within=dialog)
    desk.look("order-own-share")
    desk.press("登记自付款凭证", within=dialog)
    desk.reads("自付款已登记", HALF)
    desk.look("order-accepted")
    desk.decide("结算：抵扣并完成")
    desk.reads("已结算", "已抵扣", HALF)
    desk.look("order-settled")
    order.refresh_from_db()
    assert order.captured_fen == 400_000
    desk.follow("创新券", within=page.locator(".k-nav"))
    desk.reads("¥46,000.00")
    desk.follow("资金去向", within=page.locator(".k-nav"))
    desk.look("enterprise-money")
    page.get_by_role("link", name=re.compile("材料成分检测")).first.click()
    desk.look("enterprise-way")
