"""Payout (拨付): claims follow the payment batch that `treasury` keeps; both move in one transaction, claims locked first."""

from collections.abc import Sequence
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
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.ledger.rules import Kind, OnRefusal
from kechuang.trail.commands import advance
from kechuang.treasury import commands as treasury
from kechuang.treasury.states import CLAIMS
from kechuang.ui import clock

_ENDS_SUSPENSION = ("resume", "stop")


def prepare(actor: Actor, *, region: str, title: str, now: datetime, claim_ids: Sequence[str] | None = None) -> str:
    """Gathers payable claims of a county into one payment batch (编制拨付批次); None takes all. Answers the batch's id.

    Raises NothingChosen, and what `Following.prepare` does.
    """
    rows = Claim.objects.filter(region=region, state=ClaimState.PAYABLE)
    ids = list(claim_ids) if claim_ids is not None else list(rows.order_by("id").values_list("id", flat=True))
    return _BATCHES.prepare(actor, region=region, title=title, ids=ids, now=now)


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


_BATCHES = treasury.Following(
    machine=MACHINE,
    purpose=CLAIMS,
    visible=visible_to,
    locked=lambda actor, ids: locked_many(actor, ids),
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
