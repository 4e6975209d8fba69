"""One booking with all that its page shows, lists of bookings, who is qualified, what waits for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from kechuang.bookings.access import (
    blocks_visible_to,
    calendars_visible_to,
    qualifications_visible_to,
    roles_on,
    roles_on_own,
    visible_to,
)
from kechuang.bookings.models import Block, Booking, Calendar, Qualification, page_of
from kechuang.bookings.queries.free import free_starts
from kechuang.bookings.rules import Span, is_late
from kechuang.bookings.states import (
    CALENDAR_MACHINE,
    MACHINE,
    WAITING_MAX,
    BlockState,
    BookingState,
    CalendarState,
    QualificationState,
)
from kechuang.catalog.queries import OfferCard, cards
from kechuang.credit.queries import CreditRecord, record_of
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Unit
from kechuang.parties.queries import party_names, person_names
from kechuang.trail.models import Event
from kechuang.trail.queries import acts_on
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class BookingSheet:
    """All that the page of a booking shows."""

    booking: Booking
    instruments: list[OfferCard]
    holder_name: str
    provider_name: str
    person_name: str
    actions: frozenset[str]
    moves: list[Move]
    events: list[Event]
    offers: list[Span]
    late_if_cancelled: bool
    late_counts: bool  # a late cancellation would count as a no-show and go to the party's credit
    credit: CreditRecord | None  # the record that a no-show or late cancellation left


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """The rules of one instrument's calendar, with what the actor may do about them."""

    calendar: Calendar
    offer: OfferCard
    moves: list[Move]
    blocks: list[Block]


def booking(actor: Actor, booking_id: str, *, now: datetime) -> BookingSheet:
    """One booking as the actor may see it; raises NotVisible."""
    row = _seen.first(actor, booking_id)
    if row is None:
        raise NotVisible
    moves = MACHINE.open(BookingState(row.state), roles_on(actor, row))
    known = cards(row.instruments)
    windows = _windows(row.instruments)
    window = max((minutes for minutes, _counts in windows), default=0)
    return BookingSheet(
        booking=row,
        instruments=[known[instrument] for instrument in row.instruments],
        holder_name=row.holder.name,
        provider_name=row.provider.name,
        person_name=person_names([row.person_id]).get(row.person_id, ""),
        actions=frozenset(move.action for move in moves),
        moves=moves,
        events=acts_on([row.id]),
        offers=offers_of(row),
        late_if_cancelled=row.state == BookingState.CONFIRMED
        and not row.free_to_cancel
        and is_late(row.from_at, cancel_minutes=window, now=now),
        late_counts=any(counts for _minutes, counts in windows),
        credit=record_of(row.id) if row.late or row.state == BookingState.NO_SHOW else None,
    )


@compiled
def _seen(actor: Actor, booking_id: str) -> QuerySet[Booking]:
    return visible_to(actor).select_related("holder", "provider").filter(id=booking_id)


@compiled
def _windows(instrument_ids: list[str]) -> QuerySet[Calendar, tuple[int, bool]]:
    return Calendar.objects.filter(instrument_id__any=instrument_ids).values_list("cancel_minutes", "late_counts")


