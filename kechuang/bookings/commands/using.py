"""The booked time itself (使用): begun, ended, not come; what the clock ends."""

from datetime import datetime, timedelta

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on
from kechuang.bookings.commands.booking import refuse_silent
from kechuang.bookings.commands.crediting import hold_no_show, take_off
from kechuang.bookings.commands.freeing import free, give_back_rest
from kechuang.bookings.commands.taking import inform, locked, locked_to_free
from kechuang.bookings.models import Booking, Calendar, Reminder
from kechuang.bookings.queries import successors
from kechuang.bookings.rules import Span
from kechuang.bookings.states import MACHINE, BookingState
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import advance
from kechuang.ui.rows import insert


@transaction.atomic
def start(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """The use begins (开始使用); raises TooEarly, TimeIsOver, MoveNotOpen, NotVisible."""
    booking = locked(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("start", BookingState(booking.state), roles)
    rules.refuse_start(Span(booking.from_at, booking.until_at), now=now)
    booking.started_at = now
    advance(actor, booking, move, roles=roles, now=now, saves=["started_at"])
    return booking


@transaction.atomic
def finish(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """The use ends (结束使用); what is left of the time is free again. Raises MoveNotOpen, NotVisible."""
    booking = locked_to_free(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("finish", BookingState(booking.state), roles)
    booking.ended_at = now
    give_back_rest(booking, at=now)
    advance(actor, booking, move, roles=roles, now=now, saves=["ended_at"])
    return booking


@transaction.atomic
def no_show(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """Nobody came (爽约): counts against the person by the calendar's measure and leaves a credit record of their party;
    the time is free again.

    The provider may say so once the time has begun, the clock when the calendar's time to come has passed. Raises
    TooEarly, MoveNotOpen, NotVisible.
    """
    booking = locked_to_free(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("no_show", BookingState(booking.state), roles)
    due_at = booking.from_at
    if actor.clock:
        rows = Calendar.objects.filter(instrument_id=booking.instrument_id)
        due_at += timedelta(minutes=rows.values_list("no_show_after_minutes", flat=True).get())
    if now < due_at:
        raise rules.TooEarly(from_=rules.when(booking.from_at), until=rules.when(booking.until_at))
    free(booking, now=now)
    advance(actor, booking, move, roles=roles, now=now, facts={"person_id": booking.person_id})
    hold_no_show(actor, booking, role=Role.CLOCK if actor.clock else Role.PROVIDER, now=now)
    inform(booking, _("登记为爽约；如有正当理由请与服务机构联系"), now=now, person=booking.person_id)
    return booking


@transaction.atomic
def excuse(actor: Actor, *, booking_id: str, reason: str, now: datetime) -> Booking:
    """The provider takes a no-show or late cancellation off the person's count (免除爽约记录), and says why."""
    booking = locked(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("excuse", BookingState(booking.state), roles)
    why = refuse_silent(reason)
    if booking.excused:
        return booking
    booking.excused = True
    advance(actor, booking, move, roles=roles, now=now, saves=["excused"], facts={"reason": why})
    take_off(actor, booking, reason=why, now=now)
    inform(booking, _("爽约记录已免除"), now=now, person=booking.person_id, text=why)
    return booking


@transaction.atomic
def complete(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """The time is over and nobody said otherwise (到时结束); raises TooEarly, MoveNotOpen, NotVisible."""
    booking = locked(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("complete", BookingState(booking.state), roles)
    if now < booking.until_at:
        raise rules.TooEarly(from_=rules.when(booking.from_at), until=rules.when(booking.until_at))
    booking.ended_at = booking.until_at
    advance(actor, booking, move, roles=roles, now=now, saves=["ended_at"])
    return booking


@transaction.atomic
def lapse(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """Nobody answered in time (逾期失效): an unconfirmed booking, or one whose displaced holder chose no other time.

    Raises TooEarly, MoveNotOpen, NotVisible.
    """
    booking = locked_to_free(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("lapse", BookingState(booking.state), roles)
    if booking.confirm_by_at and now < booking.confirm_by_at:
        raise rules.TooEarly(from_=rules.when(booking.from_at), until=rules.when(booking.until_at))
    free(booking, now=now)
    advance(actor, booking, move, roles=roles, now=now)
    inform(booking, _("预约逾期未确认，已失效"), now=now, person=booking.person_id)
    return booking


@transaction.atomic
def carry_over(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """A booking of a merged side goes on with the party that took it over (合并承继). By the clock."""
    booking = locked(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("carry_over", BookingState(booking.state), roles)
    holder, provider = successors(booking)
    if (holder, provider) == (booking.holder_id, booking.provider_id):
        return booking
    before = {"holder": booking.holder_id, "provider": booking.provider_id}
    booking.holder_id, booking.provider_id = holder, provider
    facts = {"before": before, "after": {"holder": holder, "provider": provider}}
    advance(actor, booking, move, roles=roles, now=now, saves=["holder", "provider"], facts=facts)
    return booking


@transaction.atomic
def remind(*, booking_id: str, now: datetime) -> bool:
    """A word before the booked time (预约提醒), of each time once; whether it was written."""
    booking = locked(CLOCK, booking_id)
    if booking.state != BookingState.CONFIRMED or booking.from_at <= now:
        return False
    if not insert(Reminder(booking=booking, version=booking.version, at=now)):
        return False
    inform(booking, _("预约的时间将到"), now=now, person=booking.person_id)
    return True
