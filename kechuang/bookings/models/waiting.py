from django.db import models
from django.db.models import F, Q

from kechuang.bookings.models.bookings import Booking, Qualification
from kechuang.bookings.models.calendars import REASON_LENGTH, Block
from kechuang.bookings.states import TrainingState, WaitState
from kechuang.kernel.ids import new_id, public_number


def wait_id() -> str:
    return new_id("wat")


def training_id() -> str:
    return new_id("trn")


def training_number() -> str:
    return public_number("PX")


class Wait(models.Model):
    """候补：who wants a time of an instrument that has none free; first come, first offered.

    While it is offered, a block of its own (`hold`) keeps the time from everybody else.
    """

    id = models.CharField(primary_key=True, max_length=32, default=wait_id, editable=False)
    state = models.CharField(max_length=24, default=WaitState.WAITING)
    region = models.CharField(max_length=12, db_index=True)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    person_id = models.CharField(max_length=32)
    wanted_from_at = models.DateTimeField()
    wanted_until_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    mode = models.CharField(max_length=12)
    purpose = models.CharField(max_length=500, blank=True)
    group = models.CharField(max_length=120, blank=True)  # 课题组
    fund_number = models.CharField(max_length=60, blank=True)  # 经费号
    made_at = models.DateTimeField()
    hold = models.ForeignKey(Block, on_delete=models.PROTECT, null=True, related_name="+")
    offered_from_at = models.DateTimeField(null=True)
    offered_until_at = models.DateTimeField(null=True)
    answer_by_at = models.DateTimeField(null=True)
    turned_down = models.JSONField(default=list)  # times that were offered and not taken: not offered again
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(WaitState)), name="wait_state_listed"),
            models.CheckConstraint(condition=Q(wanted_until_at__gt=F("wanted_from_at")), name="wait_period"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="wait_minutes"),
            models.CheckConstraint(
                condition=~Q(state=WaitState.OFFERED)
                | Q(
                    hold__isnull=False,
                    offered_from_at__isnull=False,
                    offered_until_at__isnull=False,
                    answer_by_at__isnull=False,
                ),
                name="wait_offered_is_held",
            ),
            models.CheckConstraint(
                condition=~Q(state=WaitState.TAKEN) | Q(booking__isnull=False), name="wait_taken_is_booked"
            ),
            models.UniqueConstraint(fields=["hold"], condition=Q(state=WaitState.OFFERED), name="wait_hold_of_one"),
            models.UniqueConstraint(
                fields=["instrument", "person_id", "wanted_from_at", "wanted_until_at"],
                condition=Q(state__in=[WaitState.WAITING, WaitState.OFFERED]),
                name="wait_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["instrument", "made_at"], condition=Q(state=WaitState.WAITING), name="wait_of_instrument"
            ),
            models.Index(fields=["answer_by_at"], condition=Q(state=WaitState.OFFERED), name="wait_by_answer"),
            models.Index(fields=["person_id", "state"], name="wait_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.instrument_id}"


class Training(models.Model):
    """培训申请：a person asks to be trained; who passes may operate the instrument alone (操作资格)."""

    id = models.CharField(primary_key=True, max_length=32, default=training_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=training_number, editable=False)
    state = models.CharField(max_length=24, default=TrainingState.REQUESTED)
    region = models.CharField(max_length=12, db_index=True)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    person_id = models.CharField(max_length=32)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True)  # when the training is held
    place = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(TrainingState)), name="training_state_listed"),
            models.CheckConstraint(
                condition=~Q(state=TrainingState.SCHEDULED) | Q(at__isnull=False), name="training_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=TrainingState.PASSED) | Q(qualification__isnull=False),
                name="training_passed_qualifies",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TrainingState.FAILED, TrainingState.DECLINED]) | ~Q(reason=""),
                name="training_no_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["instrument", "person_id"],
                condition=Q(state__in=[TrainingState.REQUESTED, TrainingState.SCHEDULED]),
                name="training_once",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "state"], name="training_of_provider"),
            models.Index(fields=["person_id", "-made_at"], name="training_of_person"),
        ]

    def __str__(self) -> str:
        return self.number
