"""One person at one browser: signs in, goes where they work, and every page they look at is held to the house's rules."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from kechuang.pilot.states import DEMO_PASSWORD
from tests.browser.looking import DESKTOP, PHONE, overflow, picture, resized, violations

SETTLED_MS = 30_000  # of the longest wait: a machine under load is slow, not wrong
expect.set_options(timeout=SETTLED_MS)


class Desk:
    def __init__(self, page: Page, url: str, screen: dict[str, int] | None = None) -> None:
        self.page, self.url = page, url
        self.screen = screen or DESKTOP
        self.complaints: list[str] = []
        page.set_default_timeout(SETTLED_MS)
        page.set_viewport_size(self.screen)  # type: ignore[arg-type]
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        """A refused form answers with 4xx, which Chromium notes as an error of its own: no fault of a page."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, address: str) -> None:
        self.page.goto(self.url + address)

    def sign_in(self, name: str) -> "Desk":
        self.go("/sign-in/")
        self.page.locator("input[name=login]").fill(name)
        self.page.locator("input[name=password]").fill(DEMO_PASSWORD)
        self.press("登录", within=self.page.locator("main"))
        expect(self.page.get_by_role("heading", name="待办")).to_be_visible()
        return self

    def press(self, label: str, *, within: Page | Locator | None = None) -> None:
        """A button by its whole label; once the page's script has come, as people are slower than we."""
        self.page.wait_for_load_state()
        (within or self.page).get_by_role("button", name=label, exact=True).click()

    def follow(self, label: str, *, within: Page | Locator | None = None) -> None:
        """A link by its label; one that the menu has no room for stands under 更多."""
        self.page.wait_for_load_state()
        link, more = (
            (within or self.page).get_by_role("link", name=label).first,
            self.page.locator(".k-nav-more summary"),
        )
        if not link.is_visible() and more.is_visible():
            more.click()
        link.click()

    def fill(self, label: str, text: str, *, within: Page | Locator | None = None) -> None:
        (within or self.page).get_by_label(label).first.fill(text)

    def bring(self, label: str, name: str, content: bytes, *, within: Page | Locator | None = None) -> None:
        """A file into the field with this label."""
        kind = "application/xml" if name.endswith(".xml") else "application/pdf"
        place = (within or self.page).get_by_label(label).first
        place.set_input_files({"name": name, "mimeType": kind, "buffer": content})

    def decide(self, label: str, **texts: str) -> None:
        """A button that asks once: opens its dialogue, fills it and presses the same words there."""
        self.press(label)
        dialog = self.page.locator("dialog[open]")
        for field, text in texts.items():
            dialog.locator(f"[name={field}]").fill(text)
        self.press(label, within=dialog)

    def reads(self, *words: str) -> None:
        """The page says all of these."""
        for word in words:
            expect(self.page.locator("main")).to_contain_text(word)

    def look(self, name: str) -> None:
        """The page as it must be: clean for axe-core, never wider than the screen at either width, nothing complained."""
        self.page.wait_for_load_state()
        found = violations(self.page)
        for screen in (DESKTOP, PHONE):
            resized(self.page, screen)
            picture(self.page, name)
            found += [f"{screen['width']}: {element}" for element in overflow(self.page)]
        resized(self.page, self.screen)
        assert found + self.complaints == [], f"{self.page.url}\n" + "\n".join(found + self.complaints)
