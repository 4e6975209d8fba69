from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.bookings.models.calendars import REASON_LENGTH
from kechuang.bookings.states import SECONDS_IN_MINUTE, BookingState, Mode, QualificationState
from kechuang.kernel.ids import new_id, public_number


def booking_id() -> str:
    return new_id("bkg")


def booking_number() -> str:
    return public_number("KY")


def qualification_id() -> str:
    return new_id("qlf")


def reminder_id() -> str:
    return new_id("rmd")


def page_of(booking: str) -> str:
    """The address of a booking's page, for messages."""
    return f"/bookings/{booking}/"


class Booking(models.Model):
    """预约：who uses which instruments from when until when; all of them or none (`Slot` holds the times)."""

    id = models.CharField(primary_key=True, max_length=32, default=booking_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=booking_number, editable=False)
    state = models.CharField(max_length=24, default=BookingState.REQUESTED)
    version = models.PositiveIntegerField(default=0)  # one more with each change of time: SEQUENCE of its iCalendar
    region = models.CharField(max_length=12, db_index=True)  # where the first instrument stands
    holder = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    person_id = models.CharField(max_length=32)  # who comes
    provider = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")  # the first
    instruments = models.JSONField()  # the ids of all, the first included
    mode = models.CharField(max_length=12, default=Mode.SLOT)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    purpose = models.CharField(max_length=500, blank=True)
    group = models.CharField(max_length=120, blank=True)  # 课题组
    fund_number = models.CharField(max_length=60, blank=True)  # 经费号
    # Internal users: what the time comes to by the inside prices of the day it was booked or moved; null for outsiders,
    # whose order has a price, and where no inside line counts a time.
    charge_fen = models.BigIntegerField(null=True)
    charges = models.JSONField(null=True)  # per instrument: item, unit, hundredths, price and amount
    request_key = models.CharField(max_length=64, null=True)  # of its person; null: no key, equal to none
    order_id = models.CharField(max_length=32, blank=True)
    confirm_by_at = models.DateTimeField(null=True)  # requested or displaced: after it the clock lets it lapse
    confirmed_by = models.CharField(max_length=32, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)  # cancelled within the window
    excused = models.BooleanField(default=False)  # neither no-show nor late cancellation counts against the person
    free_to_cancel = models.BooleanField(default=False)  # moved by the provider: leaving it is never late
    offers = models.JSONField(default=list)  # [from, until] of free slots offered to who was displaced
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)  # of the refusal, cancellation, displacement
    override_by = models.CharField(max_length=32, blank=True)  # staff who booked past the rules
    override_reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    made_by = models.CharField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made_by", "request_key"], name="booking_once_per_key"),
            models.UniqueConstraint(fields=["order_id"], condition=~Q(order_id=""), name="booking_one_per_order"),
            models.CheckConstraint(condition=Q(state__in=list(BookingState)), name="booking_state_listed"),
            models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="booking_mode"),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="booking_period"),
            models.CheckConstraint(
                condition=Q(charge_fen__isnull=True) | Q(charge_fen__gte=0, holder=F("provider")),
                name="booking_inside_charge",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BookingState.REQUESTED, BookingState.DISPLACED])
                | Q(confirm_by_at__isnull=False),
                name="booking_waits_until",
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.IN_USE) | Q(started_at__isnull=False), name="booking_use_has_a_start"
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.DONE) | Q(ended_at__isnull=False), name="booking_done_has_an_end"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BookingState.REFUSED, BookingState.CANCELLED, BookingState.DISPLACED])
                | ~Q(reason=""),
                name="booking_no_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(override_by="", override_reason="") | ~Q(override_by="") & ~Q(override_reason=""),
                name="booking_override_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "state", "-from_at"], name="booking_of_holder"),
            models.Index(fields=["provider", "state", "-from_at"], name="booking_of_provider"),
            models.Index(fields=["person_id", "from_at"], name="booking_of_person"),
            models.Index(
                fields=["state", "confirm_by_at"],
                condition=Q(state__in=[BookingState.REQUESTED, BookingState.DISPLACED]),
                name="booking_by_answer",
            ),
            models.Index(
                fields=["state", "until_at"],
                condition=Q(state__in=[BookingState.CONFIRMED, BookingState.IN_USE]),
                name="booking_by_end",
            ),
        ]

    @property
    def minutes(self) -> int:
        """How long it was booked for, in whole minutes."""
        return int((self.until_at - self.from_at).total_seconds()) // SECONDS_IN_MINUTE

    def __str__(self) -> str:
        return self.number


class Qualification(models.Model):
    """操作资格：one person may operate one instrument alone, after training, until a day."""

    id = models.CharField(primary_key=True, max_length=32, default=qualification_id, editable=False)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")  # the provider's
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    person_id = models.CharField(max_length=32)
    state = models.CharField(max_length=24, default=QualificationState.VALID)
    trained_on = models.DateField()
    valid_until = models.DateField(null=True)  # exclusive; null: until revoked
    granted_by = models.CharField(max_length=32)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "person_id"],
                condition=Q(state=QualificationState.VALID),
                name="qualification_valid_once",
            ),
            models.CheckConstraint(condition=Q(state__in=list(QualificationState)), name="qualification_state_listed"),
            models.CheckConstraint(
                condition=~Q(state=QualificationState.REVOKED) | ~Q(reason=""), name="qualification_revoked_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"], condition=Q(state=QualificationState.VALID), name="qualification_by_end"
            ),
            models.Index(fields=["person_id", "state"], name="qualification_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.instrument_id}"


class Reminder(models.Model):
    """提醒：that a word was sent before a booked time; of each version once."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=reminder_id, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "version"], name="reminder_once")]

    def __str__(self) -> str:
        return self.booking_id
