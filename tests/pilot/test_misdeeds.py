"""植入违规的演练: what a played year plants goes through the commands, is labelled, and is found by the rule of its own kind."""

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import DjangoDbBlocker

from kechuang.pilot import queries
from kechuang.pilot.commands import planting, supervising
from kechuang.pilot.models import Planted, TaxRecord
from kechuang.pilot.queries.taxbureau import SimulatedTaxBureau
from kechuang.screening.commands import connect_tax_bureau, disconnect_tax_bureau
from kechuang.screening.models import Contest, Finding, Link
from kechuang.screening.states import Pattern
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.conftest import Databases
from tests.pilot.conftest import NOON, YEAR, looked_at, set_aside


@pytest.fixture(scope="module")
def irregular(
    databases: Databases, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[queries.Summary]:
    """Half a year, with its irregular deals in the spring."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(planting, "FIRST_DAY", 60)
        patch.setattr(planting, "LAST_DAY", 90)
        patch.setattr(supervising, "SUPERVISED_FROM", 150)
        connect_tax_bureau(SimulatedTaxBureau())
        with (
            set_aside(databases, "irregular", seed=6, until=date(YEAR, 7, 11), scale=0.04, fraud=True) as kept,
            looked_at(kept, databases) as summary,
        ):
            disconnect_tax_bureau()
            with clock.at(NOON):
                yield summary


# What half a year of a small play cannot show: a paid invoice is asked about 30 and 90 days after the payout only, and a
# class of services with few orders says nothing about prices. What takes two deals, the second after the first was handed in
# (altered invoices, copied reports), comes about in a longer play; tests/screening/test_claims.py has one of each.
UNSEEN = {"invoice_red", "price_high"}


def test_what_is_planted_is_found_by_the_rule_of_its_own_kind(irregular: None) -> None:
    planted = {row.claim_id: row.pattern for row in Planted.objects.filter(near=False)}
    found = set(Finding.objects.values_list("rule", "claim_id"))
    told = {pattern for claim, pattern in planted.items() if (pattern, claim) in found}
    assert set(planted.values()) - told <= UNSEEN
    assert told >= {"agent", "reviewer_pair", "split_orders"}
    assert set(planted.values()) <= set(planting.PLANTS)
    assert TaxRecord.objects.exists()
    assert Link.objects.filter(kind="device", source="登录设备").exists()
    assert not altered_rows()


def test_what_only_looks_like_it_is_not_found_as_such(irregular: None) -> None:
    near = {row.claim_id: row.pattern for row in Planted.objects.filter(near=True)}
    found = Finding.objects.values_list("rule", "claim_id")
    assert len(near) > len(planting.PLANTS)
    assert not [(rule, claim) for rule, claim in found if near.get(claim) == rule]


def test_what_screening_found_is_looked_into_and_spoken_against(irregular: None) -> None:
    assert set(Finding.objects.values_list("state", flat=True)) >= {"open", "confirmed", "dismissed"}
    spoken = Contest.objects.get()
    assert spoken.state == "upheld"
    assert spoken.finding is not None
    assert spoken.finding.state == "dismissed"
    assert spoken.answered_by != spoken.by


def test_all_patterns_but_one_are_planted_by_a_play() -> None:
    assert set(Pattern) - set(planting.PLANTS) == {"own_share_back"}
