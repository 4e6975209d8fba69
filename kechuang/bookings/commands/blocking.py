"""Times that nobody can book (占用): maintenance, blackout, busy elsewhere; breakdowns, which come before bookings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import blocks_visible_to, roles_on_own
from kechuang.bookings.commands.booking import refuse_silent
from kechuang.bookings.commands.displacing import displace, find_offers, locked_in_order, overlapping
from kechuang.bookings.commands.offering import let_go, offer_freed
from kechuang.bookings.commands.taking import locked_calendars, take_around, take_block
from kechuang.bookings.models import Block, Booking, Calendar, Slot
from kechuang.bookings.rules import Span
from kechuang.bookings.states import (
    BLOCK_LABELS,
    BLOCK_MACHINE,
    BLOCK_WEEKS_MAX,
    CALENDAR_MACHINE,
    DAYS_IN_WEEK,
    DISPLACING,
    BlockKind,
    BlockState,
    BookingState,
    CalendarState,
    SlotKind,
)
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import tidy
from kechuang.trail.commands import acting_role, advance, record


@dataclass(frozen=True, slots=True)
class Broken:
    """A breakdown or an absence, and the bookings it hit; each has its offers of other times."""

    block: Block
    hit: list[Booking]


@transaction.atomic
def block(
    actor: Actor,
    *,
    instrument_id: str,
    kind: str,
    from_at: datetime,
    until_at: datetime,
    reason: str = "",
    source: str = "",
    source_uid: str = "",
    weeks: int = 1,
    now: datetime,
) -> list[Block]:
    """Keeps a time from being booked (占用时段), on several weeks running when asked: all of them or none.

    What was there first stays: raises BlockOverlaps with the numbers of the bookings. A `source_uid` that stands
    already for the same time answers with its block. Raises MoveNotOpen, NotVisible, TimesReversed, InThePast.
    """
    span = Span(from_at, until_at)
    rules.refuse_reversed(span)
    rules.refuse_far(span, now=now)
    if not 1 <= weeks <= BLOCK_WEEKS_MAX:
        raise rules.TooManyWeeks(most=BLOCK_WEEKS_MAX)
    calendar = _locked_calendar(actor, instrument_id)
    if until_at <= now:
        raise rules.InThePast(now=rules.when(now))
    if source_uid and (standing := _standing(calendar, source, source_uid)):
        return [standing]
    made = []
    for week in range(weeks):
        later = timedelta(days=week * DAYS_IN_WEEK)
        row = _drafted(actor, calendar, BlockKind(kind), Span(from_at + later, until_at + later), tidy(reason))
        row.source, row.source_uid = source, source_uid
        row.save(force_insert=True)
        if not take_block(row):
            _refuse_overlapping(calendar, Span(row.from_at, row.until_at))
        _recorded(actor, calendar, row, now)
        made.append(row)
    return made


@transaction.atomic
def break_down(
    actor: Actor,
    *,
    instrument_id: str,
    until_at: datetime,
    reason: str,
    from_at: datetime | None = None,
    kind: str = BlockKind.BREAKDOWN,
    now: datetime,
) -> Broken:
    """The instrument broke down, or its operator is away (故障、操作人缺席): no penalty for anybody.

    Bookings hit are displaced, with the next free times offered and their people told; they move by `accept_offer`.
    Raises ReasonMissing, MoveNotOpen, NotVisible, TimesReversed.
    """
    why = refuse_silent(reason)
    span = Span(from_at or now, until_at)
    rules.refuse_reversed(span)
    rules.refuse_far(span, now=now)
    if BlockKind(kind) not in DISPLACING:
        raise rules.NotADisplacement(kind=BLOCK_LABELS[BlockKind(kind)])
    if until_at <= now:
        raise rules.InThePast(now=rules.when(now))
    calendar = _locked_calendar(actor, instrument_id)
    in_the_way = overlapping([instrument_id], span, [(instrument_id, span)])
    bookings = locked_in_order({row.booking_id for row in in_the_way if row.kind == SlotKind.BOOKING})
    hit = [booking for booking in bookings if booking.until_at > span.from_at and booking.state != BookingState.DONE]
    # A time kept for the wait list goes; blocks, gaps and uses that have ended stay, and the breakdown fills the rest.
    kept = Block.objects.filter(id__in=[row.block_id for row in in_the_way if row.block_id], kind=BlockKind.HELD)
    for standing in kept.order_by("id"):
        let_go(CLOCK, standing, now=now)
    if hit:
        calendars = Calendar.objects.filter(instrument_id__in={name for booking in hit for name in booking.instruments})
        find_offers(hit, list(calendars), blocked=[(instrument_id, span)], now=now)
        displace(actor, hit, reason=why, now=now)
    row = _drafted(actor, calendar, BlockKind(kind), span, why)
    row.save(force_insert=True)
    take_around(row, span)
    _recorded(actor, calendar, row, now, hit=[booking.id for booking in hit])
    others = {name for booking in hit for name in booking.instruments} - {instrument_id}
    if others:
        offer_freed(others, now=now)
    return Broken(row, hit)


@transaction.atomic
def unblock(actor: Actor, *, block_id: str, now: datetime) -> Block:
    """The time is free again (解除占用), and offered to who waits for it. Raises MoveNotOpen, NotVisible."""
    found = blocks_visible_to(actor).filter(id=block_id).values_list("instrument_id", flat=True).first()
    if found is None:
        raise NotVisible
    locked_calendars(actor, [found])
    row = blocks_visible_to(actor).select_for_update(of=("self",)).get(id=block_id)
    roles = roles_on_own(actor, row)
    move = BLOCK_MACHINE.check("unblock", BlockState(row.state), roles)
    Slot.objects.filter(block=row, active=True).update(active=False)
    advance(actor, row, move, roles=roles, now=now)
    _still_broken(row)
    if row.until_at > now:
        offer_freed([row.instrument_id], now=now)
    return row


def _still_broken(lifted: Block) -> None:
    """Where a breakdown had filled the time around what is lifted now, it fills that time too."""
    span = Span(lifted.from_at, lifted.until_at)
    broken = Block.objects.filter(
        instrument_id=lifted.instrument_id,
        state=BlockState.ACTIVE,
        kind__in=DISPLACING,
        from_at__lt=span.until_at,
        until_at__gt=span.from_at,
    )
    for row in broken.order_by("from_at", "id"):
        take_around(row, Span(max(row.from_at, span.from_at), min(row.until_at, span.until_at)))


def _locked_calendar(actor: Actor, instrument_id: str) -> Calendar:
    (calendar,) = locked_calendars(actor, [instrument_id])
    CALENDAR_MACHINE.check("block", CalendarState(calendar.state), roles_on_own(actor, calendar))
    return calendar


def _standing(calendar: Calendar, source: str, uid: str) -> Block | None:
    return Block.objects.filter(
        instrument_id=calendar.instrument_id, source=source, source_uid=uid, state=BlockState.ACTIVE
    ).first()


def _drafted(actor: Actor, calendar: Calendar, kind: BlockKind, span: Span, reason: str) -> Block:
    return Block(
        instrument_id=calendar.instrument_id,
        party_id=calendar.party_id,
        unit_id=calendar.unit_id,
        region=calendar.region,
        kind=kind,
        from_at=span.from_at,
        until_at=span.until_at,
        reason=reason,
        by=actor.person_id,
    )


def _recorded(actor: Actor, calendar: Calendar, row: Block, now: datetime, hit: list[str] | None = None) -> None:
    move = CALENDAR_MACHINE.check("block", CalendarState(calendar.state), roles_on_own(actor, calendar))
    role = acting_role(roles_on_own(actor, calendar), move)
    facts: dict[str, object] = {
        "kind": row.kind,
        "instrument_id": row.instrument_id,
        "from_at": row.from_at.isoformat(),
        "until_at": row.until_at.isoformat(),
    }
    if hit:
        facts["bookings"] = hit
    record(actor, row, "block", label=move.label, role=role, now=now, target=row.state, facts=facts)


def _refuse_overlapping(calendar: Calendar, span: Span) -> None:
    found = overlapping([calendar.instrument_id], span, [(calendar.instrument_id, span)])
    numbers = Booking.objects.filter(id__in=[row.booking_id for row in found if row.booking_id])
    named = list(numbers.order_by("from_at").values_list("number", flat=True))
    raise rules.BlockOverlaps(count=len(found), numbers="、".join(named) or "—")
