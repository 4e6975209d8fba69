from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.registers.states import LIVE, AdmissionState, Basis, CaseKind, CaseState

WAITING_MAX = 200  # rows of one room on a workbench


def admission_id() -> str:
    return new_id("adm")


def certificate_id() -> str:
    return new_id("crt")


def step_id() -> str:
    return new_id("stp")


def case_id() -> str:
    return new_id("cas")


class Admission(models.Model):
    """入库：one party (or one of its units) on one register, from the application to the end.

    What the pack said at submission is kept in `terms`; `steps` are the roles that decide in turn, `step` the one whose
    turn it is. `region` decides on admission, `revoking_region` on revocation (both readings of the pack).
    """

    id = models.CharField(primary_key=True, max_length=32, default=admission_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    scheme = models.CharField(max_length=64)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=340)  # as it stands on the public list
    pinyin = models.CharField(max_length=1000)
    region = models.CharField(max_length=12)
    revoking_region = models.CharField(max_length=12)
    revoking_role = models.CharField(max_length=24, blank=True)
    revocation_binds = models.CharField(max_length=8, blank=True)  # city | county, set when revoked
    state = models.CharField(max_length=24, default=AdmissionState.DRAFT)
    entrant_class = models.CharField(max_length=40)  # of the pack: university, institute, …; claimed until matched
    basis = models.CharField(max_length=16, blank=True)
    basis_id = models.CharField(max_length=64, blank=True)  # the list entry or certificate that matched
    statement = models.TextField(blank=True)  # what the applicant says of itself: abilities and services
    facts = models.JSONField(default=dict)  # what the pack's conditions ask for: integers by name
    steps = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    rounds = models.PositiveSmallIntegerField(default=0)  # how often submitted
    opening_required = models.BooleanField(default=True)  # content, process and price list before the first order
    terms = models.JSONField(default=dict)
    submitted_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)  # exclusive; null: until ended
    certified_until = models.DateField(null=True)  # exclusive; until when its certificates carry it; null: none needed
    ended_on = models.DateField(null=True)
    again_on = models.DateField(null=True)  # the first day of a new application after a revocation
    reason = models.CharField(max_length=500, blank=True)
    article = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(AdmissionState)), name="admission_state"),
            models.CheckConstraint(condition=Q(basis__in=["", *Basis]), name="admission_basis"),
            models.CheckConstraint(
                condition=~Q(state__in=[AdmissionState.ADMITTED, AdmissionState.SUSPENDED])
                | (Q(valid_from__isnull=False, decided_on__isnull=False) & ~Q(basis="") & ~Q(revoking_role="")),
                name="admission_admitted_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AdmissionState.SUBMITTED, AdmissionState.IN_NOTICE])
                | Q(submitted_on__isnull=False, rounds__gt=0),
                name="admission_submitted_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AdmissionState.REFUSED, AdmissionState.REVOKED])
                | (Q(ended_on__isnull=False) & ~Q(reason="") & ~Q(article="")),
                name="admission_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AdmissionState.EXPIRED, AdmissionState.WITHDRAWN]) | Q(ended_on__isnull=False),
                name="admission_ended_on",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="admission_period"
            ),
            models.UniqueConstraint(
                fields=["scheme", "party", "unit"],
                condition=Q(state__in=sorted(LIVE)),
                nulls_distinct=False,
                name="admission_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["scheme", "state", "pinyin"], name="admission_public_list"),
            models.Index(fields=["region", "state", "submitted_on"], name="admission_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Certificate(models.Model):
    """资质证书：number, issuer, validity and file of what proves an ability or a class."""

    id = models.CharField(primary_key=True, max_length=32, default=certificate_id, editable=False)
    admission = models.ForeignKey(Admission, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=64)  # normalised: half width, no spaces
    issuer = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # exclusive; null: without end
    file_id = models.CharField(max_length=32)
    added_by = models.CharField(max_length=32)
    added_on = models.DateField()
    replaced_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(number="") & ~Q(issuer=""), name="certificate_named"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="certificate_period"
            ),
            models.UniqueConstraint(
                fields=["admission", "kind", "number"],
                condition=Q(replaced_on__isnull=True),
                name="certificate_once",
            ),
        ]
        indexes = [models.Index(fields=["valid_until"], name="certificate_running_out")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Step(models.Model):
    """审核步骤：who submitted (step 0) and who passed which step. No person appears twice in one round (四眼)."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=step_id, editable=False)
    admission = models.ForeignKey(Admission, on_delete=models.PROTECT, related_name="+", db_index=False)
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    person_id = models.CharField(max_length=32)
    role = models.CharField(max_length=24)
    at = models.DateTimeField()
    opinion = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["admission", "round", "step"], name="step_once"),
            models.UniqueConstraint(fields=["admission", "round", "person_id"], name="step_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.admission_id} {self.round}.{self.step}"


class Case(models.Model):
    """核查事项：something that puts an admission in doubt; a person looks at it and decides."""

    id = models.CharField(primary_key=True, max_length=32, default=case_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    admission = models.ForeignKey(Admission, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)  # the revoking office's
    kind = models.CharField(max_length=16)
    source = models.CharField(max_length=200)  # 名单、发布机关、日期; certificate; complaint numbers
    source_key = models.CharField(max_length=64)  # the list entry, certificate: one open case each
    article = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=24, default=CaseState.OPEN)
    opened_on = models.DateField()
    lifted_on = models.DateField(null=True)  # since when the list no longer names the party
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CaseState)), name="register_case_state"),
            models.CheckConstraint(condition=Q(kind__in=list(CaseKind)), name="register_case_kind"),
            models.CheckConstraint(
                condition=~Q(state=CaseState.CLOSED) | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="register_case_closed_with_outcome",
            ),
            models.UniqueConstraint(fields=["admission", "kind", "source_key"], name="register_case_once"),
        ]
        indexes = [models.Index(fields=["region", "state"], name="register_case_queue")]

    def __str__(self) -> str:
        return self.number
