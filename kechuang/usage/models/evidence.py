"""What proves hours: runs by operators, meters and their readings; keys for machines that push."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.usage.states import METER_GAP_MINUTES, REASON_LENGTH, Audience, SessionState


def session_id() -> str:
    return new_id("ses")


def meter_id() -> str:
    return new_id("mtr")


def reading_id() -> str:
    return new_id("rdg")


def key_id() -> str:
    return new_id("psk")


class Session(models.Model):
    """上机：a run between the operator's start and stop; at most one at a time per instrument. Becomes a record when it stops."""

    id = models.CharField(primary_key=True, max_length=32, default=session_id, editable=False)
    state = models.CharField(max_length=24, default=SessionState.RUNNING)
    region = models.CharField(max_length=12, db_index=True)
    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    operator_id = models.CharField(max_length=32)
    audience = models.CharField(max_length=3)
    title = models.CharField(max_length=200)
    client_name = models.CharField(max_length=200, blank=True)
    client_code = models.CharField(max_length=18, blank=True)
    booking_id = models.CharField(max_length=32, blank=True)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    record_id = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SessionState)), name="session_state"),
            models.CheckConstraint(condition=Q(audience__in=list(Audience)), name="session_audience"),
            models.UniqueConstraint(
                fields=["instrument"], condition=Q(state=SessionState.RUNNING), name="session_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=SessionState.STOPPED) | Q(stopped_at__gt=F("started_at")) & ~Q(record_id=""),
                name="session_stopped_is_recorded",
            ),
            models.CheckConstraint(
                condition=~Q(state=SessionState.DROPPED) | ~Q(reason=""), name="session_dropped_why"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "started_at"], name="session_by_start"),
            models.Index(fields=["party", "state"], name="session_of_party"),
        ]

    def __str__(self) -> str:
        return self.id


class Meter(models.Model):
    """计量装置：reads the power of one instrument; above its threshold the instrument works."""

    id = models.CharField(primary_key=True, max_length=32, default=meter_id, editable=False)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True)  # the token itself is shown once and not kept
    threshold_watts = models.PositiveIntegerField()
    gap_minutes = models.PositiveSmallIntegerField(default=METER_GAP_MINUTES)
    added_by = models.CharField(max_length=32)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instrument"], condition=Q(ended_at__isnull=True), name="meter_one_per_instrument"
            ),
            models.CheckConstraint(condition=Q(gap_minutes__gt=0, threshold_watts__gt=0), name="meter_settings"),
        ]

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """计量读数：the power at one instant. The same meter and instant once."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=reading_id, editable=False)
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    watts = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meter", "at"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.at}"


class PushKey(models.Model):
    """推送密钥：by which a carrier's own system pushes service records."""

    id = models.CharField(primary_key=True, max_length=32, default=key_id, editable=False)
    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True)
    added_by = models.CharField(max_length=32)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
