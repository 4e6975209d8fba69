"""Holding a payout back (暂停拨付): a door for supervision, whose case alone lets it go or ends it."""

from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor
from kechuang.kernel.text import tidy
from kechuang.ledger.rules import Kind, Place
from kechuang.subsidies import rules
from kechuang.subsidies.access import roles_on
from kechuang.subsidies.commands.locked import locked_statements, post, pot, source
from kechuang.subsidies.models import Statement
from kechuang.subsidies.queries.payouts import held_by
from kechuang.subsidies.states import STATEMENT_MACHINE, StatementState, SubsidyState
from kechuang.trail.commands import advance
from kechuang.treasury import commands as treasury


@transaction.atomic
def suspend(actor: Actor, *, statement_id: str, reason: str, now: datetime, case: str) -> Statement:
    """Holds back the payout of a statement that is not on its way yet (暂停拨付补助). Raises MoveNotOpen, ReasonMissing."""
    return _moved(actor, statement_id, "suspend", reason, case, now)


@transaction.atomic
def resume(actor: Actor, *, statement_id: str, reason: str, now: datetime, case: str) -> Statement:
    """Lets it go on (恢复拨付补助). Raises HeldByCase unless named by the case that holds it."""
    return _moved(actor, statement_id, "resume", reason, case, now)


@transaction.atomic
def stop(actor: Actor, *, statement_id: str, reason: str, now: datetime, case: str) -> Statement:
    """Ends it for good (终止拨付补助): what was owed goes back to the money set aside. Raises HeldByCase.

    A settlement that was done before the bank sent the money back does not end again: from it the money goes straight back.
    """
    one = _moved(actor, statement_id, "stop", reason, case, now)
    row = one.settlement
    assert row.pays_year is not None
    treasury.withdraw_payable(actor, claim_id=one.id, now=now)
    owed = Place(Kind.SUBSIDY_OWED, row.region, row.pays_year, one.party)
    post("subsidy_unowe", owed, pot(row), one.fen, subject=one.id, step="stop", now=now)
    if row.state == SubsidyState.CLOSED:
        post("subsidy_unfund", pot(row), source(row), one.fen, subject=one.id, step="stop-back", now=now)
    deadlines.cancel(one.id, now=now)
    return one


def _moved(actor: Actor, statement_id: str, action: str, reason: str, case: str, now: datetime) -> Statement:
    (one,) = locked_statements(actor, [statement_id])
    roles = roles_on(actor, one)
    move = STATEMENT_MACHINE.check(action, StatementState(one.state), roles)
    if one.state == StatementState.SUSPENDED and (holder := held_by(one.id)) != case:
        raise rules.HeldByCase(case=holder)
    if not tidy(reason):
        raise rules.ReasonMissing()
    one.reason = tidy(reason)
    advance(actor, one, move, roles=roles, now=now, saves=["reason"], facts={"reason": one.reason, "case": case})
    return one
