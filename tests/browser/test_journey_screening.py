"""风险筛查: an officer opens a flagged claim, reads what was found and decides; the firm contests a link; the officer answers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kechuang.screening import commands
from kechuang.screening.models import Contest, Finding, Link
from kechuang.screening.queries import Known
from kechuang.screening.states import LinkKind, Pattern
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

FIRM, OFFICER = "qiye", "yuecheng.jingban"


def _affiliated(world: Played) -> Finding:
    """The demonstration's firm and its provider have one telephone, and the firm's order is claimed for."""
    sides = [world.of(FIRM).party_id, world.of("jigou").party_id]
    known = [Known(party, "330602", LinkKind.PHONE, "057588880000", "0575****0000", "主体登记") for party in sides]
    commands.keep_links(known, now=world.now)
    claim = world.submitted()
    return Finding.objects.get(claim_id=claim.id, rule=Pattern.AFFILIATED)


def test_a_flagged_claim_is_looked_into_and_a_link_is_contested(
    world: Played, desk: Desk, another: Callable[[], Desk]
) -> None:
    finding = _affiliated(world)
    desk.sign_in(OFFICER)
    desk.go(f"/claims/{finding.claim_id}")
    desk.reads("风险筛查", "关联交易", "使用者与服务机构相隔 1 步")
    desk.look("screening-claim")
    desk.follow("关联交易", within=desk.page.locator("#findings"))
    desk.reads("关联图", "0575****0000", "记录核实结论")
    desk.look("screening-finding")
    _contest(another())
    _answered(desk)
    desk.go(f"/screening/{finding.id}")
    desk.page.get_by_label("结论").first.select_option("dismissed")
    desk.fill("理由", "该电话为园区总机，服务有上机记录和样品")
    desk.press("记录核实结论")
    expect(desk.page.locator(".k-message-success")).to_contain_text("已记录核实结论")
    assert Finding.objects.get(id=finding.id).state == "dismissed"
    _lists(desk)


def _contest(firm: Desk) -> None:
    firm.sign_in(FIRM)
    firm.go("/screening/links")
    firm.reads("本单位的关联线索", "联系电话相同")
    firm.look("screening-links")
    row = firm.page.locator("tr", has_text="0575****0000")
    firm.press("提出申辩", within=row)
    dialog = firm.page.locator("dialog[open]")
    dialog.get_by_label("申辩内容").fill("该电话为园区总机，由园区内各单位共用，可向园区管理处核实")
    firm.press("提出申辩", within=dialog)
    firm.reads("待答复", "园区总机")
    firm.look("screening-contest")


def _answered(desk: Desk) -> None:
    said = Contest.objects.get()
    desk.go(f"/screening/contests/{said.id}")
    desk.reads("答复申辩", "同一事项为哪些单位共有")
    desk.page.get_by_label("结论").first.select_option("upheld")
    desk.fill("答复", "经园区管理处核实，属实，不再采信")
    desk.press("答复申辩")
    desk.reads("申辩成立")
    desk.look("screening-answered")
    assert Link.objects.get(id=said.link_id).state == "struck"


def _lists(desk: Desk) -> None:
    desk.go("/screening/?state=all")
    desk.reads("风险筛查", "关联交易", "已排除")
    desk.look("screening-queue")
    desk.go("/screening/rules")
    desk.reads("筛查规则", "拆分订单", "示例参数")
    desk.look("screening-rules")
