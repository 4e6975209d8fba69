from django.db import models
from django.db.models import F, Q

from kechuang.bookings.states import (
    MINUTES_IN_DAY,
    MINUTES_IN_HOUR,
    BlockKind,
    BlockState,
    CalendarState,
    Confirmation,
    SlotKind,
)
from kechuang.kernel.ids import new_id

REASON_LENGTH = 200
# What a new calendar begins with; its provider changes it. Workdays from eight to five, the half hour, two months ahead.
OFFICE_HOURS = [[8 * MINUTES_IN_HOUR, 17 * MINUTES_IN_HOUR]]
HORIZON_DAYS, GRANULARITY_MINUTES, CONFIRM_WITHIN_MINUTES = 60, 30, 2 * MINUTES_IN_DAY
OFFER_MINUTES = 12 * MINUTES_IN_HOUR


def calendar_id() -> str:
    return new_id("cal")


def slot_id() -> str:
    return new_id("slt")


def block_id() -> str:
    return new_id("blk")


def office_week() -> list[list[list[int]]]:
    """Monday to Friday; minutes of the day, `until` exclusive."""
    return [OFFICE_HOURS if day < 5 else [] for day in range(7)]


class Calendar(models.Model):
    """预约日历：by which rules one instrument is booked. Its row is what bookings of the instrument lock.

    A limit of 0 is no limit. Minutes of a day are counted from midnight in Beijing.
    """

    id = models.CharField(primary_key=True, max_length=32, default=calendar_id, editable=False)
    instrument = models.OneToOneField("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the offer's, for lists
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=CalendarState.OPEN)
    hours = models.JSONField(default=office_week)  # Monday first: per weekday a list of [from, until] in minutes
    overnight = models.BooleanField(default=False)  # may run through hours in which nobody is there
    granularity_minutes = models.PositiveIntegerField(default=GRANULARITY_MINUTES)
    min_minutes = models.PositiveIntegerField(default=GRANULARITY_MINUTES)
    max_minutes = models.PositiveIntegerField(default=8 * MINUTES_IN_HOUR)
    gap_minutes = models.PositiveIntegerField(default=0)  # kept free after each booking (清场)
    notice_minutes = models.PositiveIntegerField(default=0)  # at least this long before
    horizon_days = models.PositiveIntegerField(default=HORIZON_DAYS)  # at most this far ahead
    cancel_minutes = models.PositiveIntegerField(default=MINUTES_IN_DAY)  # later than this before the start is late
    confirmation = models.CharField(max_length=12, default=Confirmation.AUTOMATIC)
    confirm_within_minutes = models.PositiveIntegerField(default=CONFIRM_WITHIN_MINUTES)
    day_minutes_max = models.PositiveIntegerField(default=0)  # per person
    week_minutes_max = models.PositiveIntegerField(default=0)  # per person
    open_bookings_max = models.PositiveIntegerField(default=0)  # per person, not yet begun
    qualified_only = models.BooleanField(default=False)  # only who is qualified may book a time at all
    internal_only = models.BooleanField(default=False)
    no_show_after_minutes = models.PositiveIntegerField(default=0)  # not begun by then is a no-show by itself; 0: never
    strikes_max = models.PositiveIntegerField(default=0)  # no-shows until the person is stopped for a time; 0: never
    strike_days = models.PositiveIntegerField(default=90)  # how long a no-show counts
    stop_days = models.PositiveIntegerField(default=30)  # how long who has too many may not book
    late_counts = models.BooleanField(default=False)  # a late cancellation counts as a no-show
    offer_minutes = models.PositiveIntegerField(default=OFFER_MINUTES)  # a freed time is kept so long for who waits
    sample_address = models.CharField(max_length=REASON_LENGTH, blank=True)  # 收样地址
    note = models.CharField(max_length=500, blank=True)  # what to know before booking

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CalendarState)), name="calendar_state_listed"),
            models.CheckConstraint(condition=Q(confirmation__in=list(Confirmation)), name="calendar_confirmation"),
            models.CheckConstraint(
                condition=Q(granularity_minutes__gt=0, min_minutes__gt=0, horizon_days__gt=0)
                & Q(max_minutes__gte=F("min_minutes")),
                name="calendar_lengths",
            ),
        ]
        indexes = [models.Index(fields=["party", "state"], name="calendar_of_party")]

    def __str__(self) -> str:
        return self.instrument_id


class Block(models.Model):
    """占用：maintenance, blackout, a busy time from the carrier's own system, a breakdown, an absent operator."""

    id = models.CharField(primary_key=True, max_length=32, default=block_id, editable=False)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=BlockState.ACTIVE)
    kind = models.CharField(max_length=16)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    source = models.CharField(max_length=32, blank=True)  # the feed or token it came in by; "" typed by a person
    source_uid = models.CharField(max_length=255, blank=True)  # its name there
    by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(BlockState)), name="block_state_listed"),
            models.CheckConstraint(condition=Q(kind__in=list(BlockKind)), name="block_kind"),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="block_period"),
            models.UniqueConstraint(
                fields=["instrument", "source", "source_uid"],
                condition=Q(state=BlockState.ACTIVE) & ~Q(source_uid=""),
                name="block_once_per_uid",
            ),
        ]
        indexes = [models.Index(fields=["instrument", "state", "until_at"], name="block_of_instrument")]

    def __str__(self) -> str:
        return f"{self.kind} {self.from_at.isoformat()}"


class Slot(models.Model):
    """时段：what occupies one instrument for a time. Active ones never overlap, from any door (slot_no_overlap, SQL).

    A booking's slot also covers the gap after it; what ended early or was cancelled is kept, not active.
    """

    id = models.CharField(primary_key=True, max_length=32, default=slot_id, editable=False)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, null=True, related_name="+")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, null=True, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="slot_period"),
            models.CheckConstraint(
                condition=Q(kind=SlotKind.BOOKING, booking__isnull=False, block__isnull=True)
                | Q(kind=SlotKind.BLOCK, block__isnull=False, booking__isnull=True),
                name="slot_of_one",
            ),
        ]
        indexes = [
            # The week and the next free slot: what is still to come of an instrument, in order.
            models.Index(
                fields=["instrument", "until_at", "from_at"], condition=Q(active=True), name="slot_of_instrument"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.from_at.isoformat()}"
