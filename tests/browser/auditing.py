"""What journeys with an auditor share."""

from tests.browser.desk import Desk

DOCUMENT = "绍审通〔2025〕18号"


def opens_task(auditor: Desk) -> None:
    """By the menu: a task over all of the city's counties for the year."""
    auditor.follow("审计任务", within=auditor.page.locator(".k-nav"))
    auditor.follow("立审计任务", within=auditor.page.locator("main"))
    auditor.fill("审计通知书或任务文号", DOCUMENT)
    auditor.fill("任务名称", "创新券专项审计")
    auditor.fill("审计期间自", "2025-01-01")
    auditor.fill("审计期间至", "2025-12-31")
    for region in auditor.page.locator("input[name=regions]").all():  # none is taken for granted
        region.check()
    auditor.press("立审计任务")
    auditor.reads(DOCUMENT, "还没有抽样")
