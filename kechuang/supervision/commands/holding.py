"""Stopping payouts (暂停拨付): a case calls the command of the room that pays, whose machine and lock keep the gate.

What is not payable yet cannot be stopped yet; it is stopped in the same round in which its notice lets it pass.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from kechuang.claims import commands as claims
from kechuang.claims import queries as of_claims
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import shortened
from kechuang.subsidies import commands as subsidies
from kechuang.subsidies import queries as of_subsidies
from kechuang.supervision import rules
from kechuang.supervision.access import roles_on
from kechuang.supervision.commands.cases import locked
from kechuang.supervision.commands.telling import tell_office, tell_party
from kechuang.supervision.models import Case, Item
from kechuang.supervision.queries.payouts import PAYOUTS, Payouts, payouts_among
from kechuang.supervision.states.cases import CASE_MACHINE, REASON_CHARS_MAX, CaseState, Holding, ItemKind
from kechuang.trail.commands import advance

_HELD = (Holding.ASKED, Holding.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Verbs:
    """The commands and reads of the room that pays."""

    suspend: Callable[..., object]
    resume: Callable[..., object]
    stop: Callable[..., object]
    state_of: Callable[[str], str]
    held_by: Callable[[str], str]  # the number of the case that holds it


_VERBS: dict[ItemKind, Verbs] = {
    ItemKind.CLAIM: Verbs(
        lambda actor, one, **said: claims.suspend(actor, claim_id=one, **said),
        lambda actor, one, **said: claims.resume(actor, claim_id=one, **said),
        lambda actor, one, **said: claims.stop(actor, claim_id=one, **said),
        of_claims.state_of,
        of_claims.held_by,
    ),
    ItemKind.STATEMENT: Verbs(
        lambda actor, one, **said: subsidies.suspend(actor, statement_id=one, **said),
        lambda actor, one, **said: subsidies.resume(actor, statement_id=one, **said),
        lambda actor, one, **said: subsidies.stop(actor, statement_id=one, **said),
        of_subsidies.state_of,
        of_subsidies.held_by,
    ),
}


def _of(item: Item) -> tuple[Payouts, Verbs]:
    kind = ItemKind(item.kind)
    return PAYOUTS[kind], _VERBS[kind]


@transaction.atomic
def suspend(actor: Actor, *, case_id: str, reason: str, now: datetime) -> Case:
    """Holds back every payout in the case that is not made yet (暂停涉案拨付); a suspended one is never paid.

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
    facts = {"reason": why, "payouts": {item.subject_id: item.holding for item in held}}
    advance(actor, case, move, roles=roles, now=now, facts=facts)
    numbers = "、".join(item.number for item in held)
    tell_party(case, _("涉案款项暂停拨付"), f"{numbers}：{why}", now=now)
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
    advance(actor, case, move, roles=roles, now=now, facts={"payout": item.subject_id, "reason": why})
    tell_party(case, _("涉案款项恢复拨付"), f"{item.number}：{why}", now=now)
    return case


