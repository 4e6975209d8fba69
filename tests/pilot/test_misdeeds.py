"""植入违规的演练: what a played year plants goes through the commands, is labelled, and is found by the rule of its own kind."""

from datetime import date

import pytest

from kechuang.pilot import commands
from kechuang.pilot.commands.misdeeds import PLANTS
from kechuang.pilot.models import Planted, TaxRecord
from kechuang.screening.models import Finding, Link
from kechuang.site import jobs
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.pilot.conftest import NOON, SCHEME, YEAR


@pytest.fixture(scope="module")
def irregular(as_the_owner: None) -> None:
    with clock.at(NOON):
        commands.play(
            scheme=SCHEME,
            year=YEAR,
            seed=6,
            until=date(YEAR, 11, 28),
            scale=0.05,
            progress=lambda done, total, text: None,
            now=NOON,
            jobs=list(jobs.runs()),
            fraud=True,
        )


def test_every_kind_is_planted_with_its_likeness_and_found_by_its_own_rule(irregular: None) -> None:
    planted = {row.claim_id: row.pattern for row in Planted.objects.filter(near=False)}
    found = set(Finding.objects.values_list("rule", "claim_id"))
    told = {pattern for claim, pattern in planted.items() if (pattern, claim) in found}
    needs_bureau = {"invoice_red"}  # asked for only where a tax bureau is connected
    assert set(planted.values()) == set(PLANTS)
    assert told >= set(PLANTS) - needs_bureau, set(PLANTS) - told
    assert TaxRecord.objects.exists()
    assert Link.objects.filter(kind="device", source="登录设备").exists()
    assert not altered_rows()