def offers_of(row: Booking) -> list[Span]:
    """The free times offered to who was displaced (可改时段)."""
    return [Span(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in row.offers]


def cancel_window(instrument_ids: Sequence[str]) -> int:
    """The longest of the instruments' cancellation windows, in minutes."""
    rows = Calendar.objects.filter(instrument_id__in=instrument_ids).values_list("cancel_minutes", flat=True)
    return max(rows, default=0)


def calendar(actor: Actor, instrument_id: str, *, now: datetime) -> CalendarSheet:
    """The calendar of one instrument with the blocks still to come; raises NotVisible."""
    row = calendars_visible_to(actor).filter(instrument_id=instrument_id).first()
    if row is None:
        raise NotVisible
    blocks = blocks_visible_to(actor).filter(instrument_id=instrument_id, state=BlockState.ACTIVE, until_at__gt=now)
    moves = CALENDAR_MACHINE.open(CalendarState(row.state), roles_on_own(actor, row))
    offer = cards([instrument_id])[instrument_id]
    return CalendarSheet(calendar=row, offer=offer, moves=moves, blocks=list(blocks.order_by("from_at", "id")))


def calendars(instrument_ids: Iterable[str]) -> dict[str, Calendar]:
    """The calendars of several instruments by instrument id. One statement."""
    return {row.instrument_id: row for row in Calendar.objects.filter(instrument_id__in=list(instrument_ids))}


def own_calendars(actor: Actor) -> QuerySet[Calendar]:
    """The calendars that the actor's party keeps (我的日历)."""
    rows = Calendar.objects.filter(party_id=actor.party_id) if actor.party_id else Calendar.objects.none()
    if actor.unit_ids:
        rows = rows.filter(unit_id__in=actor.unit_ids)
    return rows.select_related("instrument").order_by("instrument__pinyin", "id")


def slots_of(instrument_id: str, day: date, *, minutes: int, now: datetime) -> list[Span]:
    """The bookable times of a length on one day: what a form on a phone offers (当天可选时段). Two statements."""
    row = Calendar.objects.filter(instrument_id=instrument_id, state=CalendarState.OPEN).first()
    if row is None:
        return []
    from_ = clock.instant(day, clock.MIDNIGHT)
    return free_starts(row, minutes=minutes, from_=from_, until=from_ + timedelta(days=1), now=now)


def listed(actor: Actor, *, state: str = "", side: str = "") -> QuerySet[Booking]:
    """The bookings the actor may see, the latest times first; `side` is holder or provider (我的预约、本机构受理)."""
    rows = visible_to(actor).select_related("holder", "instrument").order_by("-from_at", "-id")
    if side and actor.party_id:
        rows = rows.filter(**{f"{side}_id": actor.party_id})
    return rows.filter(state=state) if state else rows


def of_order(order_id: str) -> Booking | None:
    """The booking an order came from; the caller has shown that the actor may see the order."""
    return Booking.objects.filter(order_id=order_id).first() if order_id else None


def qualified(person_id: str, instrument_ids: Iterable[str], *, on: date) -> frozenset[str]:
    """On which of these instruments a person may work alone on a day (操作资格). One statement."""
    rows = Qualification.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        person_id=person_id,
        instrument_id__in=list(instrument_ids),
        state=QualificationState.VALID,
        trained_on__lte=on,
    )
    return frozenset(rows.values_list("instrument_id", flat=True))


def qualifications(actor: Actor, *, instrument_id: str = "", person_id: str = "") -> QuerySet[Qualification]:
    """Qualifications the actor may see: the provider's own, and one's own."""
    rows = qualifications_visible_to(actor).select_related("instrument").order_by("state", "-trained_on", "-id")
    if instrument_id:
        rows = rows.filter(instrument_id=instrument_id)
    return rows.filter(person_id=person_id) if person_id else rows


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """Until which day somebody has to answer, as the workbench shows it (答复时限)."""

    due_on: date
    left: int
    unit: Unit = Unit.DAYS


def answer_clock(at: datetime | None, *, on: date) -> AnswerClock | None:
    """The clock of an answer that is due at an instant; None where nothing is due."""
    if at is None:
        return None
    due_on = clock.day(at)
    return AnswerClock(due_on, (due_on - on).days)


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Bookings to confirm for the provider, to move for the holder (待办)."""
    if not actor.party_id:
        return []
    found = _waiting_bookings(actor)
    names = party_names([row.holder_id for row in found])
    return [_waiting(row, names, on) for row in found]


@compiled
def _waiting_bookings(actor: Actor) -> QuerySet[Booking]:
    asked = Q(state=BookingState.REQUESTED, provider_id=actor.party_id)
    if actor.unit_ids:
        asked &= Q(unit_id__in=actor.unit_ids)
    asked &= ~Q(person_id=actor.person_id)
    rows = visible_to(actor).filter(asked | Q(state=BookingState.DISPLACED, holder_id=actor.party_id))
    return rows.select_related("instrument").order_by("confirm_by_at", "id")[:WAITING_MAX]


def _waiting(row: Booking, names: dict[str, str], on: date) -> Waiting:
    asked = row.state == BookingState.REQUESTED
    return waiting(
        _("确认预约") if asked else _("为预约另选时间"),
        subject_id=row.id,
        number=row.number,
        url=page_of(row.id),
        state_label=MACHINE.labels[BookingState(row.state)],
        clock=answer_clock(row.confirm_by_at, on=on),
        party=names.get(row.holder_id, ""),
        about=row.instrument.name,
    )
