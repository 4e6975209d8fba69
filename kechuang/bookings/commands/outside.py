"""Busy times from a carrier's own system (外部占用): connected by consent, read by the clock or pushed, kept as blocks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on_own, sources_visible_to
from kechuang.bookings.adapters.remote_calendar import checked, fetch
from kechuang.bookings.commands.offering import let_go, offer_freed
from kechuang.bookings.commands.taking import inform, take_block
from kechuang.bookings.formats.ics import busy as busy_of
from kechuang.bookings.models import Block, Booking, BusyConflict, BusySource, Calendar, Poll, Slot
from kechuang.bookings.models.feeds import POLL_MINUTES, PUSHED_MAX
from kechuang.bookings.rules import Span
from kechuang.bookings.rules.outside import (
    ConsentMissing,
    Occupied,
    Plan,
    SourceExists,
    SourceStopped,
    TooManyPushed,
    clipped,
    planned,
    refuse_unreadable,
)
from kechuang.bookings.states import (
    CALENDAR_MACHINE,
    SOURCE_MACHINE,
    BlockKind,
    BlockState,
    CalendarState,
    SourceKind,
    SourceState,
)
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.rows import insert

_BY_CLOCK = frozenset({Role.CLOCK})


@transaction.atomic
def connect_source(
    actor: Actor, *, instrument_id: str, kind: str, address: str = "", consents: bool, now: datetime
) -> BusySource:
    """The provider lets busy times of an instrument come in from its own system (接入外部占用), and may stop any time.

    Raises ConsentMissing, AddressNotAllowed, SourceExists, MoveNotOpen, NotVisible.
    """
    calendar = Calendar.objects.filter(instrument_id=instrument_id).first()
    if calendar is None:
        raise NotVisible
    CALENDAR_MACHINE.check("block", CalendarState(calendar.state), roles_on_own(actor, calendar))
    if not consents:
        raise ConsentMissing()
    row = BusySource(
        instrument_id=instrument_id,
        party_id=calendar.party_id,
        unit_id=calendar.unit_id,
        region=calendar.region,
        kind=SourceKind(kind),
        address=checked(address) if kind == SourceKind.CALENDAR else "",
        consent_by=actor.person_id,
        consent_at=now,
    )
    if not insert(row):
        raise SourceExists()
    Poll.objects.create(source=row, next_at=now)
    label, facts = _("接入外部占用"), {"instrument_id": instrument_id, "kind": row.kind, "consents": True}
    record(actor, row, "connect", label=label, role=Role.PROVIDER, now=now, target=row.state, facts=facts)
    return row


@transaction.atomic
def stop_source(actor: Actor, *, source_id: str, now: datetime) -> BusySource:
    """No more from there (停止接入); what it still occupied becomes free."""
    row = sources_visible_to(actor).select_for_update(of=("self",)).filter(id=source_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_own(actor, row)
    move = SOURCE_MACHINE.check("stop", SourceState(row.state), roles)
    advance(actor, row, move, roles=roles, now=now)
    calendar = _locked_calendar(row)
    _lift(_own_blocks(row, since=now), now=now)
    offer_freed([calendar.instrument_id], now=now)
    return row


@transaction.atomic
def take_busy(source: BusySource, *, busy: Iterable[Span], within: Span, now: datetime) -> Plan:
    """Brings the blocks of one source to what it says of a period (更新外部占用). The same again changes nothing.

    Who was there first stays: a booking that meets an outside time keeps it, and both sides are told once.
    """
    calendar = _locked_calendar(source)
    own = _own_blocks(source, since=within.from_at, until=within.until_at)
    plan = planned(busy, own=[Span(one.from_at, one.until_at) for one in own], there=_there(source, within))
    _lift([one for one in own if Span(one.from_at, one.until_at) in set(plan.lift)], now=now)
    for span in plan.make:
        _make(source, calendar, span, now)
    _tell_conflicts(source, plan, now)
    if plan.lift:
        offer_freed([calendar.instrument_id], now=now)
    return plan


def push_busy(*, source_id: str, busy: Sequence[Span], within: Span, now: datetime) -> Plan:
    """What a carrier's system pushes of a period, whole (推送外部占用); its token has shown which source it is.

    Raises SourceStopped, TooManyPushed, PushUnreadable: nothing is changed then.
    """
    source = BusySource.objects.filter(id=source_id, kind=SourceKind.PUSH).first()
    if source is None or source.state != SourceState.ACTIVE:
        raise SourceStopped()
    if len(busy) > PUSHED_MAX:
        raise TooManyPushed(most=PUSHED_MAX)
    refuse_unreadable(busy, within=within)
    ahead = [span for one in busy if (span := clipped(one, now=_midnight(now))) is not None]
    start = max(within.from_at, _midnight(now))
    if start >= within.until_at:
        return Plan([], [], [])
    plan = take_busy(source, busy=ahead, within=Span(start, within.until_at), now=now)
    _polled(source, now, busy=len(busy), conflicts=len(plan.conflicts))
    return plan


def poll_source(*, source_id: str, now: datetime) -> bool:
    """Reads one outside calendar (读取外部日历) and takes over its busy times; whether it could be read.

    The reading itself holds no lock and no transaction. A calendar that cannot be read leaves the blocks as they were.
    """
    source = BusySource.objects.filter(id=source_id, state=SourceState.ACTIVE, kind=SourceKind.CALENDAR).first()
    if source is None:
        return False
    calendar = Calendar.objects.get(instrument_id=source.instrument_id)
    poll = Poll.objects.get(source=source)
    within = Span(_midnight(now), _midnight(now) + timedelta(days=calendar.horizon_days + 1))
    try:
        answer = fetch(source.address, etag=_etag(poll, now))
        if answer.content is None:
            _polled(source, now, busy=poll.busy, conflicts=poll.conflicts, etag=poll.etag)
            return True
        found = busy_of(answer.content, from_at=within.from_at, until_at=within.until_at)
    except Refusal as refusal:
        why = str(refusal.facts.get("why", ""))
        wait = now + timedelta(minutes=POLL_MINUTES)
        Poll.objects.filter(source=source).update(next_at=wait, problem=refusal.code, why=why)
        return False
    plan = take_busy(source, busy=[Span(one.from_at, one.until_at) for one in found], within=within, now=now)
    _polled(source, now, busy=len(found), conflicts=len(plan.conflicts), etag=answer.etag)
    return True


def _etag(poll: Poll, now: datetime) -> str:
    """Asked for changes only while the same period is meant and nothing stood in the way the last time."""
    same_day = poll.read_at is not None and clock.day(poll.read_at) == clock.day(now)
    return poll.etag if same_day and not poll.conflicts else ""


def _polled(source: BusySource, now: datetime, *, busy: int, conflicts: int, etag: str = "") -> None:
    Poll.objects.filter(source=source).update(
        next_at=now + timedelta(minutes=POLL_MINUTES),
        read_at=now,
        etag=etag,
        busy=busy,
        conflicts=conflicts,
        problem="",
        why="",
    )


def _midnight(now: datetime) -> datetime:
    """What has passed of today is still today's: a running time is not written anew with every look."""
    return clock.instant(clock.day(now), clock.MIDNIGHT)


