"""审计: a task, a sample, one claim's yuan, a person's decisions, and an evidence pack that verifies at home."""

from pathlib import Path

import pytest
from kechuang_verify import evidence

from tests.browser.auditing import DOCUMENT, opens_task
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once


def test_an_auditor_draws_a_sample_follows_a_yuan_and_takes_evidence_home(
    world: Played, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = world.payable()
    desk.sign_in("shenji")
    desk.go(f"/claims/{claim.id}")
    desk.reads("没有找到")
    desk.follow("审计任务", within=desk.page.locator(".k-nav"))
    desk.look("auditor-no-task")
    opens_task(desk)
    desk.look("auditor-task-new")
    _samples(desk, claim.number)
    _follows(desk)
    _looks_at_who_decided(desk)
    _freezes(desk, claim.number, tmp_path, capsys)


def _samples(desk: Desk, number: str) -> None:
    main = desk.page.locator("main")
    desk.follow("编制抽样方案", within=main)
    desk.look("auditor-plan")
    desk.fill("抽样名称", "二月抽样")
    main.get_by_label("期间内提交的申请").check()
    desk.fill("比例（%）或每层件数", "100")
    desk.fill("种子", "2025年2月17日 04 11 18 22")
    desk.press("写定方案和种子")
    desk.reads("已定方案", "总体还没有看到")
    desk.look("auditor-sample-planned")
    desk.press("冻结总体")
    desk.reads("总体已冻结", "承诺摘要")
    desk.press("抽取样本")
    desk.reads("已抽取待核查", "刚刚重抽，名单一致", number)
    desk.look("auditor-sample-drawn")
    desk.follow(number, within=main)
    desk.reads("工作底稿", "风险事实")
    desk.look("auditor-sheet")
    desk.page.get_by_label("未发现问题").check()
    desk.fill("事实和意见", "合同、发票、报告与申请一致，付款账户为入库账户。")
    desk.page.get_by_role("button", name="保存底稿").click()
    desk.reads("工作底稿已保存")


def _follows(desk: Desk) -> None:
    """From the sheet's amount to the way of the money, and from a station to its act and proof."""
    desk.go("/workbench")
    desk.reads("办理审计任务", "核查样本", DOCUMENT)
    desk.look("auditor-workbench")
    desk.follow("资金去向", within=desk.page.locator(".k-nav"))
    desk.follow("¥4,000.00", within=desk.page.locator("main"))
    desk.reads("越城区 · 抵扣", "共 1 单")
    desk.look("auditor-money-narrowed")
    desk.page.locator("tr[data-href]").get_by_role("link", name="¥4,000.00").click()
    desk.reads("这笔钱走过的路")
    desk.look("auditor-claim-way")
    desk.page.locator(".k-way").get_by_role("link", name="提交申兑").click()
    desk.reads("刚刚重算，与记录原文相符", "同时记的账")
    desk.look("auditor-act")


def _looks_at_who_decided(desk: Desk) -> None:
    main = desk.page.locator("main")
    desk.follow("审计任务", within=desk.page.locator(".k-nav"))
    desk.follow("创新券专项审计", within=main)
    desk.look("auditor-task")
    desk.follow("跟一个人的决定走", within=main)
    desk.look("auditor-people")
    main.locator("tbody a").first.click()
    desk.reads("办理记录")
    desk.look("auditor-person")
    desk.page.go_back()
    desk.follow("返回任务", within=main)
    main.get_by_role("link", name="个事项").click()
    desk.look("auditor-looks")
    desk.follow("返回任务", within=main)


def _freezes(desk: Desk, number: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk.follow("固化证据包", within=desk.page.locator("main"))
    desk.look("auditor-new-pack")
    desk.fill("证据包名称", "越城区一件")
    desk.fill("兑付申请编号", number)
    desk.press("固化证据包")
    desk.reads("清单摘要", "离线核验", number)
    desk.look("auditor-pack")
    digest = desk.page.locator("dt", has_text="清单摘要").locator("xpath=following-sibling::dd[1]").inner_text()
    with desk.page.expect_download() as download:
        desk.follow("下载证据包", within=desk.page.locator("main"))
    kept = folder / download.value.suggested_filename
    download.value.save_as(kept)
    policy = folder / "policy.txt"
    policy.write_text(desk.page.request.get(f"{desk.url}/trail/policy.txt").text(), encoding="utf-8")
    asked = [str(kept), "--digest", digest, "--policy", str(policy)]
    assert evidence.main(asked) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == "RESULT    VERIFIED", said
    assert "acts stand in the log" in said
    kept.write_bytes(kept.read_bytes().replace(b"ledger.json", b"ledgex.json"))
    assert evidence.main(asked) == 2
    assert "ledger.json: missing" in capsys.readouterr().out


def test_the_office_sees_that_it_was_looked_at_and_not_by_whom(world: Played, desk: Desk) -> None:
    claim = world.payable()
    auditor = Desk(desk.page, desk.url).sign_in("shenji")
    opens_task(auditor)
    auditor.go(f"/claims/{claim.id}")
    auditor.reads(claim.number)
    desk.page.context.clear_cookies()
    desk.sign_in("yuecheng.jingban")
    desk.go("/audit/looked-at")
    desk.reads("审计查阅情况", claim.number, "绍兴市")
    assert DOCUMENT not in desk.page.locator("main").inner_text()
    desk.look("office-looked-at")
