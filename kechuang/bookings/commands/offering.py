"""Offering what became free to who waits (递补): the first in line has it for a time, then the next."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.bookings.commands.taking import take_block
from kechuang.bookings.models import Block, Calendar, Slot, Wait
from kechuang.bookings.queries.free import free_starts, terms_of
from kechuang.bookings.rules import Span, occupied
from kechuang.bookings.rules.waiting import answer_by, as_kept, first_wanted
from kechuang.bookings.states import (
    BLOCK_MACHINE,
    WAIT_MACHINE,
    BlockKind,
    BlockState,
    CalendarState,
    WaitState,
)
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.outbox.commands import tell
from kechuang.trail.commands import advance, record
from kechuang.ui.compiled import compiled

_BY_CLOCK = frozenset({Role.CLOCK})
WAITS_PAGE = "/bookings/waits/"


@transaction.atomic
def offer_freed(instrument_ids: Iterable[str], *, now: datetime) -> int:
    """Offers every free time of these instruments that somebody waits for; answers how many were offered.

    Called where a time becomes free, in the same transaction, so that nobody passes by the list; and by the clock.
    The calendars are locked first, in the order of their ids: two rounds never offer one time twice.
    """
    ids = _wanted(list(instrument_ids))
    if not ids:
        return 0
    calendars = Calendar.objects.select_for_update(of=("self",), no_key=True).filter(instrument_id__in=ids)
    return sum(_offered(calendar, now) for calendar in calendars.order_by("instrument_id"))


@compiled
def _wanted(instrument_ids: list[str]) -> QuerySet[Wait, str]:
    rows = Wait.objects.filter(instrument_id__any=instrument_ids, state=WaitState.WAITING)
    return rows.order_by().values_list("instrument_id", flat=True).distinct()


def _offered(calendar: Calendar, now: datetime) -> int:
    waiting = Wait.objects.select_for_update(of=("self",)).filter(
        instrument_id=calendar.instrument_id, state=WaitState.WAITING
    )
    count = 0
    for wait in waiting.order_by("made_at", "id"):
        if wait.wanted_until_at <= now:
            _advance(wait, "pass", now=now)
        elif calendar.state == CalendarState.OPEN:
            count += _offer(calendar, wait, now)
    return count


def _offer(calendar: Calendar, wait: Wait, now: datetime) -> bool:
    wanted = Span(max(wait.wanted_from_at, now), wait.wanted_until_at)
    free = free_starts(calendar, minutes=wait.minutes, from_=wanted.from_at, until=wanted.until_at, now=now)
    span = first_wanted(free, wanted=wanted, turned_down=wait.turned_down)
    if span is None:
        return False
    hold = _held(calendar, span, now)
    if hold is None:
        return False
    wait.hold = hold
    wait.offered_from_at, wait.offered_until_at = span.from_at, span.until_at
    wait.answer_by_at = answer_by(span, offer_minutes=calendar.offer_minutes, now=now)
    saves = ["hold", "offered_from_at", "offered_until_at", "answer_by_at"]
    facts = {"from_at": span.from_at.isoformat(), "until_at": span.until_at.isoformat()}
    _advance(wait, "offer", now=now, saves=saves, facts=facts)
    tell(
        subject_id=wait.id,
        path=WAITS_PAGE,
        title=_("候补的时段空出，请尽快答复"),
        text=" — ".join(as_kept(span)),
        to_person=wait.person_id,
        now=now,
    )
    return True


def _held(calendar: Calendar, span: Span, now: datetime) -> Block | None:
    """The block that keeps the time, with the gap a booking needs after it, while its offer stands; None when the
    database says that somebody was quicker."""
    kept = occupied(span, terms_of(calendar))
    block = Block(
        instrument_id=calendar.instrument_id,
        party_id=calendar.party_id,
        unit_id=calendar.unit_id,
        region=calendar.region,
        kind=BlockKind.HELD,
        from_at=kept.from_at,
        until_at=kept.until_at,
    )
    block.save(force_insert=True)
    if not take_block(block):
        block.delete()
        return None
    record(CLOCK, block, "hold", label=_("候补保留"), role=Role.CLOCK, now=now, target=block.state)
    return block


def let_go(actor: Actor, block: Block, *, roles: frozenset[Role] = _BY_CLOCK, now: datetime) -> None:
    """The time is free again (释放时段); the caller has locked the calendar. A breakdown may have lifted it before."""
    if block.state != BlockState.ACTIVE:
        return
    move = BLOCK_MACHINE.check("let_go", BlockState(block.state), roles)
    advance(actor, block, move, roles=roles, now=now)
    Slot.objects.filter(block=block, active=True).update(active=False)


@transaction.atomic
def expire_offer(*, wait_id: str, now: datetime) -> bool:
    """An offer that was not answered in time goes to the next (递补逾期); whether it did now."""
    seen = Wait.objects.filter(id=wait_id).first()
    if seen is None:
        return False
    Calendar.objects.select_for_update(of=("self",), no_key=True).get(instrument_id=seen.instrument_id)
    wait = Wait.objects.select_for_update(of=("self",)).select_related("hold").get(id=wait_id)
    if wait.state != WaitState.OFFERED or wait.answer_by_at is None or now < wait.answer_by_at:
        return False
    give_up(CLOCK, wait, "expire", roles=_BY_CLOCK, now=now)
    tell(
        subject_id=wait.id,
        path=WAITS_PAGE,
        title=_("递补时段逾期未答复，已转给下一位"),
        text=_("您仍在候补名单中。"),
        to_person=wait.person_id,
        now=now,
    )
    offer_freed([wait.instrument_id], now=now)
    return True


def give_up(actor: Actor, wait: Wait, action: str, *, roles: frozenset[Role], now: datetime) -> None:
    """An offered time is not taken: its hold is let go, and it is not offered to the same person again."""
    if wait.hold is not None and wait.offered_from_at is not None and wait.offered_until_at is not None:
        span = Span(wait.offered_from_at, wait.offered_until_at)
        wait.turned_down = [*wait.turned_down, list(as_kept(span))]
        let_go(actor, wait.hold, roles=roles, now=now)
    wait.hold = wait.offered_from_at = wait.offered_until_at = wait.answer_by_at = None
    saves = ["turned_down", "hold", "offered_from_at", "offered_until_at", "answer_by_at"]
    move = WAIT_MACHINE.check(action, WaitState(wait.state), roles)
    advance(actor, wait, move, roles=roles, now=now, saves=saves)


def _advance(
    wait: Wait, action: str, *, now: datetime, saves: Iterable[str] = (), facts: Mapping[str, object] | None = None
) -> None:
    move = WAIT_MACHINE.check(action, WaitState(wait.state), _BY_CLOCK)
    advance(CLOCK, wait, move, roles=_BY_CLOCK, now=now, saves=saves, facts=facts)
