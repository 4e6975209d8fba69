"""县科技局经办人: the most urgent first, evidence on one page, confirming, returning, confirming together, by keyboard too."""

import re

import pytest
from playwright.sync_api import expect

from kechuang.claims.models import Claim
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

# What has the focus is on the screen and nothing lies over it (it may still be on its way there).
UNCOVERED = """() => { const node = document.activeElement, box = node.getBoundingClientRect();
const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
return node === top || node.contains(top); }"""


def test_an_officer_confirms_returns_and_confirms_together(world: Played, desk: Desk) -> None:
    first, off = world.submitted(), world.submitted(off_fen=-10_000)
    clean = [world.submitted() for _ in range(2)]
    page = desk.sign_in("yuecheng.jingban").page
    row = page.locator("tr[data-href]", has_text=first.number)
    expect(row).to_contain_text("还剩")
    desk.look("officer-workbench")
    row.get_by_role("link").first.click()
    desk.reads("材料比对", "确认服务事项", "发票-", "确认后即开始公示，至 2025年2月24日（周一）")
    desk.look("officer-claim")
    with page.expect_download() as download:
        page.locator(".k-file a").first.click()
    assert download.value.path().stat().st_size > 0
    desk.press("确认服务事项")
    expect(page.locator(".k-message-success")).to_have_text(re.compile(r"已确认 SD-\S+ 并开始公示，查看公示"))
    assert _state(first) == "in_notice"
    _returns(desk, off)
    _together(desk, clean)


def _returns(desk: Desk, claim: Claim) -> None:
    desk.go(f"/claims/{claim.id}")
    desk.reads("有不符或缺失")
    desk.look("officer-claim-differs")
    desk.decide("退回补正", reason="发票金额与订单价款不一致，请更换发票")
    desk.go(f"/claims/{claim.id}")
    desk.reads("待补正", "发票金额与订单价款不一致")
    desk.look("officer-claim-returned")
    assert _state(claim) == "returned"


def _together(desk: Desk, claims: list[Claim]) -> None:
    page = desk.page
    desk.go("/claims/?state=submitted&clean=yes")
    for claim in claims:
        page.get_by_label(f"选择 {claim.number}").check()
    expect(page.locator("[data-many-count]")).to_have_text(f"已选 {len(claims)} 项")
    desk.look("officer-queue")
    desk.press("一并确认并公示")
    expect(page.locator(".k-message-success")).to_contain_text(f"已一并确认 {len(claims)} 件")
    assert {_state(claim) for claim in claims} == {"in_notice"}
    notices = set(Claim.objects.filter(id__in=[claim.id for claim in claims]).values_list("notice_id", flat=True))
    assert len(notices) == 1
    desk.go(f"/notices/{notices.pop()}")
    desk.look("notice-of-two")


def test_an_officer_works_without_a_mouse(world: Played, desk: Desk) -> None:
    claims = [world.submitted() for _ in range(3)]
    page = desk.page
    keys = page.keyboard
    desk.go("/sign-in/?next=/claims/?state=submitted")
    _until_focused(desk, "#id_login")
    keys.type("yuecheng.jingban")
    keys.press("Tab")
    keys.type("Kechuang-2025")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="兑付申请")).to_be_visible()
    page.wait_for_load_state()
    keys.press("?")
    expect(page.locator("#k-keys")).to_be_visible()
    keys.press("Escape")
    for _ in range(2):
        keys.press("j")
        keys.press("x")
    keys.press("k")
    rows = page.locator("table[data-rows] tbody tr")
    expect(rows.nth(0)).to_have_class(re.compile("is-here"))
    expect(page.locator("[data-many-count]")).to_have_text("已选 2 项")
    _until_focused(desk, "button[formaction$='/claims/confirm']")
    keys.press("Enter")
    expect(page.locator(".k-message-success")).to_contain_text("已一并确认 2 件")
    left = next(claim for claim in claims if _state(claim) == "submitted")
    desk.go("/workbench")
    page.wait_for_load_state()
    at = [row.inner_text() for row in page.locator("table[data-rows] tbody tr").all()]
    for _ in range(1 + next(n for n, text in enumerate(at) if left.number in text)):
        keys.press("j")
    keys.press("Enter")
    page.wait_for_url(f"**/claims/{left.id}")
    _until_focused(desk, ".k-aside form[action$='/confirm'] button.btn-primary")
    keys.press("Enter")
    expect(page.locator(".k-message-success")).to_have_text(re.compile(r"已确认 SD-\S+ 并开始公示，查看公示"))
    assert _state(left) == "in_notice"


def _until_focused(desk: Desk, selector: str) -> None:
    """Tab by Tab to the element; what has the focus is seen and nothing lies over it."""
    for _ in range(80):
        desk.page.keyboard.press("Tab")
        place = desk.page.locator(":focus")
        if place.count() and place.evaluate("(node, selector) => node.matches(selector)", selector):
            desk.page.wait_for_function(UNCOVERED)
            return
    raise AssertionError(f"{selector} cannot be reached by Tab on {desk.page.url}")


def _state(claim: Claim) -> str:
    claim.refresh_from_db()
    return claim.state
