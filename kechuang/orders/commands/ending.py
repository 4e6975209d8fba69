"""Disputes, cancelling and time running out (争议、取消、逾期)."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Post, Role
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.rules import Leg, Place, refund_legs
from kechuang.orders import rules
from kechuang.orders.commands.serving import REPRICED, agreed_version, reprice
from kechuang.orders.commands.settling import settle_by_clock
from kechuang.orders.commands.steps import FINAL_WAIT, Step, begin, finish
from kechuang.orders.models import Delivery, Order, OrderVersion
from kechuang.orders.queries import due_action, successors
from kechuang.orders.states import OrderState
from kechuang.parties.queries import refuse_same_hands
from kechuang.trail.commands import acting_role
from kechuang.ui import clock
from kechuang.vouchers import commands as vouchers


@transaction.atomic
def dispute(actor: Actor, *, order_id: str, reason: str, seen: int | None = None, now: datetime) -> Order:
    """The user does not accept what was delivered (提出争议), with the reason; the office mediates. Raises DisputeTooLate."""
    step = begin(actor, order_id, "dispute", seen=seen)
    if step.repeated:
        return step.order
    order = step.order
    rules.refuse_late_dispute(order.delivered_on or clock.day(now), on=clock.day(now), terms=step.terms)
    order.reason = rules.reason(reason)
    return finish(step, now=now, saves=["reason"], facts={"reason": order.reason})


@transaction.atomic
def drop_dispute(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """The user takes the dispute back (撤回争议); the time for accepting begins anew."""
    step = begin(actor, order_id, "drop_dispute", seen=seen)
    return step.order if step.repeated else finish(step, now=now)


@transaction.atomic
def resolve(
    actor: Actor,
    *,
    order_id: str,
    outcome: str,
    reason: str,
    price_fen: Fen | None = None,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """The office closes a dispute (协调): `accept` as agreed, `part` at another price, or `cancel`; with the reason.

    Raises ReasonMissing, SplitDoesNotAddUp for a price above the agreed one or of nothing; Related for people of a side.
    """
    step = begin(actor, order_id, f"resolve_{outcome}", seen=seen)
    if step.repeated:
        return step.order
    order, role = step.order, acting_role(step.roles, step.move)
    refuse_same_hands(actor, order.dispute_region, role, before=(), sides=(order.holder_id, order.provider_id))
    order.reason = rules.reason(reason)
    _close_final(order, now)
    saves = ["reason", "final_open"]
    if outcome == "cancel":
        saves += _give_back(step, now, by=_mediator(step))
        return finish(step, now=now, saves=saves, facts={"reason": order.reason})
    if outcome == "part":
        rules.refuse_split(price_fen or 0, price_fen=order.price_fen)
        reprice(_mediator(step), order, Fen(price_fen or 0), now=now)
        agreed_version(step, Fen(order.price_fen), order.reason, now=now)
        saves += REPRICED
    order.accepted_on = clock.day(now)
    facts = {"reason": order.reason, "price_fen": order.price_fen, "voucher_fen": order.voucher_fen}
    return finish(step, now=now, saves=[*saves, "accepted_on"], facts=facts)


def _mediator(step: Step) -> Actor:
    """Who mediates, on the order's voucher: an office elsewhere does there what the issuing county's own would do."""
    actor, order = step.actor, step.order
    if Role.COUNTY_OFFICER in actor.roles_in(order.region):
        return actor
    absent = actor.stood_in_for(order.dispute_region, Role.COUNTY_OFFICER)
    there = Post(Role.COUNTY_OFFICER, order.region, frozenset({order.region}), stands_in_for=absent)
    return replace(actor, posts=actor.posts | {there})


@transaction.atomic
def cancel(actor: Actor, *, order_id: str, reason: str, seen: int | None = None, now: datetime) -> Order:
    """Either side ends a placed order (取消订单), with the reason; what the voucher set aside is free again.

    The provider may always; the user not any more once a part was delivered. Raises PartDelivered, ReasonMissing.
    """
    step = begin(actor, order_id, "cancel", seen=seen)
    if step.repeated:
        return step.order
    if Role.HOLDER in step.roles and Delivery.objects.filter(order=step.order).exists():
        raise rules.PartDelivered()
    step.order.reason = rules.reason(reason)
    _close_final(step.order, now)
    saves = ["reason", "final_open", *_give_back(step, now)]
    return finish(step, now=now, saves=saves, facts={"reason": step.order.reason})


@transaction.atomic
def time_out(actor: Actor, *, order_id: str, now: datetime) -> Order:
    """What the rules let happen when a time has run out (逾期): lapse, acceptance, mediation, settling.

    Raises NotDueYet before, MoveNotOpen where nothing happens by itself; an order that has moved on is left alone.
    """
    action = due_action(order_id)
    if action == "settle_by_clock":
        return settle_by_clock(actor, order_id=order_id, now=now)
    step = begin(actor, order_id, action)
    if step.repeated:
        return step.order
    order, on = step.order, clock.day(now)
    rules.refuse_before(order.due_on or on, on=on)
    if action == "lapse":
        order.reason = _("期限届满未办理")
        saves = ["reason", *(_give_back(step, now) if order.state == OrderState.PLACED else [])]
        return finish(step, now=now, saves=saves)
    if action == "escalate":
        order.reason = _("使用者逾期未验收")
        return finish(step, now=now, saves=["reason"])
    _close_final(order, now)
    order.accepted_on = on
    return finish(step, now=now, saves=["accepted_on", "final_open"])


@transaction.atomic
def terminate(actor: Actor, *, order_id: str, reason: str, seen: int | None = None, now: datetime) -> Order:
    """The office ends an order that a side can no longer fulfil (注销、合并等), by decision with the reason (终止订单)."""
    step = begin(actor, order_id, "terminate", seen=seen)
    if step.repeated:
        return step.order
    step.order.reason = rules.reason(reason)
    _close_final(step.order, now)
    saves = ["reason", "final_open", *_give_back(step, now)]
    return finish(step, now=now, saves=saves, facts={"reason": step.order.reason})


@transaction.atomic
def carry_over(actor: Actor, *, order_id: str, now: datetime) -> Order:
    """An order of a merged side goes on with the party that took it over (合并承继). By the clock.

    Between two that have become one it ends: nobody orders from oneself.
    """
    step = begin(actor, order_id, "carry_over")
    order = step.order
    holder, provider = successors(order)
    if holder == provider:
        return terminate(actor, order_id=order_id, reason=_("双方已合并为同一单位"), now=now)
    before = {"holder": order.holder_id, "provider": order.provider_id}
    if order.voucher_id and holder != order.holder_id:
        vouchers.carry_over(actor, voucher_id=order.voucher_id, to_party=holder, now=now)
    if provider != order.provider_id:
        vouchers.change_provider(actor, order_id=order.id, to_party=provider, now=now)
    order.holder_id, order.provider_id = holder, provider
    facts = {"before": before, "after": {"holder": holder, "provider": provider}}
    return finish(step, now=now, saves=["holder", "provider"], facts=facts)


@transaction.atomic
def close_revoked(actor: Actor, *, order_id: str, reason: str, now: datetime) -> Order:
    """Ends an open order of a provider whose admission was revoked (撤销入库), as `on_revocation` says."""
    step = begin(actor, order_id, "close_revoked")
    if step.repeated:
        return step.order
    step.order.reason = rules.reason(reason)
    _close_final(step.order, now)
    saves = ["reason", "final_open", *_give_back(step, now)]
    return finish(step, now=now, saves=saves, facts={"reason": step.order.reason})


def _give_back(step: Step, now: datetime, *, by: Actor | None = None) -> list[str]:
    """What was set aside is released; what was offset before the service is put back as the terms say."""
    order, actor = step.order, by or step.actor
    if not order.voucher_fen:
        return []
    if not order.captured_fen:
        vouchers.release_hold(actor, order_id=order.id, now=now)
        return []
    to_voucher, to_budget = rules.offset_refund(Fen(order.captured_fen), terms=step.terms)
    legs = _to_budget if to_budget else None
    vouchers.restore(actor, order_id=order.id, fen=Fen(to_voucher + to_budget), legs=legs, now=now)
    order.captured_fen = 0
    return ["captured_fen"]


def _to_budget(unclaimed: Place, voucher: Place, budget: Place, fen: Fen) -> list[Leg]:
    return refund_legs(unclaimed=unclaimed, voucher=voucher, budget=budget, fen=fen)


def _close_final(order: Order, now: datetime) -> None:
    """A proposal that was not answered falls with the act that ends the order's waiting."""
    if not order.final_open:
        return
    order.final_open = False
    rows = OrderVersion.objects.filter(order=order, agreed_on__isnull=True, rejected_on__isnull=True)
    rows.update(rejected_on=clock.day(now))
    deadlines.cancel(order.id, kind=FINAL_WAIT.kind, now=now)
