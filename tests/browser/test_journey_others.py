"""创业者, 预算编制人, 市科技局, a phone, the other language: shorter walks through the same house."""

import re

import pytest
from playwright.sync_api import expect

from kechuang.treasury.models import Budget
from tests.browser.desk import Desk
from tests.browser.looking import PHONE, violations
from tests.browser.played import Played

CHINESE = re.compile(r"[\u4e00-\u9fff]")

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once


def test_a_maker_gets_a_voucher_and_sees_what_is_left_to_pay(world: Played, desk: Desk) -> None:
    page = desk.sign_in("chuangke").page
    desk.look("maker-workbench")
    desk.go("/vouchers/apply")
    if page.get_by_role("link", name="去签署信用承诺").count():  # not yet signed on the pilot's day
        desk.follow("去签署信用承诺")
        page.get_by_label("本人已阅读并同意上述承诺").check()
        desk.press("签署信用承诺")
    desk.fill("申领额度（元）", "20000")
    desk.press("保存并核对条件")
    desk.reads("创业者（自然人）")
    desk.press("提交申领")
    desk.reads("¥20,000.00")
    desk.look("maker-voucher")
    desk.go("/search?q=材料成分检测")
    expect(page.locator(".k-offer").first).to_contain_text("您付¥400.00")  # the maker's rate: six tenths
    desk.look("maker-search")


def test_the_budget_author_drafts_next_year(world: Played, desk: Desk) -> None:
    page = desk.sign_in("yuecheng.yusuan").page
    desk.look("author-workbench")
    desk.follow("预算", within=page.locator(".k-nav"))
    desk.reads("越城区")
    desk.look("author-budgets")
    desk.follow("编制预算")
    desk.fill("预算年度", "2026")
    desk.fill("预算金额（元）", "9500000")
    desk.fill("编制依据", "2025 年申领与兑付的执行数，新增服务机构 12 家")
    desk.look("author-draft")
    desk.press("保存预算草案")
    expect(page.locator(".k-head")).to_contain_text("2026")
    desk.look("author-budget")
    desk.decide("报送预算")
    expect(page.locator(".k-head")).to_contain_text("县财政局")
    assert Budget.objects.get(year=2026).amount_fen == 950_000_000


def test_the_city_sees_what_a_county_has_let_run_out(world: Played, desk: Desk) -> None:
    claim = world.submitted()
    world.days(17)  # the ten working days run from 18 February to 3 March
    page = desk.sign_in("shi.keji").page
    desk.reads("已超期")
    row = page.locator("tr[data-href]", has_text=claim.number)
    expect(row).to_contain_text("已超期")
    desk.look("city-workbench")
    row.get_by_role("link").first.click()
    expect(page.locator(".k-head")).to_contain_text(claim.number)
    desk.look("city-claim")


def test_an_enterprise_orders_with_a_thumb(world: Played, desk: Desk) -> None:
    """390 wide: four ways at the bottom, all others at the top, tables are cards, the button is under the thumb."""
    world.with_voucher()
    desk.screen = PHONE
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page = desk.sign_in("qiye").page
    thumbs = page.locator(".k-thumb a")
    expect(thumbs).to_have_count(4)
    expect(page.get_by_role("link", name="全部页面").first).to_be_visible()
    thumbs.filter(has_text="找服务").click()
    page.locator(".k-offer", has_text="材料成分检测").get_by_role("link").first.click()
    desk.reads("您付", "¥500.00")
    assert violations(page) == []
    desk.fill("需求说明", "镀层样品 8 件")
    desk.press("提交委托，请机构报价")
    desk.reads("待报价")
    desk.look("phone-order")
    thumbs.filter(has_text="订单").click()
    card = page.locator("tr[data-href]", has_text="材料成分检测").first
    assert card.evaluate("row => getComputedStyle(row).display") != "table-row"
    expect(card).to_contain_text("待报价")
    desk.look("phone-orders")
    thumbs.filter(has_text="创新券").click()
    desk.reads("¥100,000.00")
    desk.look("phone-vouchers")


OWN_PAGES = ("/workbench", "/messages", "/vouchers/mine", "/orders/", "/claims/", "/money", "/credit/organisation/")
NAMED = ("/credit/organisation/", "/registers/")  # the heading is a name: the firm's, the scheme's title
PUBLIC_PAGES = ("/", "/search", "/notices/", "/registers/", "/gazette/", "/sign-in/")


@pytest.mark.parametrize(("who", "pages"), [("", PUBLIC_PAGES), ("qiye", OWN_PAGES)], ids=["public", "enterprise"])
def test_the_other_language_is_one_press_away(world: Played, desk: Desk, who: str, pages: tuple[str, ...]) -> None:
    page = desk.page
    if who:
        world.settled()
        desk.sign_in(who)
    desk.go(pages[0])
    desk.press("English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for address in pages:
        desk.go(address)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator(".k-nav")).not_to_have_text(CHINESE)
        if address not in NAMED:
            expect(page.locator("h1").first).not_to_have_text(CHINESE)
        desk.look(f"english{address.replace('/', '-')}")
    desk.press("中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
