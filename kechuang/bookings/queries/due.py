"""What time has made due (到时办理): for the jobs."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from kechuang.bookings.models import Booking, Qualification, Reminder
from kechuang.bookings.states import BATCH, REMIND_HOURS, BookingState, QualificationState
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import run


def unanswered(*, now: datetime) -> list[str]:
    """Requested or displaced bookings whose time to answer has run out."""
    return _unanswered(now)


@compiled
def _unanswered(now: datetime) -> QuerySet[Booking, str]:
    waiting = [BookingState.REQUESTED, BookingState.DISPLACED]
    rows = Booking.objects.filter(state__in=waiting, confirm_by_at__lte=now)
    return _ids(rows.order_by("confirm_by_at", "id"))


def not_begun(*, now: datetime) -> list[str]:
    """Confirmed bookings whose calendar counts not coming, and whose time to come has passed."""
    sql = """
        SELECT b.id FROM bookings_booking b JOIN bookings_calendar c ON c.instrument_id = b.instrument_id
        WHERE b.state = 'confirmed' AND c.no_show_after_minutes > 0
            AND b.from_at + make_interval(mins => c.no_show_after_minutes) <= %s
        ORDER BY b.from_at, b.id LIMIT %s"""
    return [found for (found,) in run(sql, [now, BATCH])]


def run_out(*, now: datetime) -> list[str]:
    """Bookings whose end has passed: confirmed ones that nobody has to begin, and those in use."""
    sql = """
        SELECT b.id FROM bookings_booking b JOIN bookings_calendar c ON c.instrument_id = b.instrument_id
        WHERE b.until_at <= %s AND (b.state = 'in_use' OR b.state = 'confirmed' AND c.no_show_after_minutes = 0)
        ORDER BY b.until_at, b.id LIMIT %s"""
    return [found for (found,) in run(sql, [now, BATCH])]


def to_remind(*, now: datetime) -> list[str]:
    """Confirmed bookings that begin within a day and of which nobody was reminded in their present time."""
    return _to_remind(now, now + timedelta(hours=REMIND_HOURS))


@compiled
def _to_remind(now: datetime, soon: datetime) -> QuerySet[Booking, str]:
    sent = Reminder.objects.filter(booking=OuterRef("id"), version=OuterRef("version"))
    rows = Booking.objects.filter(state=BookingState.CONFIRMED, until_at__gt=now, from_at__gt=now, from_at__lte=soon)
    fresh = rows.filter(~Exists(sent), made_at__lt=F("from_at") - timedelta(hours=REMIND_HOURS))
    return _ids(fresh.order_by("from_at", "id"))


def qualifications_ended(*, on: date) -> list[str]:
    return _ended(on)


@compiled
def _ended(on: date) -> QuerySet[Qualification, str]:
    rows = Qualification.objects.filter(state=QualificationState.VALID, valid_until__lte=on)
    return rows.order_by("valid_until", "id").values_list("id", flat=True)[:BATCH]


def _ids(rows: QuerySet[Booking]) -> QuerySet[Booking, str]:
    return rows.values_list("id", flat=True)[:BATCH]
