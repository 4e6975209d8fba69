"""Bookings for calendar programs (日历订阅、日程附件): by a private address, or one by one."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext

from kechuang.bookings.access import calendars_visible_to, roles_on_own, visible_to
from kechuang.bookings.formats.ics import Entry, written
from kechuang.bookings.models import Block, Booking, BusyConflict, BusySource, Feed, Poll, SentEntry, Slot, page_of
from kechuang.bookings.models.feeds import ENTRY_HOURS, FEED_AHEAD_DAYS, FEED_MAX, FEED_PAST_DAYS, POLLS_MAX
from kechuang.bookings.states import (
    BATCH,
    BLOCK_LABELS,
    MACHINE,
    BlockKind,
    BlockState,
    BookingState,
    FeedKind,
    SlotKind,
    SourceState,
)
from kechuang.catalog.queries import InstrumentCard, instruments
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import actor_for, party_names
from kechuang.parties.rules import NotAMember
from kechuang.trail.models import Event
from kechuang.ui import clock
from kechuang.ui.compiled import compiled

_TENTATIVE, _CONFIRMED, _CANCELLED = "TENTATIVE", "CONFIRMED", "CANCELLED"
_STATUS: dict[BookingState, str] = {
    BookingState.REQUESTED: _TENTATIVE,
    BookingState.CONFIRMED: _CONFIRMED,
    BookingState.IN_USE: _CONFIRMED,
    BookingState.DONE: _CONFIRMED,
}
_SHOWN_BLOCKS = (BlockKind.MAINTENANCE, BlockKind.BLACKOUT, BlockKind.BREAKDOWN, BlockKind.ABSENCE)


@dataclass(frozen=True, slots=True)
class FeedCalendar:
    """A subscription as it stands: content, its digest, and when anything in it last changed."""

    content: bytes
    etag: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One of a person's subscriptions with its private address."""

    id: str
    kind: str
    instrument_id: str
    instrument_name: str
    token: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One outside calendar with how its last reading went."""

    source: BusySource
    poll: Poll
    token: str  # of a push; "" for calendars that we read
    conflicts: int


def own_feeds(actor: Actor) -> list[FeedRow]:
    """A person's open subscriptions, their own bookings first (我的日历订阅). One statement."""
    rows = Feed.objects.filter(person_id=actor.person_id, party_id=actor.party_id, revoked_at__isnull=True)
    found = rows.select_related("instrument").order_by("instrument__pinyin", "id") if actor.person_id else []
    made = [
        FeedRow(
            row.id,
            row.kind,
            row.instrument_id or "",
            row.instrument.name if row.instrument else "",
            _feed_signer().sign(row.id),
        )
        for row in found
    ]
    return sorted(made, key=lambda row: row.kind != FeedKind.PERSON)


def feed_calendar(token: str, *, now: datetime) -> FeedCalendar:
    """What a calendar program reads under a private address; raises NotVisible for one that was revoked, or whose
    person no longer acts for the party or no longer provides the instrument. Six statements, whatever is booked."""
    try:
        feed_id = _feed_signer().unsign(token)
    except BadSignature as error:
        raise NotVisible from error
    row = Feed.objects.filter(id=feed_id, revoked_at__isnull=True).select_related("instrument").first()
    if row is None:
        raise NotVisible
    try:
        actor = actor_for(row.person_id, party_id=row.party_id, on=clock.day(now))
    except NotAMember as error:
        raise NotVisible from error
    since, until = now - timedelta(days=FEED_PAST_DAYS), now + timedelta(days=FEED_AHEAD_DAYS)
    if row.instrument is None:
        bookings = visible_to(actor).filter(person_id=row.person_id, holder_id=row.party_id)
        blocks: list[Block] = []
        name = gettext(_("我的仪器预约"))
    else:
        _refuse_not_own(actor, row.instrument_id or "")
        taken = Slot.objects.filter(
            instrument_id=row.instrument_id, kind=SlotKind.BOOKING, until_at__gt=since, from_at__lt=until
        )
        bookings = visible_to(actor).filter(id__in=taken.values("booking_id"))
        blocks = _blocks(row.instrument_id or "", since, until)
        name = row.instrument.name
    shown = list(_within(bookings, since, until))
    entries = [*entries_of(shown, for_provider=row.instrument_id is not None), *_block_entries(blocks)]
    content = written(entries, name=name, refresh=True)
    changed_at = max((entry.changed_at for entry in entries), default=row.made_at)
    return FeedCalendar(content, f'"{hashlib.sha256(content).hexdigest()}"', changed_at)


def booking_calendar(actor: Actor, booking_id: str) -> tuple[str, bytes]:
    """One booking as an .ics file: its name and content; raises NotVisible."""
    row = visible_to(actor).filter(id=booking_id).select_related("instrument", "holder").first()
    if row is None:
        raise NotVisible
    return f"{row.number}.ics", written(entries_of([row], for_provider=row.holder_id != actor.party_id))


def entry_text(booking: Booking) -> str:
    """What goes with the mail that tells of a booking (日程附件): confirmed, moved or cancelled, always the same UID."""
    return written(entries_of([booking], for_provider=False)).decode()


def entries_of(bookings: Sequence[Booking], *, for_provider: bool) -> list[Entry]:
    """Calendar entries of bookings; SEQUENCE and the times are those of their events. Three statements."""
    changes = _changes(booking.id for booking in bookings)
    ids = {instrument_id for booking in bookings for instrument_id in booking.instruments}
    places = instruments(ids)
    holders = party_names({booking.holder_id for booking in bookings}) if for_provider else {}
    return [_entry(booking, changes, places, holders.get(booking.holder_id, "")) for booking in bookings]


