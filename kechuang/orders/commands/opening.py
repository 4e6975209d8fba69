"""Orders that were settled before this platform (期初订单): taken over with what they offset, and taken back."""

import hashlib
from dataclasses import asdict
from datetime import date, datetime, time

from django.db import transaction

from kechuang.catalog.queries import OfferCard
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.orders import rules
from kechuang.orders.models import Order
from kechuang.orders.queries.placing import offices_of
from kechuang.orders.rules import OrderTerms
from kechuang.orders.states import MACHINE, OrderState
from kechuang.parties.queries import parties
from kechuang.policy.book import in_force
from kechuang.trail.commands import acting_role, advance, canonical, record
from kechuang.ui import clock
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.queries import Voucher, listed
from kechuang.vouchers.rules import OrderFacts


@transaction.atomic
def bring_in(
    actor: Actor,
    *,
    number: str,
    voucher_id: str,
    offer: OfferCard,
    price_fen: Fen,
    voucher_fen: Fen,
    placed_on: date,
    settled_on: date,
    now: datetime,
) -> Order:
    """Takes over a settled order with its offset not yet paid (导入期初订单): terms and offices of the day it was placed.

    One that was taken back before is taken over again under its own id, so that its invoice stays with it. Raises
    MoveNotOpen for other offices, NotVisible for a voucher of another county, OpeningDaysOff, OpeningOffsetOff,
    OrderNumberTaken.
    """
    voucher = listed(actor).filter(id=voucher_id).first()
    if voucher is None:
        raise NotVisible
    roles = actor.roles_in(voucher.region)
    order = Order.objects.select_for_update(of=("self",)).filter(number=number).first() or Order(number=number)
    before = OrderState(order.state)
    move = MACHINE.check("bring_in", before, roles)
    source, ours = str(before) if order.scheme else "", (order.region, order.bound_by)
    rules.refuse_taken(number, new=not source, undone=ours == (voucher.region, vouchers.TAKEN_OVER))
    rules.refuse_opening(
        price_fen=price_fen, offset_fen=voucher_fen, placed_on=placed_on, settled_on=settled_on, on=clock.day(now)
    )
    order.price_fen, order.voucher_fen, order.captured_fen = price_fen, voucher_fen, voucher_fen
    order.own_share_fen = order.paid_fen = Fen(price_fen - voucher_fen)
    order.requested_on = order.quoted_on = order.placed_on = order.started_on = placed_on
    order.delivered_on = order.accepted_on = order.settled_on = settled_on
    order.requested_by, order.state = actor.person_id, move.lands(before)
    order.closed_on, order.reason = None, ""
    _between(order, voucher, offer)
    order.save()
    facts = OrderFacts(service=offer.service_class, provider_id=offer.party_id)
    vouchers.bring_offset(
        actor,
        voucher_id=voucher.id,
        order_id=order.id,
        price_fen=price_fen,
        fen=voucher_fen,
        facts=facts,
        on=placed_on,
        now=now,
    )
    told = {"price_fen": price_fen, "voucher_fen": voucher_fen, "settled_on": settled_on.isoformat()}
    role = acting_role(roles, move)
    target = order.state
    record(actor, order, "bring_in", label=move.label, role=role, now=now, source=source, target=target, facts=told)
    return order


def _between(order: Order, voucher: Voucher, offer: OfferCard) -> None:
    """Who serves whom with what, and the terms and offices of the day it was placed; declared as it was placed."""
    assert order.placed_on is not None
    terms = in_force(voucher.scheme, OrderTerms, on=order.placed_on)
    cards = parties([voucher.party_id, offer.party_id])
    order.holder_id, order.provider_id, order.offer_id = voucher.party_id, offer.party_id, offer.id
    order.unit_id, order.voucher_id, order.scheme = offer.unit_id or None, voucher.id, voucher.scheme
    order.region, order.service, order.title = voucher.region, offer.service_class, offer.name
    order.channel, order.terms, order.bound_by = terms.terms.channels[-1], terms.record, vouchers.TAKEN_OVER
    order.offices = {**asdict(offices_of(order, cards[offer.party_id], None, terms.terms)), "admission_id": ""}
    told = {"number": order.number, "price_fen": order.price_fen}
    order.price_digest = hashlib.sha256(canonical(told)).hexdigest()
    order.declared_at = order.provider_declared_at = clock.instant(order.placed_on, time())


@transaction.atomic
def undo_bring_in(actor: Actor, *, order_id: str, now: datetime) -> Order:
    """Takes such an order back (冲销期初订单): nothing of its offset may be in a claim. Raises NotVisible, MoveNotOpen."""
    order = Order.objects.select_for_update(of=("self",)).filter(id=order_id).first()
    if order is None or not actor.roles_in(order.region):
        raise NotVisible
    roles = actor.roles_in(order.region)
    move = MACHINE.check("undo_bring_in", OrderState(order.state), roles)
    vouchers.undo_offset(actor, order_id=order.id, fen=Fen(order.captured_fen), now=now)
    order.captured_fen, order.closed_on, order.reason = 0, clock.day(now), _("冲销导入")
    advance(actor, order, move, roles=roles, now=now, saves=["captured_fen", "closed_on", "reason"])
    return order
