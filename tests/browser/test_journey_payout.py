"""拨付: one prepares, another approves, finance releases and sends, the bank answers; the auditor follows one yuan."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.auditing import opens_task
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

HALF = "¥4,000.00"


def test_three_hands_pay_and_the_auditor_follows_one_yuan(
    world: Played, desk: Desk, another: Callable[[], Desk]
) -> None:
    claim = world.payable()
    desk.sign_in("yuecheng.jingban")
    _prepares(desk)
    address = desk.page.url.removeprefix(desk.url)
    approver = another().sign_in("yuecheng.shenhe")
    approver.look("approver-workbench-payout")
    approver.go(address)
    approver.reads("审批拨付批次", HALF)
    approver.look("approver-batch")
    approver.press("审批通过")
    finance = another().sign_in("yuecheng.caizheng")
    _pays(finance, address)
    claim.refresh_from_db()
    assert claim.state == "paid"
    auditor = another().sign_in("shenji")
    _follows(auditor, claim.number)


def _prepares(desk: Desk) -> None:
    main = desk.page.locator("main")
    desk.follow("拨付", within=main)
    desk.reads("公示无异议，等待编入拨付批次")
    desk.look("officer-claim-payable")
    desk.follow("编制拨付批次", within=main)
    desk.reads("待拨付", "绍兴文理学院", HALF)
    desk.look("officer-payouts")
    desk.press("编制拨付批次")
    desk.reads("明细摘要", "编制")
    desk.look("officer-batch")


def _pays(finance: Desk, address: str) -> None:
    page = finance.page
    finance.look("finance-workbench")
    finance.go(address)
    finance.look("finance-batch")
    finance.press("核准拨付")
    finance.reads("送银行")
    name, rows = _downloaded(page)
    assert name.endswith(".xlsx")
    assert ["绍兴文理学院" in str(row) and "4000" in str(row) for row in rows].count(True) == 1
    finance.press("经模拟银行支付")
    finance.reads("支付成功", "已支付")
    finance.look("finance-batch-paid")


def _downloaded(page: Page) -> tuple[str, list[tuple[object, ...]]]:
    """The payment file as the bank's clerk opens it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="下载支付文件（xlsx）").click()
    content = Path(download.value.path()).read_bytes()
    book = openpyxl.load_workbook(BytesIO(content))
    return download.value.suggested_filename, [row for sheet in book for row in sheet.iter_rows(values_only=True)]


# Every station of the money: where it came from, what was done, which office did it, by which article.
STATIONS = (
    ("下达预算", "县财政局", "绍兴试点方案 二（一）"),
    ("核发创新券", "系统时钟", "示例参数"),
    ("抵扣（占用）", "企业（创业者）", "绍兴试点方案 三（一）2"),
    ("抵扣", "企业（创业者）", "绍兴试点方案 三（一）2"),
    ("提交申兑", "服务机构（载体）", "绍兴试点方案 三（一）4"),
    ("核定应付", "系统时钟", "绍兴试点方案 三（一）4"),
    ("银行确认支付", "县财政局", "绍兴试点方案 三（一）4"),
)


def _follows(auditor: Desk, number: str) -> None:
    page = auditor.page
    opens_task(auditor)
    auditor.follow("资金去向", within=page.locator(".k-nav"))
    page.locator("[data-chart] svg").wait_for()
    auditor.look("auditor-money")
    auditor.fill("订单、申兑或创新券编号", number)
    auditor.press("查去向")
    auditor.reads("这笔钱走过的路")
    auditor.look("auditor-way")
    steps = page.locator("table", has_text="凭据").locator("tbody tr")
    expect(steps).to_have_count(len(STATIONS))
    for step, (station, office, article) in zip(steps.all(), STATIONS, strict=True):
        expect(step.locator("th")).to_contain_text(station)
        day, _source, _target, amount, done, by, proof = (step.locator("td").nth(n) for n in range(7))
        expect(day).to_contain_text("月")
        expect(amount).to_contain_text("¥")
        expect(done).to_contain_text(office)
        expect(by).to_have_text(article)
        expect(proof).to_contain_text("账目")
