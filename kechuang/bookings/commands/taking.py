"""What every act on times begins and ends with: calendars locked, slots taken or given back, people told."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from kechuang.bookings import rules
from kechuang.bookings.access import calendars_visible_to, visible_to
from kechuang.bookings.models import Block, Booking, Calendar, Slot, page_of
from kechuang.bookings.models.calendars import slot_id
from kechuang.bookings.queries import next_free_of_all, terms_of
from kechuang.bookings.queries.feeds import entry_text
from kechuang.bookings.rules import Span
from kechuang.bookings.states import INSTRUMENTS_MAX, SlotKind
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.outbox.commands import tell
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import run

_TAKE = """
    INSERT INTO bookings_slot (id, instrument_id, kind, booking_id, block_id, from_at, until_at, active)
    SELECT id, instrument, %s, %s, %s, begins, ends, true
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS t(id, instrument, begins, ends)
    ORDER BY instrument, begins
    ON CONFLICT DO NOTHING"""


def locked_calendars(actor: Actor, instrument_ids: Sequence[str]) -> list[Calendar]:
    """The calendars in the order asked; locked in the order of the instruments' ids, so that nobody waits in a circle.

    Raises NothingChosen, NotVisible.
    """
    asked = list(dict.fromkeys(instrument_ids))
    if not asked or len(asked) != len(instrument_ids) or len(asked) > INSTRUMENTS_MAX:
        raise rules.NothingChosen(most=INSTRUMENTS_MAX)
    found = {row.instrument_id: row for row in _locked_calendars(actor, asked)}
    if len(found) != len(asked):
        raise NotVisible
    return [found[instrument_id] for instrument_id in asked]


@compiled
def _locked_calendars(actor: Actor, instrument_ids: list[str]) -> QuerySet[Calendar]:
    rows = calendars_visible_to(actor).filter(instrument_id__any=instrument_ids).select_related("instrument")
    return rows.select_for_update(of=("self",), no_key=True).order_by("instrument_id")


def locked_to_free(actor: Actor, booking_id: str) -> Booking:
    """The same where time becomes free: the calendars are locked first, since who waits is offered it at once."""
    if ids := _instruments.first(actor, booking_id):
        _freed_calendars(ids)
    return locked(actor, booking_id)


@compiled
def _instruments(actor: Actor, booking_id: str) -> QuerySet[Booking, list[str]]:
    return visible_to(actor).filter(id=booking_id).values_list("instruments", flat=True)


@compiled
def _freed_calendars(instrument_ids: list[str]) -> QuerySet[Calendar, tuple[str]]:
    rows = Calendar.objects.filter(instrument_id__any=instrument_ids).order_by("instrument_id")
    return rows.select_for_update(of=("self",), no_key=True).values_list("id")


def locked(actor: Actor, booking_id: str) -> Booking:
    """One booking as the actor may see it, locked; raises NotVisible."""
    row = _locked.first(actor, booking_id)
    if row is None:
        raise NotVisible
    return row


@compiled
def _locked(actor: Actor, booking_id: str) -> QuerySet[Booking]:
    return visible_to(actor).select_for_update(of=("self",), no_key=True).filter(id=booking_id)


def take(booking: Booking, calendars: Sequence[Calendar], span: Span, *, now: datetime) -> None:
    """All instruments for the booking's time, with the gap each asks for, or none of them.

    The database keeps two apart (slot_no_overlap): who comes second is told the next free time. Raises SlotTaken,
    NoSlotLeft, which undo what the caller wrote.
    """
    spans = [rules.occupied(span, terms_of(calendar)) for calendar in calendars]
    ids = [calendar.instrument_id for calendar in calendars]
    if _taken(SlotKind.BOOKING, ids, spans, booking_id=booking.id) != len(ids):
        refuse_taken(calendars, span, now=now, without=booking.id)


def refuse_taken(calendars: Sequence[Calendar], span: Span, *, now: datetime, without: str = "") -> None:
    """Raises SlotTaken with the next time at which all are free, NoSlotLeft when there is none."""
    after = max(span.from_at, now)
    found = next_free_of_all(calendars, minutes=span.minutes, after=after, now=now, without=without)
    if found is None:
        raise rules.NoSlotLeft()
    raise rules.SlotTaken(
        next_free=found.in_words,
        next_from=found.from_at.isoformat(),
        next_until=found.until_at.isoformat(),
    )


def take_block(block: Block) -> bool:
    """The time of a block; False when something is there already."""
    span = Span(block.from_at, block.until_at)
    return _taken(SlotKind.BLOCK, [block.instrument_id], [span], block_id=block.id) == 1


def take_around(block: Block, span: Span) -> None:
    """What of a time is not occupied yet, for a block that lets stand what is there; the caller has locked the calendar."""
    rows = Slot.objects.filter(
        instrument_id=block.instrument_id, active=True, from_at__lt=span.until_at, until_at__gt=span.from_at
    )
    there = [
        Span(from_at, until_at) for from_at, until_at in rows.order_by("from_at").values_list("from_at", "until_at")
    ]
    free = [gap for gap in rules.free_of(there, span) if gap.minutes]
    taken = _taken(SlotKind.BLOCK, [block.instrument_id] * len(free), free, block_id=block.id)
    assert taken == len(free), "the calendar is locked"


def _taken(
    kind: SlotKind,
    instrument_ids: Sequence[str],
    spans: Sequence[Span],
    *,
    booking_id: str | None = None,
    block_id: str | None = None,
) -> int:
    begins, ends = [span.from_at for span in spans], [span.until_at for span in spans]
    ids = [slot_id() for _span in spans]
    taken: int = run(_TAKE, [str(kind), booking_id, block_id, ids, list(instrument_ids), begins, ends]).rowcount
    return taken


def give_back(booking_ids: Sequence[str]) -> None:
    """What these bookings occupied is no longer theirs (释放时段); the rows stay."""
    _given_back(list(booking_ids))


@compiled_update
def _given_back(booking_ids: list[str]) -> Change:
    return Slot.objects.filter(booking_id__any=booking_ids, active=True), {"active": False}


def inform(booking: Booking, title: str, *, now: datetime, party: str = "", person: str = "", text: str = "") -> None:
    """Tells a side, or one person, about a booking (告知); who comes gets it for their own calendar too."""
    parts = (booking.number, Span(booking.from_at, booking.until_at).in_words, text)
    tell(
        subject_id=booking.id,
        path=page_of(booking.id),
        title=title,
        text=" ".join(part for part in parts if part),
        to_party=party,
        to_person=person,
        calendar=entry_text(booking) if person == booking.person_id else "",
        now=now,
    )


def inform_other_side(actor: Actor, booking: Booking, title: str, *, now: datetime, text: str = "") -> None:
    """Tells the side that did not act; who uses an instrument of their own house is told in person."""
    if actor.party_id == booking.holder_id and booking.holder_id != booking.provider_id:
        inform(booking, title, now=now, party=booking.provider_id, text=text)
    elif actor.person_id != booking.person_id:
        inform(booking, title, now=now, person=booking.person_id, text=text)
