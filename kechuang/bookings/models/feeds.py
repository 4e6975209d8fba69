from typing import ClassVar

from django.db import models
from django.db.models import Q

from kechuang.bookings.models.bookings import Booking
from kechuang.bookings.states import FeedKind, SourceKind, SourceState
from kechuang.kernel.ids import new_id

FEED_PAST_DAYS, FEED_AHEAD_DAYS = 60, 400  # what a subscription shows
FEED_MAX = 1_000
ENTRY_HOURS = 24  # later than this after the booking no entry is sent any more
POLL_MINUTES = 15  # between two looks at an outside calendar
POLLS_MAX = 20  # outside calendars looked at in one round: what is slow must not keep the other clocks waiting
PUSHED_MAX = 2_000  # busy times in one push


def feed_id() -> str:
    return new_id("fed")


def entry_id() -> str:
    return new_id("ent")


def source_id() -> str:
    return new_id("bsy")


def poll_id() -> str:
    return new_id("pol")


def conflict_id() -> str:
    return new_id("bcf")


class Feed(models.Model):
    """日历订阅：a private address under which calendar programs read bookings; its secret is not kept here.

    The address is signed with the installation's key, so that who reads the table cannot read the calendars.
    """

    id = models.CharField(primary_key=True, max_length=32, default=feed_id, editable=False)
    kind = models.CharField(max_length=12)
    person_id = models.CharField(max_length=32)
    party_id = models.CharField(max_length=32)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(FeedKind)), name="feed_kind"),
            models.CheckConstraint(
                condition=Q(kind=FeedKind.PERSON, instrument__isnull=True)
                | Q(kind=FeedKind.INSTRUMENT, instrument__isnull=False),
                name="feed_of_one",
            ),
            models.UniqueConstraint(
                fields=["person_id", "party_id", "instrument"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="feed_once",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class SentEntry(models.Model):
    """日程附件已发：that who booked was sent the entry of a booking which was confirmed by itself; of each once."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=entry_id, editable=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.booking_id


class BusySource(models.Model):
    """外部占用来源：a carrier's own calendar of one instrument, read by us or pushed to us, by the carrier's consent."""

    id = models.CharField(primary_key=True, max_length=32, default=source_id, editable=False)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=SourceState.ACTIVE)
    kind = models.CharField(max_length=12)
    address = models.CharField(max_length=500, blank=True)
    consent_by = models.CharField(max_length=32)
    consent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SourceState)), name="busy_source_state_listed"),
            models.CheckConstraint(
                condition=Q(kind=SourceKind.CALENDAR) & ~Q(address="") | Q(kind=SourceKind.PUSH, address=""),
                name="busy_source_kind",
            ),
            models.CheckConstraint(condition=~Q(consent_by=""), name="busy_source_has_consent"),
            models.UniqueConstraint(
                fields=["instrument", "kind", "address"],
                condition=Q(state=SourceState.ACTIVE),
                name="busy_source_once",
            ),
        ]
        indexes = [models.Index(fields=["party", "state"], name="busy_source_of_party")]

    def __str__(self) -> str:
        return f"{self.kind} {self.instrument_id}"


class Poll(models.Model):
    """How the last look at an outside calendar went; not an act of anybody, so it has no events."""

    id = models.CharField(primary_key=True, max_length=32, default=poll_id, editable=False)
    source = models.OneToOneField(BusySource, on_delete=models.PROTECT, related_name="+")
    next_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)  # the last time that it was read well
    etag = models.CharField(max_length=255, blank=True)
    busy = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=60, blank=True)  # code of the refusal, "" when all went well
    why = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="poll_due")]

    def __str__(self) -> str:
        return self.source_id


class BusyConflict(models.Model):
    """外部占用冲突：an outside busy time that met a booking which was there first; both sides are told of it once."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=conflict_id, editable=False)
    source = models.ForeignKey(BusySource, on_delete=models.PROTECT, related_name="+", db_index=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "booking", "from_at", "until_at"], name="busy_conflict_once")
        ]
        indexes = [models.Index(fields=["source", "-at"], name="busy_conflict_of_source")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.booking_id}"
