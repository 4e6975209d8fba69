"""Stories of bookings: instruments get calendars, enterprises and makers book, move, leave, do not come, wait, send samples.

They draw from a random source of their own (`stage.lots`), so that the year of the vouchers stays what it is without them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from kechuang.bookings import commands as bookings
from kechuang.bookings import queries
from kechuang.bookings.queries import Booking
from kechuang.bookings.rules import Span
from kechuang.bookings.states import BlockKind, BookingState, Confirmation, Mode
from kechuang.catalog import commands as catalog
from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import ItemKind, OpenMode
from kechuang.kernel.actor import Actor
from kechuang.orders import commands as orders
from kechuang.pilot.commands.ordering import OrderStory
from kechuang.pilot.commands.stage import Bookable, Member, Stage, Story
from kechuang.pilot.models import Scale
from kechuang.pilot.states import (
    BOOKINGS,
    BREAKDOWN_DAYS,
    CONTESTED,
    COURIERS,
    FIRST_CALENDARS_DAY,
    LAST_DAYS,
    LATE_SHARE,
    MAINTENANCE_DAY,
    MAKERS_OF_INSTRUMENTS,
    PURPOSES,
    SAMPLE_NAMES,
    SAMPLES,
    TRAININGS,
    YEAR_DAYS,
)
from kechuang.ui import clock
from kechuang.usage import commands as usage
from kechuang.usage.states import Audience

_WEEKDAYS, _EVENING = [[480, 1_020]], [[480, 1_260]]
_HALF_HOUR, _HOUR = timedelta(minutes=30), timedelta(hours=1)


def bookable(stage: Stage, member: Member, offer_id: str) -> Story:
    """The provider says how an instrument is open, opens its calendar and, mostly, quotes bookings by its price list."""
    lots, actor = stage.lots, stage.member(member)
    if not member.is_shown and not lots.chance(stage.chances.has_calendar):
        return
    modes = [OpenMode.SLOT, OpenMode.SAMPLE]
    if lots.chance(stage.chances.trains):
        modes.append(OpenMode.TRAINING)
    maker, country, series = lots.one(MAKERS_OF_INSTRUMENTS)
    with stage.act() as now:
        values = {
            "open_modes": [str(mode) for mode in modes],
            "maker": maker,
            "country": country,
            "model": f"{series}-{lots.between(10, 98) * 10}",
            "original_value_fen": lots.between(30, 600) * 1_000_000,
            "booked_on": stage.first - timedelta(days=lots.between(200, 3_000)),
        }
        catalog.describe(actor, offer_id=offer_id, values=values, now=now)
    by_provider = member.is_shown or lots.chance(stage.chances.confirms_by_hand)
    week = _EVENING if lots.chance(stage.chances.open_in_the_evening) else _WEEKDAYS
    with stage.act() as now:
        bookings.open_calendar(
            actor,
            instrument_id=offer_id,
            now=now,
            hours=[week] * 5 + [[], []],
            confirmation=str(Confirmation.PROVIDER if by_provider else Confirmation.AUTOMATIC),
            confirm_within_minutes=3 * 1_440,
            gap_minutes=30 if lots.chance(300) else 0,
            strikes_max=2,
            note="请提前准备好样品；现场服从实验室安全管理",
        )
    yield lots.between(1, 5)
    if lots.chance(stage.chances.quotes_by_list):
        with stage.act() as now:
            orders.quote_by_list(actor, offer_id=offer_id, declares=True, now=now)
    stage.bookable.append(Bookable(member, offer_id, by_provider, OpenMode.TRAINING in modes))


def asked(stage: Stage, story: Callable[[Stage, Member, Bookable], Story]) -> Story:
    """One who uses instruments, and one that can be booked by then; while there is none it is tried again."""
    yield 0
    for _ in range(30):
        able = [one for one in stage.holders if one.party_id in stage.live()]
        if able and stage.bookable:
            late = stage.days_left <= LAST_DAYS  # what is made now still stands before who looks at the year
            shown = [place for place in stage.bookable if place.member.is_shown] if late else []
            often = stage.chances.shown_books_late if late else stage.chances.shown_books
            holder = stage.holders[0] if stage.lots.chance(often) else stage.lots.one(able)
            yield from story(stage, holder, stage.lots.one(shown or stage.bookable))
            return
        yield 3


def booked(stage: Stage, holder: Member, place: Bookable) -> Story:
    """One booking, from the choice of a time to its end."""
    lots, chances, actor = stage.lots, stage.chances, stage.member(holder)
    booking = _book(stage, actor, place, minutes=60 * lots.between(1, 4))
    if booking is None:
        return
    if place.by_provider:
        yield from _answered(stage, place, booking.id)
    if queries.state_of(booking.id) not in {BookingState.REQUESTED, BookingState.CONFIRMED}:
        return
    if lots.chance(chances.rescheduled):
        yield 0
        to = _free(stage, place, minutes=60 * lots.between(1, 3), days=lots.between(3, 9))
        moved = to and stage.attempt(
            bookings.reschedule, actor, booking_id=booking.id, from_at=to.from_at, until_at=to.until_at
        )
        if moved and place.by_provider:
            yield from _answered(stage, place, booking.id)
    if lots.chance(chances.booking_cancelled):
        stage.attempt(bookings.cancel, actor, booking_id=booking.id, reason="样品准备推迟")
        return
    if lots.chance(chances.booked_with_order):
        _ordered(stage, holder, place, booking)
    yield from _used(stage, actor, place, booking.id)


def _ordered(stage: Stage, holder: Member, place: Bookable, booking: Booking) -> None:
    """The booking becomes an order, which goes its own way from there."""
    live = stage.live().get(holder.party_id)
    if live is None or not live.balance.free_fen:
        return
    order = stage.attempt(
        orders.order_booking,
        stage.member(holder),
        booking_id=booking.id,
        scheme=stage.scheme,
        voucher_id=live.voucher.id,
        needs=stage.lots.one(PURPOSES),
    )
    if order is None:
        return
    stage.booked_orders += 1
    base = next(line for line in price_lines(place.offer_id, on=stage.today) if line.kind is ItemKind.BASE)
    minutes = Span(booking.from_at, booking.until_at).minutes
    story = OrderStory(stage, holder, stage.booked_orders, dice=stage.lots)
    stage.begin(story.of_booking(place.member, order.id, order.title, base_id=base.id, minutes=minutes))


def _answered(stage: Stage, place: Bookable, booking_id: str) -> Story:
    """The provider confirms, refuses or lets the time to answer run out; in the last days some wait for the visitor."""
    if place.member.is_shown and stage.left_open("booking", times=4):
        return
    if stage.lots.chance(stage.chances.unanswered):
        yield 4
        return
    yield stage.lots.between(0, 1)
    provider = stage.member(place.member)
    if stage.lots.chance(stage.chances.booking_refused):
        stage.attempt(bookings.refuse, provider, booking_id=booking_id, reason="当日已安排教学实验")
    else:
        stage.attempt(bookings.confirm, provider, booking_id=booking_id)


def _used(stage: Stage, actor: Actor, place: Bookable, booking_id: str) -> Story:
    """The days until the booked one: left on the eve, displaced and moved, or come to."""
    late = stage.lots.chance(stage.chances.booking_cancelled_late)
    while True:
        row = queries.row_of(actor, booking_id)
        day = clock.day(row.from_at)
        if row.state == BookingState.DISPLACED and row.offers:
            first = datetime.fromisoformat(row.offers[0][0])
            if stage.attempt(bookings.accept_offer, actor, booking_id=booking_id, from_at=first) is None:
                return
        elif row.state not in {BookingState.REQUESTED, BookingState.CONFIRMED} or stage.today > day:
            return
        elif stage.today == day:
            break
        elif late and (day - stage.today).days == 1:
            stage.attempt(bookings.cancel, actor, booking_id=booking_id, reason="临时调整")
            return
        else:
            yield min(max((day - stage.today).days - 1, 1), 3)
    if row.state == BookingState.CONFIRMED:
        _come_to(stage, place, row)


def _come_to(stage: Stage, place: Bookable, row: Booking) -> None:
    """The booked time: nobody came, the operator records the run, or nobody says anything and the clock ends it."""
    lots, provider = stage.lots, stage.member(place.member)
    if lots.chance(stage.chances.no_show):
        stage.attempt(bookings.no_show, provider, moment=row.from_at + _HALF_HOUR, booking_id=row.id)
        return
    if not lots.chance(stage.chances.run_recorded):
        return
    begins = row.from_at + timedelta(minutes=lots.between(0, 10))
    ends = row.until_at - timedelta(minutes=lots.between(0, 25))
    if stage.attempt(bookings.start, provider, moment=begins, booking_id=row.id) is None:
        return
    run = stage.attempt(
        usage.start,
        provider,
        moment=begins,
        instrument_id=place.offer_id,
        title=row.purpose,
        audience=Audience.OUTSIDE,
        booking_id=row.id,
    )
    if run is not None:
        stage.attempt(usage.stop, provider, moment=ends, session_id=run.id)
    stage.attempt(bookings.finish, provider, moment=ends, booking_id=row.id)


def contested(stage: Stage, holder: Member, place: Bookable) -> Story:
    """Two want one time: the second is told the next free one, waits, and is offered the time when the first leaves."""
    rival = stage.lots.one([one for one in stage.holders if one.party_id != holder.party_id])
    first, second = stage.member(holder), stage.member(rival)
    booking = _book(stage, first, place, minutes=120, days=stage.lots.between(6, 9))
    if booking is None:
        return
    span = Span(booking.from_at, booking.until_at)
    stage.attempt(bookings.book, second, instrument_ids=[place.offer_id], from_at=span.from_at, until_at=span.until_at)
    wait = stage.attempt(
        bookings.join_waits, second, instrument_id=place.offer_id, wanted=span, minutes=120, purpose="质量分析"
    )
    yield stage.lots.between(1, 3)
    left = stage.attempt(bookings.cancel, first, booking_id=booking.id, reason="计划调整")
    if wait and left and stage.lots.chance(stage.chances.wait_accepted):
        stage.attempt(bookings.accept_wait, second, wait_id=wait.id)


def sampled(stage: Stage, holder: Member, place: Bookable) -> Story:
    """A sample on its way: announced, sent, received, or rejected; tested, and returned."""
    lots, actor, provider = stage.lots, stage.member(holder), stage.member(place.member)
    declared = bookings.Declared(
        name=lots.one(SAMPLE_NAMES),
        expected_on=stage.today + timedelta(days=4),
        count=lots.between(1, 12),
        wanted="成分与形貌",
        return_address=f"{holder.name}收发室（示例）",
    )
    sample = stage.attempt(bookings.announce_sample, actor, instrument_id=place.offer_id, sample=declared)
    if sample is None:
        return
    yield lots.between(1, 2)
    courier = lots.one(COURIERS)
    stage.attempt(bookings.ship_sample, actor, sample_id=sample.id, courier=courier, number=lots.digits(12))
    yield lots.between(1, 3)
    if lots.chance(stage.chances.sample_rejected):
        stage.attempt(bookings.reject_sample, provider, sample_id=sample.id, reason="包装破损，样品受潮")
        return
    ready = stage.today + timedelta(days=6)
    stage.attempt(bookings.receive_sample, provider, sample_id=sample.id, place="样品接收室（示例）", ready_on=ready)
    yield lots.between(1, 3)
    if stage.left_open("sample", times=3):
        return
    stage.attempt(bookings.begin_sample, provider, sample_id=sample.id)
    yield lots.between(1, 2)
    settle_by = stage.today + timedelta(days=20)
    stage.attempt(bookings.finish_sample, provider, sample_id=sample.id, settle_by_on=settle_by)
    yield lots.between(2, 8)
    stage.attempt(bookings.return_sample, provider, sample_id=sample.id, courier=courier, number=lots.digits(12))


def trained(stage: Stage, holder: Member, place: Bookable) -> Story:
    """Training, then a booking to operate alone."""
    if not place.trains:
        return
    lots, actor, provider = stage.lots, stage.member(holder), stage.member(place.member)
    asked_for = stage.attempt(bookings.request_training, actor, instrument_id=place.offer_id)
    if asked_for is None:
        return
    yield lots.between(1, 3)
    day = stage.workdays.next_working(stage.today + timedelta(days=3))
    at = clock.instant(day)
    stage.attempt(bookings.schedule_training, provider, training_id=asked_for.id, at=at, place="实验室（示例）")
    yield max((day - stage.today).days, 1)
    stage.attempt(bookings.pass_training, provider, training_id=asked_for.id, trained_on=stage.today)
    yield 1
    booking = _book(stage, actor, place, minutes=120, mode=Mode.TRAINING)
    if booking is not None and place.by_provider:
        yield from _answered(stage, place, booking.id)


def broken_down(stage: Stage) -> Story:
    """An instrument fails while it is booked: who booked is offered other times."""
    yield 0
    for _ in range(20):
        if place := next((one for one in stage.bookable if _booked_ahead(stage, one)), None):
            stage.attempt(
                bookings.break_down,
                stage.member(place.member),
                instrument_id=place.offer_id,
                until_at=clock.instant(stage.today + timedelta(days=4)),
                reason="真空系统故障，待修",
            )
            return
        yield 2


def maintained(stage: Stage) -> Story:
    """Every instrument of the shown provider is kept free one afternoon."""
    yield 0
    at = clock.instant(stage.workdays.next_working(stage.today + timedelta(days=20))) + 5 * _HOUR
    for place in [one for one in stage.bookable if one.member.is_shown]:
        stage.attempt(
            bookings.block,
            stage.member(place.member),
            instrument_id=place.offer_id,
            kind=BlockKind.MAINTENANCE,
            from_at=at,
            until_at=at + 3 * _HOUR,
            reason="例行维护",
        )


def _booked_ahead(stage: Stage, place: Bookable) -> bool:
    begins, provider = clock.instant(stage.today), stage.member(place.member)
    found = queries.week(provider, from_=begins, until=begins + 72 * _HOUR, instrument_ids=[place.offer_id])
    return any(event.state == BookingState.CONFIRMED for event in found)


def _book(
    stage: Stage, actor: Actor, place: Bookable, *, minutes: int, days: int = 0, mode: str = Mode.SLOT
) -> Booking | None:
    found = _free(stage, place, minutes=minutes, days=days or stage.lots.between(2, 12))
    if found is None:
        return None
    return stage.attempt(
        bookings.book,
        actor,
        instrument_ids=[place.offer_id],
        from_at=found.from_at,
        until_at=found.until_at,
        purpose=stage.lots.one(PURPOSES),
        mode=mode,
    )


def _free(stage: Stage, place: Bookable, *, minutes: int, days: int) -> Span | None:
    """The next free time so many days ahead, on a day on which people work."""
    now = clock.instant(stage.today)
    after = clock.instant(stage.workdays.next_working(stage.today + timedelta(days=days)))
    for _ in range(4):
        found = queries.next_free([place.offer_id], minutes=minutes, after=after, now=now)[place.offer_id]
        if found is None or stage.workdays.is_working(day := clock.day(found.from_at)):
            return found
        after = clock.instant(stage.workdays.next_working(day))
    return None


def all_year(stage: Stage, scale: Scale) -> None:
    """Puts every story of a booking on its day; some of them always in the last days, for who looks at the year then."""
    last = (stage.until - stage.first).days
    for whole, story in ((BOOKINGS, booked), (CONTESTED, contested), (SAMPLES, sampled), (TRAININGS, trained)):
        count = max(round(whole * scale), 2)
        drawn = [stage.lots.between(FIRST_CALENDARS_DAY, YEAR_DAYS) for _ in range(count)]
        for day in [*drawn, *(last - number % LAST_DAYS for number in range(-(-count // LATE_SHARE)))]:
            if 0 <= day <= last:
                stage.begin(asked(stage, story), in_days=day)
    for day in BREAKDOWN_DAYS:
        stage.begin(broken_down(stage), in_days=day)
    stage.begin(maintained(stage), in_days=MAINTENANCE_DAY)
