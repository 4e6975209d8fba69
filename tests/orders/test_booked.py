"""From a booking to an order (据预约下单), with the real commands of both rooms."""

from datetime import timedelta

import pytest

from kechuang.bookings import commands as bookings
from kechuang.bookings.models import Booking
from kechuang.catalog import commands as catalog
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import ItemKind, PriceGroup, Unit
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.money import Fen
from kechuang.orders import commands, jobs, queries
from kechuang.orders.models import Order
from kechuang.orders.rules import Booked, InsideOnly
from kechuang.orders.states import OrderState
from kechuang.ui import clock
from tests.orders.conftest import Market
from tests.vouchers.conftest import SCHEME

pytestmark = pytest.mark.django_db
ROUND_THE_CLOCK = [[[0, 1_440]]] * 7


class Hall(Market):
    """A market whose offer can be booked by the hour."""

    def __init__(self) -> None:
        super().__init__()
        lines = [NewPrice("机时", Unit.HOUR, Fen(60_000)), NewPrice("加急", Unit.RATE, None, ItemKind.RUSH, 5_000)]
        catalog.set_prices(self.server, offer_id=self.offer_id, lines=lines, valid_from=self.today, now=self.now)
        given = {"hours": ROUND_THE_CLOCK, "max_minutes": 1_440}
        bookings.open_calendar(self.server, instrument_id=self.offer_id, now=self.now, **given)

    def booked(self, hours: int = 2, *, day: int = 1) -> Booking:
        begins = clock.instant(self.today + timedelta(days=day), clock.MIDNIGHT) + timedelta(hours=9)
        return bookings.book(
            self.holder,
            instrument_ids=[self.offer_id],
            from_at=begins,
            until_at=begins + timedelta(hours=hours),
            now=self.now,
        )

    def ordered(self, booking: Booking) -> Order:
        return commands.order_booking(
            self.holder, booking_id=booking.id, scheme=SCHEME, voucher_id=self.voucher_id, now=self.now
        )


@pytest.fixture
def hall(book: None, db: None) -> Hall:
    return Hall()


def test_without_a_standing_word_the_provider_quotes(hall: Hall) -> None:
    booking = hall.booked()
    order = hall.ordered(booking)
    assert order.state == OrderState.REQUESTED
    assert order.booking_id == booking.id
    assert Booking.objects.get(id=booking.id).order_id == order.id


def test_a_booking_is_ordered_once_however_often_it_is_asked(hall: Hall) -> None:
    booking = hall.booked()
    assert hall.ordered(booking).id == hall.ordered(booking).id
    assert Order.objects.count() == 1


def test_nobody_else_orders_by_my_booking(hall: Hall) -> None:
    booking = hall.booked()
    with pytest.raises(NotVisible):
        commands.order_booking(hall.server, booking_id=booking.id, scheme=SCHEME, now=hall.now)


def test_a_booking_with_an_order_is_cancelled_by_its_order_only(hall: Hall) -> None:
    booking = hall.booked()
    order = hall.ordered(booking)
    with pytest.raises(Refusal):
        bookings.cancel(hall.holder, booking_id=booking.id, reason="改主意", now=hall.now)
    commands.withdraw(hall.holder, order_id=order.id, now=hall.now)
    assert Booking.objects.get(id=booking.id).state == "cancelled"
    hall.booked()  # the time is free again


def test_the_standing_word_needs_the_joint_declaration_and_the_providers_hand(hall: Hall) -> None:
    with pytest.raises(Refusal, match="declaration"):
        commands.quote_by_list(hall.server, offer_id=hall.offer_id, declares=False, now=hall.now)
    with pytest.raises(NotVisible):
        commands.quote_by_list(hall.holder, offer_id=hall.offer_id, declares=True, now=hall.now)


def test_what_the_booking_page_shows_is_what_the_order_costs(hall: Hall) -> None:
    commands.quote_by_list(hall.server, offer_id=hall.offer_id, declares=True, now=hall.now)
    booking = hall.booked()
    shown = queries.booked_price(hall.holder, booking.id, on=hall.today).time
    order = hall.ordered(booking)
    assert order.state == OrderState.QUOTED
    assert shown.after is not None
    assert order.price_fen == shown.after.price_fen == 120_000
    placed = commands.place(hall.holder, order_id=order.id, declares=True, now=hall.now)
    assert (placed.voucher_fen, placed.own_share_fen) == (shown.after.voucher_fen, shown.after.you_pay_fen)


