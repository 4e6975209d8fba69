"""Bookings in a real browser at both widths: the week, the form, the sheet, the desk, samples; clean for axe, never wide."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.bookings import commands
from kechuang.bookings.commands import Declared
from kechuang.bookings.models import Booking
from kechuang.bookings.rules import Span
from kechuang.catalog.models import Offer
from kechuang.kernel.actor import Actor
from kechuang.policy.book import installed
from kechuang.ui import clock
from tests.bookings.conftest import Lab
from tests.browser.looking import DESKTOP, PHONE, seen
from tests.rulebook import rulebook

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
WEEK = [[[480, 720], [780, 1_080]]] * 5 + [[], []]


@pytest.fixture
def lab(transactional_db: None, settings: Settings) -> Iterator[Lab]:
    with installed(rulebook()):
        made = Lab()
        settings.CLOCK_OFFSET = made.now - clock.database_time()
        settings.DEMO = True
        yield made


def complaints(page: Page) -> list[str]:
    """What the browser holds against our scripts and our policy."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda said: found.append(said.text) if said.type == "error" and "Failed to load" not in said.text else None,
    )
    return found


def busy_week(lab: Lab) -> tuple[Offer, Booking]:
    """Bookings of several people, a maintenance, a breakdown ahead, one to confirm."""
    offer = lab.instrument(
        hours=WEEK,
        max_minutes=480,
        note="样品须干燥、导电；请提前十分钟到。",
        sample_address="越城区延安路 500 号 101 室",
    )
    mine = lab.book(offer, 9, 11, purpose="镀层厚度")
    lab.book(offer, 14, 16, by=lab.other)
    commands.set_rules(lab.staff, instrument_id=offer.id, confirmation="provider", now=lab.now)
    lab.book(offer, 33, 35, by=lab.other)
    lab.book(offer, 38, 39)
    commands.block(
        lab.staff,
        instrument_id=offer.id,
        kind="maintenance",
        from_at=lab.at(56),
        until_at=lab.at(60),
        reason="换灯丝",
        now=lab.now,
    )
    commands.break_down(
        lab.staff, instrument_id=offer.id, from_at=lab.at(38), until_at=lab.at(40), reason="真空泵异响", now=lab.now
    )
    lab.instrument(hours=WEEK)
    return offer, mine


def at(page: Page, live_server: LiveServer, screen: dict[str, int], address: str, name: str) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    page.goto(live_server.url + address)
    page.wait_for_load_state("networkidle")
    seen(page, name)


