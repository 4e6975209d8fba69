"""Instruments coming in by the thousand: large files on their way, and the keys by which other platforms push."""

from django.db import models
from django.db.models import Q

from kechuang.catalog.models.offers import Carrier, Import
from kechuang.catalog.states import ImportStage
from kechuang.kernel.ids import new_id

FAULTS_KEPT = 1_000  # of one file; more say nothing new
INLINE_BYTES = 300_000  # a file of a few hundred rows is taken over while its page is waited for
PROGRESS_ROWS = 500  # rows between two signs of progress
NAMES_KEPT = 4_096  # whose pinyin a process remembers
TOKEN_HOURS = 2


def run_id() -> str:
    return new_id("imr")


def key_id() -> str:
    return new_id("psk")


def token_id() -> str:
    return new_id("ptk")


class ImportRun(models.Model):
    """批量导入任务：one file of instruments handed in, how far it has got, and what was found row by row."""

    id = models.CharField(primary_key=True, max_length=32, default=run_id, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    file_id = models.CharField(max_length=32)  # of documents
    file_name = models.CharField(max_length=200)
    good_rows_only = models.BooleanField()  # 只导入合格行
    dry_run = models.BooleanField()
    by = models.CharField(max_length=32)
    party_id = models.CharField(max_length=32)  # for whom they act, and for which units
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=16, default=ImportStage.QUEUED)
    rows = models.PositiveIntegerField(default=0)  # read so far
    expected = models.PositiveIntegerField(default=0)  # as the file says of itself; 0 unknown
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    wrong_rows = models.PositiveIntegerField(default=0)
    finding_count = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)  # the first ones, by row and column
    refusal = models.JSONField(default=dict)  # code, text, remedy: why the file was not read at all
    taken = models.ForeignKey(Import, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=list(ImportStage)), name="import_run_stage"),
            models.CheckConstraint(
                condition=Q(stage__in=[ImportStage.QUEUED, ImportStage.RUNNING]) | Q(ended_at__isnull=False),
                name="import_run_ended",
            ),
        ]
        indexes = [models.Index(fields=["carrier", "-asked_at"], name="import_run_of_carrier")]

    def __str__(self) -> str:
        return self.file_name


class PushKey(models.Model):
    """推送凭证：lets a provider's own platform push its instruments. Of the secret only a digest is kept."""

    id = models.CharField(primary_key=True, max_length=32, default=key_id, editable=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_ids = models.JSONField(default=list)  # of who made it; empty: the whole party
    region = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    secret_digest = models.CharField(max_length=64)
    made_by = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["party", "-made_at"], name="push_key_of_party")]

    def __str__(self) -> str:
        return self.name


class PushToken(models.Model):
    """访问令牌：what a key is exchanged for, for a few hours."""

    id = models.CharField(primary_key=True, max_length=32, default=token_id, editable=False)
    key = models.ForeignKey(PushKey, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id
