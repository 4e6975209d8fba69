"""What counts against a person (爽约), and bookings whose sides were merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from kechuang.bookings.models import Booking, Calendar
from kechuang.bookings.queries.free import measure_of
from kechuang.bookings.rules import stopped_until
from kechuang.bookings.states import MERGER_LOOK_BACK_DAYS, OPEN_STATES, BookingState
from kechuang.credit.queries import lifted_among
from kechuang.parties.queries import ended_since, parties
from kechuang.ui.compiled import compiled


def strikes(person_id: str, calendars: Sequence[Calendar], *, now: datetime) -> dict[str, list[datetime]]:
    """The no-shows, and late cancellations where they count, that still count against a person: by instrument (爽约记录).

    What was excused, or taken off the party's credit, counts no more. One statement, two where there is something.
    """
    since = now - timedelta(days=max(calendar.strike_days + calendar.stop_days for calendar in calendars))
    found: dict[str, list[datetime]] = {}
    lenient = {calendar.instrument_id for calendar in calendars if not calendar.late_counts}
    held = _held(person_id, since)
    lifted = lifted_among([booking_id for booking_id, *_rest in held]) if held else frozenset()
    for booking_id, state, ids, at in held:
        for instrument_id in ids if booking_id not in lifted else ():
            if state == BookingState.NO_SHOW or instrument_id not in lenient:
                found.setdefault(instrument_id, []).append(at)
    return found


@compiled
def _held(person_id: str, since: datetime) -> QuerySet[Booking, tuple[str, str, list[str], datetime]]:
    rows = Booking.objects.filter(
        Q(state=BookingState.NO_SHOW) | Q(state=BookingState.CANCELLED, late=True),
        person_id=person_id,
        excused=False,
        from_at__gt=since,
    )
    return rows.values_list("id", "state", "instruments", "from_at")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a calendar does about no-shows, and where one person stands with it now."""

    calendar: Calendar
    count: int = 0  # that still count against the person
    stopped_until: datetime | None = None


def no_show_standing(person_id: str, calendar: Calendar, *, now: datetime) -> Standing | None:
    """What is said of no-shows before one books (爽约须知); None where the calendar does nothing about them."""
    if not calendar.strikes_max:
        return None
    held = strikes(person_id, [calendar], now=now).get(calendar.instrument_id, []) if person_id else []
    until = stopped_until(measure_of(calendar), held)
    since = now - timedelta(days=calendar.strike_days)
    stopped = until if until and now < until else None
    return Standing(calendar, sum(at > since for at in held), stopped)


def of_merged(*, on: date) -> list[str]:
    """Open bookings of which a side was merged lately (合并承继)."""
    merged = [card.id for card in ended_since(on - timedelta(days=MERGER_LOOK_BACK_DAYS)) if card.merged_into]
    rows = Booking.objects.filter(Q(holder_id__in=merged) | Q(provider_id__in=merged), state__in=OPEN_STATES)
    return list(rows.order_by("id").values_list("id", flat=True))


def successors(booking: Booking) -> tuple[str, str]:
    """Who stands for holder and provider now: themselves, or the party that took them over."""
    cards = parties([booking.holder_id, booking.provider_id])
    holder, provider = cards[booking.holder_id], cards[booking.provider_id]
    return holder.merged_into or holder.id, provider.merged_into or provider.id
