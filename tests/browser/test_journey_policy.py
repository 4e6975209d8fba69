"""政策模拟 and 驾驶舱: a policy officer drafts, replays, compares, somebody else publishes; the cockpit leads from figure to rows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kechuang.cockpit import commands
from kechuang.cockpit.models import Draft, Replay
from kechuang.cockpit.states import ReplayStage
from kechuang.gazette.queries import latest
from kechuang.orders.models import Order
from kechuang.ui import clock
from tests.browser.desk import Desk
from tests.browser.looking import DESKTOP, overflow, picture, resized
from tests.browser.played import Played
from tests.vouchers.conftest import SCHEME

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

CAP = '{ from = 2025-07-01, is = 4_000_000, article = "illustrative" },'
WALL = {"width": 1920, "height": 1080}


def test_a_policy_officer_drafts_replays_compares_and_another_publishes(
    world: Played, desk: Desk, another: Callable[[], Desk]
) -> None:
    _orders(world)
    officer = desk.sign_in("shi.keji")
    first = _drafted(officer, "单笔上限提至 5 万元", "5_000_000", looks=True)
    second = _drafted(officer, "单笔上限降至 500 元", "50_000")
    for draft in (first, second):
        _replayed(world, officer, draft, looks=draft == first)
    officer.go(f"/cockpit/desk/{second}/")
    for box in officer.page.locator("input[name=chosen]").all():
        box.check()
    officer.press("对比所选回放")
    officer.reads("甲 单笔上限降至 500 元", "乙 单笔上限提至 5 万元", "造假诱因订单占比", "资金用完日")
    officer.look("policy-compare")
    with officer.page.expect_download() as note:
        officer.follow("下载模拟说明", within=officer.page.locator("main"))
    assert note.value.suggested_filename.endswith(".pdf")
    officer.go(f"/cockpit/desk/{first}/")
    officer.decide("报送审定草案")
    officer.reads("待审定")
    expect(officer.page.get_by_role("button", name="审定并发布规则")).to_have_count(0)
    finance = another().sign_in("shi.caizheng")
    finance.follow("单笔上限提至 5 万元", within=finance.page.locator("main"))
    finance.decide("审定并发布规则")
    finance.reads("已发布", "第 2 版")
    finance.look("policy-published")
    assert latest()[SCHEME].version == 2
    finance.go("/gazette/shaoxing/voucher-2021#order_cap_fen")
    finance.reads("¥50,000.00")


def test_the_cockpit_leads_from_a_figure_to_its_rows_and_to_the_money(world: Played, desk: Desk) -> None:
    _orders(world)
    officer = desk.sign_in("shi.keji")
    officer.follow("驾驶舱")
    officer.reads("核发创新券", "越城区", "全部指标与口径")
    officer.look("cockpit-city")
    resized(officer.page, WALL)
    picture(officer.page, "cockpit-wall")
    assert overflow(officer.page) == []
    resized(officer.page, DESKTOP)
    row = officer.page.locator("tr", has=officer.page.get_by_role("rowheader", name="核发创新券", exact=True)).last
    row.get_by_role("link").click()
    officer.reads("核发的券面金额", "核发创新券")
    officer.look("cockpit-rows")
    officer.page.locator("table[data-rows] tbody a").first.click()
    officer.reads("资金")


def _orders(world: Played) -> None:
    """Two orders of the firm, placed with its voucher, to be replayed."""
    world.with_voucher()
    for _ in range(2):
        world.placed()
    assert Order.objects.filter(placed_on__isnull=False, voucher__isnull=False).count() > 1


def _drafted(officer: Desk, title: str, fen: str, *, looks: bool = False) -> str:
    officer.go("/cockpit/desk/new")
    officer.page.locator("select[name=scheme]").select_option(SCHEME)
    officer.fill("草案名称", title)
    officer.press("起草规则草案")
    area = officer.page.locator("textarea[name=text]")
    text = area.input_value()
    area.fill(text.replace(CAP, f'{CAP}\n  {{ from = 2025-07-01, is = {fen}, article = "illustrative" }},'))
    expect(officer.page.locator("#checks")).to_contain_text("2025-07-01 的值应排在 2025-07-01 之后")
    officer.page.locator("#checks [data-line]").first.click()
    assert "2025-07-01" in officer.page.evaluate(
        "() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd) }"
    )
    if looks:
        officer.look("policy-fault")
    area.fill(text.replace(CAP, f'{CAP}\n  {{ from = 2026-01-01, is = {fen}, article = "illustrative" }},'))
    expect(officer.page.locator("#checks")).to_contain_text("检查通过")
    officer.press("保存草案")
    officer.reads("已保存草案", "单笔订单抵扣上限")
    if looks:
        officer.look("policy-draft")
    return Draft.objects.get(title=title).id


def _replayed(world: Played, officer: Desk, draft: str, *, looks: bool) -> None:
    """The worker's part is done here; the page looks again by itself."""
    officer.go(f"/cockpit/desk/{draft}/")
    officer.press("回放往年订单")
    officer.reads("等待回放")
    replay = Replay.objects.get(draft_id=draft)
    with clock.at(world.now):
        done = commands.run_replay(replay_id=replay.id, now=world.now)
    assert done.stage == ReplayStage.DONE, done.refusal
    officer.reads("抵扣合计", "逐月抵扣")
    if looks:
        officer.look("policy-replay")