@transaction.atomic
def follow(actor: Actor, *, item_id: str, now: datetime) -> Item:
    """What the clock does about a hold that was asked for: stops the payout once it is payable, forgets it once it is over.

    A case that found a violation meanwhile ends the payout for good.
    """
    item = Item.objects.select_for_update(of=("self",)).select_related("case").get(id=item_id)
    (sort, room), case = _of(item), item.case
    state, violation = room.state_of(item.subject_id), case.state == CaseState.UPHELD
    if item.holding == Holding.ASKED and state in sort.stoppable and violation:
        stop(actor, case, item, case.decision, now)
        title = _("认定违规的款项已转入待拨付，已终止拨付")
        tell_office(case, Role.COUNTY_APPROVER, title, f"{case.number} {item.number}", now=now)
        tell_party(case, title, f"{case.number} {item.number}", now=now)
    elif item.holding == Holding.ASKED and state in sort.stoppable:
        room.suspend(actor, item.subject_id, reason=_because(case, ""), now=now, case=case.number)
        _set(item, Holding.SUSPENDED)
        title = _("涉案款项已转入待拨付，已暂停拨付")
        tell_office(case, Role.COUNTY_APPROVER, title, f"{case.number} {item.number}", now=now)
    elif item.holding in _HELD and (
        state in sort.over or (item.holding == Holding.SUSPENDED and state in sort.stoppable)
    ):
        # What was paid was not let go: when the bank sends it back, the decision of the case still ends it.
        _set(item, Holding.NONE if state == sort.paid else Holding.ENDED)
        if state == sort.withdrawn:  # what comes in its place is another paper, which no case holds yet
            title = _("涉案单据已撤回，暂停随之解除；重新提交或核算的，请列入案卷并暂停")
            tell_office(case, Role.COUNTY_OFFICER, title, f"{case.number} {item.number}", now=now)
        if violation and state == sort.paid:
            title = _("认定违规的款项在终止之前已经拨付，请另行立案追回")
            tell_office(case, Role.COUNTY_APPROVER, title, f"{case.number} {item.number}", now=now)
    return item


def let_go(actor: Actor, case: Case, item: Item, why: str, now: datetime) -> None:
    """Takes the hold off one payout; one that was suspended may be paid again."""
    sort, room = _of(item)
    if item.holding == Holding.SUSPENDED and room.state_of(item.subject_id) == sort.suspended:
        room.resume(actor, item.subject_id, reason=_because(case, why), now=now, case=case.number)
    _set(item, Holding.ENDED)


def stop(actor: Actor, case: Case, item: Item, why: str, now: datetime) -> None:
    """Ends a payout for good (终止拨付), also one that nobody had suspended; what is not payable yet is stopped when it is.

    Another case's hold on it gives way. Raises InPayment for what is on its way to the bank.
    """
    (sort, room), subject = _of(item), item.subject_id
    state = room.state_of(subject)
    if state == sort.in_payment:
        raise rules.InPayment(number=item.number)
    if state in sort.over:
        return
    Item.objects.filter(subject_id=subject, holding__in=_HELD).exclude(id=item.id).update(holding=Holding.ENDED)
    if state in sort.stoppable:
        room.suspend(actor, subject, reason=_because(case, why), now=now, case=case.number)
        state = sort.suspended
    if state != sort.suspended:
        _set(item, Holding.ASKED)
        return
    room.stop(actor, subject, reason=_because(case, why), now=now, case=room.held_by(subject))
    _set(item, Holding.ENDED)


def held_items(case: Case) -> list[Item]:
    """The items whose payout the case holds, locked in the order of what they are about."""
    return list(Item.objects.select_for_update().filter(case=case, holding__in=_HELD).order_by("subject_id"))


def payouts_of(case: Case) -> list[Item]:
    """The claims and subsidies in the case that are paid to its party, locked in their order: all that it can stop or ask
    back."""
    own: list[str] = []
    for kind, ids in payouts_among(Item.objects.filter(case=case)).items():
        rows = PAYOUTS[kind].rows(CLOCK).filter(id__in=ids, **{PAYOUTS[kind].payee: case.party_id})
        own += rows.values_list("id", flat=True)
    return list(Item.objects.select_for_update().filter(case=case, subject_id__in=own).order_by("subject_id"))


def _hold(actor: Actor, case: Case, item: Item, why: str, now: datetime) -> bool:
    sort, room = _of(item)
    state = sort.rows(actor).filter(id=item.subject_id).values_list("state", flat=True).first()
    if state is None or state in sort.over:
        return False
    if state in sort.stoppable:
        room.suspend(actor, item.subject_id, reason=_because(case, why), now=now, case=case.number)
        _set(item, Holding.SUSPENDED)
    elif state != sort.suspended or not room.held_by(item.subject_id):
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
    """As the payout keeps it: a long decision is cut there, in the case it stands in full."""
    found = _("案卷 {number}：{why}").format(number=case.number, why=why or case.title)
    return shortened(found, REASON_CHARS_MAX)
