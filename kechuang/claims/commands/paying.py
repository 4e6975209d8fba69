"""Payout (拨付): claims follow the payment batch that `treasury` keeps; both move in one transaction, claims locked first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from kechuang.claims import rules
from kechuang.claims.access import roles_on, visible_to
from kechuang.claims.commands.citing import uncite
from kechuang.claims.commands.giving_up import give_up
from kechuang.claims.commands.locked import locked, locked_many, move_money, tell_office, tell_provider, terms_of
from kechuang.claims.models import Claim
from kechuang.claims.queries.payouts import held_by
from kechuang.claims.states import MACHINE, PAYOUT, ClaimState
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.ledger.rules import Kind, OnRefusal
from kechuang.notices.queries import refuse_not_passed
from kechuang.trail.commands import advance
from kechuang.treasury import commands as treasury
from kechuang.treasury.queries import claims_of_batch, claims_of_line
from kechuang.treasury.queries import connected_bank as installed
from kechuang.treasury.rules import Answer, Outcome, Verdict
from kechuang.ui import clock

_ENDS_SUSPENSION = ("resume", "stop")


@transaction.atomic
def prepare(actor: Actor, *, region: str, title: str, now: datetime, claim_ids: Sequence[str] | None = None) -> str:
    """Gathers payable claims of a county into one payment batch (编制拨付批次); None takes all. Answers the batch's id.

    The notice's gate is asked once more: an objection on its way when it was passed stops the payment (I8).
    Raises NothingChosen, notices' NoticeNotPassed, treasury's NoPayeeAccount, BudgetYearClosed, NotWaiting; MoveNotOpen.
    """
    rows = Claim.objects.filter(region=region, state=ClaimState.PAYABLE)
    ids = list(claim_ids) if claim_ids is not None else list(rows.order_by("id").values_list("id", flat=True))
    claims = locked_many(actor, ids)
    moves = _checked(actor, claims, "prepare")
    refuse_not_passed([claim.id for claim in claims], on=clock.day(now))
    payable_ids = [claim.payable_id for claim in claims]
    batch = treasury.prepare_batch(actor, region=region, title=title, now=now, payable_ids=payable_ids)
    _all_moved(actor, moves, batch.id, now)
    return batch.id


@transaction.atomic
def return_batch(actor: Actor, *, batch_id: str, reason: str, now: datetime) -> None:
    """The approver or finance returns a batch (退回拨付批次); its claims wait for another."""
    if not tidy(reason):
        raise rules.ReasonMissing()
    moves = _checked(actor, _of_batch(actor, batch_id), "unprepare")
    treasury.return_batch(actor, batch_id=batch_id, reason=reason, now=now)
    _all_moved(actor, moves, batch_id, now)


@transaction.atomic
def cancel_batch(actor: Actor, *, batch_id: str, now: datetime) -> None:
    """The officer takes a batch back before it is approved (撤销拨付批次)."""
    moves = _checked(actor, _of_batch(actor, batch_id), "unprepare")
    treasury.cancel_batch(actor, batch_id=batch_id, now=now)
    _all_moved(actor, moves, batch_id, now)


def _of_batch(actor: Actor, batch_id: str) -> list[Claim]:
    """The claims a batch pays, locked; raises NotVisible for a batch that names none."""
    if not (ids := claims_of_batch(batch_id)):
        raise NotVisible
    return locked_many(actor, list(ids))


def _checked(actor: Actor, claims: Sequence[Claim], action: str) -> list[tuple[Claim, Move]]:
    """The claims' own machine is asked before the batch is touched."""
    return [(claim, MACHINE.check(action, ClaimState(claim.state), roles_on(actor, claim))) for claim in claims]


def _all_moved(actor: Actor, moves: Sequence[tuple[Claim, Move]], batch_id: str, now: datetime) -> None:
    for claim, move in moves:
        advance(actor, claim, move, roles=roles_on(actor, claim), now=now, facts={"batch": batch_id})


@transaction.atomic
def read_results(actor: Actor, *, batch_id: str, answers: Sequence[Answer], now: datetime) -> list[treasury.LineResult]:
    """Reads the bank's answers (读取支付结果): each once, in any order; unknown ones wait and are never sent again."""
    claims = {claim.id: claim for claim in _of_batch(actor, batch_id)}
    results = treasury.read_results(actor, batch_id=batch_id, answers=answers, now=now)
    _follow_all(actor, claims, results, now)
    return results


def _follow_all(
    actor: Actor, claims: Mapping[str, Claim], results: Sequence[treasury.LineResult], now: datetime
) -> None:
    for result in results:
        if result.verdict is not Verdict.APPLIED:
            continue
        for part in result.claims:
            _follow(actor, claims[part.claim_id], result, now)


def _follow(actor: Actor, claim: Claim, result: treasury.LineResult, now: datetime) -> None:
    if result.outcome is Outcome.PAID:
        _paid(actor, claim, result.serial, now)
    elif result.outcome is Outcome.FAILED:
        _failed(actor, claim, "fail", result.serial, now)


def _paid(actor: Actor, claim: Claim, serial: str, now: datetime) -> None:
    roles = roles_on(actor, claim)
    move = MACHINE.check("pay", ClaimState(claim.state), roles)
    claim.paid_on = clock.day(now)
    article = terms_of(claim).article("confirm_working_days")
    advance(actor, claim, move, roles=roles, now=now, saves=["paid_on"], article=article, facts={"serial": serial})
    deadlines.meet(claim.id, PAYOUT, now=now)
    tell_provider(
        claim, _("补助资金已拨付：{number}").format(number=claim.number), _("款项已由银行付至登记账户。"), now=now
    )


