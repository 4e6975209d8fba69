"""监管: the pilot shows a clawback under way, a payout that is held, a published spot check, complaints and a sanction."""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import DjangoDbBlocker

from kechuang.credit.models import CreditEvent
from kechuang.pilot import queries
from kechuang.pilot.commands import supervising
from kechuang.supervision.models import Case, Clawback, Complaint, Plan, Sanction, Visit
from kechuang.supervision.queries import redrawn
from tests.conftest import Databases
from tests.pilot.conftest import looked_at, set_aside

LAST = date(2025, 8, 15)


@pytest.fixture(scope="module")
def supervised(
    databases: Databases, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[queries.Summary]:
    """A small play of some months, looked into as a whole year is."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(supervising, "SUPERVISED_FROM", 200)
        with (
            set_aside(databases, "supervised", seed=1, until=LAST, scale=0.05) as kept,
            looked_at(kept, databases) as summary,
        ):
            yield summary


def test_what_was_paid_is_supervised(supervised: queries.Summary) -> None:
    assert sorted(Complaint.objects.values_list("state", flat=True)) == ["filed", "upheld"]
    assert set(Case.objects.values_list("state", flat=True)) - {"asked"} == {"upheld"}  # a payout may be held besides
    row = Clawback.objects.get()
    assert 0 < row.received_fen < row.principal_fen
    assert row.interest_fen > 0
    assert Sanction.objects.get().state == "imposed"
    assert "in_force" in set(CreditEvent.objects.values_list("state", flat=True))
    plan = Plan.objects.get(published_on__isnull=False)
    assert redrawn(plan)
    assert Visit.objects.filter(plan=plan).exists()
