"""A provider's instruments in a real browser at both widths: list, sheet, a section, an import with faults, exports, push keys."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.catalog import commands
from kechuang.catalog.formats.workbook import written
from kechuang.catalog.models import Offer
from kechuang.catalog.states import ClearanceKind
from kechuang.kernel.actor import Actor
from kechuang.policy.book import installed
from kechuang.ui import clock
from tests.browser.looking import DESKTOP, PHONE, seen
from tests.catalog.conftest import LIST, World
from tests.catalog.test_importing import instrument
from tests.catalog.test_instruments import jpg, made
from tests.rulebook import rulebook

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def lab(transactional_db: None, settings: Settings) -> Iterator[World]:
    with installed(rulebook()):
        world = World()
        settings.CLOCK_OFFSET = world.now - clock.database_time()
        settings.DEMO = True
        yield world


def supervised(world: World, head: Actor) -> Offer:
    """One with everything: prices, a picture, customs papers."""
    offer = made(world, head, original_value_fen=285_600_000, model="Regulus 8100", maker="日立", country="日本")
    commands.set_prices(head, offer_id=offer.id, lines=LIST, valid_from=world.today, now=world.now)
    commands.set_picture(head, offer_id=offer.id, picture=commands.Upload("电镜.jpg", jpg(240)), now=world.now)
    said = {
        "under_customs": True,
        "declaration_number": "290120251000000001",
        "declaration_item": "01",
        "released_on": world.today,
        "declared_name": "扫描电镜",
    }
    commands.describe(head, offer_id=offer.id, values=said, now=world.now)
    papers = {"kind": ClearanceKind.NOTICE, "number": "杭关2025-1", "valid_from": world.today, "now": world.now}
    commands.clear_customs(head, offer_id=offer.id, **papers)  # type: ignore[arg-type]
    return commands.open_offer(head, offer_id=offer.id, now=world.now)


@SCREENS
def test_the_pages_of_instruments(
    page: Page, live_server: LiveServer, lab: World, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    head = lab.provider()
    carrier = lab.carrier(head)
    offer = supervised(lab, head)
    enter(head)
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    for name, arguments in (
        ("instruments", []),
        ("instrument", [offer.id]),
        ("section", [offer.id, "basic"]),
        ("section", [offer.id, "service"]),
        ("new_instrument", [carrier.id]),
        ("exports", []),
        ("push_keys", []),
    ):
        answer = page.goto(live_server.url + reverse(f"catalog:{name}", args=arguments))
        assert answer is not None
        assert answer.status == 200, name
        seen(page, f"catalog-{name}{'-' + arguments[1] if name == 'section' else ''}")


@SCREENS
def test_a_workbook_with_faults_is_reported_by_row(
    page: Page, live_server: LiveServer, lab: World, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    head = lab.provider()
    carrier = lab.carrier(head)
    enter(head)
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    page.goto(live_server.url + reverse("catalog:import_instruments", args=[carrier.id]))
    seen(page, "catalog-import")
    rows = [
        instrument("YQ001"),
        instrument("YQ002", source="捡来的"),
        instrument("YQ003", original_value_fen="2856000"),
    ]
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.locator("input[name=file]").set_input_files({"name": "仪器.xlsx", "mimeType": kind, "buffer": written(rows)})
    page.get_by_label("只导入合格行").check()
    page.get_by_role("button", name="导入文件").click()
    expect(page.get_by_text("捡来的").first).to_be_visible()
    expect(page.get_by_text("新增 1")).to_be_visible()
    seen(page, "catalog-import-report")
