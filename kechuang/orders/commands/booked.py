"""From a booking to an order with one click, and a provider's standing word to quote by its published prices."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.bookings import commands as bookings
from kechuang.bookings.queries import BookingForOrder, for_order
from kechuang.catalog.queries import offer as offer_of
from kechuang.catalog.queries import price_lines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.orders import rules
from kechuang.orders.access import standing_roles_on, standing_visible_to, visible_to
from kechuang.orders.commands.asking import quoted, request
from kechuang.orders.commands.steps import begin
from kechuang.orders.models import Order, StandingQuote
from kechuang.orders.queries.booked import standing
from kechuang.orders.queries.facts import as_frozen
from kechuang.orders.states import BOOKED_STATES, QUOTED_AT_ONCE, STANDING_MACHINE, StandingState
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@transaction.atomic
def order_booking(
    actor: Actor,
    *,
    booking_id: str,
    scheme: str,
    voucher_id: str = "",
    price_id: str = "",
    needs: str = "",
    situations: Sequence[str] = (),
    other_public_fen: Fen = rules.NOTHING,
    now: datetime,
) -> Order:
    """Makes the order of a booking (据预约下单): asked for, and quoted at once where the provider's standing word says so.

    The quantity is the booked time by the published price (`price_id` chooses among the lines that fit). Without a
    standing word, or while the time is not confirmed, the provider quotes. Asked twice, the first order answers.
    Raises BookingNotOpen, BookingHasOrder and what `request` raises.
    """
    booked = for_order(actor, booking_id)
    if booked.order_id:
        return _made_before(actor, booked)
    if booked.state not in BOOKED_STATES:
        raise rules.BookingNotOpen(number=booked.number, state=booked.state_label)
    order = request(
        actor,
        offer_id=booked.instrument_id,
        scheme=scheme,
        needs=needs,
        voucher_id=voucher_id,
        situations=situations,
        other_public_fen=other_public_fen,
        key=booking_id,
        booking_id=booking_id,
        now=now,
    )
    bookings.attach_order(actor, booking_id=booking_id, order_id=order.id, now=now)
    word = standing(booked.instrument_id)
    if word is None or booked.state not in QUOTED_AT_ONCE:
        return order
    prices = [as_frozen(line) for line in price_lines(booked.instrument_id, on=clock.day(now))]
    lines = rules.lines_for(rules.Booked(booked.minutes, booked.samples), prices, chosen=price_id)
    if not lines:
        return order
    step = begin(actor, order.id, "quote_listed")
    return quoted(step, lines, prices, note="", declared_at=word.declared_at, now=now)


@transaction.atomic
def quote_by_list(actor: Actor, *, offer_id: str, declares: bool, now: datetime) -> StandingQuote:
    """The provider's word that bookings of an offer are quoted by its published prices (开启自动报价).

    It carries the provider's part of the joint declaration. Raises DeclarationMissing, NoPriceList, NotVisible.
    """
    offer = offer_of(actor, offer_id)
    if not actor.party_id or offer.party_id != actor.party_id:
        raise NotVisible
    if not declares:
        raise rules.DeclarationMissing()
    if not price_lines(offer_id, on=clock.day(now)):
        raise rules.NoPriceList()
    row = standing_visible_to(actor).select_for_update().filter(offer_id=offer_id).first()
    if row is not None and row.state == StandingState.OPEN:
        return row
    if row is not None:
        return _renewed(actor, row, now)
    row = StandingQuote(
        offer_id=offer_id,
        provider_id=offer.party_id,
        unit_id=offer.unit_id or None,
        region=offer.region,
        declared_by=actor.person_id,
        declared_at=now,
    )
    if Role.PROVIDER not in standing_roles_on(actor, row):
        raise NotVisible
    row.save(force_insert=True)
    label = _("开启自动报价")
    record(actor, row, "open", label=label, role=Role.PROVIDER, now=now, target=row.state, facts={"offer_id": offer_id})
    return row


@transaction.atomic
def end_quoting_by_list(actor: Actor, *, offer_id: str, now: datetime) -> StandingQuote:
    """Ends the standing word (停止自动报价); orders already quoted keep their price. Raises NoStandingQuote."""
    row = standing_visible_to(actor).select_for_update().filter(offer_id=offer_id).first()
    if row is None:
        raise rules.NoStandingQuote()
    roles = standing_roles_on(actor, row)
    move = STANDING_MACHINE.check("end", StandingState(row.state), roles)
    advance(actor, row, move, roles=roles, now=now)
    return row


def _renewed(actor: Actor, row: StandingQuote, now: datetime) -> StandingQuote:
    roles = standing_roles_on(actor, row)
    move = STANDING_MACHINE.check("renew", StandingState(row.state), roles)
    row.declared_by, row.declared_at = actor.person_id, now
    advance(actor, row, move, roles=roles, now=now, saves=["declared_by", "declared_at"])
    return row


def _made_before(actor: Actor, booked: BookingForOrder) -> Order:
    found = visible_to(actor).filter(id=booked.order_id).first()
    if found is None:
        raise rules.BookingHasOrder(number=booked.number)
    return found
