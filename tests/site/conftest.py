"""The world of the access matrix."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from kechuang.policy.book import installed
from kechuang.portal import frame
from tests.rulebook import rulebook
from tests.site.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once: the tests only look."""
    with django_db_blocker.unblock(), transaction.atomic(), installed(rulebook()):
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for the caller, which the frame of every page counts, is the caller's own: tests of the portal look at it.

    Counted for each of some thousand answers it would be most of what they cost.
    """
    monkeypatch.setattr(frame, "_waiting_count", lambda request, actor: 0)
