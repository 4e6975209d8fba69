"""放券: an enterprise takes its place in a round of first come, first served, and is drawn in a lottery that anybody draws again."""

import argparse
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from kechuang_verify import draw
from playwright.sync_api import Page, expect

from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.pilot.states import FIRST_COUNTY
from kechuang.releases import commands as releases
from kechuang.releases.models import Entry, Release
from kechuang.ui import clock
from tests.browser.desk import Desk
from tests.browser.played import MORNING, Played
from tests.vouchers.conftest import SCHEME

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

ENTER, SEED = "报名排队", "03 08 11 19 27 33 + 07"


def test_an_enterprise_opens_the_page_early_enters_once_and_has_its_voucher(
    world: Played, desk: Desk, another: Callable[[], Desk]
) -> None:
    _commits(world, world.holder)
    release = _planned(desk, world, way="先到先得")
    _announces(another().sign_in("yuecheng.shenhe"), release)
    firm = another().sign_in("qiye")
    _finds(firm, release)
    firm.reads("到时本页自动出现报名按钮")
    expect(firm.page.get_by_role("button", name=ENTER)).to_have_count(0)
    firm.look("release-before")
    world.now = release.opens_at
    firm.page.reload()
    firm.look("release-open")
    firm.press(ENTER)
    firm.reads("已核发", "可以下单抵扣")
    firm.look("release-granted")
    expect(firm.page.get_by_role("button", name=ENTER)).to_have_count(0)
    assert [entry.state for entry in Entry.objects.filter(release=release)] == ["granted"]
    firm.follow("查看创新券", within=firm.page.locator("main"))
    firm.reads("可用")
    visitor = another()
    visitor.go(f"/releases/{release.id}/")
    visitor.reads("额度与进度", "登录后报名")
    visitor.look("release-public")


def test_an_enterprise_is_drawn_and_anybody_draws_again(
    world: Played, desk: Desk, another: Callable[[], Desk], tmp_path: Path
) -> None:
    maker = world.of("chuangke")
    _commits(world, world.holder, maker)
    release = _planned(desk, world, way="摇号")
    officer = another().sign_in("yuecheng.shenhe")
    _announces(officer, release)
    world.now = release.opens_at
    firm = another().sign_in("qiye")
    _finds(firm, release)
    firm.press("提交报名")
    firm.reads("报名已收下", "报名先后不影响摇号")
    firm.look("release-entered")
    releases.enter(maker, release_id=release.id, now=world.now)
    world.days(9)
    _draws(officer, release)
    firm.page.reload()
    firm.reads("为您留出", "领取")
    firm.look("release-offered")
    firm.press("领取创新券")
    firm.reads("已核发", "可以下单抵扣")
    _draws_again(another(), release, maker, tmp_path)


def _commits(world: Played, *holders: Actor) -> None:
    from kechuang.credit import commands as credit

    for holder in holders:
        credit.sign_commitment(holder, party_id=holder.party_id, kind="holder", now=world.now)


def _planned(desk: Desk, world: Played, *, way: str) -> Release:
    """The author of the budget plans a release, reads what will happen, and hands it over."""
    page = desk.sign_in("yuecheng.yusuan").page
    desk.follow("放券", within=page.locator(".k-nav"))
    desk.look("releases-list")
    desk.follow("编制放券方案", within=page.locator("main"))
    opens = clock.instant(clock.day(world.now) + timedelta(days=1), MORNING)
    desk.fill("批次名称", "越城区第一批放券")
    page.get_by_label("放券方式").select_option(label=way)
    desk.fill("放券金额（元）", "500000")
    desk.fill("开始时间", f"{opens:%Y-%m-%dT%H:%M}")
    desk.fill("截止时间", f"{opens + timedelta(days=7):%Y-%m-%dT%H:%M}")
    if way == "摇号":
        desk.press("保存方案")
        desk.reads("种子取自哪一期公开结果")
        desk.look("release-plan-refused")
        desk.fill("种子来源（摇号）", "示例公开来源第 1 期")
        desk.fill("种子公布日期（摇号）", f"{opens + timedelta(days=8):%Y-%m-%d}")
    desk.look("release-plan")
    desk.press("保存方案")
    desk.reads("放券方案已保存", "草稿")
    desk.look("release-draft")
    desk.decide("提交复核")
    desk.reads("待复核")
    release = Release.objects.get(scheme=SCHEME, region=FIRST_COUNTY)
    assert release.amount_fen == Fen(50_000_000)
    return release


def _announces(desk: Desk, release: Release) -> None:
    """Another looks and announces; from then on it is everybody's."""
    desk.reads("复核放券方案")
    desk.go(f"/releases/{release.id}/")
    desk.look("release-to-check")
    desk.decide("复核并公告")
    desk.reads("已公告")
    release.refresh_from_db()


def _finds(desk: Desk, release: Release) -> None:
    desk.follow("放券", within=desk.page.locator(".k-nav"))
    desk.follow(release.title, within=desk.page.locator("main"))


def _draws(desk: Desk, release: Release) -> None:
    """The list was closed by the clock and published with its digest; then comes the public value."""
    desk.page.reload()
    desk.reads("报名清单摘要", "已截止")
    desk.look("release-closed")
    desk.decide("定出次序", seed_value=SEED)
    desk.reads("次序已定，结果已公布", SEED)
    desk.look("release-drawn")


def _draws_again(visitor: Desk, release: Release, maker: Actor, folder: Path) -> None:
    """Nobody in particular reads the list, fetches both files and repeats the draw; an altered entry is named."""
    page = visitor.page
    visitor.go(f"/releases/{release.id}/result")
    visitor.reads("公开名单")
    masked = Entry.objects.get(release=release, party_id=maker.party_id)
    visitor.reads(masked.shown_name)
    visitor.look("release-result")
    visitor.follow("返回批次")
    result = _fetched(page, "定序结果", folder)
    entries = _fetched(page, "报名清单", folder)
    assert _verified(result, entries) == 0
    said = json.loads(result.read_text())
    said["entries"][0]["fen"] += 1
    result.write_text(json.dumps(said, ensure_ascii=False))
    assert _verified(result, entries) == 2


def _fetched(page: Page, label: str, folder: Path) -> Path:
    with page.expect_download() as fetched:
        page.get_by_role("link", name=label).click()
    place = folder / fetched.value.suggested_filename
    fetched.value.save_as(place)
    return place


def _verified(result: Path, entries: Path) -> int:
    parser = argparse.ArgumentParser()
    draw.add_arguments(parser)
    return draw.run(parser.parse_args([str(result), "--entries", str(entries)]))
