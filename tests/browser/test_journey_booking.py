"""仪器预约: found by need, compared, booked, paid after the voucher, moved, cancelled late; the provider's side; idle instruments."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kechuang.bookings import commands as bookings
from kechuang.bookings.models import Booking
from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Offer
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import OfferKind, Unit
from kechuang.kernel.money import Fen
from kechuang.orders import commands as orders
from kechuang.orders.models import Order
from kechuang.ui import clock
from tests.browser.desk import Desk
from tests.browser.looking import PHONE
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once

NAME = "镀层测厚仪（X 射线荧光）"
ROUND_THE_CLOCK = [[[0, 1_440]]] * 7


@pytest.fixture
def instrument(world: Played) -> str:
    """An open instrument of 绍兴文理学院 by the hour, with a calendar, quoted by its published price."""
    carrier = catalog.add_carrier(
        world.server, party_id=world.server.party_id, kind="university", name="表面工程实验室", now=world.now
    )
    offer = catalog.add_offer(
        world.server,
        carrier_id=carrier.id,
        kind=OfferKind.INSTRUMENT,
        name=NAME,
        service_class="instrument",
        content="测镀层、涂层厚度与成分，GB/T 16921",
        process="预约、上机、出具数据",
        inner_number="CH-2025-001",
        class_code="010301",
        now=world.now,
    )
    lines = [NewPrice("机时", Unit.HOUR, Fen(40_000))]
    catalog.set_prices(world.server, offer_id=offer.id, lines=lines, valid_from=world.today, now=world.now)
    catalog.open_offer(world.server, offer_id=offer.id, now=world.now)
    given = {"hours": ROUND_THE_CLOCK, "max_minutes": 480}
    bookings.open_calendar(world.server, instrument_id=offer.id, now=world.now, **given)
    orders.quote_by_list(world.server, offer_id=offer.id, declares=True, now=world.now)
    world.with_voucher()
    return offer.id


@pytest.mark.parametrize("screen", [None, PHONE], ids=["wide", "phone"])
def test_found_by_need_booked_and_ordered_with_the_voucher(
    world: Played, instrument: str, desk: Desk, screen: dict[str, int] | None
) -> None:
    if screen:
        desk.screen = screen
        desk.page.set_viewport_size(screen)  # type: ignore[arg-type]
    desk.sign_in("qiye")
    _finds(desk)
    _books(desk, world)
    booking = Booking.objects.latest("id")
    assert booking.instrument_id == instrument
    _moves(desk, booking)
    _orders(desk)
    order = Order.objects.get(booking_id=booking.id)
    assert order.state == "placed"
    assert order.price_fen == order.voucher_fen + order.own_share_fen == 80_000
    assert order.voucher_fen > 0


def test_a_late_cancellation_says_so_before_it_is_done(world: Played, instrument: str, desk: Desk) -> None:
    begins = world.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    booking = bookings.book(
        world.holder,
        instrument_ids=[instrument],
        from_at=begins,
        until_at=begins + timedelta(hours=1),
        now=world.now,
    )
    desk.sign_in("qiye")
    desk.go(f"/bookings/{booking.id}/")
    desk.reads("逾期取消")
    desk.look("booking-late")
    desk.press("取消预约")
    dialog = desk.page.locator("dialog[open]")
    expect(dialog).to_contain_text("逾期")
    desk.press("取消预约", within=dialog)
    desk.reads("预约已取消")
    booking.refresh_from_db()
    assert (booking.state, booking.late) == ("cancelled", True)


def test_the_provider_sets_rules_confirms_and_records_the_use(
    world: Played, instrument: str, desk: Desk, another: Callable[[], Desk]
) -> None:
    desk.sign_in("jigou")
    desk.go(f"/bookings/instruments/{instrument}/rules")
    desk.look("booking-rules")
    desk.page.locator("[name=confirmation]").first.select_option("provider")
    desk.page.locator("main form.k-form .btn-primary").first.click()
    begins = clock.instant(world.today + timedelta(days=1)).replace(minute=0) + timedelta(hours=1)
    booking = bookings.book(
        world.holder,
        instrument_ids=[instrument],
        from_at=begins,
        until_at=begins + timedelta(hours=2),
        now=world.now,
    )
    assert booking.state == "requested"
    desk.go("/bookings/desk/")
    desk.look("booking-desk")
    desk.go(f"/bookings/{booking.id}/")
    desk.press("确认预约")
    desk.reads("已确认")
    desk.look("booking-confirmed-provider")
    desk.go(f"/bookings/instruments/{instrument}/blocks")
    desk.look("booking-blocks")
    _records(desk, instrument, (world.today - timedelta(days=1)).isoformat())
    desk.go("/usage/")
    desk.reads("服务记录", "镀锌件镀层厚度")
    desk.look("usage-records")
    region = another().sign_in("sheng.gongxiang")
    region.go("/usage/boards")
    region.reads("使用率", "闲置")
    region.look("usage-region")


def _records(desk: Desk, instrument: str, day: str) -> None:
    """A service that nobody booked here: typed by hand, with its hours."""
    desk.go(f"/usage/carriers/{Offer.objects.get(id=instrument).carrier_id}/new")
    page = desk.page
    page.locator("[name=instrument]").select_option(instrument)
    page.locator("[name=title]").fill("镀锌件镀层厚度")
    page.locator("[name=from_at]").fill(f"{day}T09:00")
    page.locator("[name=until_at]").fill(f"{day}T11:30")
    page.locator("[name=client_name]").fill("绍兴某某紧固件厂")
    page.locator("[name=amount]").fill("1000")
    desk.look("usage-new")
    desk.press("登记服务记录")
    desk.reads("镀锌件镀层厚度", "绍兴某某紧固件厂")
    desk.look("usage-record")


def _finds(desk: Desk) -> None:
    desk.go("/search?q=看镀层厚度")
    desk.reads(NAME, "您付", "最近空闲")
    desk.look("find-by-need")
    found = desk.page.locator(".k-offer", has_text=NAME).first
    found.get_by_label("对比").check()
    desk.press("对比勾选的仪器")
    desk.reads("仪器对比", NAME)
    desk.look("compare")
    desk.follow(NAME)
    desk.reads("收费标准与券后价", "最近空闲", "您付")
    desk.look("instrument")


def _books(desk: Desk, world: Played) -> None:
    desk.follow("预约", within=desk.page.locator("main .k-acts"))
    desk.reads("按日选择", "预约须知")
    desk.look("instrument-calendar")
    desk.follow("预约时段", within=desk.page.locator("main"))
    day = desk.page.locator("input[name=day]")
    day.fill((world.today + timedelta(days=3)).isoformat())
    desk.page.locator("select[name=minutes]").select_option("120")
    desk.press("查看可选时段")
    desk.page.locator("input[name=from_at]").first.check()
    desk.fill("用途", "镀锌件 6 件")
    desk.look("booking-form")
    desk.press("确认预约")
    desk.reads("已确认", "费用与订单", "您付")
    desk.look("booking-confirmed")


def _moves(desk: Desk, booking: Booking) -> None:
    desk.follow("改期")
    desk.page.locator("input[name=from_at]").last.check()
    desk.look("booking-reschedule")
    desk.press("改到所选时段")
    desk.reads("已改期")
    before = booking.from_at
    booking.refresh_from_db()
    assert booking.from_at != before
    assert booking.version == 1


def _orders(desk: Desk) -> None:
    desk.follow("用券下单")
    desk.reads("据预约下单", "您付")
    desk.look("booking-order")
    desk.press("按此预约下单")
    desk.reads("共同声明", "由谁办理")
    desk.page.get_by_label(re.compile("共同声明")).check()
    desk.press("接受报价并下单")
    desk.reads("待服务", "查看预约时间")
    desk.look("booking-ordered")
