"""Claims that can be paid, per county."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from kechuang.claims.models import Claim
from kechuang.claims.states import ClaimState
from kechuang.kernel.actor import Actor, Role
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.treasury.queries import OfficePayables, office_payables
from kechuang.ui.compiled import compiled

SUSPENDING = "claims.suspend"


def held_by(claim_id: str) -> str:
    """The number of the case (案卷) that suspended a claim's payout, as it said so then; "" when none did."""
    return case_among(way([claim_id]).filter(action=SUSPENDING), claim_id)


def case_among(events: Iterable[Event], claim_id: str) -> str:
    """The same by acts that were read already, the earliest first."""
    said = [str(one.facts.get("case", "")) for one in events if one.action == SUSPENDING and one.object_id == claim_id]
    return said[-1] if said else ""


def payable_rows(actor: Actor, *, on: date) -> list[OfficePayables]:
    """Per county of the actor's office, the claims that wait for a payment batch (待拨付)."""
    by_region: dict[str, set[str]] = {}
    for region, payable in _payable(actor):
        by_region.setdefault(region, set()).add(payable)
    return office_payables(by_region, on=on)


@compiled
def _payable(actor: Actor) -> QuerySet[Claim, tuple[str, str]]:
    regions = actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE)
    return Claim.objects.filter(region__in=regions, state=ClaimState.PAYABLE).values_list("region", "payable_id")
