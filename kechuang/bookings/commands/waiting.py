"""The wait list (候补): joining it, answering an offer, leaving. Offers themselves are made in `offering`."""

from datetime import datetime

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on, waits_visible_to
from kechuang.bookings.commands.booking import book
from kechuang.bookings.commands.offering import give_up, let_go, offer_freed
from kechuang.bookings.models import Calendar, Wait
from kechuang.bookings.queries.free import free_starts, terms_of
from kechuang.bookings.rules import Span
from kechuang.bookings.rules.waiting import (
    AlreadyWaiting,
    LengthNotOffered,
    OfferOver,
    StillFree,
    first_wanted,
    refuse_window,
)
from kechuang.bookings.states import WAIT_MACHINE, Mode, WaitState
from kechuang.catalog.queries import offer as offer_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.trail.commands import advance, record


@transaction.atomic
def join_waits(
    actor: Actor,
    *,
    instrument_id: str,
    wanted: Span,
    minutes: int,
    mode: str = Mode.SLOT,
    purpose: str = "",
    group: str = "",
    fund_number: str = "",
    now: datetime,
) -> Wait:
    """Waits for a time of an instrument within a window (登记候补).

    Raises NoCalendar, WindowTooShort, LengthNotOffered, StillFree with the free time, AlreadyWaiting.
    """
    if not actor.party_id:
        raise NotVisible
    offer = offer_of(actor, instrument_id)
    calendar = Calendar.objects.select_for_update(of=("self",), no_key=True).filter(instrument_id=instrument_id).first()
    if calendar is None:
        raise rules.NoCalendar(name=offer.name)
    length = terms_of(calendar).length(minutes)
    if length is None:
        raise LengthNotOffered(least=calendar.min_minutes, most=calendar.max_minutes)
    refuse_window(wanted, minutes=length, now=now)
    free = free_starts(calendar, minutes=length, from_=max(wanted.from_at, now), until=wanted.until_at, now=now)
    if (span := first_wanted(free, wanted=wanted, turned_down=())) is not None:
        raise StillFree(next_free=rules.when(span.from_at))
    once = {
        "instrument_id": instrument_id,
        "person_id": actor.person_id,
        "wanted_from_at": wanted.from_at,
        "wanted_until_at": wanted.until_at,
    }
    if Wait.objects.filter(**once, state__in=[WaitState.WAITING, WaitState.OFFERED]).exists():
        raise AlreadyWaiting()
    row = Wait.objects.create(
        **once,
        region=offer.region,
        provider_id=offer.party_id,
        unit_id=offer.unit_id or None,
        holder_id=actor.party_id,
        minutes=length,
        mode=Mode(mode),
        purpose=tidy(purpose),
        group=tidy(group),
        fund_number=tidy(fund_number),
        made_at=now,
    )
    facts = {"instrument_id": instrument_id, "minutes": length}
    record(actor, row, "join", label=_("登记候补"), role=Role.HOLDER, now=now, target=row.state, facts=facts)
    return row


@transaction.atomic
def accept_wait(actor: Actor, *, wait_id: str, now: datetime) -> Wait:
    """Takes the offered time (接受递补): it becomes a booking by all the rules of booking.

    Raises OfferOver when the time to answer has run out, and whatever `book` refuses.
    """
    wait, roles = _locked(actor, wait_id)
    move = WAIT_MACHINE.check("accept", WaitState(wait.state), roles)
    assert wait.hold is not None, "an offer is held"
    assert wait.offered_from_at is not None
    assert wait.offered_until_at is not None
    assert wait.answer_by_at is not None
    if now >= wait.answer_by_at:
        raise OfferOver(answer_by=rules.when(wait.answer_by_at))
    let_go(actor, wait.hold, roles=roles, now=now)
    wait.booking = book(
        actor,
        instrument_ids=[wait.instrument_id],
        from_at=wait.offered_from_at,
        until_at=wait.offered_until_at,
        purpose=wait.purpose,
        key=wait.id,
        group=wait.group,
        fund_number=wait.fund_number,
        mode=wait.mode,
        now=now,
    )
    advance(actor, wait, move, roles=roles, now=now, saves=["booking"], facts={"booking_id": wait.booking.id})
    return wait


@transaction.atomic
def decline_wait(actor: Actor, *, wait_id: str, now: datetime) -> Wait:
    """Not this time (不要这个时段): it goes to the next, the place in the list stays."""
    wait, roles = _locked(actor, wait_id)
    give_up(actor, wait, "decline", roles=roles, now=now)
    offer_freed([wait.instrument_id], now=now)
    return wait


@transaction.atomic
def leave_waits(actor: Actor, *, wait_id: str, now: datetime) -> Wait:
    """Waits no longer (退出候补)."""
    wait, roles = _locked(actor, wait_id)
    give_up(actor, wait, "leave", roles=roles, now=now)
    offer_freed([wait.instrument_id], now=now)
    return wait


def _locked(actor: Actor, wait_id: str) -> tuple[Wait, frozenset[Role]]:
    """The wait under its calendar's lock, and the roles; only who waits answers, not their colleagues."""
    seen = waits_visible_to(actor).filter(id=wait_id).first()
    if seen is None:
        raise NotVisible
    Calendar.objects.select_for_update(of=("self",), no_key=True).get(instrument_id=seen.instrument_id)
    wait = Wait.objects.select_for_update(of=("self",)).select_related("hold").get(id=wait_id)
    own = {Role.HOLDER} if wait.person_id == actor.person_id else set()
    return wait, frozenset(roles_on(actor, wait) - {Role.HOLDER} | own)