def _failed(actor: Actor, claim: Claim, action: str, serial: str, now: datetime) -> None:
    roles = roles_on(actor, claim)
    move = MACHINE.check(action, ClaimState(claim.state), roles)
    claim.paid_on = None
    advance(actor, claim, move, roles=roles, now=now, saves=["paid_on"], facts={"serial": serial})
    text = _("银行未能付至登记账户，请核对收款账户后重新拨付。")
    tell_provider(claim, _("付款失败：{number}").format(number=claim.number), text, now=now)
    tell_office(claim, Role.COUNTY_OFFICER, _("付款失败：{number}").format(number=claim.number), text, now=now)


@transaction.atomic
def bounce(actor: Actor, *, line_id: str, fen: Fen, reference: str, words: str, now: datetime) -> treasury.LineResult:
    """Money that came back from the payee's bank (银行退汇): owed again, and the claim waits for another payment."""
    if not (ids := claims_of_line(line_id)):
        raise NotVisible
    claims = {claim.id: claim for claim in locked_many(actor, ids)}
    result = treasury.bounce_line(actor, line_id=line_id, fen=fen, reference=reference, words=words, now=now)
    for part in result.claims:
        _failed(actor, claims[part.claim_id], "bounce", result.serial, now)
    return result


@transaction.atomic
def retry(actor: Actor, *, claim_id: str, now: datetime) -> Claim:
    """After a failed payment and a corrected account the claim waits for the next batch (重新拨付)."""
    return _moved(actor, claim_id, "retry", "", now=now)


@transaction.atomic
def suspend(actor: Actor, *, claim_id: str, reason: str, now: datetime, case: str = "") -> Claim:
    """Holds a payout back (暂停拨付) with a reason; supervision names its `case` (案卷编号), which alone ends it then."""
    return _moved(actor, claim_id, "suspend", reason, now=now, case=case)


@transaction.atomic
def resume(actor: Actor, *, claim_id: str, reason: str, now: datetime, case: str = "") -> Claim:
    """Lets a suspended payout go on (恢复拨付). Raises HeldByCase unless named by the case that holds it."""
    return _moved(actor, claim_id, "resume", reason, now=now, case=case)


@transaction.atomic
def stop(actor: Actor, *, claim_id: str, reason: str, now: datetime, case: str = "") -> Claim:
    """Ends a suspended payout for good (终止拨付): the money goes where a refusal sends it. Raises HeldByCase."""
    claim = _moved(actor, claim_id, "stop", reason, now=now, case=case)
    treasury.withdraw_payable(actor, claim_id=claim.id, now=now)
    fen = Fen(claim.confirmed_fen or 0)
    move_money(claim, "unapprove", Kind.OWED, Kind.IN_CLAIM, step="stop", now=now)
    outcome = OnRefusal(terms_of(claim).terms.on_refusal)
    give_up(actor, claim, outcome, fen, now=now)
    uncite(claim)
    deadlines.cancel(claim.id, now=now)
    return claim


def _moved(actor: Actor, claim_id: str, action: str, reason: str, *, now: datetime, case: str = "") -> Claim:
    claim = locked(actor, claim_id)
    roles = roles_on(actor, claim)
    move = MACHINE.check(action, ClaimState(claim.state), roles)
    if action in _ENDS_SUSPENSION and (holder := held_by(claim.id)) and holder != case:
        raise rules.HeldByCase(case=holder)
    if action != "retry" and not tidy(reason):
        raise rules.ReasonMissing()
    claim.reason = tidy(reason)
    facts = {"reason": claim.reason} | ({"case": case} if case else {})
    advance(actor, claim, move, roles=roles, now=now, saves=["reason"], facts=facts)
    return claim


def _refuse_unseen(actor: Actor, batch_id: str) -> None:
    if not visible_to(actor).filter(id__in=claims_of_batch(batch_id)).exists():
        raise NotVisible


def transmit(actor: Actor, *, batch_id: str, now: datetime) -> list[treasury.LineResult]:
    """Sends a released batch through the connected bank (送银行支付) and reads what it answers at once.

    The batch is committed as sent before the bank sees it; a bank that does not answer leaves every line unknown.
    Raises NoBank.
    """
    _refuse_unseen(actor, batch_id)
    bank = installed()
    if bank is None:
        raise rules.NoBank()
    answers = treasury.transmit(actor, batch_id=batch_id, bank=bank, now=now)
    return read_results(actor, batch_id=batch_id, answers=answers, now=now)


def ask_bank(actor: Actor, *, batch_id: str, now: datetime) -> list[treasury.LineResult]:
    """Asks the bank about payments without an answer (查询支付结果), by the serials they were sent under."""
    _refuse_unseen(actor, batch_id)
    bank = installed()
    if bank is None:
        raise rules.NoBank()
    answers = treasury.query_unknown(actor, batch_id=batch_id, bank=bank)
    return read_results(actor, batch_id=batch_id, answers=answers, now=now)


@transaction.atomic
def read_result_file(
    actor: Actor, *, batch_id: str, name: str, content: bytes, now: datetime
) -> list[treasury.LineResult]:
    """Reads the file that a bank sent back (银行回执文件); raises NotAResultFile, ResultsRefused by row."""
    claims = {claim.id: claim for claim in _of_batch(actor, batch_id)}
    results = treasury.read_result_file(actor, batch_id=batch_id, name=name, content=content, now=now)
    _follow_all(actor, claims, results, now)
    return results
