"""Paying subsidies (补助拨付): by the same batches, the same three persons and the same bank as claims."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.notices.queries import refuse_not_passed
from kechuang.subsidies import rules
from kechuang.subsidies.access import roles_on, statements_visible_to
from kechuang.subsidies.commands.locked import locked_statements, tell_office, tell_payee
from kechuang.subsidies.models import Statement
from kechuang.subsidies.states import PAYOUT, STATEMENT_MACHINE, StatementState
from kechuang.trail.commands import advance
from kechuang.treasury import commands as treasury
from kechuang.treasury.queries import claims_of_batch, claims_of_line
from kechuang.treasury.queries import connected_bank as installed
from kechuang.treasury.rules import Answer, Outcome, Verdict
from kechuang.treasury.states import SUBSIDIES
from kechuang.ui import clock


@transaction.atomic
def prepare(actor: Actor, *, region: str, title: str, statement_ids: Sequence[str], now: datetime) -> str:
    """Gathers statements into one payment batch (编制补助拨付批次); answers the batch's id.

    The notice's gate is asked once more. Raises NothingChosen, NoticeNotPassed, NoPayeeAccount, NotWaiting, MoveNotOpen.
    """
    statements = locked_statements(actor, list(statement_ids))
    moves = _checked(actor, statements, "prepare")
    refuse_not_passed([one.id for one in statements], on=clock.day(now))
    payables = [one.payable_id for one in statements]
    batch = treasury.prepare_batch(actor, region=region, title=title, now=now, payable_ids=payables, purpose=SUBSIDIES)
    _all_moved(actor, moves, batch.id, now)
    return batch.id


@transaction.atomic
def return_batch(actor: Actor, *, batch_id: str, reason: str, now: datetime) -> None:
    """The approver or finance returns a batch (退回补助拨付批次); its statements wait for another."""
    if not tidy(reason):
        raise rules.ReasonMissing()
    moves = _checked(actor, _of_batch(actor, batch_id), "unprepare")
    treasury.return_batch(actor, batch_id=batch_id, reason=reason, now=now)
    _all_moved(actor, moves, batch_id, now)


@transaction.atomic
def cancel_batch(actor: Actor, *, batch_id: str, now: datetime) -> None:
    """The officer takes a batch back before it is approved (撤销补助拨付批次)."""
    moves = _checked(actor, _of_batch(actor, batch_id), "unprepare")
    treasury.cancel_batch(actor, batch_id=batch_id, now=now)
    _all_moved(actor, moves, batch_id, now)


@transaction.atomic
def read_results(actor: Actor, *, batch_id: str, answers: Sequence[Answer], now: datetime) -> list[treasury.LineResult]:
    """Reads the bank's answers (读取支付结果): each once, in any order."""
    statements = {one.id: one for one in _of_batch(actor, batch_id)}
    results = treasury.read_results(actor, batch_id=batch_id, answers=answers, now=now)
    _follow_all(actor, statements, results, now)
    return results


@transaction.atomic
def read_result_file(
    actor: Actor, *, batch_id: str, name: str, content: bytes, now: datetime
) -> list[treasury.LineResult]:
    """Reads the file that a bank sent back (银行回执文件); raises NotAResultFile, ResultsRefused by row."""
    statements = {one.id: one for one in _of_batch(actor, batch_id)}
    results = treasury.read_result_file(actor, batch_id=batch_id, name=name, content=content, now=now)
    _follow_all(actor, statements, results, now)
    return results


def transmit(actor: Actor, *, batch_id: str, now: datetime) -> list[treasury.LineResult]:
    """Sends a released batch through the connected bank (送银行支付) and reads what it answers at once. Raises NoBank."""
    _refuse_unseen(actor, batch_id)
    bank = installed()
    if bank is None:
        raise rules.NoBank()
    answers = treasury.transmit(actor, batch_id=batch_id, bank=bank, now=now)
    return read_results(actor, batch_id=batch_id, answers=answers, now=now)


