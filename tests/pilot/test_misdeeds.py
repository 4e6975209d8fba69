"""植入违规的演练: what a played year plants goes through the commands, is labelled, and is found by the rule of its own kind."""

from collections.abc import Iterator
from datetime import date

import pytest

from kechuang.pilot import commands
from kechuang.pilot.commands import misdeeds
from kechuang.pilot.models import Planted, TaxRecord
from kechuang.screening.models import Finding, Link
from kechuang.site import jobs
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.pilot.conftest import NOON, SCHEME, YEAR


@pytest.fixture(scope="module")
def irregular(as_the_owner: None) -> Iterator[None]:
    """Half a year, with its irregular deals in the spring."""
    with clock.at(NOON), pytest.MonkeyPatch.context() as patch:
        patch.setattr(misdeeds, "FIRST_DAY", 60)
        patch.setattr(misdeeds, "LAST_DAY", 90)
        commands.play(
            scheme=SCHEME,
            year=YEAR,
            seed=6,
            until=date(YEAR, 7, 11),
            scale=0.04,
            progress=lambda done, total, text: None,
            now=NOON,
            jobs=list(jobs.runs()),
            fraud=True,
        )
        yield


def test_what_is_planted_is_found_by_the_rule_of_its_own_kind(irregular: None) -> None:
    planted = {row.claim_id: row.pattern for row in Planted.objects.filter(near=False)}
    found = set(Finding.objects.values_list("rule", "claim_id"))
    told = {pattern for claim, pattern in planted.items() if (pattern, claim) in found}
    unseen = {
        "invoice_red",  # asked for only where a tax bureau is connected
        "report_alike",  # of the few reports of a small play what is copied passes for the form
        "invoice_reused",  # a gap: the altered copy of this play is not found; of a written year most are (benchmarks/screening)
    }
    assert len(set(planted.values())) >= 5  # a whole year plants all of them
    assert set(planted.values()) - told <= unseen
    assert told >= {"affiliated", "invoice_mismatch", "shell_buyer"}
    assert TaxRecord.objects.exists()
    assert Link.objects.filter(kind="device", source="登录设备").exists()
    assert not altered_rows()
