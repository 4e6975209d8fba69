"""Carriers in a real browser at both widths: the public page, the provider's own, prices by group, the income statement."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Carrier, Offer
from kechuang.catalog.rules import NewPrice, Share, Step
from kechuang.catalog.states import ItemKind, PriceGroup, ShareTo, StaffTitle, Unit
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.orders import commands as orders
from kechuang.parties.models import Party
from kechuang.policy.book import installed
from kechuang.ui import clock
from tests.browser.looking import DESKTOP, PHONE, seen
from tests.portal.conftest import Square
from tests.rulebook import rulebook

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def square(transactional_db: None, settings: Settings) -> Iterator[Square]:
    with installed(rulebook()):
        made = Square()
        settings.CLOCK_OFFSET = made.now - clock.database_time()
        settings.DEMO = True
        yield made


def laboratory(square: Square) -> Carrier:
    """A carrier with everything: opening rules, people, a split, prices by group in steps, an order that is horizontal."""
    carrier = Offer.objects.get(id=square.offer_id).carrier
    given = {"carrier_id": carrier.id, "valid_from": square.today, "now": square.now}
    opening = catalog.NewOpening(
        hours="周一至周五 8:30–17:00，节假日除外",
        open_to="各类企业、创业者和科研机构",
        notice="提前两个工作日预约；取消须提前一日",
        about="面向中小企业的材料检测平台，提供成分、形貌和力学性能测试。",
        contact="业务受理室",
        phone="0575-88000000",
        email="lab@example.edu.cn",
        website="https://lab.example.edu.cn",
        route="公交 3 路“大学”站，西门进",
    )
    catalog.set_opening(square.server, opening=opening, **given)  # type: ignore[arg-type]
    chen = catalog.add_staff(
        square.server,
        name="陈工",
        title=StaffTitle.SENIOR,
        post="机组负责人",
        published=True,
        operates=[square.offer_id],
        **given,  # type: ignore[arg-type]
    )
    shares = [Share(ShareTo.UNIT, 2_000), Share(ShareTo.LABORATORY, 4_000), Share(ShareTo.PERSON, 4_000)]
    paper = {"document_number": "校设〔2025〕7号", "title": "大型仪器设备共享管理办法"}
    catalog.file_sharing(square.server, shares=shares, **paper, **given)  # type: ignore[arg-type]
    order = square.settled()
    Party.objects.filter(id=square.server.party_id).update(credit_code="12330600471000000X")
    orders.note_served(square.server, order_id=order.id, project="新材料检测", people={chen.id: 1}, now=square.now)
    registered = {"project": "新材料检测", "registration": "2025330600000123"}
    orders.mark_horizontal(square.server, order_id=order.id, now=square.now, **registered)
    lines = [
        NewPrice("机时", Unit.HOUR, Fen(30_000), group=PriceGroup.INSIDE),
        NewPrice(
            "机时",
            Unit.HOUR,
            Fen(50_000),
            group=PriceGroup.OUTSIDE,
            steps=(Step(200, Fen(45_000)), Step(500, Fen(40_000))),
            minimum_fen=Fen(50_000),
        ),
        NewPrice("加急", Unit.RATE, None, ItemKind.RUSH, 5_000),
    ]
    catalog.set_prices(square.server, offer_id=square.offer_id, lines=lines, valid_from=square.today, now=square.now)
    return carrier


@SCREENS
def test_a_carrier_as_everybody_sees_it(
    page: Page, live_server: LiveServer, square: Square, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    carrier = laboratory(square)
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    for name, url in (
        ("carriers", reverse("portal:carriers")),
        ("carrier", reverse("portal:carrier", args=[carrier.id])),
    ):
        page.goto(live_server.url + url)
        expect(page.locator("main")).to_contain_text(carrier.name)
        seen(page, f"{name}-{screen['width']}")
    enter(square.holder)
    page.goto(live_server.url + reverse("portal:carrier", args=[carrier.id]))
    expect(page.locator("main")).to_contain_text("您付")
    seen(page, f"carrier-holder-{screen['width']}")


@SCREENS
def test_a_provider_keeps_its_carrier(
    page: Page, live_server: LiveServer, square: Square, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    carrier = laboratory(square)
    enter(square.server)
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    for name, which in (
        ("catalog:carrier", carrier.id),
        ("catalog:opening", carrier.id),
        ("catalog:new_staff", carrier.id),
        ("catalog:sharing", carrier.id),
        ("catalog:prices", square.offer_id),
        ("catalog:offer", square.offer_id),
    ):
        page.goto(live_server.url + reverse(name, args=[which]))
        seen(page, f"{name.replace(':', '-')}-{screen['width']}")
    page.goto(live_server.url + reverse("catalog:prices", args=[square.offer_id]))
    page.get_by_label("最低收费（元）").nth(1).fill("600")
    page.get_by_role("button", name="保存收费标准").click()
    expect(page.locator("main")).to_contain_text("最低收费 ¥600.00")


@SCREENS
def test_the_income_statement_on_screen(
    page: Page, live_server: LiveServer, square: Square, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    laboratory(square)
    enter(square.server)
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    page.goto(live_server.url + reverse("orders:income"))
    expect(page.locator("main")).to_contain_text("与总账核对一致")
    seen(page, f"income-{screen['width']}")
    page.goto(live_server.url + reverse("treasury:settlements"))
    expect(page.locator("main")).to_contain_text("本期标记的横向科研经费")
    seen(page, f"settlements-{screen['width']}")
