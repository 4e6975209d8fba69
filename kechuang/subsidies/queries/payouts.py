"""Statements that can be paid, per paying office."""

from collections.abc import Iterable
from datetime import date

from kechuang.kernel.actor import Actor, Role
from kechuang.subsidies.models import Statement
from kechuang.subsidies.states import StatementState
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.treasury.queries import OfficePayables, office_payables

SUSPENDING = "subsidies.suspend"


def state_of(statement_id: str) -> str:
    """The state of a statement, for rooms above that follow it."""
    return Statement.objects.values_list("state", flat=True).get(id=statement_id)


def held_by(statement_id: str) -> str:
    """The number of the case (案卷) that suspended a statement's payout; "" when none did."""
    return case_among(way([statement_id]).filter(action=SUSPENDING))


def case_among(events: Iterable[Event]) -> str:
    """The same by acts on the statement that were read already, the earliest first."""
    said = [str(one.facts.get("case", "")) for one in events if one.action == SUSPENDING]
    return said[-1] if said else ""


def payable_rows(actor: Actor, *, on: date) -> list[OfficePayables]:
    """Per paying office of the actor, the statements that wait for a payment batch (待拨付补助)."""
    regions = actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE)
    waiting = Statement.objects.filter(region__in=regions, state=StatementState.PAYABLE)
    by_region: dict[str, set[str]] = {}
    for region, payable in waiting.values_list("region", "payable_id"):
        by_region.setdefault(region, set()).add(payable)
    return office_payables(by_region, on=on)
