"""Booking a time (预约): who comes first has it, all instruments or none, within the rules of each calendar."""

from datetime import timedelta

import pytest

from kechuang.bookings import commands, rules
from kechuang.bookings.models import Booking, Slot
from kechuang.bookings.states import BookingState
from kechuang.catalog import commands as catalog
from kechuang.kernel.errors import NotVisible
from tests.bookings.conftest import WORKDAYS, Lab, statements

pytestmark = pytest.mark.django_db


def test_a_free_time_is_booked_and_confirmed_at_once(lab: Lab) -> None:
    sem = lab.instrument()
    booking = lab.book(sem, 9, 10, purpose="镀层形貌")
    assert booking.state == BookingState.CONFIRMED
    assert booking.number.startswith("KY-")
    assert [(slot.from_at, slot.until_at) for slot in Slot.objects.all()] == [(lab.at(9), lab.at(10))]


def test_a_booking_takes_few_statements(lab: Lab) -> None:
    sem = lab.instrument()
    assert statements(lambda: lab.book(sem, 9, 10, key="一")) <= 8
