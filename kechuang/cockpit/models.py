from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.cockpit.states import (
    DRAFT_MACHINE,
    REASON_CHARS,
    TARGET_MACHINE,
    DraftState,
    Period,
    ReplayStage,
    TargetState,
)
from kechuang.kernel.ids import new_id, public_number


def draft_id() -> str:
    return new_id("rdf")


def draft_number() -> str:
    return public_number("GZ")


def text_id() -> str:
    return new_id("rdt")


def replay_id() -> str:
    return new_id("rpl")


def snapshot_id() -> str:
    return new_id("snp")


def snapshot_number() -> str:
    return public_number("BB")


def publication_id() -> str:
    return new_id("opd")


def target_id() -> str:
    return new_id("fpt")


def target_number() -> str:
    return public_number("JX")


class Draft(models.Model):
    """规则草案：a pack as it might follow the published one. `region` is the drafting office's; texts stand in DraftText."""

    id = models.CharField(primary_key=True, max_length=32, default=draft_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=draft_number)
    scheme = models.CharField(max_length=64)
    title = models.CharField(max_length=200)  # what the draft tries: 单笔上限提至 5 万元
    region = models.CharField(max_length=12)
    base_version = models.PositiveIntegerField()  # the published version it was written over
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=24, default=DRAFT_MACHINE.initial)
    reason = models.CharField(max_length=REASON_CHARS, blank=True)  # why it was returned
    written_by = models.CharField(max_length=32)
    written_on = models.DateField()
    decided_by = models.CharField(max_length=32, blank=True)
    published_version = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(DraftState)), name="rule_draft_state_listed"),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("written_by")), name="rule_draft_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.PUBLISHED) | (~Q(decided_by="") & Q(published_version__isnull=False)),
                name="rule_draft_published_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.RETURNED) | (~Q(reason="") & ~Q(decided_by="")),
                name="rule_draft_returned_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["region", "-id"], name="rule_draft_of_region")]

    def __str__(self) -> str:
        return self.number


class DraftText(models.Model):
    """草案的一稿: text and worked cases as they were saved; rows are only added."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=text_id, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="+", db_index=False)
    revision = models.PositiveIntegerField()
    text = models.TextField()
    cases_text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of `text`
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "revision"], name="draft_revision_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.revision}"


class Replay(models.Model):
    """回放：a past year's orders priced again under one revision of a draft; it changes nothing but its own row."""

    id = models.CharField(primary_key=True, max_length=32, default=replay_id, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.ForeignKey(DraftText, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12)  # the draft's
    year = models.SmallIntegerField()
    until_on = models.DateField()  # exclusive: orders placed before it are counted
    rules_on = models.DateField()  # the day whose values of the draft count for the whole year
    stage = models.CharField(max_length=16, default=ReplayStage.QUEUED)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    refusal = models.JSONField(default=dict)  # code, text, remedy: why it could not be done
    asked_by = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=list(ReplayStage)), name="replay_stage_listed"),
            models.CheckConstraint(
                condition=Q(stage__in=[ReplayStage.QUEUED, ReplayStage.RUNNING]) | Q(ended_at__isnull=False),
                name="replay_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(stage=ReplayStage.DONE) | ~Q(result={}), name="replay_done_has_a_result"
            ),
        ]
        indexes = [models.Index(fields=["draft", "-id"], name="replay_of_draft")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.year}"


class Snapshot(models.Model):
    """冻结报表：the figures of one period and region as the books stood at `cut_at`; run again, they are the same."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=snapshot_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=snapshot_number)
    region = models.CharField(max_length=12)
    period = models.CharField(max_length=8)
    since = models.DateField()
    until = models.DateField()  # exclusive
    cut_at = models.DateTimeField()  # of the database's clock: what was booked before it is counted
    places = models.JSONField()  # by region code the figures by indicator
    digest = models.CharField(max_length=64)  # SHA-256 of `places`
    made_by = models.CharField(max_length=32)
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "period", "since"], name="snapshot_once_per_period"),
            models.CheckConstraint(condition=Q(period__in=list(Period)), name="snapshot_period_listed"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="snapshot_has_days"),
        ]

    def __str__(self) -> str:
        return self.number


class Publication(models.Model):
    """公开报表：that an office opened a frozen report to everybody; rows are only added."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=publication_id, editable=False)
    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, related_name="+")
    places = models.JSONField()  # by part of the region the masked figures, null where one is kept back
    digest = models.CharField(max_length=64)  # SHA-256 of `places`; that of all figures would let guesses be tried
    opened_by = models.CharField(max_length=32)
    opened_on = models.DateField()

    def __str__(self) -> str:
        return self.snapshot_id


class OpenDays(models.Model):
    """公开的地区和期间：what an opened report tells of one place. Of a place no two rows share a day (publication_days_once)."""

    APPEND_ONLY: ClassVar = True

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=12)
    since = models.DateField()
    until = models.DateField()  # exclusive

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(since__lt=F("until")), name="open_days_has_days")]

    def __str__(self) -> str:
        return f"{self.place} {self.since}"


class Target(models.Model):
    """资金绩效目标表：what a county sets itself for a year's money, what it says it reached, what finance says of it."""

    id = models.CharField(primary_key=True, max_length=32, default=target_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=target_number)
    region = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    state = models.CharField(max_length=24, default=TARGET_MACHINE.initial)
    lines = models.JSONField()  # [{code, target}]
    basis = models.CharField(max_length=REASON_CHARS)
    reason = models.CharField(max_length=REASON_CHARS, blank=True)  # why it was returned
    drafted_by = models.CharField(max_length=32)
    agreed_by = models.CharField(max_length=32, blank=True)
    figures = models.JSONField(default=dict)  # as they were read when the county evaluated itself
    self_text = models.TextField(blank=True)
    self_by = models.CharField(max_length=32, blank=True)
    self_on = models.DateField(null=True)
    opinion = models.TextField(blank=True)
    opinion_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="target_once_per_county_and_year"),
            models.CheckConstraint(condition=Q(state__in=list(TargetState)), name="target_state_listed"),
            models.CheckConstraint(
                condition=Q(agreed_by="") | ~Q(agreed_by=F("drafted_by")), name="target_agreed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(opinion_by="") | ~Q(opinion_by=F("self_by")), name="target_opinion_of_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TargetState.EVALUATED, TargetState.CLOSED])
                | (~Q(self_text="") & ~Q(figures={}) & Q(self_on__isnull=False)),
                name="target_evaluated_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=TargetState.CLOSED) | (~Q(opinion="") & ~Q(opinion_by="")),
                name="target_closed_has_an_opinion",
            ),
        ]

    def __str__(self) -> str:
        return self.number
