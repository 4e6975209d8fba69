"""One tiny play for all tests that look at one, each in a transaction of the owner's that is never committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from kechuang.gazette import commands as gazette
from kechuang.gazette.queries import install_current
from kechuang.pilot import commands, queries
from kechuang.policy import book
from kechuang.site import jobs
from kechuang.ui import clock
from tests.conftest import Databases
from tests.rulebook import POLICIES

SCHEME, YEAR, SCALE, UNTIL = "shaoxing/voucher-2021", 2025, 0.02, date(2025, 5, 30)
NOON = clock.instant(date(2025, 12, 1))


@dataclass(frozen=True)
class SetAside:
    """A play that is over: the database that has it, and its summary."""

    database: str
    summary: queries.Summary


def play(*, seed: int, until: date = UNTIL, scale: float = SCALE, fraud: bool = False) -> queries.Summary:
    with clock.at(NOON):
        return commands.play(
            scheme=SCHEME,
            year=YEAR,
            seed=seed,
            until=until,
            scale=scale,
            progress=lambda done, total, text: None,
            now=NOON,
            jobs=list(jobs.runs()),
            fraud=fraud,
        )


@contextmanager
def owning() -> Iterator[None]:
    """Everything within is asked and written as the owner of the tables, past what binds the application; none of it stays."""
    own = connections["default"]
    connections["default"] = connections["owner"]
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        connections["default"] = own


@pytest.fixture(scope="module")
def as_the_owner(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For what a module plays by itself."""
    with django_db_blocker.unblock(), book.installed(book.current()), owning():
        gazette.load_policies(None, folder=POLICIES, now=clock.instant(date(2024, 12, 1)))
        yield


@contextmanager
def set_aside(
    databases: Databases,
    of: str = "tiny",
    *,
    seed: int = 8,
    until: date = UNTIL,
    scale: float = SCALE,
    fraud: bool = False,
) -> Iterator[SetAside]:
    """A play in a database of its own. The tiny one is for all modules that look at one: in it instruments were run,
    orders settled, and a voucher has them all closed and paid.

    Committed act by act, as a play is: in one transaction each change of an account would be searched behind all before it.
    """
    name = f"{of}_{databases.name}"
    with book.installed(book.current()):
        databases.fresh()
        gazette.load_policies(None, folder=POLICIES, now=clock.instant(date(2024, 12, 1)))
        summary = play(seed=seed, until=until, scale=scale, fraud=fraud)
        databases.set_aside(name)
    yield SetAside(name, summary)
    databases.removed(name)


@contextmanager
def looked_at(kept: SetAside, databases: Databases) -> Iterator[queries.Summary]:
    """What a play has left behind, seen as the owner."""
    databases.point_at(kept.database)
    with book.installed(book.current()):
        with owning():
            install_current()
            yield kept.summary
        databases.point_at(databases.name)


@pytest.fixture(scope="module")
def played(tiny_play: SetAside, databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[queries.Summary]:
    """The tiny play, for the tests of a module."""
    with django_db_blocker.unblock(), looked_at(tiny_play, databases) as summary:
        yield summary


@pytest.fixture(autouse=True)
def put_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test breaks is whole again for the next."""
    if "played" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("played")
    with clock.at(clock.instant(UNTIL)), transaction.atomic():
        yield
        transaction.set_rollback(True)
