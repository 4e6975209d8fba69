"""Taking a time (预约): by its user within the rules, by staff past them; confirming and refusing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on, roles_on_own
from kechuang.bookings.commands.charging import charge_inside
from kechuang.bookings.commands.checking import Asked, refuse_stranger, refuse_unbookable, refuse_wrong
from kechuang.bookings.commands.displacing import displace_requested
from kechuang.bookings.commands.freeing import free
from kechuang.bookings.commands.taking import inform, locked, locked_calendars, locked_to_free, take
from kechuang.bookings.models import Booking, Calendar
from kechuang.bookings.rules import Span
from kechuang.bookings.states import CALENDAR_MACHINE, MACHINE, BookingState, CalendarState, Confirmation, Mode
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.rows import insert

BOOK_LABEL = _("预约")


@transaction.atomic
def book(
    actor: Actor,
    *,
    instrument_ids: Sequence[str],
    from_at: datetime,
    until_at: datetime,
    purpose: str = "",
    key: str = "",
    group: str = "",
    fund_number: str = "",
    mode: str = Mode.SLOT,
    scheme: str = "",
    now: datetime,
) -> Booking:
    """Books instruments of one provider for one time, all or none (预约); asked again with one `key`, the first answers.

    `scheme` names the voucher scheme when a voucher shall pay: its register must then admit the provider. Two for one
    time: the first has it, the others get SlotTaken with the next free time. Raises what `checking` and the slot rules
    raise, NotVisible.
    """
    asked = Asked(tuple(instrument_ids), Span(from_at, until_at), actor.party_id, actor.person_id, mode)
    if not actor.party_id:
        raise NotVisible
    try:
        calendars = locked_calendars(actor, instrument_ids)
        refuse_wrong(actor, asked, calendars, group=group, fund_number=fund_number, scheme=scheme, now=now)
    except (
        Refusal,
        NotVisible,
    ):  # what was booked before may not be bookable any more: a repetition is answered all the same
        if key and (found := _answered(actor, key, asked)):
            return found
        raise
    draft = _drafted(actor, asked, calendars, now)
    draft.purpose, draft.group, draft.fund_number = tidy(purpose), tidy(group), tidy(fund_number)
    draft.request_key = key or None
    charge_inside(draft, on=clock.day(now))
    if _by_provider(calendars):
        draft.confirm_by_at = answer_by(calendars, from_at, now)
    else:
        draft.state = BookingState.CONFIRMED
    if not insert(draft):
        return _answered(actor, key, asked) or draft
    take(draft, calendars, asked.span, now=now)
    _recorded(actor, draft, Role.HOLDER, now)
    if draft.state == BookingState.REQUESTED:
        inform(draft, _("收到新的预约，请确认"), now=now, party=draft.provider_id)
    return draft


@transaction.atomic
def override(
    actor: Actor,
    *,
    instrument_ids: Sequence[str],
    from_at: datetime,
    until_at: datetime,
    reason: str,
    holder_id: str = "",
    person_id: str = "",
    purpose: str = "",
    key: str = "",
    mode: str = Mode.SLOT,
    now: datetime,
) -> Booking:
    """The provider's staff books past the rules, with a reason (例外安排), for themselves or for a user.

    Who still waits for confirmation is displaced; a confirmed booking or a block never is. Raises OverConfirmed,
    ReasonMissing, NotAColleague, MoveNotOpen, NotVisible, TimesReversed, InThePast.
    """
    why = refuse_silent(reason)
    asked = Asked(
        tuple(instrument_ids),
        Span(from_at, until_at),
        holder_id or actor.party_id,
        person_id or actor.person_id,
        mode,
    )
    if key and (found := _answered(actor, key, asked)):
        return found
    calendars = locked_calendars(actor, instrument_ids)
    for calendar in calendars:
        CALENDAR_MACHINE.check("override", CalendarState(calendar.state), roles_on_own(actor, calendar))
    rules.refuse_reversed(asked.span)
    rules.refuse_far(asked.span, now=now)
    if until_at <= now:
        raise rules.InThePast(now=rules.when(now))
    if asked.person_id != actor.person_id or asked.holder_id != actor.party_id:
        refuse_stranger(asked.holder_id, asked.person_id, now=now)
    refuse_unbookable(asked, calendars, now=now)
    displace_requested(actor, calendars, asked.span, reason=why, now=now)
    draft = _drafted(actor, asked, calendars, now)
    draft.state, draft.purpose, draft.request_key = BookingState.CONFIRMED, tidy(purpose), key or None
    charge_inside(draft, on=clock.day(now))
    draft.override_by, draft.override_reason, draft.confirmed_by = actor.person_id, why, actor.person_id
    if not insert(draft):
        return _answered(actor, key, asked) or draft
    take(draft, calendars, asked.span, now=now)
    _recorded(actor, draft, Role.PROVIDER, now)
    if draft.person_id != actor.person_id:
        inform(draft, _("机构已为您安排预约"), now=now, person=draft.person_id, text=why)
    return draft


@transaction.atomic
def confirm(actor: Actor, *, booking_id: str, now: datetime) -> Booking:
    """The provider confirms (确认预约); raises MoveNotOpen, NotVisible, TimeIsOver."""
    booking = locked(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("confirm", BookingState(booking.state), roles)
    if now >= booking.until_at:
        raise rules.TimeIsOver(until=rules.when(booking.until_at))
    booking.confirmed_by = actor.person_id
    advance(actor, booking, move, roles=roles, now=now, saves=["confirmed_by"])
    inform(booking, _("预约已确认"), now=now, person=booking.person_id)
    return booking


@transaction.atomic
def refuse(actor: Actor, *, booking_id: str, reason: str, now: datetime) -> Booking:
    """The provider does not take the booking, and says why (不予预约); raises ReasonMissing, MoveNotOpen, NotVisible."""
    booking = locked_to_free(actor, booking_id)
    roles = roles_on(actor, booking)
    move = MACHINE.check("refuse", BookingState(booking.state), roles)
    booking.reason = refuse_silent(reason)
    free(booking, now=now)
    advance(actor, booking, move, roles=roles, now=now, saves=["reason"], facts={"reason": booking.reason})
    inform(booking, _("预约未获确认"), now=now, person=booking.person_id, text=booking.reason)
    return booking


def refuse_silent(reason: str) -> str:
    """The reason as it is stored; raises ReasonMissing."""
    if not (why := tidy(reason)):
        raise rules.ReasonMissing()
    return why


def answer_by(calendars: Sequence[Calendar], from_at: datetime, now: datetime) -> datetime:
    """Until when the provider confirms: within its own time, and before the booked time begins (确认期限)."""
    within = min(calendar.confirm_within_minutes for calendar in calendars)
    return max(min(now + timedelta(minutes=within), from_at), now)


def _by_provider(calendars: Sequence[Calendar]) -> bool:
    return any(calendar.confirmation == Confirmation.PROVIDER for calendar in calendars)


def _answered(actor: Actor, key: str, asked: Asked) -> Booking | None:
    """What was made of the same request before; another content under the same key is refused."""
    found = Booking.objects.filter(made_by=actor.person_id, request_key=key).first()
    if found is None:
        return None
    same = found.version or (found.from_at, found.until_at) == (asked.span.from_at, asked.span.until_at)
    if not same or tuple(found.instruments) != asked.instrument_ids:
        raise rules.KeyUsedOtherwise()
    return found


def _drafted(actor: Actor, asked: Asked, calendars: Sequence[Calendar], now: datetime) -> Booking:
    first = calendars[0]
    return Booking(
        region=first.region,
        holder_id=asked.holder_id,
        person_id=asked.person_id,
        provider_id=first.party_id,
        unit_id=first.unit_id,
        instrument_id=first.instrument_id,
        instruments=list(asked.instrument_ids),
        mode=asked.mode,
        from_at=asked.span.from_at,
        until_at=asked.span.until_at,
        made_by=actor.person_id,
        made_at=now,
    )


def _recorded(actor: Actor, booking: Booking, role: Role, now: datetime) -> None:
    facts: dict[str, object] = {
        "instruments": booking.instruments,
        "from_at": booking.from_at.isoformat(),
        "until_at": booking.until_at.isoformat(),
        "mode": booking.mode,
    }
    if booking.charge_fen is not None:
        facts["charge_fen"] = booking.charge_fen
    if booking.override_by:
        facts["override"] = booking.override_reason
    record(actor, booking, "book", label=BOOK_LABEL, role=role, now=now, target=booking.state, facts=facts)
