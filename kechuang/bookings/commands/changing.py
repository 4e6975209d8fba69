"""A booking that changes (改期、转给同事、取消): its id stays, its version counts the changes of time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on, visible_to
from kechuang.bookings.commands.booking import answer_by, refuse_silent
from kechuang.bookings.commands.charging import charge_inside
from kechuang.bookings.commands.checking import (
    Asked,
    refuse_person,
    refuse_stranger,
    refuse_times,
    refuse_unbookable,
)
from kechuang.bookings.commands.crediting import hold_late
from kechuang.bookings.commands.freeing import free
from kechuang.bookings.commands.offering import offer_freed
from kechuang.bookings.commands.taking import (
    give_back,
    inform,
    inform_other_side,
    locked,
    locked_calendars,
    locked_to_free,
    take,
)
from kechuang.bookings.models import Booking, Calendar
from kechuang.bookings.queries import cancel_window, offers_of
from kechuang.bookings.rules import Span, is_late
from kechuang.bookings.states import CANCELLABLE, MACHINE, BookingState, Confirmation
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.trail.commands import advance
from kechuang.ui import clock

WITHDRAWN = _("使用者取消")


@transaction.atomic
def reschedule(
    actor: Actor,
    *,
    booking_id: str,
    from_at: datetime,
    until_at: datetime,
    reason: str = "",
    now: datetime,
) -> Booking:
    """Another time for the same booking (改期): the id stays, the version counts on; all instruments or none.

    The holder's is bound by the rules and waits for confirmation where the provider confirms; within the cancellation
    window only the provider moves it, with a reason, and the holder may then leave it freely. The same time again
    changes nothing. Raises SlotTaken, TooLateToMove, ReasonMissing, what the slot rules raise, MoveNotOpen, NotVisible.
    """
    calendars, booking = _locked_with_calendars(actor, booking_id)
    roles = roles_on(actor, booking)
    span = Span(from_at, until_at)
    move = _move_of(booking, roles, calendars)
    if span == Span(booking.from_at, booking.until_at) and booking.state != BookingState.DISPLACED:
        return booking
    if Role.HOLDER in roles:
        _refuse_late(booking, calendars, now)
        asked = Asked(tuple(booking.instruments), span, booking.holder_id, booking.person_id, booking.mode)
        refuse_unbookable(asked, calendars, now=now)
        refuse_times(span, calendars, now=now)
        refuse_person(booking.person_id, span, booking.mode, calendars, now=now, without=booking.id)
    else:
        booking.reason, booking.free_to_cancel = refuse_silent(reason), True
        rules.refuse_reversed(span)
        rules.refuse_far(span, now=now)
        if from_at < now:
            raise rules.InThePast(now=rules.when(now))
    return _moved(actor, booking, move, roles, calendars, span, now=now)


@transaction.atomic
def accept_offer(actor: Actor, *, booking_id: str, from_at: datetime, now: datetime) -> Booking:
    """Who was displaced takes one of the times offered (接受改期), confirmed at once and never counted as late.

    Raises NotOffered, SlotTaken with the next free time, MoveNotOpen, NotVisible.
    """
    calendars, booking = _locked_with_calendars(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("accept_offer", BookingState(booking.state), roles)
    chosen = next((span for span in offers_of(booking) if span.from_at == from_at), None)
    if chosen is None:
        raise rules.NotOffered()
    if chosen.from_at < now:
        raise rules.InThePast(now=rules.when(now))
    return _moved(actor, booking, move, roles, calendars, chosen, now=now)


@transaction.atomic
def hand_over(actor: Actor, *, booking_id: str, person_id: str, now: datetime) -> Booking:
    """A colleague of the same party comes instead (转给同事), bound by the same rules on persons.

    Raises NotAColleague, NotQualified, StoppedForNoShows, the limits, TimeIsOver, MoveNotOpen, NotVisible.
    """
    calendars, booking = _locked_with_calendars(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("hand_over", BookingState(booking.state), roles)
    if booking.person_id == person_id:
        return booking
    if booking.until_at <= now:
        raise rules.TimeIsOver(until=rules.when(booking.until_at))
    refuse_stranger(booking.holder_id, person_id, now=now)
    span = Span(booking.from_at, booking.until_at)
    refuse_person(person_id, span, booking.mode, calendars, now=now)
    before, booking.person_id = booking.person_id, person_id
    facts = {"from": before, "to": person_id}
    advance(actor, booking, move, roles=roles, now=now, saves=["person_id"], facts=facts)
    for person in {before, person_id} - {actor.person_id}:
        inform(booking, _("预约已转给同事"), now=now, person=person)
    return booking


@transaction.atomic
def cancel(actor: Actor, *, booking_id: str, reason: str = "", now: datetime) -> Booking:
    """The holder leaves the booking, late when within the window; the provider says why and it is never late (取消预约).

    Raises HasAnOrder, AlreadyBegun, ReasonMissing, MoveNotOpen, NotVisible.
    """
    booking = locked_to_free(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("cancel", BookingState(booking.state), roles)
    if booking.order_id:
        raise rules.HasAnOrder()
    by_holder = Role.HOLDER in roles
    if by_holder and booking.state == BookingState.CONFIRMED and now >= booking.from_at:
        raise rules.AlreadyBegun(from_=rules.when(booking.from_at))
    booking.reason = tidy(reason) or WITHDRAWN if by_holder else refuse_silent(reason)
    booking.late = by_holder and _is_late(booking, cancel_window(booking.instruments), now)
    return _cancelled(actor, booking, move, roles, now)


@transaction.atomic(savepoint=False)
def cancel_of_order(actor: Actor, *, order_id: str, reason: str, now: datetime) -> Booking | None:
    """The order that a booking became was cancelled: the booking goes with it (随订单取消). Called by `orders` only,
    which has decided whether the actor may. A use that began, or a booking that ended before, stays; None without one.
    """
    found = Booking.objects.filter(order_id=order_id).values_list("id", flat=True).first() if order_id else None
    if found is None:
        return None
    booking = locked_to_free(CLOCK, found)
    if BookingState(booking.state) not in CANCELLABLE:
        return booking
    move = next(move for move in MACHINE.moves if move.action == "cancel_of_order")
    # Offices that end an order have no part in its booking: then it ends by the order's act, not by theirs.
    roles = roles_on(actor, booking) & move.by or frozenset({Role.CLOCK})
    booking.reason = tidy(reason) or WITHDRAWN
    if Role.HOLDER in roles:
        booking.late = _is_late(booking, cancel_window(booking.instruments), now)
    return _cancelled(actor, booking, move, roles, now)


@transaction.atomic
def attach_order(actor: Actor, *, booking_id: str, order_id: str, now: datetime) -> Booking:
    """The booking became an order (转为订单), once; the same order again changes nothing. Called by `orders`.

    Raises HasAnOrder, MoveNotOpen, NotVisible.
    """
    booking = locked(actor, booking_id)
    roles = roles_on(actor, booking)
    if booking.order_id == order_id:
        return booking
    move = MACHINE.check("attach_order", BookingState(booking.state), roles)
    if booking.order_id:
        raise rules.HasAnOrder()
    booking.order_id = order_id
    advance(actor, booking, move, roles=roles, now=now, saves=["order_id"], facts={"order_id": order_id})
    return booking


def _locked_with_calendars(actor: Actor, booking_id: str) -> tuple[list[Calendar], Booking]:
    """Calendars first, in the order of ids, as everybody does who takes a time."""
    ids = visible_to(actor).filter(id=booking_id).values_list("instruments", flat=True).first()
    if ids is None:
        raise NotVisible
    return locked_calendars(CLOCK, ids), locked(actor, booking_id)


def _move_of(booking: Booking, roles: frozenset[Role], calendars: Sequence[Calendar]) -> Move:
    by_provider = any(calendar.confirmation == Confirmation.PROVIDER for calendar in calendars)
    again = booking.state == BookingState.REQUESTED or (by_provider and Role.HOLDER in roles)
    return MACHINE.check("rerequest" if again else "reschedule", BookingState(booking.state), roles)


def _moved(
    actor: Actor,
    booking: Booking,
    move: Move,
    roles: frozenset[Role],
    calendars: Sequence[Calendar],
    span: Span,
    *,
    now: datetime,
) -> Booking:
    give_back([booking.id])
    before = Span(booking.from_at, booking.until_at)
    take(booking, calendars, span, now=now)
    booking.from_at, booking.until_at, booking.version = span.from_at, span.until_at, booking.version + 1
    booking.offers = []
    if span.minutes != before.minutes:
        charge_inside(booking, on=clock.day(now))
    waits = move.target == BookingState.REQUESTED
    booking.confirm_by_at = answer_by(calendars, span.from_at, now) if waits else None
    advance(
        actor,
        booking,
        move,
        roles=roles,
        now=now,
        saves=[
            *("from_at", "until_at", "version", "offers", "confirm_by_at", "reason", "free_to_cancel"),
            *("charge_fen", "charges"),
        ],
        facts={
            "before": [before.from_at.isoformat(), before.until_at.isoformat()],
            "after": [span.from_at.isoformat(), span.until_at.isoformat()],
            "version": booking.version,
        },
    )
    if before.until_at > now:
        offer_freed(booking.instruments, now=now)
    title = _("预约已改期，请确认") if waits else _("预约已改期")
    inform_other_side(actor, booking, title, now=now, text=booking.reason)
    return booking


def _refuse_late(booking: Booking, calendars: Sequence[Calendar], now: datetime) -> None:
    window = max(calendar.cancel_minutes for calendar in calendars)
    if _is_late(booking, window, now):
        raise rules.TooLateToMove(minutes=window)


def _is_late(booking: Booking, window: int, now: datetime) -> bool:
    confirmed = booking.state == BookingState.CONFIRMED and not booking.free_to_cancel
    return confirmed and is_late(booking.from_at, cancel_minutes=window, now=now)


def _cancelled(actor: Actor, booking: Booking, move: Move, roles: frozenset[Role], now: datetime) -> Booking:
    free(booking, now=now)
    facts = {"reason": booking.reason, "late": booking.late}
    advance(actor, booking, move, roles=roles, now=now, saves=["reason", "late"], facts=facts)
    if booking.late:
        hold_late(actor, booking, role=Role.HOLDER, now=now)
    inform_other_side(actor, booking, _("预约已取消"), now=now, text=booking.reason)
    return booking
