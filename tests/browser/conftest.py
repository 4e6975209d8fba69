"""A pilot is played once and copied for each journey; who walks it sits at a desk of one browser."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from kechuang.gazette import commands as gazette
from kechuang.gazette import queries
from kechuang.pilot import commands as pilot
from kechuang.policy import book
from kechuang.site import jobs
from kechuang.treasury.commands import SimulatedBank, connect_bank, disconnect_bank
from kechuang.ui import clock
from tests.browser.desk import Desk
from tests.browser.looking import enter
from tests.browser.played import Played
from tests.conftest import Databases
from tests.rulebook import POLICIES
from tests.vouchers.conftest import SCHEME

__all__ = ["enter"]
SCALE, UNTIL = 0.02, date(2025, 2, 17)  # 越城区 has opened, 绍兴文理学院 has entered, the first orders come


@pytest.fixture(scope="session")
def played(databases: Databases, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a database in which the pilot's first weeks were played."""
    name = f"played_{databases.name}"
    with django_db_blocker.unblock(), book.installed(book.current()):  # type: ignore[attr-defined]
        databases.fresh()
        gazette.load_policies(None, folder=POLICIES, now=clock.instant(date(2024, 12, 1)))
        queries.install_current()
        pilot.play(
            scheme=SCHEME,
            year=UNTIL.year,
            seed=1,
            until=UNTIL,
            scale=SCALE,
            progress=lambda *_: None,
            now=clock.now(),
            jobs=list(jobs.runs()),
        )
        databases.set_aside(name)
    yield name
    databases.removed(name)


@pytest.fixture
def world(played: str, databases: Databases, transactional_db: None, settings: Settings) -> Iterator[Played]:
    """The played pilot, to be changed at will: what a journey leaves goes with the test's own cleaning up."""
    databases.copy(played, databases.name)
    settings.DEMO = True
    with book.installed(book.current()):
        queries.install_current()
        connect_bank(SimulatedBank())
        yield Played(settings)
        disconnect_bank()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, world: Played) -> Desk:
    return Desk(page, live_server.url)


@pytest.fixture
def another(new_context: Callable[..., object], live_server: LiveServer, world: Played) -> Callable[[], Desk]:
    """Another person's browser."""
    return lambda: Desk(new_context().new_page(), live_server.url)  # type: ignore[attr-defined]
