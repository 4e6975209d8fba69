"""Tables of the room: calendars and what occupies them; bookings and who may operate; samples, waits, feeds."""

from kechuang.bookings.models.bookings import Booking, Qualification, Reminder, page_of
from kechuang.bookings.models.calendars import Block, Calendar, Slot
from kechuang.bookings.models.feeds import BusyConflict, BusySource, Feed, Poll, SentEntry
from kechuang.bookings.models.samples import Sample, SampleStep
from kechuang.bookings.models.waiting import Training, Wait

__all__ = [
    "Block",
    "Booking",
    "BusyConflict",
    "BusySource",
    "Calendar",
    "Feed",
    "Poll",
    "Qualification",
    "Reminder",
    "Sample",
    "SampleStep",
    "SentEntry",
    "Slot",
    "Training",
    "Wait",
    "page_of",
]
