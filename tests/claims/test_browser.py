"""The pages of claims and payouts in a real browser, at both widths; a clean claim decided by one key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.claims.formats.opening import heading
from kechuang.claims.states import OpeningKind
from kechuang.documents.rules import write_xlsx
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.queries import party
from kechuang.treasury.rules import Outcome
from kechuang.ui import clock
from tests.browser.looking import DESKTOP, PHONE, enter, seen
from tests.claims.conftest import Payouts, fresh

__all__ = ["enter"]
pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
Look = Callable[[Actor, str, str], None]


@pytest.fixture
def payouts(book: None, transactional_db: None, settings: Settings) -> Payouts:
    made = Payouts()
    settings.CLOCK_OFFSET = made.now - clock.database_time()
    return made


@pytest.fixture
def look(
    page: Page, live_server: LiveServer, payouts: Payouts, settings: Settings, enter: Callable[[Actor], None]
) -> Look:
    def looked(actor: Actor, address: str, name: str) -> None:
        settings.CLOCK_OFFSET = payouts.now - clock.database_time()
        enter(actor)
        page.goto(live_server.url + address)
        seen(page, f"claims-{name}")

    return looked


def of(name: str, *record: str) -> str:
    return reverse(f"claims:{name}", args=record)


@SCREENS
def test_what_a_provider_sees(page: Page, payouts: Payouts, look: Look, screen: dict[str, int]) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    payouts.settled()
    order, other = payouts.settled(), payouts.settled()
    draft = payouts.made(order)
    look(payouts.server, of("claims"), "provider-list")
    look(payouts.server, of("claim", draft.id), "provider-draft-empty")
    payouts.bring(draft, payouts.invoice(order, gross_fen=order.price_fen + 10_000))
    look(payouts.server, of("claim", draft.id), "provider-draft-differs")
    look(payouts.server, of("claim", payouts.returned(payouts.submitted(other)).id), "provider-returned")


@SCREENS
def test_what_an_officer_sees(page: Page, payouts: Payouts, look: Look, screen: dict[str, int]) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    clean, doubtful = payouts.submitted(), payouts.doubtful()
    published = payouts.in_notice()
    look(payouts.county, of("claims"), "officer-queue")
    look(payouts.county, of("claim", clean.id), "officer-clean")
    look(payouts.county, of("claim", doubtful.id), "officer-doubtful")
    look(payouts.county, of("claim", published.id), "officer-in-notice")
    look(payouts.county, of("correct_notice", published.notice_id), "officer-correct")
    look(payouts.county, of("unpublish", published.notice_id), "officer-unpublish")
    look(payouts.county, of("claim", payouts.refused(clean).id), "officer-refused")


@SCREENS
def test_what_the_three_hands_of_a_payout_see(page: Page, payouts: Payouts, look: Look, screen: dict[str, int]) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    claim = payouts.payable()
    look(payouts.clerk, of("payouts"), "payouts")
    batch = payouts.prepared(claim)
    look(payouts.approver, of("batch", batch.id), "batch-to-approve")
    payouts.approve(batch)
    look(payouts.finance, of("batch", batch.id), "batch-to-release")
    from kechuang.treasury import commands as treasury

    treasury.release_batch(payouts.finance, batch_id=batch.id, digest=batch.digest, now=payouts.now)
    look(payouts.finance, of("batch", batch.id), "batch-to-send")
    treasury.send_batch(payouts.finance, batch_id=batch.id, now=payouts.now)
    payouts.hear(batch, Outcome.UNKNOWN)
    look(payouts.finance, of("batch", batch.id), "batch-unknown")
    payouts.hear(batch, Outcome.PAID)
    look(payouts.finance, of("batch", batch.id), "batch-paid")
    look(payouts.server, of("claim", claim.id), "provider-paid")


@SCREENS
def test_what_the_budget_author_sees_of_the_opening(
    page: Page, payouts: Payouts, look: Look, screen: dict[str, int], tmp_path: Path
) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    author = payouts.officer(Role.BUDGET_AUTHOR)
    look(author, of("opening"), "opening")
    table = tmp_path / "期初.xlsx"
    code = party(payouts.holder.party_id).credit_code
    rows = [
        ["老券-001", code, "100000", "60000", "2025-01-02", "2025-07-01"],
        ["老券-002", code, "100000", "600000", "2025-01-02", "去年"],
    ]
    for name, given, done in (("faults", rows, "未导入"), ("tried", rows[:1], "试导入通过")):
        table.write_bytes(write_xlsx([heading(OpeningKind.VOUCHERS), *given]))
        page.set_input_files("input[type=file]", table)
        page.get_by_role("button", name="试导入").click()
        page.get_by_role("heading", name=done).wait_for()
        seen(page, f"claims-opening-{name}")
    page.set_input_files("input[type=file]", table)
    page.get_by_role("button", name="正式导入").click()
    page.get_by_role("button", name="整表冲销").wait_for()
    seen(page, "claims-opening-done")


def test_a_clean_claim_is_confirmed_by_one_key_and_the_next_one_opens(page: Page, payouts: Payouts, look: Look) -> None:
    first, doubtful = payouts.submitted(), payouts.doubtful()
    look(payouts.county, of("claim", first.id), "key-clean")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{of('claim', doubtful.id)}")
    assert fresh(first).state == "in_notice"
    page.keyboard.press("Enter")  # a doubtful one is never confirmed by accident
    page.wait_for_timeout(300)
    assert fresh(doubtful).state == "submitted"


def test_a_doubtful_claim_is_confirmed_only_with_its_note(page: Page, payouts: Payouts, look: Look) -> None:
    claim = payouts.doubtful()
    look(payouts.county, of("claim", claim.id), "note-doubtful")
    page.get_by_role("button", name="核对后仍予确认").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("核对情况").fill("含加急费，已核对补充协议")
    dialog.get_by_role("button", name="核对后仍予确认").click()
    page.wait_for_url(f"**{of('claims')}")
    assert fresh(claim).state == "in_notice"


def test_what_is_refused_in_a_dialog_stands_there_again(page: Page, payouts: Payouts, look: Look) -> None:
    claim = payouts.doubtful()
    look(payouts.county, of("claim", claim.id), "dialog-again")
    page.get_by_role("button", name="退回补正").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("　 ")  # not empty to the browser, nothing to the rules
    dialog.get_by_role("button", name="退回补正").click()
    page.get_by_role("dialog").get_by_text("请先处理以下问题").or_(page.locator("dialog .has-error")).first.wait_for()
    page.goto(f"{page.url.partition('/claims/')[0]}/claims/{claim.id}/return")
    page.get_by_role("link", name="打开所属页面").click()
    page.wait_for_url(f"**{of('claim', claim.id)}")