@SCREENS
def test_what_a_user_sees(
    page: Page, live_server: LiveServer, lab: Lab, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    offer, mine = busy_week(lab)
    wrong = complaints(page)
    enter(lab.firm)
    row = commands.announce_sample(
        lab.firm,
        instrument_id=offer.id,
        sample=Declared("镀锌板", lab.today, return_address="柯桥区 1 号"),
        now=lab.now,
    )
    for name, address in {
        "calendar": reverse("bookings:calendar", args=[offer.id]),
        "book": f"{reverse('bookings:book', args=[offer.id])}?day={lab.at(0).date().isoformat()}&minutes=60",
        "mine": reverse("bookings:mine"),
        "booking": reverse("bookings:booking", args=[mine.id]),
        "displaced": reverse("bookings:booking", args=[Booking.objects.get(state="displaced").id]),
        "reschedule": reverse("bookings:reschedule", args=[mine.id]),
        "wait": reverse("bookings:wait", args=[offer.id]),
        "announce": reverse("bookings:announce", args=[offer.id]),
        "sample": reverse("bookings:sample", args=[row.id]),
        "feeds": reverse("bookings:feeds"),
        "trainings": reverse("bookings:trainings"),
    }.items():
        at(page, live_server, screen, address, f"bookings-{name}")
    assert wrong == []


@SCREENS
def test_what_a_provider_sees(
    page: Page, live_server: LiveServer, lab: Lab, enter: Callable[[Actor], None], screen: dict[str, int]
) -> None:
    offer, _mine = busy_week(lab)
    wrong = complaints(page)
    commands.announce_sample(
        lab.firm,
        instrument_id=offer.id,
        sample=Declared("镀锌板", lab.today, return_address="柯桥区 1 号"),
        now=lab.now,
    )
    commands.connect_source(lab.staff, instrument_id=offer.id, kind="push", consents=True, now=lab.now)
    commands.qualify(
        lab.staff,
        instrument_id=offer.id,
        person_id=lab.firm.person_id,
        trained_on=lab.today,
        valid_until=lab.today + timedelta(days=300),
        now=lab.now,
    )
    commands.subscribe(lab.staff, instrument_id=offer.id, now=lab.now)
    enter(lab.staff)
    for name, address in {
        "desk": f"{reverse('bookings:desk')}?day={lab.at(0).date().isoformat()}",
        "calendar-provider": reverse("bookings:calendar", args=[offer.id]),
        "rules": reverse("bookings:rules", args=[offer.id]),
        "blocks": reverse("bookings:blocks", args=[offer.id]),
        "sources": reverse("bookings:sources", args=[offer.id]),
        "override": reverse("bookings:override", args=[offer.id]),
        "samples": reverse("bookings:samples"),
        "trainings-provider": reverse("bookings:trainings"),
        "feeds-provider": reverse("bookings:feeds"),
    }.items():
        at(page, live_server, screen, address, f"bookings-{name}")
    assert wrong == []


def test_a_time_is_dragged_in_the_week(
    page: Page, live_server: LiveServer, lab: Lab, enter: Callable[[Actor], None]
) -> None:
    offer, mine = busy_week(lab)
    enter(lab.firm)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.goto(live_server.url + reverse("bookings:calendar", args=[offer.id]))
    column = page.locator(f".fc-timegrid-col[data-date='{(lab.today + timedelta(days=3)).isoformat()}']")
    expect(page.locator(".k-bar-mine").first).to_be_visible()
    page.locator(".fc-timegrid-slot-lane[data-time='13:00:00']").evaluate("row => row.scrollIntoView({block: 'start'})")
    page.mouse.wheel(0, -160)  # from under the bar on top
    page.wait_for_timeout(300)
    begin = page.locator(".fc-timegrid-slot-lane[data-time='14:00:00']").bounding_box()
    end = page.locator(".fc-timegrid-slot-lane[data-time='15:30:00']").bounding_box()
    across = column.bounding_box()
    assert begin
    assert end
    assert across
    middle = across["x"] + across["width"] / 2
    page.mouse.move(middle, begin["y"] + 3)
    page.mouse.down()
    page.mouse.move(middle, end["y"] + end["height"] - 3, steps=8)
    page.mouse.up()
    expect(page.get_by_role("heading", name="预约时段")).to_be_visible()
    expect(page.get_by_role("radio", name="14:00–16:00")).to_be_checked()
    page.get_by_label("用途").fill("断口形貌")
    page.get_by_role("button", name="提交预约").click()
    expect(page.locator("main")).to_contain_text("待机构确认")
    made = Booking.objects.get(purpose="断口形貌")
    day = lab.today + timedelta(days=3)
    assert Span(made.from_at, made.until_at) == Span(lab.at(14, day=day), lab.at(16, day=day))
    page.goto(live_server.url + reverse("bookings:calendar", args=[offer.id]))
    page.locator(f".fc-event[href$='{mine.id}/']").first.click()
    expect(page.locator("main")).to_contain_text(mine.number)


def test_booking_by_keyboard_alone(
    page: Page, live_server: LiveServer, lab: Lab, enter: Callable[[Actor], None]
) -> None:
    offer = lab.instrument(hours=WEEK)
    enter(lab.firm)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(live_server.url + reverse("bookings:calendar", args=[offer.id]))
    page.get_by_role("link", name="个可选时段").nth(1).focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("radio", checked=True).get_attribute("value") or ""
    page.get_by_role("button", name="确认预约").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("已预约")
    assert Booking.objects.get().from_at.astimezone(clock.LEGAL_ZONE).isoformat() == chosen


def test_a_late_cancellation_is_asked_once(
    page: Page, live_server: LiveServer, lab: Lab, enter: Callable[[Actor], None]
) -> None:
    made = lab.book(lab.instrument(hours=WEEK, cancel_minutes=2_880), 9, 11)
    enter(lab.firm)
    page.goto(live_server.url + reverse("bookings:booking", args=[made.id]))
    page.get_by_role("button", name="取消预约", exact=True).click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("已过免责取消期限")
    dialog.get_by_role("button", name="取消预约", exact=True).click()
    expect(page.locator("main")).to_contain_text("逾期取消")
    made.refresh_from_db()
    assert made.late
