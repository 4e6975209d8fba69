from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.evaluation.states import MACHINE, SHEET_MACHINE, EvaluationState, SheetState
from kechuang.kernel.ids import new_id


def evaluation_id() -> str:
    return new_id("evl")


def sheet_id() -> str:
    return new_id("evs")


def priority_id() -> str:
    return new_id("pri")


def revocation_id() -> str:
    return new_id("prr")


class Evaluation(models.Model):
    """年度考核: one office evaluates the carriers of its scope for one year by one scorecard, as its terms stood then."""

    id = models.CharField(primary_key=True, max_length=32, default=evaluation_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12, db_index=True)  # the evaluating office's
    scope = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=24, default=MACHINE.initial)
    terms = models.JSONField()  # scorecard, grades and terms as they were when it was opened
    opened_by = models.CharField(max_length=32)
    opened_on = models.DateField()
    graded_by = models.CharField(max_length=32, blank=True)
    graded_on = models.DateField(null=True)
    appeal_until = models.DateField(null=True)  # exclusive
    published_by = models.CharField(max_length=32, blank=True)
    published_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(EvaluationState)), name="evaluation_state_listed"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"])
                | (Q(graded_on__isnull=False, appeal_until__isnull=False) & ~Q(graded_by="")),
                name="evaluation_graded_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(published_on__gte=F("appeal_until")) & ~Q(published_by="")),
                name="evaluation_published_after_its_term",
            ),
            models.CheckConstraint(
                condition=Q(published_by="") | ~Q(published_by=F("graded_by")), name="evaluation_four_eyes"
            ),
            models.UniqueConstraint(
                fields=["scheme", "scope", "year"], condition=~Q(state="withdrawn"), name="evaluation_of_a_year_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Sheet(models.Model):
    """考核表: one carrier in an evaluation: its facts with their periods, what it reported, how it was judged, its grade."""

    id = models.CharField(primary_key=True, max_length=32, default=sheet_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)  # the evaluating office's
    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=32, db_index=True)
    unit = models.CharField(max_length=32, blank=True)
    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=24, default=SHEET_MACHINE.initial)
    reported = models.JSONField(default=dict)  # by indicator: what only the carrier knows
    statement = models.CharField(max_length=2000, blank=True)  # 自评说明
    reported_by = models.CharField(max_length=32, blank=True)
    judged = models.JSONField(default=dict)  # by qualitative indicator: hundredths of points
    opinion = models.CharField(max_length=1000, blank=True)  # 评审意见
    reviewed_by = models.CharField(max_length=32, blank=True)
    facts = models.JSONField(default=dict)  # as they were read when it was graded, with the period of each
    lines = models.JSONField(default=list)
    points_count = models.IntegerField(default=0)  # hundredths
    bonus_count = models.IntegerField(default=0)  # hundredths
    vetoed = models.CharField(max_length=64, blank=True)
    grade = models.CharField(max_length=16, blank=True)
    place = models.IntegerField(default=0)
    peers = models.IntegerField(default=0)
    appeal = models.CharField(max_length=1000, blank=True)
    appealed_by = models.CharField(max_length=32, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=500, blank=True)  # of the last return, or why it was left out

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SheetState)), name="evaluation_sheet_state_listed"),
            models.CheckConstraint(
                condition=~Q(state__in=["graded", "appealed", "published"]) | ~Q(grade=""),
                name="evaluation_sheet_graded_has_grade",
            ),
            models.CheckConstraint(
                condition=~Q(state="appealed") | (~Q(appeal="") & ~Q(appealed_by="")),
                name="evaluation_sheet_appealed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(answered_by="") | ~Q(answered_by=F("reviewed_by")),
                name="evaluation_sheet_answered_by_another",
            ),
            models.UniqueConstraint(fields=["evaluation", "carrier"], name="evaluation_sheet_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Priority(models.Model):
    """优先凭证: for which programmes a carrier is preferred, by which grade, until when; proved by the log's receipt.

    It never changes; that it was revoked is a row of its own.
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=priority_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    sheet = models.OneToOneField(Sheet, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    party = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=200)  # of the carrier, as it was then
    grade = models.CharField(max_length=16)
    programmes = models.JSONField()
    article = models.CharField(max_length=120)
    issued_on = models.DateField()
    valid_until = models.DateField()  # exclusive
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("issued_on")), name="priority_holds_for_a_time")
        ]

    def __str__(self) -> str:
        return self.number


class Revocation(models.Model):
    """优先凭证撤销: that a certificate holds no longer, since when and why; proved by the log as the certificate is."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=revocation_id, editable=False)
    priority = models.OneToOneField(Priority, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    revoked_by = models.CharField(max_length=32, blank=True)  # "": the clock, by what the lists say
    revoked_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="priority_revocation_says_why")]

    def __str__(self) -> str:
        return self.priority_id
