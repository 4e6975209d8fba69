from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.parties.models.people import CODE_LENGTH
from kechuang.parties.states import DecisionKind, DecisionState


def decision_id() -> str:
    return new_id("dec")


def decision_number() -> str:
    return public_number("ZT")


class PartyDecision(models.Model):
    """主体决定: a merger, striking off or renaming by document: proposed by one person, carried out by another."""

    id = models.CharField(primary_key=True, max_length=32, default=decision_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=decision_number, editable=False)
    state = models.CharField(max_length=24, default=DecisionState.PROPOSED)
    kind = models.CharField(max_length=16)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey("parties.Party", on_delete=models.PROTECT, null=True, related_name="+")  # of a merger
    new_name = models.CharField(max_length=200, blank=True)  # of a renaming
    region = models.CharField(max_length=CODE_LENGTH)
    document = models.CharField(max_length=120)  # 决定文号
    reason = models.CharField(max_length=200)
    proof_file = models.CharField(max_length=32, blank=True)
    proposed_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(DecisionState)), name="party_decision_state"),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.MERGE, into__isnull=False, new_name="") & ~Q(into=F("party"))
                | Q(kind=DecisionKind.STRIKE_OFF, into__isnull=True, new_name="")
                | Q(kind=DecisionKind.RENAME, into__isnull=True) & ~Q(new_name=""),
                name="party_decision_whole",
            ),
            models.CheckConstraint(condition=~Q(document="") & ~Q(reason=""), name="party_decision_by_document"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="party_decision_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DecisionState.CARRIED_OUT, DecisionState.REFUSED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="party_decision_decided",
            ),
            models.UniqueConstraint(
                fields=["party"], condition=Q(state=DecisionState.PROPOSED), name="party_decision_one_open"
            ),
        ]
        indexes = [models.Index(fields=["region", "state", "-proposed_at"], name="party_decision_of_region")]

    def __str__(self) -> str:
        return self.number