def test_an_order_whose_booking_was_refused_is_ended_by_the_clock(hall: Hall) -> None:
    bookings.set_rules(hall.server, instrument_id=hall.offer_id, confirmation="provider", now=hall.now)
    booking = hall.booked()
    order = hall.ordered(booking)
    bookings.refuse(hall.server, booking_id=booking.id, reason="设备检修", now=hall.now)
    assert jobs.run_without_their_time(now=hall.now) == 1
    assert Order.objects.get(id=order.id).state == OrderState.CANCELLED
    assert jobs.run_without_their_time(now=hall.now) == 0


def inside(hall: Hall) -> None:
    """From today the house pays 200 yuan an hour, others 600."""
    lines = [
        NewPrice("机时", Unit.HOUR, Fen(20_000), group=PriceGroup.INSIDE),
        NewPrice("机时", Unit.HOUR, Fen(60_000), group=PriceGroup.OUTSIDE),
    ]
    catalog.set_prices(hall.server, offer_id=hall.offer_id, lines=lines, valid_from=hall.today, now=hall.now)


def by_the_house(hall: Hall, *, hours: int = 2, fund: str = "2025-017") -> Booking:
    begins = clock.instant(hall.today + timedelta(days=3), clock.MIDNIGHT) + timedelta(hours=9)
    given = {"group": "材料课题组", "fund_number": fund, "now": hall.now, "instrument_ids": [hall.offer_id]}
    return bookings.book(hall.server, from_at=begins, until_at=begins + timedelta(hours=hours), **given)


def test_ones_own_house_is_charged_its_own_price_which_the_booking_keeps(hall: Hall) -> None:
    inside(hall)
    booking = by_the_house(hall)
    assert booking.charge_fen == 40_000
    assert booking.charges[0]["item"] == "机时"
    shown = queries.time_price(hall.server, hall.offer_id, Booked(120), on=hall.today)
    assert (shown.inside, shown.after.price_fen if shown.after else None) == (True, 40_000)
    dearer = [NewPrice("机时", Unit.HOUR, Fen(30_000))]
    later = hall.today + timedelta(days=1)
    catalog.set_prices(hall.server, offer_id=hall.offer_id, lines=dearer, valid_from=later, now=hall.now)
    assert Booking.objects.get(id=booking.id).charge_fen == 40_000
    assert queries.booking_order(hall.server, booking.id, on=hall.today).price is None, "no order of one's own house"


def test_a_longer_time_is_charged_anew_and_the_same_length_keeps_its_price(hall: Hall) -> None:
    inside(hall)
    booking = by_the_house(hall)
    dearer = [NewPrice("机时", Unit.HOUR, Fen(30_000))]
    catalog.set_prices(hall.server, offer_id=hall.offer_id, lines=dearer, valid_from=hall.today, now=hall.now)
    begins = booking.from_at + timedelta(hours=5)
    given = {"booking_id": booking.id, "from_at": begins, "now": hall.now}
    assert bookings.reschedule(hall.server, until_at=begins + timedelta(hours=2), **given).charge_fen == 40_000
    assert bookings.reschedule(hall.server, until_at=begins + timedelta(hours=3), **given).charge_fen == 90_000


def test_outsiders_have_no_inside_charge(hall: Hall) -> None:
    inside(hall)
    booking = hall.booked()
    assert (booking.charge_fen, booking.charges) == (None, None)
    shown = queries.time_price(hall.holder, hall.offer_id, Booked(120), on=hall.today)
    assert (shown.inside, shown.after.price_fen if shown.after else None) == (False, 120_000)


def test_what_has_inside_prices_only_cannot_be_asked_for_from_outside(hall: Hall) -> None:
    only = [NewPrice("机时", Unit.HOUR, Fen(20_000), group=PriceGroup.INSIDE)]
    catalog.set_prices(hall.server, offer_id=hall.offer_id, lines=only, valid_from=hall.today, now=hall.now)
    with pytest.raises(InsideOnly):
        hall.requested()
    with pytest.raises(InsideOnly):
        queries.asking(hall.holder, hall.offer_id, on=hall.today)
    assert not Order.objects.exists()
    with pytest.raises(InsideOnly):
        hall.ordered(hall.booked())
