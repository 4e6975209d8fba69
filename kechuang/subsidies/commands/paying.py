"""Paying subsidies (补助拨付): by the same batches, the same three persons and the same bank as claims."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.subsidies import rules
from kechuang.subsidies.access import roles_on, statements_visible_to
from kechuang.subsidies.commands.locked import locked_statements, tell_office, tell_payee
from kechuang.subsidies.models import Statement
from kechuang.subsidies.states import PAYOUT, STATEMENT_MACHINE, StatementState
from kechuang.trail.commands import advance
from kechuang.treasury import commands as treasury
from kechuang.treasury.states import SUBSIDIES
from kechuang.ui import clock


def prepare(actor: Actor, *, region: str, title: str, statement_ids: Sequence[str], now: datetime) -> str:
    """Gathers statements into one payment batch (编制补助拨付批次); answers the batch's id.

    Raises NothingChosen, and what `Following.prepare` does.
    """
    return _BATCHES.prepare(actor, region=region, title=title, ids=statement_ids, now=now)


def _paid(actor: Actor, one: Statement, serial: str, now: datetime) -> None:
    roles = roles_on(actor, one)
    move = STATEMENT_MACHINE.check("pay", StatementState(one.state), roles)
    one.paid_on = clock.day(now)
    advance(actor, one, move, roles=roles, now=now, saves=["paid_on"], facts={"serial": serial})
    deadlines.meet(one.id, PAYOUT, now=now)
    tell_payee(one, _("补助已由银行付至登记账户"), now=now)


def _failed(actor: Actor, one: Statement, action: str, serial: str, now: datetime) -> None:
    roles = roles_on(actor, one)
    move = STATEMENT_MACHINE.check(action, StatementState(one.state), roles)
    one.paid_on = None
    advance(actor, one, move, roles=roles, now=now, saves=["paid_on"], facts={"serial": serial})
    tell_payee(one, _("补助付款失败，请核对收款账户"), now=now)
    tell_office(one.settlement, Role.COUNTY_OFFICER, _("补助付款失败"), now=now)


_BATCHES = treasury.Following(
    machine=STATEMENT_MACHINE,
    purpose=SUBSIDIES,
    visible=statements_visible_to,
    locked=locked_statements,
    roles_on=roles_on,
    paid=_paid,
    failed=_failed,
    no_reason=rules.ReasonMissing,
    no_bank=rules.NoBank,
)
return_batch, cancel_batch = _BATCHES.return_batch, _BATCHES.cancel_batch
read_results, read_result_file = _BATCHES.read_results, _BATCHES.read_result_file
transmit, ask_bank, bounce = _BATCHES.transmit, _BATCHES.ask_bank, _BATCHES.bounce


@transaction.atomic
def retry(actor: Actor, *, statement_id: str, now: datetime) -> Statement:
    """After a failed payment and a corrected account the statement waits for the next batch (重新拨付补助)."""
    (statement,) = locked_statements(actor, [statement_id])
    ((_statement, move),) = _BATCHES.checked(actor, [statement], "retry")
    advance(actor, statement, move, roles=roles_on(actor, statement), now=now)
    return statement
