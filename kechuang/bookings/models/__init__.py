"""Tables of the room: calendars and what occupies them; bookings and who may operate."""

from kechuang.bookings.models.bookings import Booking, Qualification, Reminder, page_of
from kechuang.bookings.models.calendars import Block, Calendar, Slot

__all__ = ["Block", "Booking", "Calendar", "Qualification", "Reminder", "Slot", "page_of"]
