"""Stopping payouts (暂停拨付): a case calls the command of `claims`, whose machine and lock keep the gate.

What is not payable yet cannot be stopped yet; it is stopped in the same round in which its notice lets it pass.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from kechuang.claims import commands as claims
from kechuang.claims.queries import held_by, queue, state_of
from kechuang.claims.states import CLOSED as CLAIM_OVER
from kechuang.claims.states import ClaimState
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.supervision import rules
from kechuang.supervision.access import roles_on
from kechuang.supervision.commands.cases import locked
from kechuang.supervision.commands.telling import tell_office, tell_party
from kechuang.supervision.models import Case, Item
from kechuang.supervision.states.cases import CASE_MACHINE, CaseState, Holding, ItemKind
from kechuang.trail.commands import advance

_STOPPABLE = (ClaimState.PAYABLE, ClaimState.PAYMENT_FAILED)
_HELD = (Holding.ASKED, Holding.SUSPENDED)


@transaction.atomic
def suspend(actor: Actor, *, case_id: str, reason: str, now: datetime) -> Case:
    """Holds back the payout of every claim in the case that is not paid yet (暂停涉案拨付); a suspended one is never paid.

    What is paid to another than the party of the case is never touched: who is not heard loses nothing.
    Raises MoveNotOpen, WordsMissing, NothingToSuspend, HeldElsewhere.
    """
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check("suspend", CaseState(case.state), roles)
    why = rules.said(reason)
    open_ = [item for item in payouts_of(case) if item.holding in (Holding.NONE, Holding.ENDED)]
    held = [item for item in open_ if _hold(actor, case, item, why, now)]
    if not held:
        raise rules.NothingToSuspend()
    facts = {"reason": why, "claims": {item.subject_id: item.holding for item in held}}
    advance(actor, case, move, roles=roles, now=now, facts=facts)
    numbers = "、".join(item.number for item in held)
    tell_party(case, _("兑付申请暂停拨付"), f"{numbers}：{why}", now=now)
    return case


@transaction.atomic
def resume(actor: Actor, *, case_id: str, item_id: str, reason: str, now: datetime) -> Case:
    """Lets one payout go on while the case runs (恢复涉案拨付). Raises MoveNotOpen, WordsMissing, NotSuspended."""
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check("resume", CaseState(case.state), roles)
    item = Item.objects.select_for_update().filter(case=case, id=item_id).first()
    if item is None:
        raise NotVisible
    if item.holding not in _HELD:
        raise rules.NotSuspended(number=item.number)
    why = rules.said(reason)
    let_go(actor, case, item, why, now)
    advance(actor, case, move, roles=roles, now=now, facts={"claim": item.subject_id, "reason": why})
    tell_party(case, _("兑付申请恢复拨付"), f"{item.number}：{why}", now=now)
    return case


@transaction.atomic
def follow(actor: Actor, *, item_id: str, now: datetime) -> Item:
    """What the clock does about a hold that was asked for: stops the claim once it is payable, forgets it once it is over.

    A case that found a violation meanwhile ends the payout for good.
    """
    item = Item.objects.select_for_update(of=("self",)).select_related("case").get(id=item_id)
    state, case = state_of(item.subject_id), item.case
    violation = case.state == CaseState.UPHELD
    if item.holding == Holding.ASKED and state in _STOPPABLE and violation:
        stop(actor, case, item, case.decision, now)
        title = _("认定违规的兑付申请已转入待拨付，已终止拨付")
        tell_office(case, Role.COUNTY_APPROVER, title, f"{case.number} {item.number}", now=now)
        tell_party(case, title, f"{case.number} {item.number}", now=now)
    elif item.holding == Holding.ASKED and state in _STOPPABLE:
        claims.suspend(actor, claim_id=item.subject_id, reason=_because(case, ""), now=now, case=case.number)
        _set(item, Holding.SUSPENDED)
        title = _("涉案兑付申请已转入待拨付，已暂停拨付")
        tell_office(case, Role.COUNTY_APPROVER, title, f"{case.number} {item.number}", now=now)
    elif item.holding in _HELD and (state in CLAIM_OVER or (item.holding == Holding.SUSPENDED and state in _STOPPABLE)):
        _set(item, Holding.ENDED)
        if violation and state == ClaimState.PAID:
            title = _("认定违规的兑付申请在终止之前已经兑付，请另行立案追回")
            tell_office(case, Role.COUNTY_APPROVER, title, f"{case.number} {item.number}", now=now)
    return item


def let_go(actor: Actor, case: Case, item: Item, why: str, now: datetime) -> None:
    """Takes the hold off one claim; one that was suspended may be paid again."""
    if item.holding == Holding.SUSPENDED and state_of(item.subject_id) == ClaimState.SUSPENDED:
        claims.resume(actor, claim_id=item.subject_id, reason=_because(case, why), now=now, case=case.number)
    _set(item, Holding.ENDED)


def stop(actor: Actor, case: Case, item: Item, why: str, now: datetime) -> None:
    """Ends a payout for good (终止拨付), also one that nobody had suspended; what is not payable yet is stopped when it is.

    Another case's hold on it gives way. Raises InPayment for what is on its way to the bank.
    """
    claim_id, state = item.subject_id, state_of(item.subject_id)
    if state == ClaimState.IN_PAYMENT:
        raise rules.InPayment(number=item.number)
    if state in CLAIM_OVER:
        return
    Item.objects.filter(subject_id=claim_id, holding__in=_HELD).exclude(id=item.id).update(holding=Holding.ENDED)
    if state in _STOPPABLE:
        claims.suspend(actor, claim_id=claim_id, reason=_because(case, why), now=now, case=case.number)
        state = ClaimState.SUSPENDED
    if state != ClaimState.SUSPENDED:
        _set(item, Holding.ASKED)
        return
    claims.stop(actor, claim_id=claim_id, reason=_because(case, why), now=now, case=held_by(claim_id))
    _set(item, Holding.ENDED)


def held_items(case: Case) -> list[Item]:
    """The items whose payout the case holds, locked in the order of their claims."""
    return list(Item.objects.select_for_update().filter(case=case, holding__in=_HELD).order_by("subject_id"))


def payouts_of(case: Case) -> list[Item]:
    """The claims in the case that are paid to its party, locked in their order: all that it can stop or ask back."""
    ids = Item.objects.filter(case=case, kind=ItemKind.CLAIM).values("subject_id")
    own = queue(CLOCK).filter(id__in=ids, provider_party=case.party_id).values_list("id", flat=True)
    return list(Item.objects.select_for_update().filter(case=case, subject_id__in=list(own)).order_by("subject_id"))


def _hold(actor: Actor, case: Case, item: Item, why: str, now: datetime) -> bool:
    state = queue(actor).filter(id=item.subject_id).values_list("state", flat=True).first()
    if state is None or state in CLAIM_OVER:
        return False
    if state in _STOPPABLE:
        claims.suspend(actor, claim_id=item.subject_id, reason=_because(case, why), now=now, case=case.number)
        _set(item, Holding.SUSPENDED)
    elif state != ClaimState.SUSPENDED or not held_by(item.subject_id):
        _set(
            item, Holding.ASKED
        )  # also what an approver suspended by hand: it goes on when he lets it, not when the case does
    return item.holding in _HELD


def _set(item: Item, holding: Holding) -> None:
    item.holding = holding
    try:
        with transaction.atomic():
            item.save(update_fields=["holding"])
    except IntegrityError as error:
        other = Item.objects.filter(subject_id=item.subject_id, holding__in=_HELD).select_related("case").first()
        raise rules.HeldElsewhere(number=item.number, case=other.case.number if other else "") from error


def _because(case: Case, why: str) -> str:
    return _("案卷 {number}：{why}").format(number=case.number, why=why or case.title)
