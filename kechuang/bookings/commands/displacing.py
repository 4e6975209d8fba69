"""Bookings whose time is taken from them (改期): displaced, offered the next free times, told; never a penalty."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on
from kechuang.bookings.commands.taking import give_back, inform
from kechuang.bookings.models import Booking, Calendar, Slot
from kechuang.bookings.queries import next_free_of_all, terms_of
from kechuang.bookings.rules import Span
from kechuang.bookings.states import ANSWER_DAYS, MACHINE, NEXT_FREE_DAYS, OFFERS_MAX, BookingState, SlotKind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import advance


def displace(actor: Actor, bookings: Sequence[Booking], *, reason: str, now: datetime) -> None:
    """Takes their time from these bookings, which the caller has locked and has found offers for.

    The actor answers for the instrument, also when a booking is their own.
    """
    give_back([booking.id for booking in bookings])
    for booking in bookings:
        roles = roles_on(actor, booking) | {Role.PROVIDER}
        move = MACHINE.check("displace", BookingState(booking.state), roles)
        booking.reason, booking.free_to_cancel = reason, True
        booking.confirm_by_at = now + timedelta(days=ANSWER_DAYS)
        advance(
            actor,
            booking,
            move,
            roles=roles & {Role.PROVIDER},
            now=now,
            saves=["reason", "free_to_cancel", "confirm_by_at", "offers"],
            facts={"reason": reason, "offers": booking.offers},
        )
        inform(
            booking, _("预约的时间已不能使用，请改期或取消，不计爽约"), now=now, person=booking.person_id, text=reason
        )


def find_offers(
    bookings: Sequence[Booking], calendars: Sequence[Calendar], *, blocked: Sequence[tuple[str, Span]], now: datetime
) -> None:
    """The next free times for each of these, in the order of their old times; no time is offered to two of them first.

    `blocked` is what will be occupied and is not written yet. One statement.
    """
    known = {calendar.instrument_id: calendar for calendar in calendars}
    leaving = {booking.id for booking in bookings}
    until = now + timedelta(days=NEXT_FREE_DAYS)
    ids = sorted(known)
    busy = _busy(ids, leaving, blocked, after=now, until=until)
    for booking in sorted(bookings, key=lambda row: (row.from_at, row.id)):
        asked = [(terms_of(known[instrument_id]), instrument_id) for instrument_id in booking.instruments]
        minutes, after, found = Span(booking.from_at, booking.until_at).minutes, now, list[Span]()
        while len(found) < OFFERS_MAX:
            free = [(terms, rules.free_of(busy[name], Span(now, until))) for terms, name in asked]
            span = rules.first_fit_of_all(free, minutes=minutes, now=now, after=after)
            if span is None:
                break
            found.append(span)
            after = span.until_at
        for terms, instrument_id in asked if found else []:
            busy[instrument_id] = sorted([*busy[instrument_id], rules.occupied(found[0], terms)])
        booking.offers = [[span.from_at.isoformat(), span.until_at.isoformat()] for span in found]


def _busy(
    ids: Sequence[str],
    leaving: set[str],
    blocked: Sequence[tuple[str, Span]],
    *,
    after: datetime,
    until: datetime,
) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {instrument_id: [] for instrument_id in ids}
    rows = Slot.objects.filter(instrument_id__in=ids, active=True, until_at__gt=after, from_at__lt=until)
    for instrument_id, booking_id, from_at, until_at in rows.values_list(
        "instrument_id", "booking_id", "from_at", "until_at"
    ):
        if booking_id not in leaving:
            found[instrument_id].append(Span(from_at, until_at))
    for instrument_id, span in blocked:
        found[instrument_id].append(span)
    return {instrument_id: sorted(spans) for instrument_id, spans in found.items()}


def displace_requested(
    actor: Actor, calendars: Sequence[Calendar], span: Span, *, reason: str, now: datetime
) -> list[Booking]:
    """Makes room for staff: who still waits for confirmation goes; raises OverConfirmed when anything else is there."""
    ids = [calendar.instrument_id for calendar in calendars]
    wanted = [(calendar.instrument_id, rules.occupied(span, terms_of(calendar))) for calendar in calendars]
    hit = overlapping(ids, span, wanted)
    waiting = {row.booking_id for row in hit if row.kind == SlotKind.BOOKING}
    bookings = locked_in_order(waiting)
    if any(row.kind == SlotKind.BLOCK for row in hit) or any(
        booking.state != BookingState.REQUESTED for booking in bookings
    ):
        found = next_free_of_all(calendars, minutes=span.minutes, after=max(now, span.from_at), now=now)
        raise rules.OverConfirmed(next_free=found.in_words if found else "—")
    if bookings:
        find_offers(bookings, _all_calendars(bookings), blocked=wanted, now=now)
        displace(actor, bookings, reason=reason, now=now)
    return bookings


def overlapping(ids: Sequence[str], span: Span, wanted: Sequence[tuple[str, Span]]) -> list[Slot]:
    """The active slots that stand in the way of these times."""
    latest = max(each.until_at for _name, each in wanted)
    rows = Slot.objects.filter(instrument_id__in=ids, active=True, until_at__gt=span.from_at, from_at__lt=latest)
    times = dict(wanted)
    return [row for row in rows if Span(row.from_at, row.until_at).overlaps(times[row.instrument_id])]


def locked_in_order(booking_ids: set[str | None]) -> list[Booking]:
    """These bookings, locked in the order of their ids."""
    rows = Booking.objects.filter(id__in=[name for name in booking_ids if name])
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))


def _all_calendars(bookings: Sequence[Booking]) -> list[Calendar]:
    ids = {instrument_id for booking in bookings for instrument_id in booking.instruments}
    return list(Calendar.objects.filter(instrument_id__in=ids).order_by("instrument_id"))
