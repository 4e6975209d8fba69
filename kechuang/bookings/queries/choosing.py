"""What a form offers: the ways an instrument is used, the free times of a day, what may be booked together."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from kechuang.bookings.access import calendars_visible_to, roles_on, visible_to
from kechuang.bookings.models import Booking, Calendar
from kechuang.bookings.queries.free import free_gaps, next_free, terms_of
from kechuang.bookings.queries.sheets import own_calendars, slots_of
from kechuang.bookings.rules import Span, fits
from kechuang.bookings.states import OPEN_STATES, CalendarState, Mode
from kechuang.catalog.queries import OfferCard, cards, instruments
from kechuang.catalog.queries import offer as offer_of
from kechuang.catalog.states import OfferState, OpenMode, ShareMode
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import members_of, person_names
from kechuang.search.queries import find
from kechuang.search.rules import Filters
from kechuang.ui import clock


def modes_of(instrument_id: str) -> list[Mode]:
    """How an instrument may be used, in the order of the trade; a service without a sheet by time. One statement."""
    card = instruments([instrument_id]).get(instrument_id)
    if card is None or not card.open_modes:
        return [Mode.SLOT]
    return [mode for mode in Mode if mode in card.open_modes]


def takes_samples(actor: Actor, instrument_id: str) -> bool:
    """Whether samples may be sent there: what has no sheet (a service) takes them."""
    card = instruments([instrument_id]).get(instrument_id)
    if card is not None:
        return card.offer.is_open and OpenMode.SAMPLE in card.open_modes
    return offer_of(actor, instrument_id).is_open


def free_on(instrument_ids: Sequence[str], day: date, *, minutes: int, now: datetime) -> list[Span]:
    """The times of a day at which all of these are free (可选时段). Two statements for each."""
    first, *others = (slots_of(instrument_id, day, minutes=minutes, now=now) for instrument_id in instrument_ids)
    return [span for span in first if all(span in found for found in others)]


def free_on_without(booking: Booking, day: date, *, minutes: int, now: datetime) -> list[Span]:
    """The times of a day at which all instruments of a booking are free when it gives up its own (改期可选时段)."""
    rows = list(Calendar.objects.filter(instrument_id__in=booking.instruments).order_by("instrument_id"))
    begin = clock.instant(day, clock.MIDNIGHT)
    until = begin + timedelta(days=1)
    found: list[list[Span]] = []
    for row in rows:
        end = until + timedelta(minutes=row.max_minutes + row.gap_minutes)
        gaps = free_gaps([row.instrument_id], after=begin, until=end, minutes=minutes, without=booking.id)
        free = fits(terms_of(row), gaps.get(row.instrument_id, []), minutes=minutes, now=now, after=begin)
        found.append([span for span in free if span.from_at < until])
    first, *others = found
    return [span for span in first if all(span in spans for spans in others)]


def own_bookings(actor: Actor, *, past: bool, whole: bool = False) -> QuerySet[Booking]:
    """One's own bookings, or the whole party's: to come, the next first; or over, the latest first (我的预约)."""
    rows = visible_to(actor).filter(holder_id=actor.party_id).select_related("instrument", "provider")
    if not whole:
        rows = rows.filter(person_id=actor.person_id)
    if past:
        return rows.exclude(state__in=OPEN_STATES).order_by("-from_at", "-id")
    return rows.filter(state__in=OPEN_STATES).order_by("from_at", "id")


def people_of(rows: QuerySet[Booking]) -> dict[str, str]:
    """Who comes, by name, of a list whose bookings the actor may see. Two statements."""
    return person_names(set(rows.order_by().values_list("person_id", flat=True)))


def similar_free(
    row: Calendar, *, minutes: int, after: datetime, now: datetime, most: int
) -> list[tuple[OfferCard, Span]]:
    """Other instruments of the same class that are free, the soonest first (同类仪器最近空闲). Constant statements."""
    card = instruments([row.instrument_id]).get(row.instrument_id)
    if card is None or not card.class_code:
        return []
    filters = Filters(class_prefix=card.class_code, share_mode=ShareMode.EXTERNAL)
    hits = find("", filters=filters, limit=most * most).hits
    others = [hit.subject_id for hit in hits if hit.subject_id != row.instrument_id]
    free = next_free(others, minutes=minutes, after=after, now=now)
    soonest = sorted((span, name) for name, span in free.items() if span is not None)[:most]
    known = cards([name for _span, name in soonest])
    return [(known[name], span) for span, name in soonest]


def roles_of(actor: Actor, booking: Booking) -> frozenset[Role]:
    """In which roles the actor looks at a booking."""
    return roles_on(actor, booking)


def unsubscribed(actor: Actor, known: Iterable[str]) -> dict[str, str]:
    """One's own instruments without a subscription yet, by id and name. One statement."""
    rows = own_calendars(actor).exclude(instrument_id__in=[one for one in known if one])
    return dict(rows.values_list("instrument_id", "instrument__name"))


def beside(actor: Actor, row: Calendar, *, most: int) -> dict[str, str]:
    """Further instruments of the same provider and unit that can be booked, by id and name (组合预约). One statement."""
    rows = calendars_visible_to(actor).filter(
        party_id=row.party_id, unit_id=row.unit_id, state=CalendarState.OPEN, instrument__state=OfferState.OPEN
    )
    found = rows.exclude(id=row.id).order_by("instrument__pinyin", "id")
    return dict(found.values_list("instrument_id", "instrument__name")[:most])


def colleagues(actor: Actor, booking: Booking, *, on: date) -> dict[str, str]:
    """Whom a booking may be handed to: the other people of the holder, by id and name. Two statements."""
    if booking.holder_id != actor.party_id:
        raise NotVisible
    others = [person for person in dict.fromkeys(members_of(booking.holder_id, on=on)) if person != booking.person_id]
    return person_names(others)
