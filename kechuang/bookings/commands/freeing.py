"""Time that is free again (释放时段), offered at once to who waits for it."""

from datetime import datetime

from kechuang.bookings.commands.offering import offer_freed
from kechuang.bookings.commands.taking import give_back
from kechuang.bookings.models import Booking, Slot


def free(booking: Booking, *, now: datetime) -> None:
    """What a booking occupied is free again, and offered to who waits for it."""
    give_back([booking.id])
    if booking.until_at > now:
        offer_freed(booking.instruments, now=now)


def give_back_rest(booking: Booking, *, at: datetime) -> None:
    """Of a use that ended early the rest is free again, and offered to who waits for it."""
    rows = Slot.objects.filter(booking=booking, active=True)
    rows.filter(from_at__gte=at).update(active=False)
    if rows.filter(from_at__lt=at, until_at__gt=at).update(until_at=at):
        offer_freed(booking.instruments, now=at)
