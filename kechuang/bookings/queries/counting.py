"""How many bookings stand where, and where one of them stands."""

from django.db.models import Count

from kechuang.bookings.models import Booking
from kechuang.bookings.states import BookingState


def counts() -> dict[str, int]:
    """Of the whole installation by state, those without any included (各状态数量). One statement."""
    found = dict(Booking.objects.order_by().values_list("state").annotate(Count("id")))
    return {str(state): found.get(state, 0) for state in BookingState}


def state_of(booking_id: str) -> BookingState:
    """Where a booking stands; the caller has shown that it is theirs."""
    return BookingState(Booking.objects.values_list("state", flat=True).get(id=booking_id))
