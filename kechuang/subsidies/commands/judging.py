"""What one person brings in another judges (核对、核实、不采信): imports of results, redemptions entered by hand."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from kechuang.kernel.actor import Actor
from kechuang.kernel.machine import Move
from kechuang.kernel.text import tidy
from kechuang.parties.queries import refuse_same_hands
from kechuang.subsidies.access import roles_on
from kechuang.subsidies.models import Conversion, Outside
from kechuang.subsidies.rules import ReasonMissing
from kechuang.trail.commands import advance

Brought = TypeVar("Brought", Conversion, Outside)


def judge(
    actor: Actor,
    row: Brought,
    move: Move,
    reason: str,
    *,
    brought_by: str,
    sides: Iterable[str],
    now: datetime,
    **facts: object,
) -> Brought:
    """Whoever did not bring it in says whether it counts; not to believe it takes a reason. Raises ReasonMissing, SameHands."""
    roles = roles_on(actor, row)
    if move.action == "reject" and not tidy(reason):
        raise ReasonMissing()
    for role in sorted(roles & move.by):
        refuse_same_hands(actor, row.region, role, before=[brought_by], of=[row.id], sides=sides)
    row.checked_by, row.reason = actor.person_id, tidy(reason)
    facts = {"reason": row.reason, **facts}
    advance(actor, row, move, roles=roles, now=now, saves=["checked_by", "reason"], facts=facts)
    return row
