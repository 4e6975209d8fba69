"""Boards, records and runs in a real browser, at both widths; a run started and stopped by thumb."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.kernel.actor import Actor, Role
from kechuang.policy.book import installed
from kechuang.ui import clock
from kechuang.usage import commands
from kechuang.usage.commands import Power
from kechuang.usage.models import ServiceRecord
from kechuang.usage.states import Audience, Scope
from tests.browser.looking import DESKTOP, PHONE, enter, seen
from tests.rulebook import rulebook
from tests.usage.conftest import Lab

__all__ = ["enter"]
pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
Look = Callable[..., None]


@pytest.fixture
def busy(transactional_db: None, settings: Settings) -> Iterator[Lab]:
    """A laboratory with a year's beginning behind it: metered, run, typed hours, idle machines, a goal."""
    with installed(rulebook()):
        lab = Lab()
        sem, xrd = lab.instrument(), lab.instrument(category="special")
        lab.instrument(share_mode="internal", original_value_fen=120_000_000)
        lab.instrument(run_status="repair", original_value_fen=31_000_000)
        for day in range(-60, -2):
            lab.inside(0, 3, days=day, instrument=sem)
            lab.enter(9, 13, days=day, instrument=sem, client_code=lab.code_of(lab.firm if day % 2 else lab.far))
            if day % 3 == 0:
                lab.enter(14, 16, days=day, instrument=xrd, client_name=f"绍兴第{-day}纺织有限公司", amount_fen=120_000)
        _meter, token = commands.add_meter(
            lab.staff, instrument_id=sem.id, name="一号电表", threshold_watts=300, gap_minutes=10, now=lab.now
        )
        powers = [Power(lab.at(11 + minute / 60), 800) for minute in range(0, 300, 5)]
        commands.read_meter(token=token, readings=powers, now=lab.now)
        commands.set_baseline(
            lab.staff,
            scope=Scope.CARRIER,
            subject_id=lab.house.id,
            year=2024,
            utilisation_bp=2_800,
            source="2024 年度仪器统计",
            now=lab.now,
        )
        lab.enter(16, 17, instrument=xrd, operator_id=lab.staff.person_id, reports=2)
        settings.CLOCK_OFFSET = lab.now - clock.database_time()
        yield lab


@pytest.fixture
def look(page: Page, live_server: LiveServer, busy: Lab, settings: Settings, enter: Callable[[Actor], None]) -> Look:
    def looked(actor: Actor | None, address: str, name: str) -> None:
        settings.CLOCK_OFFSET = busy.now - clock.database_time()
        if actor:
            enter(actor)
        answer = page.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == 200, address
        seen(page, f"usage-{name}")

    return looked


@SCREENS
def test_what_a_carrier_sees(page: Page, busy: Lab, look: Look, screen: dict[str, int]) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    row = ServiceRecord.objects.latest("id")
    look(busy.staff, reverse("usage:carrier", args=[busy.house.id]), "board-carrier")
    look(busy.staff, reverse("usage:records"), "records")
    look(busy.staff, reverse("usage:record", args=[row.id]), "record")
    look(busy.staff, reverse("usage:new", args=[busy.house.id]), "new")
    look(busy.staff, reverse("usage:import", args=[busy.house.id]), "import")
    look(busy.staff, reverse("usage:keys"), "keys")
    paper = commands.issue_paper(
        busy.staff,
        person_id=busy.staff.person_id,
        valid_from=busy.today.replace(day=1),
        valid_until=busy.today,
        now=busy.now,
    )
    look(busy.staff, reverse("usage:paper", args=[paper.id]), "paper")
    look(busy.staff, reverse("usage:verify") + f"?code={paper.number}", "verify")


@SCREENS
def test_what_offices_and_the_public_see(page: Page, busy: Lab, look: Look, screen: dict[str, int]) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    city = busy.officer(Role.CITY_SCIENCE, "330600")
    look(city, reverse("usage:region", args=["330600"]), "board-city")
    look(city, reverse("usage:region_idle", args=["330600"]), "idle")
    page.context.clear_cookies()
    look(None, reverse("usage:open"), "public")


def test_a_run_by_thumb(page: Page, busy: Lab, look: Look) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    offer = busy.instrument()
    look(busy.staff, reverse("usage:run", args=[offer.id]), "run-start")
    page.get_by_label("做什么").fill("断口分析")
    page.get_by_label("为谁使用").select_option(str(Audience.INSIDE))
    page.get_by_role("button", name="开始上机").click()
    expect(page.get_by_role("button", name="结束上机")).to_be_visible()
    seen(page, "usage-run-running")
    page.get_by_role("button", name="结束上机").click()
    expect(page.get_by_text("结束时间须晚于上机时间").first).to_be_visible()
