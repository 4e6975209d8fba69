"""What becomes of a voucher's money that will not be paid to the provider (不予兑付、逾期未申兑)."""

from datetime import datetime

from kechuang.claims.commands.locked import move_money, page_of
from kechuang.claims.models import Claim
from kechuang.claims.rules import OnNoClaim, OnRefusal
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.rules import Kind
from kechuang.orders import commands as orders
from kechuang.outbox.commands import tell
from kechuang.vouchers.commands import restore


def give_up(actor: Actor, claim: Claim, outcome: OnRefusal, fen: Fen, *, step: str, now: datetime) -> None:
    """Takes `fen` out of the claim (不予兑付): back to the budget when one of the two bears it, or to the voucher."""
    move_money(claim, "back", Kind.IN_CLAIM, Kind.UNCLAIMED, step=step, now=now, fen=fen)
    to_budget = outcome is not OnRefusal.VOUCHER_RESTORED
    _put_back(actor, claim.order_id, fen, why=ON_REFUSAL_LABELS[outcome], to_budget=to_budget, now=now)
    if outcome is not OnRefusal.PROVIDER_BEARS:
        title = f"{ON_REFUSAL_LABELS[outcome]}：¥{yuan(fen)}"
        text = _("兑付申请 {number} 的该部分金额不予兑付。").format(number=claim.number)
        tell(subject_id=claim.id, path=page_of(claim), title=title, text=text, to_party=claim.holder_party, now=now)


def return_offset(actor: Actor, *, order_id: str, fen: Fen, outcome: OnNoClaim, now: datetime) -> None:
    """What was never claimed (逾期未申兑): to the voucher again, or to the budget (then one of the two bears it)."""
    to_budget = outcome is not OnNoClaim.VOUCHER_RESTORED
    _put_back(actor, order_id, fen, why=ON_NO_CLAIM_LABELS[outcome], to_budget=to_budget, now=now)


def _put_back(actor: Actor, order_id: str, fen: Fen, *, why: str, to_budget: bool, now: datetime) -> None:
    orders.give_up(actor, order_id=order_id, fen=fen, why=why, now=now)
    restore(actor, order_id=order_id, fen=fen, to_budget=to_budget, now=now)


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
