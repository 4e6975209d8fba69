"""What becomes of a voucher's money that will not be paid to the provider (不予兑付、逾期未申兑)."""

from datetime import datetime

from kechuang.claims.commands.locked import move_money, place
from kechuang.claims.models import Claim
from kechuang.claims.queries.orders import ClaimOrder, claim_order
from kechuang.claims.rules import OnNoClaim, OnRefusal
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place, refusal_legs
from kechuang.ledger.rules import OnRefusal as LedgerOnRefusal
from kechuang.vouchers.commands import restore


def give_up(actor: Actor, claim: Claim, outcome: OnRefusal, fen: Fen, *, step: str, now: datetime) -> None:
    """Takes `fen` out of the claim: back to the budget when one of the two bears it, or back to the voucher."""
    order = claim_order(claim.order_id)
    if outcome is OnRefusal.VOUCHER_RESTORED:
        move_money(claim, "back", Kind.IN_CLAIM, Kind.UNCLAIMED, step=step, now=now, fen=fen)
        restore(actor, order_id=order.id, fen=fen, now=now)
        return
    legs = refusal_legs(
        LedgerOnRefusal(outcome),
        in_claim=place(claim, Kind.IN_CLAIM),
        voucher=_voucher(order),
        budget=_budget(order),
        fen=fen,
    )
    ledger.post(legs, key=f"{claim.id}:{step}", subject=claim.id, now=now)


def return_offset(actor: Actor, *, order: ClaimOrder, outcome: OnNoClaim, now: datetime) -> None:
    """What was never claimed: to the voucher again, or to the budget (then the provider, or the user, bears it)."""
    if outcome is OnNoClaim.VOUCHER_RESTORED:
        restore(actor, order_id=order.id, fen=order.captured_fen, now=now)
        return
    unclaimed = Place(Kind.UNCLAIMED, order.region, order.year, order.provider.id)
    legs = [
        Leg("restore", unclaimed, _voucher(order), order.captured_fen),
        Leg("no_claim", _voucher(order), _budget(order), order.captured_fen),
    ]
    ledger.post(legs, key=f"{order.id}:no_claim", subject=order.id, now=now)


def _voucher(order: ClaimOrder) -> Place:
    return Place(Kind.VOUCHER, order.region, order.year, order.voucher_id)


def _budget(order: ClaimOrder) -> Place:
    return Place(Kind.BUDGET, order.region, order.year)
