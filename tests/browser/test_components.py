"""The components in a real browser: nothing for axe-core to find, and everything by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import DESKTOP, PHONE, seen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.ui.urls")]


@pytest.fixture
def gallery(page: Page, live_server: LiveServer) -> Page:
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto(f"{live_server.url}/gallery")
    return page


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_component_is_clean_and_fits(gallery: Page, screen: dict[str, int]) -> None:
    gallery.set_viewport_size(screen)  # type: ignore[arg-type]
    gallery.locator("[data-chart] svg").wait_for()
    seen(gallery, "components")


def test_nothing_breaks_the_content_security_policy(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}/gallery")
    page.locator("[data-chart] svg").wait_for()
    assert said == []


def test_rows_are_walked_marked_and_opened_by_keyboard(gallery: Page) -> None:
    gallery.locator("body").press("j")
    gallery.locator("body").press("j")
    rows = gallery.locator("table[data-rows] tbody tr")
    expect(rows.nth(1)).to_have_class(re.compile("is-here"))
    gallery.keyboard.press("x")
    expect(rows.nth(1).locator("input[name=chosen]")).to_be_checked()
    expect(gallery.locator("[data-many-count]")).to_have_text("已选 1 项")
    gallery.keyboard.press("k")
    expect(rows.nth(0)).to_have_class(re.compile("is-here"))
    href = rows.nth(0).get_attribute("data-href") or ""
    gallery.evaluate("document.activeElement.blur()")
    gallery.keyboard.press("Enter")
    gallery.wait_for_url(f"**{href}")


def test_keys_do_nothing_while_one_types(gallery: Page) -> None:
    box = gallery.locator("#k-search-q")
    box.focus()
    gallery.keyboard.type("jx?")
    expect(box).to_have_value("jx?")
    assert gallery.locator("tr.is-here").count() == 0


def test_help_opens_and_closes_by_keyboard(gallery: Page) -> None:
    gallery.evaluate("document.activeElement.blur()")
    gallery.keyboard.press("?")
    expect(gallery.locator("#k-keys")).to_be_visible()
    gallery.keyboard.press("Escape")
    expect(gallery.locator("#k-keys")).not_to_be_visible()


def test_the_first_stop_leads_to_the_content(gallery: Page) -> None:
    gallery.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    gallery.locator(".k-skip").focus()
    gallery.keyboard.press("Enter")
    expect(gallery.locator("#content")).to_be_focused()


def test_an_error_summary_takes_the_focus_and_leads_to_the_field(gallery: Page) -> None:
    expect(gallery.locator(".k-summary[data-focus]").first).to_be_focused()
    gallery.locator('.k-summary a[href="#id_amount"]').click()
    expect(gallery.locator("#id_amount")).to_be_focused()


def test_what_is_final_is_asked_once_and_can_be_left(gallery: Page) -> None:
    gallery.get_by_role("button", name="退回补正").first.click()
    dialog = gallery.locator("dialog[open]")
    expect(dialog).to_contain_text("十个工作日的时限暂停")
    dialog.get_by_role("button", name="返回").click()
    expect(gallery.locator("dialog[open]")).to_have_count(0)


def test_a_double_click_sends_once(gallery: Page) -> None:
    sent: list[str] = []
    gallery.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    gallery.route("**/nudge", lambda route: None)  # never answered: the second click comes while the first is under way
    gallery.get_by_role("button", name="催办").dblclick(no_wait_after=True)
    gallery.wait_for_timeout(200)
    assert len(sent) == 1


def test_an_article_opens_closes_by_escape_and_stays_on_the_screen(gallery: Page) -> None:
    gallery.set_viewport_size(PHONE)  # type: ignore[arg-type]
    chip = gallery.locator("details.k-article").first
    chip.locator("summary").click()
    box = chip.locator(".k-article-body").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    gallery.keyboard.press("Escape")
    expect(chip).not_to_have_attribute("open", "")
