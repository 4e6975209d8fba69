"""The provider's desk (预约台): today by instrument, what waits, in the same number of statements whatever is booked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kechuang.bookings.access import (
    blocks_visible_to,
    qualifications_visible_to,
    trainings_visible_to,
    visible_to,
)
from kechuang.bookings.models import Block, Booking, Calendar, Slot
from kechuang.bookings.queries.sheets import own_calendars
from kechuang.bookings.states import (
    OCCUPYING,
    WAITING_MAX,
    WEEK_INSTRUMENTS_MAX,
    BlockState,
    BookingState,
    SlotKind,
)
from kechuang.catalog.queries import own_instruments
from kechuang.catalog.states import OfferState
from kechuang.kernel.actor import Actor
from kechuang.parties.queries import party_names, person_names
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class DayOf:
    """One instrument's day: its bookings and what blocks it, in order."""

    calendar: Calendar
    entries: list[Booking | Block]

    @property
    def count(self) -> int:
        return len(self.entries)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the provider's desk shows of one day."""

    day: date
    days: list[DayOf]
    to_confirm: list[Booking]
    displaced: list[Booking]
    people: dict[str, str]


def desk(actor: Actor, *, day: date) -> Desk:
    """The day at one's instruments. Six statements."""
    calendars = list(own_calendars(actor)[:WEEK_INSTRUMENTS_MAX])
    begin = clock.instant(day, clock.MIDNIGHT)
    end = begin + timedelta(days=1)
    taken = _taken(actor, [row.instrument_id for row in calendars], begin, end)
    served = visible_to(actor).filter(provider_id=actor.party_id).select_related("instrument", "holder")
    asked = list(served.filter(state=BookingState.REQUESTED).order_by("confirm_by_at", "id")[:WAITING_MAX])
    displaced = list(served.filter(state=BookingState.DISPLACED).order_by("confirm_by_at", "id")[:WAITING_MAX])
    shown = [one for entries in taken.values() for one in entries if isinstance(one, Booking)]
    people = person_names({row.person_id for row in (*shown, *asked, *displaced)})
    days = [DayOf(row, taken.get(row.instrument_id, [])) for row in calendars]
    return Desk(day, sorted(days, key=lambda one: not one.entries), asked, displaced, people)


def _taken(actor: Actor, ids: list[str], begin: datetime, end: datetime) -> dict[str, list[Booking | Block]]:
    rows = Slot.objects.filter(instrument_id__in=ids, active=True, until_at__gt=begin, from_at__lt=end)
    found: dict[str, list[Booking | Block]] = {}
    for row in rows.select_related("booking__holder", "block").order_by("from_at", "id"):
        entry = row.booking if row.kind == SlotKind.BOOKING else row.block
        if entry is not None and entry.until_at > begin:  # the gap after a booking is nobody's
            found.setdefault(row.instrument_id, []).append(entry)
    return found


def blocks_ahead(actor: Actor, instrument_id: str, *, now: datetime) -> list[Block]:
    """What blocks an instrument from now on. One statement."""
    rows = blocks_visible_to(actor).filter(instrument_id=instrument_id, state=BlockState.ACTIVE, until_at__gt=now)
    return list(rows.order_by("from_at", "id")[:WAITING_MAX])


def hit_by(actor: Actor, instrument_id: str) -> list[Booking]:
    """Bookings of an instrument whose time was taken and who have not chosen another (受影响的预约). One statement."""
    rows = visible_to(actor).filter(instruments__contains=[instrument_id], state=BookingState.DISPLACED)
    rows = rows.filter(provider_id=actor.party_id)
    return list(rows.select_related("holder", "instrument").order_by("from_at", "id")[:WAITING_MAX])


def would_hit(actor: Actor, instrument_id: str, begin: datetime, end: datetime) -> list[Booking]:
    """Whom a breakdown in this time would hit: said before it is done. One statement."""
    slots = Slot.objects.filter(
        instrument_id=instrument_id, kind=SlotKind.BOOKING, active=True, until_at__gt=begin, from_at__lt=end
    )
    rows = visible_to(actor).filter(id__in=slots.values("booking_id"), state__in=OCCUPYING, until_at__gt=begin)
    return list(rows.select_related("holder", "instrument").order_by("from_at", "id")[:WAITING_MAX])


def without_calendar(actor: Actor) -> dict[str, str]:
    """One's own open instruments that cannot be booked yet, by id and name (未开放预约的仪器). One statement."""
    known = own_calendars(actor).values("instrument_id")
    rows = own_instruments(actor, state=OfferState.OPEN).exclude(id__in=known)
    return dict(rows.values_list("id", "name")[:WAITING_MAX]) if actor.party_id else {}


def names_of_qualified(actor: Actor) -> dict[str, str]:
    """The people whose qualifications the actor sees, by id. Two statements."""
    return person_names(set(qualifications_visible_to(actor).values_list("person_id", flat=True)))


def known_users(actor: Actor) -> dict[str, str]:
    """Who has booked here or asked for training: "holder person" by unit and name, for acts on somebody's behalf.
    Four statements."""
    pairs = {
        (holder, person)
        for rows in (visible_to(actor), trainings_visible_to(actor))
        for holder, person in rows.filter(provider_id=actor.party_id)
        .order_by()
        .values_list("holder_id", "person_id")
        .distinct()[:WEEK_INSTRUMENTS_MAX]
    }
    parties = party_names({holder for holder, _person in pairs})
    people = person_names({person for _holder, person in pairs})
    found = {f"{holder} {person}": f"{parties.get(holder, '')} {people.get(person, '')}" for holder, person in pairs}
    return dict(sorted(found.items(), key=lambda one: one[1]))