def _entry(
    booking: Booking, changes: dict[str, tuple[int, datetime]], places: dict[str, InstrumentCard], holder: str
) -> Entry:
    count, changed_at = changes.get(booking.id, (1, booking.made_at))
    status = _STATUS.get(BookingState(booking.state), _CANCELLED)
    label = gettext(MACHINE.labels[BookingState(booking.state)])
    parts = (booking.number, label, holder, booking.purpose)
    mark = "" if status == _CONFIRMED else f"（{label}）"
    place = places.get(booking.instrument_id)
    return Entry(
        uid=f"{booking.id}@kechuang",
        sequence=count - 1,
        title=f"{place.offer.name if place else booking.instrument.name}{mark}",
        from_at=booking.from_at,
        until_at=booking.until_at,
        changed_at=changed_at,
        made_at=booking.made_at,
        status=status,
        place=place.address if place else "",
        text="\n".join(part for part in parts if part),
        url=f"{settings.SITE_ADDRESS}{page_of(booking.id)}",
    )


def _block_entries(blocks: Sequence[Block]) -> list[Entry]:
    changes = _changes(block.id for block in blocks) if blocks else {}
    found = []
    for block in blocks:
        count, changed_at = changes.get(block.id, (1, block.from_at))
        lifted = block.state == BlockState.LIFTED
        found.append(
            Entry(
                uid=f"{block.id}@kechuang",
                sequence=count - 1,
                title=gettext(BLOCK_LABELS[BlockKind(block.kind)]),
                from_at=block.from_at,
                until_at=block.until_at,
                changed_at=changed_at,
                made_at=changed_at,
                status=_CANCELLED if lifted else _CONFIRMED,
                text=block.reason,
            )
        )
    return found


def _changes(object_ids: Iterable[str]) -> dict[str, tuple[int, datetime]]:
    """How many acts there were on each record and when the last one was. One statement."""
    return {name: (count, at) for name, count, at in _counted(list(object_ids))}


@compiled
def _counted(object_ids: list[str]) -> QuerySet[Event, tuple[str, int, datetime]]:
    rows = Event.objects.filter(object_id__any=object_ids).order_by().values_list("object_id")
    return rows.annotate(count=Count("id"), last=Max("at"))


def _within(bookings: QuerySet[Booking], since: datetime, until: datetime) -> QuerySet[Booking]:
    rows = bookings.filter(until_at__gt=since, from_at__lt=until).select_related("instrument")
    return rows.order_by("-from_at", "id")[:FEED_MAX]


def _blocks(instrument_id: str, since: datetime, until: datetime) -> list[Block]:
    rows = Block.objects.filter(
        instrument_id=instrument_id, kind__in=_SHOWN_BLOCKS, until_at__gt=since, from_at__lt=until
    )
    return list(rows.order_by("from_at", "id")[:FEED_MAX])


def _refuse_not_own(actor: Actor, instrument_id: str) -> None:
    calendar = calendars_visible_to(actor).filter(instrument_id=instrument_id).first()
    if calendar is None or Role.PROVIDER not in roles_on_own(actor, calendar):
        raise NotVisible


def sources_of(instrument_id: str) -> list[SourceRow]:
    """The outside calendars of an instrument with their last reading; the caller has shown that it is the actor's own.
    Two statements."""
    polls = list(
        Poll.objects.filter(source__instrument_id=instrument_id, source__state=SourceState.ACTIVE)
        .select_related("source")
        .order_by("source_id")
    )
    counted = BusyConflict.objects.filter(source__in=[poll.source_id for poll in polls]).order_by()
    met = dict(counted.values_list("source").annotate(count=Count("id")))
    return [
        SourceRow(poll.source, poll, "" if poll.source.address else push_token(poll.source), met.get(poll.source_id, 0))
        for poll in polls
    ]


def entries_due(*, now: datetime) -> list[str]:
    """Bookings that were confirmed by themselves and whose people were not sent the entry yet. One statement."""
    return _entries_due(now, now - timedelta(hours=ENTRY_HOURS))


@compiled
def _entries_due(now: datetime, made_after: datetime) -> QuerySet[Booking, str]:
    rows = Booking.objects.filter(
        state=BookingState.CONFIRMED,
        until_at__gt=now,
        from_at__gt=now,
        made_at__gt=made_after,
        confirmed_by="",
        override_by="",
    )
    unsent = rows.filter(~Exists(SentEntry.objects.filter(booking=OuterRef("id"))))
    return unsent.order_by("made_at", "id").values_list("id", flat=True)[:BATCH]


def polls_due(*, now: datetime) -> list[str]:
    """The outside calendars to be looked at now."""
    return _polls_due(now)


@compiled
def _polls_due(now: datetime) -> QuerySet[Poll, str]:
    rows = Poll.objects.filter(next_at__lte=now, source__state=SourceState.ACTIVE).exclude(source__address="")
    return rows.order_by("next_at", "id").values_list("source_id", flat=True)[:POLLS_MAX]


def push_token(source: BusySource) -> str:
    """By which a carrier's system shows that it may push to this source; not kept anywhere."""
    return Signer(salt="bookings.push", sep=".").sign(source.id)


def source_of_token(token: str) -> str:
    """The source a token belongs to; raises NotVisible."""
    try:
        return Signer(salt="bookings.push", sep=".").unsign(token)
    except BadSignature as error:
        raise NotVisible from error


def _feed_signer() -> Signer:
    return Signer(salt="bookings.feed", sep=".")