def ask_bank(actor: Actor, *, batch_id: str, now: datetime) -> list[treasury.LineResult]:
    """Asks the bank about payments without an answer (查询支付结果). Raises NoBank."""
    _refuse_unseen(actor, batch_id)
    bank = installed()
    if bank is None:
        raise rules.NoBank()
    answers = treasury.query_unknown(actor, batch_id=batch_id, bank=bank)
    return read_results(actor, batch_id=batch_id, answers=answers, now=now)


@transaction.atomic
def bounce(actor: Actor, *, line_id: str, fen: Fen, reference: str, words: str, now: datetime) -> treasury.LineResult:
    """Money that came back from the payee's bank (银行退汇): owed again, and the statement waits for another payment."""
    if not (ids := claims_of_line(line_id)):
        raise NotVisible
    statements = {one.id: one for one in locked_statements(actor, ids)}
    result = treasury.bounce_line(actor, line_id=line_id, fen=fen, reference=reference, words=words, now=now)
    for part in result.claims:
        _failed(actor, statements[part.claim_id], "bounce", result.serial, now)
    return result


@transaction.atomic
def retry(actor: Actor, *, statement_id: str, now: datetime) -> Statement:
    """After a failed payment and a corrected account the statement waits for the next batch (重新拨付补助)."""
    (statement,) = locked_statements(actor, [statement_id])
    ((_statement, move),) = _checked(actor, [statement], "retry")
    advance(actor, statement, move, roles=roles_on(actor, statement), now=now)
    return statement


def _of_batch(actor: Actor, batch_id: str) -> list[Statement]:
    """The statements a batch pays, locked; raises NotVisible for a batch that names none."""
    if not (ids := claims_of_batch(batch_id)):
        raise NotVisible
    return locked_statements(actor, list(ids))


def _checked(actor: Actor, statements: Sequence[Statement], action: str) -> list[tuple[Statement, Move]]:
    """The statements' own machine is asked before the batch is touched."""
    return [
        (one, STATEMENT_MACHINE.check(action, StatementState(one.state), roles_on(actor, one))) for one in statements
    ]


def _all_moved(actor: Actor, moves: Sequence[tuple[Statement, Move]], batch_id: str, now: datetime) -> None:
    for one, move in moves:
        advance(actor, one, move, roles=roles_on(actor, one), now=now, facts={"batch": batch_id})


def _follow_all(
    actor: Actor, statements: Mapping[str, Statement], results: Sequence[treasury.LineResult], now: datetime
) -> None:
    for result in results:
        if result.verdict is not Verdict.APPLIED:
            continue
        for part in result.claims:
            if result.outcome is Outcome.PAID:
                _paid(actor, statements[part.claim_id], result.serial, now)
            elif result.outcome is Outcome.FAILED:
                _failed(actor, statements[part.claim_id], "fail", result.serial, now)


def _paid(actor: Actor, one: Statement, serial: str, now: datetime) -> None:
    ((_one, move),) = _checked(actor, [one], "pay")
    one.paid_on = clock.day(now)
    roles = roles_on(actor, one)
    advance(actor, one, move, roles=roles, now=now, saves=["paid_on"], facts={"serial": serial})
    deadlines.meet(one.id, PAYOUT, now=now)
    tell_payee(one, _("补助已由银行付至登记账户"), now=now)


def _failed(actor: Actor, one: Statement, action: str, serial: str, now: datetime) -> None:
    ((_one, move),) = _checked(actor, [one], action)
    one.paid_on = None
    roles = roles_on(actor, one)
    advance(actor, one, move, roles=roles, now=now, saves=["paid_on"], facts={"serial": serial})
    tell_payee(one, _("补助付款失败，请核对收款账户"), now=now)
    tell_office(one.settlement, Role.COUNTY_OFFICER, _("补助付款失败"), now=now)


def _refuse_unseen(actor: Actor, batch_id: str) -> None:
    if not statements_visible_to(actor).filter(id__in=claims_of_batch(batch_id)).exists():
        raise NotVisible
