"""The portal's pages in a real browser, at both widths."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.audit import commands as audit
from kechuang.kernel.actor import Actor, Role
from kechuang.ui import clock
from tests.browser.looking import DESKTOP, PHONE, seen
from tests.portal.conftest import Square, book
from tests.vouchers.conftest import YUECHENG

__all__ = ["book"]
pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def square(book: None, transactional_db: None, settings: Settings) -> Square:
    made = Square()
    settings.CLOCK_OFFSET = made.now - clock.database_time()
    settings.DEMO = True
    return made


def at(page: Page, live_server: LiveServer, screen: dict[str, int], address: str, name: str) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    page.goto(live_server.url + address)
    seen(page, name)


@SCREENS
@pytest.mark.parametrize("address", ["/", "/search", "/search?q=zzz", "/pages", "/help", "/nowhere"])
def test_public_pages(
    page: Page, live_server: LiveServer, square: Square, screen: dict[str, int], address: str
) -> None:
    square.settled()
    at(page, live_server, screen, address, f"public{address.replace('/', '-').replace('?', '-')}")


@SCREENS
def test_what_a_holder_sees(
    page: Page, live_server: LiveServer, square: Square, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    order = square.settled()
    square.quoted()
    enter(square.holder)
    for address in (reverse("portal:workbench"), reverse("portal:search"), reverse("portal:money")):
        at(page, live_server, screen, address, f"holder{address.replace('/', '-')}")
    at(page, live_server, screen, reverse("portal:money_way", args=[order.id]), "holder-way")


@SCREENS
def test_what_an_auditor_sees(
    page: Page, live_server: LiveServer, square: Square, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    order = square.settled()
    auditor = square.officer(Role.AUDITOR)
    audit.open_task(
        auditor, office=YUECHENG, document="越审通〔2025〕3号", title="专项审计", regions=[YUECHENG],
        from_on=square.today.replace(month=1, day=1), last_on=square.today.replace(month=12, day=31), now=square.now,
    )  # fmt: skip
    enter(auditor)
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    page.goto(live_server.url + reverse("portal:money"))
    page.locator("[data-chart] svg").wait_for()
    seen(page, "auditor-money")
    at(page, live_server, screen, reverse("portal:money_way", args=[order.id]), "auditor-way")
