"""Deciding a case (结案): nothing found and released, or a violation with what is clawed back for it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import refuse_same_hands
from kechuang.screening.commands import decide_many as decide_findings
from kechuang.screening.queries import open_findings
from kechuang.screening.states import FindingState
from kechuang.supervision import rules
from kechuang.supervision.access import roles_on, roles_on_clawback
from kechuang.supervision.commands.cases import locked, terms_of
from kechuang.supervision.commands.clawback import give_up, order
from kechuang.supervision.commands.clawback import locked as locked_clawback
from kechuang.supervision.commands.holding import held_items, let_go, payouts_of, stop
from kechuang.supervision.commands.telling import tell_office, tell_party
from kechuang.supervision.models import Case, Clawback, Item
from kechuang.supervision.queries.payouts import sent_back
from kechuang.supervision.states.cases import (
    CASE_MACHINE,
    CLAWBACK_MACHINE,
    CaseState,
    ClawbackState,
    Holding,
    ItemKind,
)
from kechuang.trail.commands import acting_role, advance
from kechuang.ui import clock

SENT_BACK = _("款项已由银行退回，拨付已终止，不再追回")


@transaction.atomic
def clear(actor: Actor, *, case_id: str, text: str, now: datetime) -> Case:
    """Nothing was found (未发现违规): every payout that was held goes on. Not by who opened it.

    Raises MoveNotOpen, SameHands, Related, WordsMissing.
    """
    case, move = _checked(actor, case_id, "clear")
    why = rules.said(text)
    for item in held_items(case):
        let_go(actor, case, item, why, now)
    _findings(actor, case, FindingState.DISMISSED, why, now)
    _decided(actor, case, move, why, {}, now)
    tell_party(case, _("案卷已解除"), f"{case.number}：{why}", now=now)
    return case


@transaction.atomic
def uphold(actor: Actor, *, case_id: str, text: str, clawbacks: Mapping[str, Fen], now: datetime) -> Case:
    """A violation (认定违规), once the party was heard: what is not paid is ended, what is paid asked back as far as named.

    Every claim and subsidy in the case that is paid to its party is dealt with, held or not, but those let go while it
    ran. `clawbacks` says how much of which paid claim or statement. Raises MoveNotOpen, SameHands, Related, WordsMissing, InPayment,
    AbovePaid, AskedAlready, NothingPaid, RefundNotProvided, PaidToAnother, NotVisible for what does not lie in the case.
    """
    case, move = _checked(actor, case_id, "uphold")
    why = rules.said(text)
    for item in payouts_of(case):
        if item.holding != Holding.ENDED:
            stop(actor, case, item, why, now)
    asked = {paid: order(actor, case, paid, fen, now=now).principal_fen for paid, fen in clawbacks.items()}
    _findings(actor, case, FindingState.CONFIRMED, why, now)
    _decided(actor, case, move, why, {"clawbacks": asked}, now)
    tell_party(case, _("案卷已认定违规"), f"{case.number}：{why}", now=now)
    return case


@transaction.atomic
def void(actor: Actor, *, clawback_id: str, now: datetime) -> Clawback:
    """What is asked back in full and was sent back by the bank is ended instead (退汇后终止): the office has its money.

    Where the payout is not back, or a repayment was entered, nothing happens. Raises MoveNotOpen, InPayment.
    """
    row = locked_clawback(actor, clawback_id)
    move = CLAWBACK_MACHINE.check("void", ClawbackState(row.state), roles_on_clawback(actor, row))
    if not sent_back().filter(id=row.id).exists():
        return row
    inside = Item.objects.select_for_update(of=("self",)).select_related("case")
    item = inside.get(case_id=row.case_id, subject_id=row.paid_id)
    stop(actor, item.case, item, item.case.decision, now)
    give_up(actor, row, move, SENT_BACK, now)
    tell_office(item.case, Role.COUNTY_APPROVER, _("决定追回的款项已由银行退回，已终止拨付"), row.number, now=now)
    return row


def _findings(actor: Actor, case: Case, outcome: FindingState, why: str, now: datetime) -> None:
    """What screening had found and nobody has decided meanwhile is decided with the case (核实风险发现)."""
    ids = Item.objects.filter(case=case, kind=ItemKind.FINDING).order_by("subject_id")
    open_ = open_findings(actor).filter(id__in=ids.values("subject_id")).values_list("id", flat=True)
    decide_findings(actor, finding_ids=list(open_), outcome=outcome, reason=why, now=now)


def _checked(actor: Actor, case_id: str, action: str) -> tuple[Case, Move]:
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check(action, CaseState(case.state), roles)
    role = acting_role(roles, move)
    refuse_same_hands(actor, case.region, role, before=[case.opened_by], of=[case.id], sides=[case.party_id])
    return case, move


def _decided(actor: Actor, case: Case, move: Move, why: str, facts: Mapping[str, object], now: datetime) -> None:
    case.decision, case.decided_by, case.decided_on = why, actor.person_id, clock.day(now)
    article = terms_of(case).article("case_decide_working_days")
    said = {"decision": why, **facts}
    saves = ["decision", "decided_by", "decided_on"]
    advance(actor, case, move, roles=roles_on(actor, case), now=now, saves=saves, article=article, facts=said)
    deadlines.cancel(case.id, now=now)
