from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.notices.states import NOTICE_MACHINE, OBJECTION_MACHINE, NoticeState, ObjectionState


def notice_id() -> str:
    return new_id("ntc")


def item_id() -> str:
    return new_id("nti")


def objection_id() -> str:
    return new_id("obj")


class Notice(models.Model):
    """公示：what is made known, on which basis, until when."""

    id = models.CharField(primary_key=True, max_length=32, default=notice_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=32)  # claim_payout, admission, ...
    title = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)
    state = models.CharField(max_length=24, default=NOTICE_MACHINE.initial)
    from_on = models.DateField()
    until_on = models.DateField()  # exclusive
    provisional = models.BooleanField(default=False)
    terms = models.JSONField()
    opened_by = models.CharField(max_length=32)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=300, blank=True)  # of withdrawal or correction

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(NoticeState)), name="notice_state_listed"),
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="notice_period_runs"),
            models.CheckConstraint(
                condition=~Q(state__in=[NoticeState.WITHDRAWN, NoticeState.CORRECTED]) | ~Q(why=""),
                name="notice_taken_back_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "until_on"], name="notice_by_end"),
            models.Index(fields=["-from_on", "-id"], name="notice_by_day"),
        ]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """公示事项：one record that the notice names. What the public reads is stored as shown, persons masked."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=item_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_id = models.CharField(max_length=32)
    party_id = models.CharField(max_length=32)
    shown_name = models.CharField(max_length=200)
    label = models.CharField(max_length=300)
    fen = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=32, blank=True)  # who decided the record; may not decide on objections

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "subject_id"], name="item_once_in_a_notice")]
        indexes = [models.Index(fields=["subject_id"], name="item_of_subject")]

    def __str__(self) -> str:
        return self.label


class Objection(models.Model):
    """异议：by an identified person, masked to the other side."""

    PERSONAL: ClassVar = ("reason", "reply")

    id = models.CharField(primary_key=True, max_length=32, default=objection_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=OBJECTION_MACHINE.initial)
    by_person = models.CharField(max_length=32)
    by_party = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=2000)
    filed_at = models.DateTimeField()
    reply = models.CharField(max_length=2000, blank=True)
    handled_by = models.CharField(max_length=32, blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ObjectionState)), name="objection_state_listed"),
            models.CheckConstraint(
                condition=~Q(state__in=[ObjectionState.UPHELD, ObjectionState.DISMISSED])
                | (~Q(reply="") & ~Q(handled_by="") & Q(handled_at__isnull=False) & ~Q(handled_by=F("by_person"))),
                name="objection_handled_is_complete",
            ),
            models.UniqueConstraint(
                fields=["item", "by_person"], condition=Q(state="filed"), name="objection_one_open_per_person"
            ),
        ]

    def __str__(self) -> str:
        return self.number
