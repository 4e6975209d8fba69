from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.supervision.models.cases import Case
from kechuang.supervision.states.sanctions import (
    COMPLAINT_MACHINE,
    SANCTION_MACHINE,
    ComplaintKind,
    ComplaintState,
    Rung,
    SanctionState,
)


def complaint_id() -> str:
    return new_id("cpt")


def complaint_number() -> str:
    return public_number("TS")


def sanction_id() -> str:
    return new_id("snc")


def sanction_number() -> str:
    return public_number("CF")


def complaint_page(complaint: str) -> str:
    """Where a message about a complaint leads."""
    return f"/supervision/complaints/{complaint}"


def sanction_page(sanction: str) -> str:
    """Where a message about a sanction leads."""
    return f"/supervision/sanctions/{sanction}"


class Complaint(models.Model):
    """投诉: by an identified person against a party, with evidence; the other side reads no name."""

    PERSONAL: ClassVar = ("text", "reply")

    id = models.CharField(primary_key=True, max_length=32, default=complaint_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=complaint_number, editable=False)
    region = models.CharField(max_length=12, db_index=True)  # whose office handles it
    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # complained of
    side = models.CharField(max_length=12)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, related_name="+")
    order_number = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=24, default=COMPLAINT_MACHINE.initial)
    by_person = models.CharField(max_length=32)
    by_party = models.CharField(max_length=32, blank=True)
    text = models.CharField(max_length=4000)
    evidence_file = models.CharField(max_length=32, blank=True)
    terms = models.JSONField()
    filed_at = models.DateTimeField()
    accepted_by = models.CharField(max_length=32, blank=True)
    accepted_on = models.DateField(null=True)  # from then on the other side sees it
    reply = models.CharField(max_length=4000, blank=True)
    reply_file = models.CharField(max_length=32, blank=True)
    answer = models.CharField(max_length=2000, blank=True)  # of the office
    handled_by = models.CharField(max_length=32, blank=True)
    handled_on = models.DateField(null=True)
    counted_in = models.CharField(max_length=32, blank=True)  # the case about an admission that rests on it (多次投诉)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ComplaintState)), name="complaint_state_listed"),
            models.CheckConstraint(condition=Q(kind__in=list(ComplaintKind)), name="complaint_kind_listed"),
            models.CheckConstraint(condition=Q(side__in=["holder", "provider"]), name="complaint_side_listed"),
            models.CheckConstraint(condition=~Q(by_person="") & ~Q(text=""), name="complaint_of_somebody"),
            models.CheckConstraint(
                condition=~Q(state__in=[ComplaintState.UPHELD, ComplaintState.DISMISSED, ComplaintState.REJECTED])
                | (~Q(answer="") & ~Q(handled_by="") & Q(handled_on__isnull=False) & ~Q(handled_by=F("by_person"))),
                name="complaint_handled_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "state"], name="complaint_of_party"),
            models.Index(fields=["by_person"], name="complaint_by_person"),
        ]

    def __str__(self) -> str:
        return self.number


class Sanction(models.Model):
    """处罚: one rung of the ladder for what a case has found, told first, imposed by another person, by its article."""

    id = models.CharField(primary_key=True, max_length=32, default=sanction_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=sanction_number, editable=False)
    region = models.CharField(max_length=12, db_index=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=12)
    rung = models.CharField(max_length=16)
    state = models.CharField(max_length=24, default=SANCTION_MACHINE.initial)
    terms = models.JSONField()
    article = models.CharField(max_length=200)
    grounds = models.CharField(max_length=2000)
    reply = models.CharField(max_length=2000, blank=True)
    decision = models.CharField(max_length=2000, blank=True)
    receiver = models.CharField(max_length=300, blank=True)  # 移送: to whom
    until_on = models.DateField(null=True)  # 列入名单: exclusive
    effect_id = models.CharField(max_length=32, blank=True)  # the admission, list entry or notice it led to
    proposed_by = models.CharField(max_length=32)
    proposed_on = models.DateField()
    decided_by = models.CharField(max_length=32, blank=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SanctionState)), name="sanction_state_listed"),
            models.CheckConstraint(condition=Q(rung__in=list(Rung)), name="sanction_rung_listed"),
            models.CheckConstraint(
                condition=~Q(state__in=[SanctionState.IMPOSED, SanctionState.LIFTED, SanctionState.DROPPED])
                | (~Q(decision="") & ~Q(decided_by="") & Q(decided_on__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="sanction_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["case", "rung"],
                condition=Q(state__in=[SanctionState.PROPOSED, SanctionState.REPLIED, SanctionState.IMPOSED]),
                name="sanction_rung_once_per_case",
            ),
        ]
        indexes = [models.Index(fields=["party", "state"], name="sanction_of_party")]

    def __str__(self) -> str:
        return self.number
