from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.audit.states import (
    SAMPLE_MACHINE,
    SHEET_MACHINE,
    TASK_MACHINE,
    Result,
    SampleState,
    SheetState,
    TaskState,
)
from kechuang.kernel.ids import new_id


def task_id() -> str:
    return new_id("aud")


def look_id() -> str:
    return new_id("lok")


def sample_id() -> str:
    return new_id("asp")


def frame_id() -> str:
    return new_id("frm")


def sheet_id() -> str:
    return new_id("wks")


def pack_id() -> str:
    return new_id("evp")


def content_id() -> str:
    return new_id("evc")


class Task(models.Model):
    """审计任务：by which document, over which regions and period an office audits. `region` is the auditing office's."""

    id = models.CharField(primary_key=True, max_length=32, default=task_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    document = models.CharField(max_length=100)  # 审计通知书文号
    title = models.CharField(max_length=200)
    region = models.CharField(max_length=12, db_index=True)
    regions = models.JSONField()  # codes over which it looks
    from_on = models.DateField()
    until_on = models.DateField()  # exclusive
    state = models.CharField(max_length=24, default=TASK_MACHINE.initial)
    opened_by = models.CharField(max_length=32)
    opened_on = models.DateField()
    conclusion = models.CharField(max_length=2000, blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(TaskState)), name="audit_task_state_listed"),
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="audit_task_period_runs"),
            models.CheckConstraint(condition=~Q(document=""), name="audit_task_has_document"),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_on__isnull=False) & ~Q(conclusion="")),
                name="audit_task_closed_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.title}"


class Look(models.Model):
    """查阅：one record was looked at, by whom, when, for which task. `region` and `number` are the record's."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=look_id, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    kind = models.CharField(max_length=64)  # claims.claim
    subject_id = models.CharField(max_length=32)
    number = models.CharField(max_length=64, blank=True)
    page = models.CharField(max_length=64)  # the address by name: claims:claim
    by_person = models.CharField(max_length=32)
    at = models.DateTimeField()
    on = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["region", "-at"], name="look_of_region"),
            models.Index(fields=["task", "-at"], name="look_of_task"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind} {self.number}"


class Sample(models.Model):
    """抽样：plan and seed, fixed before the frame is seen; then the frame, the commitment, the list."""

    id = models.CharField(primary_key=True, max_length=32, default=sample_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12)  # the task's
    state = models.CharField(max_length=24, default=SAMPLE_MACHINE.initial)
    title = models.CharField(max_length=200)
    plan = models.JSONField()
    seed = models.CharField(max_length=200)
    planned_by = models.CharField(max_length=32)
    planned_on = models.DateField()
    nonce = models.CharField(max_length=64, blank=True)  # the platform's number, made when the frame was frozen
    frame_digest = models.CharField(max_length=64, blank=True)
    frame_count = models.IntegerField(default=0)
    commitment = models.CharField(max_length=64, blank=True)
    list_digest = models.CharField(max_length=64, blank=True)
    drawn_count = models.IntegerField(default=0)
    conclusion = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SampleState)), name="audit_sample_state_listed"),
            models.CheckConstraint(condition=~Q(seed=""), name="audit_sample_has_seed"),
            models.CheckConstraint(
                condition=Q(state="planned") | (~Q(nonce="") & ~Q(frame_digest="") & ~Q(commitment="")),
                name="audit_sample_frozen_is_committed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "frozen"]) | (~Q(list_digest="") & Q(drawn_count__gt=0)),
                name="audit_sample_drawn_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state="concluded") | ~Q(conclusion=""), name="audit_sample_concluded_is_complete"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Frame(models.Model):
    """总体：the claims a sample was drawn from, as they stood when it was frozen."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=frame_id, editable=False)
    sample = models.OneToOneField(Sample, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.digest


class Sheet(models.Model):
    """工作底稿：one drawn claim, what the auditor found and with which result."""

    id = models.CharField(primary_key=True, max_length=32, default=sheet_id, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)  # the task's
    place = models.IntegerField()
    stratum = models.CharField(max_length=200)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64)  # the claim's
    fen = models.BigIntegerField()
    state = models.CharField(max_length=24, default=SHEET_MACHINE.initial)
    result = models.CharField(max_length=16, blank=True)
    findings = models.CharField(max_length=2000, blank=True)
    written_by = models.CharField(max_length=32, blank=True)
    written_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SheetState)), name="worksheet_state_listed"),
            models.CheckConstraint(
                condition=Q(state="blank")
                | (Q(result__in=list(Result), written_on__isnull=False) & ~Q(findings="") & ~Q(written_by="")),
                name="worksheet_written_is_complete",
            ),
            models.UniqueConstraint(fields=["sample", "claim"], name="worksheet_once_per_sample"),
            models.UniqueConstraint(fields=["sample", "place"], name="worksheet_place_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Pack(models.Model):
    """证据包：what was frozen, for which task; `digest` is the manifest's, by which the zip is recognised on paper."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=pack_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12)  # the task's
    title = models.CharField(max_length=200)
    claims = models.JSONField()  # numbers of the claims in it
    digest = models.CharField(max_length=64)  # SHA-256 of manifest.json
    file_digest = models.CharField(max_length=64)  # SHA-256 of the zip
    size = models.BigIntegerField()
    members_count = models.IntegerField()
    made_by = models.CharField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0, members_count__gt=0), name="evidence_pack_not_empty"),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="evidence_pack_has_digest"),
        ]

    def __str__(self) -> str:
        return self.number


class PackContent(models.Model):
    """The zip of a pack, apart from the row that lists show."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=content_id, editable=False)
    pack = models.OneToOneField(Pack, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()

    def __str__(self) -> str:
        return self.pack_id
