"""A tiny play, as the tests of the pilot have it, and the people of the policy desk."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from kechuang.cockpit import commands
from kechuang.cockpit.models import Draft
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.queries import actor_for, people_in
from kechuang.policy import book
from kechuang.ui import clock
from tests.pilot.conftest import SCHEME, UNTIL, played, put_back

__all__ = ["played", "put_back"]

CITY = "330600"
NOW = clock.instant(UNTIL)
CAP = '{ from = 2025-07-01, is = 4_000_000, article = "illustrative" },'


def holding(role: Role, region: str = CITY) -> Actor:
    """Somebody of the play who holds an office."""
    return actor_for(people_in(role, region, on=UNTIL)[0], on=UNTIL)


@pytest.fixture(autouse=True)
def own_book(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test publishes is not asked by the next."""
    if "played" in request.fixturenames:
        request.getfixturevalue("played")
    with book.installed(book.current()):
        yield


@pytest.fixture
def author(played: object) -> Actor:
    return holding(Role.CITY_SCIENCE)


@pytest.fixture
def approver(played: object) -> Actor:
    return holding(Role.CITY_FINANCE)


def begun(author: Actor, title: str = "单笔上限提至 5 万元", now: datetime = NOW) -> Draft:
    return commands.start_draft(author, scheme=SCHEME, title=title, now=now)


def written(author: Actor, row: Draft, old: str, new: str, *, cases: tuple[str, str] | None = None) -> Draft:
    """The draft with one passage changed, as an officer would type it."""
    from kechuang.cockpit.queries import latest_text

    text = latest_text(row)
    assert old in text.text
    cases_text = text.cases_text.replace(*cases, 1) if cases else text.cases_text
    return commands.save_draft(
        author,
        draft_id=row.id,
        title=row.title,
        text=text.text.replace(old, new, 1),
        cases_text=cases_text,
        seen=row.revision,
        now=NOW,
    )


def followed(*, first: str = "2026-01-01", fen: str = "5_000_000") -> str:
    """The cap per order with a further value after the published ones."""
    return f'{CAP}\n  {{ from = {first}, is = {fen}, article = "illustrative" }},'


def raised(author: Actor, title: str = "单笔上限提至 5 万元", **more: str) -> Draft:
    """A draft that is sound: the cap per order grows next year."""
    return written(author, begun(author, title), CAP, followed(**more))
