from typing import ClassVar

from django.db import models
from django.db.models import Q

from kechuang.deadlines.states import OPEN, REMIND_BEFORE, DeadlineState
from kechuang.kernel.ids import new_id
from kechuang.kernel.workdays import Length, Unit


def deadline_id() -> str:
    return new_id("ddl")


def escalation_id() -> str:
    return new_id("esc")


class CalendarYear(models.Model):
    """一年的节假日安排：a year whose holidays the State Council has published."""

    id = models.IntegerField(primary_key=True)  # the year
    document = models.CharField(max_length=200)
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class CalendarDay(models.Model):
    """A day that differs from Monday to Friday: 放假 or 补班."""

    id = models.DateField(primary_key=True)  # the day
    year = models.ForeignKey(CalendarYear, on_delete=models.CASCADE, related_name="+")
    working = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.id} {'+' if self.working else '-'}"


class Deadline(models.Model):
    """时限：one clock on one record. Its changes are part of the record's own acts and carry no event of their own."""

    id = models.CharField(primary_key=True, max_length=32, default=deadline_id, editable=False)
    kind = models.CharField(max_length=32)
    label = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=32)
    number = models.CharField(max_length=64)  # the record's name for people
    region = models.CharField(max_length=12, db_index=True)
    role = models.CharField(max_length=24)  # whom it waits for
    party_id = models.CharField(max_length=32, blank=True)  # when it waits for a party
    state = models.CharField(max_length=24, default=DeadlineState.RUNNING)
    count = models.IntegerField()
    unit = models.CharField(max_length=16)
    first_day_counts = models.BooleanField()
    ends_on_working_day = models.BooleanField()
    escalate_to = models.CharField(
        max_length=24, blank=True
    )  # the office told when it runs over; "" for a party's clock
    remind_before = models.IntegerField(default=REMIND_BEFORE)  # in `unit`
    path = models.CharField(max_length=200, blank=True)  # where it is done
    article = models.CharField(max_length=200, blank=True)
    started_on = models.DateField()
    due_on = models.DateField()
    provisional = models.BooleanField(default=False)  # 暂定
    suspended_on = models.DateField(null=True)
    suspended_until = models.DateField(null=True)  # exclusive: goes on by itself
    suspended_why = models.CharField(max_length=200, blank=True)
    left_count = models.IntegerField(null=True)
    resumed_on = models.DateField(null=True)
    suspended_days = models.IntegerField(default=0)  # all suspensions together, for statistics
    reminded_on = models.DateField(null=True)
    escalated_at = models.DateTimeField(null=True)
    met_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(DeadlineState)), name="deadline_state_listed"),
            models.CheckConstraint(condition=Q(unit__in=list(Unit)), name="deadline_unit_listed"),
            models.CheckConstraint(
                condition=~Q(state=DeadlineState.SUSPENDED)
                | Q(suspended_on__isnull=False, suspended_until__isnull=False, left_count__isnull=False),
                name="deadline_suspended_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DeadlineState.MET, DeadlineState.MET_LATE]) | Q(met_on__isnull=False),
                name="deadline_met_is_complete",
            ),
            models.UniqueConstraint(
                fields=["subject_id", "kind"], condition=Q(state__in=OPEN), name="deadline_one_open_per_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["subject_id"], name="deadline_of_subject"),
            models.Index(fields=["due_on"], condition=Q(state__in=OPEN), name="deadline_open_by_due"),
        ]

    @property
    def length(self) -> Length:
        return Length(self.count, Unit(self.unit), self.first_day_counts, self.ends_on_working_day)

    def __str__(self) -> str:
        return f"{self.label} {self.due_on}"


class Escalation(models.Model):
    """逾期上报：one effect of one overdue clock, told to the office above (I9)."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=escalation_id, editable=False)
    deadline = models.OneToOneField(Deadline, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    number = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=32, db_index=True)
    role = models.CharField(max_length=24)  # told to
    due_on = models.DateField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} {self.due_on}"
