"""What must hold before a time is taken (预约条件): the provider, the instrument, the person, the limits, the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kechuang.bookings import rules
from kechuang.bookings.models import Calendar, Slot
from kechuang.bookings.queries import limits_of, measure_of, qualified, strikes, terms_of
from kechuang.bookings.rules import Span
from kechuang.bookings.states import CalendarState, Mode, SlotKind
from kechuang.catalog.queries import customs_clear_of, openness
from kechuang.catalog.states import OfferState, ShareMode
from kechuang.kernel.actor import Actor
from kechuang.parties.queries import members_of, party
from kechuang.policy.book import current
from kechuang.registers.queries import admitted
from kechuang.ui import clock

REGISTER = "provider-library"  # the register of a region's providers, beside its voucher scheme


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: instruments, a time, for whom, and how they are used."""

    instrument_ids: tuple[str, ...]
    span: Span
    holder_id: str
    person_id: str
    mode: str = Mode.SLOT


def refuse_wrong(
    actor: Actor,
    asked: Asked,
    calendars: Sequence[Calendar],
    *,
    group: str,
    fund_number: str,
    scheme: str,
    now: datetime,
) -> None:
    """Raises why this may not be booked by this person; whether it is free is not asked here."""
    refuse_unbookable(asked, calendars, now=now)
    internal = asked.holder_id == calendars[0].party_id
    for calendar in calendars:
        if calendar.internal_only and not internal:
            raise rules.InternalOnly(name=calendar.instrument.name)
    if internal and not (group.strip() and fund_number.strip()):
        raise rules.GroupMissing()
    if scheme:
        refuse_not_admitted(scheme, calendars[0], now=now)
    refuse_times(asked.span, calendars, now=now)
    refuse_person(asked.person_id, asked.span, asked.mode, calendars, now=now)


def refuse_unbookable(asked: Asked, calendars: Sequence[Calendar], *, now: datetime) -> None:
    """Raises DifferentProviders, NotBookable, InternalOnly, ModeNotOffered, CustomsNotCleared."""
    if len({(calendar.party_id, calendar.unit_id) for calendar in calendars}) > 1:
        raise rules.DifferentProviders()
    internal = asked.holder_id == calendars[0].party_id
    known, supervised = openness(asked.instrument_ids), []
    for calendar in calendars:
        offer = calendar.instrument
        if calendar.state != CalendarState.OPEN or offer.state != OfferState.OPEN:
            raise rules.NotBookable(name=offer.name)
        shared = known.get(offer.id)
        if internal or shared is None:
            continue  # one's own house is not bound by what outsiders may; a service has no sheet
        if shared.share_mode != ShareMode.EXTERNAL:
            raise rules.InternalOnly(name=offer.name)
        if shared.modes and asked.mode not in shared.modes:
            raise rules.ModeNotOffered(name=offer.name)
        if shared.under_customs:
            supervised.append(offer)
    cleared = customs_clear_of([offer.id for offer in supervised], clock.day(asked.span.from_at)) if supervised else {}
    for offer in supervised:
        if not cleared[offer.id]:
            raise rules.CustomsNotCleared(name=offer.name)


def refuse_stranger(holder_id: str, person_id: str, *, now: datetime) -> None:
    """Raises NotAColleague unless the person acts for that party today."""
    if person_id not in members_of(holder_id, on=clock.day(now)):
        raise rules.NotAColleague()


def refuse_not_admitted(scheme: str, calendar: Calendar, *, now: datetime) -> None:
    """With a voucher only a provider that its register admits and that takes new orders (在库且可接单)."""
    region, _slash, _name = scheme.partition("/")
    register = f"{region}/{REGISTER}"
    if register not in current().packs:
        return
    found = admitted(
        register, party_id=calendar.party_id, unit_id=calendar.unit_id or "", on=clock.day(now), region=calendar.region
    )
    if found is None:
        raise rules.ProviderNotAdmitted(provider=party(calendar.party_id).name)


def refuse_times(span: Span, calendars: Sequence[Calendar], *, now: datetime) -> None:
    """Raises the first rule of any of the calendars that the time breaks."""
    for calendar in calendars:
        rules.refuse_unfit(terms_of(calendar), span, now=now)


def refuse_person(
    person_id: str, span: Span, mode: str, calendars: Sequence[Calendar], *, now: datetime, without: str = ""
) -> None:
    """Raises NotQualified, StoppedForNoShows or the limit that the person would pass, on any of the calendars.

    The calendars are locked: two bookings of one person on one instrument are counted one after the other.
    """
    _refuse_unqualified(person_id, span, mode, calendars)
    stopping = [calendar for calendar in calendars if calendar.strikes_max]
    counted = strikes(person_id, stopping, now=now) if stopping else {}
    for calendar in stopping:
        rules.refuse_stopped(measure_of(calendar), counted.get(calendar.instrument_id, []), now=now)
    limiting = [calendar for calendar in calendars if limits_of(calendar).any]
    held = _held(person_id, span, limiting, now, without) if limiting else {}
    for calendar in limiting:
        rules.refuse_over_limits(limits_of(calendar), span, held.get(calendar.instrument_id, []), now=now)


def _refuse_unqualified(person_id: str, span: Span, mode: str, calendars: Sequence[Calendar]) -> None:
    alone = [calendar for calendar in calendars if calendar.qualified_only or mode == Mode.TRAINING]
    if not alone:
        return
    ids = [calendar.instrument_id for calendar in alone]
    # Valid on every day of the time: what ends on the last day but one does not reach.
    last = clock.day(span.until_at - timedelta(microseconds=1))
    good = qualified(person_id, ids, on=last)
    for calendar in alone:
        if calendar.instrument_id not in good:
            raise rules.NotQualified(name=calendar.instrument.name)


def _held(
    person_id: str, span: Span, calendars: Sequence[Calendar], now: datetime, without: str
) -> dict[str, list[Span]]:
    monday = clock.instant(rules.monday(clock.day(span.from_at)), clock.MIDNIGHT)
    rows = Slot.objects.filter(
        instrument_id__in=[calendar.instrument_id for calendar in calendars],
        kind=SlotKind.BOOKING,
        active=True,
        until_at__gt=min(monday, now),
        booking__person_id=person_id,
    ).exclude(booking_id=without)
    found: dict[str, list[Span]] = {}
    for instrument_id, from_at, until_at in rows.values_list("instrument_id", "booking__from_at", "booking__until_at"):
        found.setdefault(instrument_id, []).append(Span(from_at, until_at))
    return found
