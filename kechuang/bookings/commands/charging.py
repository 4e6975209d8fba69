"""What internal users are charged (内部价): kept on the booking as it was when the time was taken."""

from datetime import date

from kechuang.bookings.models import Booking
from kechuang.bookings.queries.charging import inside_charges


def charge_inside(booking: Booking, *, on: date) -> None:
    """Puts the inside price of the booked time on a booking of one's own house, not yet saved; others have their order."""
    if booking.holder_id != booking.provider_id:
        return
    found = inside_charges(booking.instruments, minutes=booking.minutes, on=on)
    booking.charges = [charge.kept() for charge in found]
    booking.charge_fen = sum(charge.fen for charge in found) if found else None
