"""How many bookings stand where, and where one of them stands."""

from django.db.models import Count, QuerySet

from kechuang.bookings.access import visible_to
from kechuang.bookings.models import Booking
from kechuang.bookings.states import BookingState
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.ui.compiled import compiled


def counts() -> dict[str, int]:
    """Of the whole installation by state, those without any included (各状态数量). One statement."""
    found = dict(Booking.objects.order_by().values_list("state").annotate(Count("id")))
    return {str(state): found.get(state, 0) for state in BookingState}


def state_of(booking_id: str) -> BookingState:
    """Where a booking stands; the caller has shown that it is theirs."""
    return BookingState(Booking.objects.values_list("state", flat=True).get(id=booking_id))


def row_of(actor: Actor, booking_id: str) -> Booking:
    """One booking as the actor may see it, without its sheet; raises NotVisible. One statement."""
    row = _row.first(actor, booking_id)
    if row is None:
        raise NotVisible
    return row


@compiled
def _row(actor: Actor, booking_id: str) -> QuerySet[Booking]:
    return visible_to(actor).filter(id=booking_id)