def _locked_calendar(source: BusySource) -> Calendar:
    return Calendar.objects.select_for_update(of=("self",), no_key=True).get(instrument_id=source.instrument_id)


def _own_blocks(source: BusySource, *, since: datetime, until: datetime | None = None) -> list[Block]:
    rows = Block.objects.filter(
        instrument_id=source.instrument_id, source=source.id, state=BlockState.ACTIVE, until_at__gt=since
    )
    if until is not None:
        rows = rows.filter(from_at__lt=until)
    return list(rows.order_by("from_at", "id"))


def _there(source: BusySource, within: Span) -> list[Occupied]:
    """What else occupies the instrument in the period; a booking's own time without the gap after it."""
    rows = Slot.objects.filter(
        instrument_id=source.instrument_id, active=True, until_at__gt=within.from_at, from_at__lt=within.until_at
    ).exclude(block__source=source.id)
    return [
        Occupied(Span(from_at, until_at), booking_id or "")
        for from_at, until_at, booking_id in rows.values_list("from_at", "until_at", "booking_id")
    ]


def _lift(blocks: Sequence[Block], *, now: datetime) -> None:
    for block in blocks:
        let_go(CLOCK, block, roles=_BY_CLOCK, now=now)


def _make(source: BusySource, calendar: Calendar, span: Span, now: datetime) -> None:
    block = Block(
        instrument_id=calendar.instrument_id,
        party_id=calendar.party_id,
        unit_id=calendar.unit_id,
        region=calendar.region,
        kind=BlockKind.BUSY,
        from_at=span.from_at,
        until_at=span.until_at,
        source=source.id,
        source_uid=f"{span.from_at.isoformat()}/{span.until_at.isoformat()}",
    )
    block.save(force_insert=True)
    if not take_block(block):  # taken by who does not lock the calendar; the next look finds it there
        block.delete()
        return
    record(CLOCK, block, "busy", label=_("外部占用"), role=Role.CLOCK, now=now, target=block.state)


def _tell_conflicts(source: BusySource, plan: Plan, now: datetime) -> None:
    """Both sides hear once of an outside time that met a booking (外部占用冲突)."""
    met = Booking.objects.in_bulk({booking_id for booking_id, _span in plan.conflicts})
    for booking_id, span in plan.conflicts:
        booking = met[booking_id]
        row = BusyConflict(source=source, booking=booking, from_at=span.from_at, until_at=span.until_at, at=now)
        if booking.until_at <= now or not insert(row):
            continue
        text = f"{rules.when(span.from_at)} – {rules.when(span.until_at)}"
        inform(
            booking,
            _("外部系统的占用与已有预约重叠，预约在先予以保留，请核对"),
            now=now,
            party=source.party_id,
            text=text,
        )
        inform(booking, _("机构的其他系统在该时段另有占用，您的预约在先予以保留"), now=now, person=booking.person_id)
