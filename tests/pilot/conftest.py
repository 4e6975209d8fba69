"""One tiny play for all tests of this folder, in a transaction of the owner's that is never committed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from kechuang.gazette import commands as gazette
from kechuang.pilot import commands, queries
from kechuang.site import jobs
from kechuang.ui import clock

POLICIES = Path(__file__).resolve().parents[2] / "policies"
SCHEME, YEAR, SCALE, UNTIL = "shaoxing/voucher-2021", 2025, 0.02, date(2025, 5, 30)
NOON = clock.instant(date(2025, 12, 1))


def play(*, seed: int, until: date = UNTIL, scale: float = SCALE) -> queries.Summary:
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
        )


@pytest.fixture(scope="module")
def as_the_owner(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Everything within is asked and written as the owner of the tables, past what binds the application."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        own = connections["default"]
        connections["default"] = connections["owner"]
        try:
            with transaction.atomic():
                gazette.load_policies(None, folder=POLICIES, now=clock.instant(date(2024, 12, 1)))
                yield
                transaction.set_rollback(True)
        finally:
            connections["default"] = own


@pytest.fixture(scope="module")
def played(as_the_owner: None) -> queries.Summary:
    """What a tiny play has left behind."""
    summary = play(seed=4)  # one in which instruments were run and two orders are settled
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # so that a test may alter tables behind it
    return summary


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
