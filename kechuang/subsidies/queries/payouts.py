"""Statements that can be paid, per paying office."""

from datetime import date

from kechuang.kernel.actor import Actor, Role
from kechuang.subsidies.models import Statement
from kechuang.subsidies.states import StatementState
from kechuang.treasury.queries import OfficePayables, office_payables


def payable_rows(actor: Actor, *, on: date) -> list[OfficePayables]:
    """Per paying office of the actor, the statements that wait for a payment batch (待拨付补助)."""
    regions = actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE)
    waiting = Statement.objects.filter(region__in=regions, state=StatementState.PAYABLE)
    by_region: dict[str, set[str]] = {}
    for region, payable in waiting.values_list("region", "payable_id"):
        by_region.setdefault(region, set()).add(payable)
    return office_payables(by_region, on=on)
