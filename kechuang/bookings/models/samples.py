from typing import ClassVar

from django.db import models
from django.db.models import Q

from kechuang.bookings.models.bookings import Booking
from kechuang.bookings.models.calendars import REASON_LENGTH
from kechuang.bookings.rules.samples import Afterwards, Hazard, Keeper, Storage
from kechuang.bookings.states import SampleState
from kechuang.kernel.ids import new_id, public_number


def sample_id() -> str:
    return new_id("smp")


def sample_number() -> str:
    return public_number("YP")


def step_id() -> str:
    return new_id("sst")


class Sample(models.Model):
    """送样：what is sent to an instrument to be tested; it stands in the instrument's queue from its announcement."""

    id = models.CharField(primary_key=True, max_length=32, default=sample_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=sample_number, editable=False)
    state = models.CharField(max_length=24, default=SampleState.ANNOUNCED)
    region = models.CharField(max_length=12, db_index=True)
    holder = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    person_id = models.CharField(max_length=32)
    provider = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, related_name="+")
    request_key = models.CharField(max_length=64, null=True)
    name = models.CharField(max_length=120)
    count = models.PositiveIntegerField(default=1)
    wanted = models.CharField(max_length=500, blank=True)  # 检测要求
    hazard = models.CharField(max_length=16, default=Hazard.NONE)
    hazard_note = models.CharField(max_length=REASON_LENGTH, blank=True)
    storage = models.CharField(max_length=16, default=Storage.ROOM)
    afterwards = models.CharField(max_length=12, default=Afterwards.RETURN)
    return_address = models.CharField(max_length=REASON_LENGTH, blank=True)
    group = models.CharField(max_length=120, blank=True)  # 课题组
    fund_number = models.CharField(max_length=60, blank=True)  # 经费号
    expected_on = models.DateField()  # 预计送达
    ready_on = models.DateField(null=True)  # 预计完成, as the provider says
    courier = models.CharField(max_length=60, blank=True)
    courier_number = models.CharField(max_length=60, blank=True)
    back_number = models.CharField(max_length=60, blank=True)  # of the parcel that brings it back
    received_at = models.DateTimeField(null=True)
    settle_by_on = models.DateField(null=True)  # returned or disposed of by then
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)  # of the rejection
    keeper = models.CharField(max_length=12, default=Keeper.HOLDER)
    place = models.CharField(max_length=120, blank=True)  # where it lies with the provider
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "request_key"], name="sample_once_per_key"),
            models.CheckConstraint(condition=Q(state__in=list(SampleState)), name="sample_state_listed"),
            models.CheckConstraint(condition=Q(hazard__in=list(Hazard)), name="sample_hazard"),
            models.CheckConstraint(condition=Q(storage__in=list(Storage)), name="sample_storage"),
            models.CheckConstraint(condition=Q(afterwards__in=list(Afterwards)), name="sample_afterwards"),
            models.CheckConstraint(condition=Q(keeper__in=list(Keeper)), name="sample_keeper"),
            models.CheckConstraint(condition=Q(count__gt=0), name="sample_count"),
            models.CheckConstraint(
                condition=Q(hazard=Hazard.NONE) | ~Q(hazard_note=""), name="sample_hazard_is_described"
            ),
            models.CheckConstraint(
                condition=Q(afterwards=Afterwards.DISPOSE) | ~Q(return_address=""), name="sample_goes_back_somewhere"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SampleState.RECEIVED, SampleState.TESTING, SampleState.TESTED])
                | Q(received_at__isnull=False, keeper=Keeper.PROVIDER),
                name="sample_here_was_received",
            ),
            models.CheckConstraint(
                condition=~Q(state=SampleState.REJECTED) | ~Q(reason=""), name="sample_rejected_why"
            ),
        ]
        indexes = [
            models.Index(fields=["instrument", "state", "expected_on"], name="sample_queue"),
            models.Index(fields=["holder", "-made_at"], name="sample_of_holder"),
            models.Index(fields=["provider", "state"], name="sample_of_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class SampleStep(models.Model):
    """样品流转：who has had a sample since when, where, with the picture taken when it changed hands."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=step_id, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    keeper = models.CharField(max_length=12)
    person_id = models.CharField(max_length=32, blank=True)  # who wrote it
    who = models.CharField(max_length=60, blank=True)  # who has it, by name or the courier's number
    place = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=REASON_LENGTH, blank=True)
    file_id = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(keeper__in=list(Keeper)), name="sample_step_keeper")]
        indexes = [models.Index(fields=["sample", "at"], name="sample_steps")]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.keeper}"
