"""What was not kept goes to the credit of the party it was booked for (爽约、逾期取消记入信用)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kechuang.bookings.models import Booking, Calendar, page_of
from kechuang.credit import commands as credit
from kechuang.credit.states import RecordKind
from kechuang.kernel.actor import Actor, Role
from kechuang.ui import clock


def hold_no_show(actor: Actor, booking: Booking, *, role: Role, now: datetime) -> None:
    """A no-show leaves a credit record for as long as the longest of the calendars counts it."""
    _hold(actor, booking, _calendars(booking), RecordKind.NO_SHOW, role, now)


def hold_late(actor: Actor, booking: Booking, *, role: Role, now: datetime) -> None:
    """A late cancellation does so only where a calendar counts it as a no-show (逾期取消计入)."""
    counting = [calendar for calendar in _calendars(booking) if calendar.late_counts]
    if counting:
        _hold(actor, booking, counting, RecordKind.LATE_CANCELLATION, role, now)


def take_off(actor: Actor, booking: Booking, *, reason: str, now: datetime) -> None:
    """The provider excuses it: the record it left goes too."""
    credit.lift_of(actor, subject_id=booking.id, words=reason, now=now)


def _calendars(booking: Booking) -> list[Calendar]:
    return list(Calendar.objects.filter(instrument_id__in=booking.instruments).select_related("instrument"))


def _hold(
    actor: Actor, booking: Booking, calendars: Sequence[Calendar], kind: RecordKind, role: Role, now: datetime
) -> None:
    days = max(calendar.strike_days for calendar in calendars)
    broken = credit.Broken(
        subject_id=booking.id,
        number=booking.number,
        path=page_of(booking.id),
        about=next(c.instrument.name for c in calendars),
        party_id=booking.holder_id,
        person_id=booking.person_id,
        reporter_id=booking.provider_id,
        unit_id=booking.unit_id,
        region=booking.region,
        happened_at=booking.from_at,
    )
    until = clock.day(booking.from_at) + timedelta(days=days)
    credit.hold_against(actor, broken, kind=kind, counts_until=until, role=role, now=now)
