"""What becomes of a voucher's money that will not be paid to the provider (不予兑付、逾期未申兑)."""

from dataclasses import replace
from datetime import datetime

from kechuang.claims.commands.locked import page_of
from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.rules import Kind, Leg, OnNoClaim, OnRefusal, Place, no_claim_legs, refusal_legs
from kechuang.orders import commands as orders
from kechuang.outbox.commands import tell
from kechuang.vouchers.commands import Legs, restore


def give_up(actor: Actor, claim: Claim, outcome: OnRefusal, fen: Fen, *, now: datetime) -> None:
    """Takes `fen` out of the claim (不予兑付): back to the budget when one of the two bears it, or to the voucher."""

    def legs(unclaimed: Place, voucher: Place, budget: Place, part: Fen) -> list[Leg]:
        in_claim = replace(unclaimed, kind=Kind.IN_CLAIM)
        return refusal_legs(outcome, in_claim=in_claim, voucher=voucher, budget=budget, fen=part)

    _put_back(actor, claim.order_id, fen, why=ON_REFUSAL_LABELS[outcome], legs=legs, now=now)
    if outcome is not OnRefusal.PROVIDER_BEARS:
        title = f"{ON_REFUSAL_LABELS[outcome]}：¥{yuan(fen)}"
        text = _("兑付申请 {number} 的该部分金额不予兑付。").format(number=claim.number)
        tell(subject_id=claim.id, path=page_of(claim), title=title, text=text, to_party=claim.holder_party, now=now)


def return_offset(actor: Actor, *, order_id: str, fen: Fen, outcome: OnNoClaim, now: datetime) -> None:
    """What was never claimed (逾期未申兑): to the voucher again, or to the budget (then one of the two bears it)."""

    def legs(unclaimed: Place, voucher: Place, budget: Place, part: Fen) -> list[Leg]:
        return no_claim_legs(outcome, unclaimed=unclaimed, voucher=voucher, budget=budget, fen=part)

    _put_back(actor, order_id, fen, why=ON_NO_CLAIM_LABELS[outcome], legs=legs, now=now)


def _put_back(actor: Actor, order_id: str, fen: Fen, *, why: str, legs: Legs, now: datetime) -> None:
    orders.give_up(actor, order_id=order_id, fen=fen, why=why, now=now)
    restore(actor, order_id=order_id, fen=fen, legs=legs, now=now)


ON_REFUSAL_LABELS: dict[OnRefusal, str] = {
    OnRefusal.PROVIDER_BEARS: _("不予兑付，由服务机构承担"),
    OnRefusal.ENTERPRISE_OWES: _("不予兑付，由企业（创业者）补付"),
    OnRefusal.VOUCHER_RESTORED: _("不予兑付，恢复券额"),
}
ON_NO_CLAIM_LABELS: dict[OnNoClaim, str] = {
    OnNoClaim.RETURNED_TO_BUDGET: _("逾期未申兑，退回预算"),
    OnNoClaim.ENTERPRISE_OWES: _("逾期未申兑，由企业（创业者）补付"),
    OnNoClaim.VOUCHER_RESTORED: _("逾期未申兑，恢复券额"),
}
