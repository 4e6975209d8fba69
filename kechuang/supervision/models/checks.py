from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.draw import SEED_PATTERN
from kechuang.kernel.ids import new_id, public_number
from kechuang.supervision.states.checks import (
    FILES,
    PLAN_MACHINE,
    VISIT_MACHINE,
    InterestKind,
    PlanState,
    SheetResult,
    VisitState,
)


def inspector_id() -> str:
    return new_id("isp")


def inspector_number() -> str:
    return public_number("JC")


def interest_id() -> str:
    return new_id("isi")


def plan_id() -> str:
    return new_id("cpl")


def plan_number() -> str:
    return public_number("CC")


def publication_id() -> str:
    return new_id("cpf")


def visit_id() -> str:
    return new_id("cvs")


def visit_number() -> str:
    return public_number("JH")


def sheet_id() -> str:
    return new_id("csh")


def plan_page(plan: str) -> str:
    """Where a message about a plan leads."""
    return f"/supervision/checks/{plan}"


def visit_page(visit: str) -> str:
    """Where a message about a visit leads."""
    return f"/supervision/visits/{visit}"


class Inspector(models.Model):
    """检查人员: who may be drawn for the visits of one office."""

    id = models.CharField(primary_key=True, max_length=32, default=inspector_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=inspector_number, editable=False)
    region = models.CharField(max_length=12, db_index=True)  # of the office that plans
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    entered_by = models.CharField(max_length=32)
    entered_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "person"], condition=Q(active=True), name="inspector_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Interest(models.Model):
    """利害关系申报: a party that an inspector may not inspect, as declared; employers are found by themselves."""

    id = models.CharField(primary_key=True, max_length=32, default=interest_id, editable=False)
    region = models.CharField(max_length=12)
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    until_on = models.DateField(null=True)  # exclusive; null: for good
    declared_by = models.CharField(max_length=32)
    declared_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(InterestKind)), name="interest_kind_listed"),
            models.UniqueConstraint(fields=["inspector", "party", "kind"], name="interest_declared_once"),
        ]

    def __str__(self) -> str:
        return f"{self.inspector_id} {self.kind}"


class Plan(models.Model):
    """抽查计划: what an office checks of a half-year's payouts, how much of it, by which seed."""

    id = models.CharField(primary_key=True, max_length=32, default=plan_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=plan_number, editable=False)
    title = models.CharField(max_length=200)
    scheme = models.CharField(max_length=64)  # whose payouts
    region = models.CharField(max_length=12)  # of the office: a county, or a city over its counties
    state = models.CharField(max_length=24, default=PLAN_MACHINE.initial)
    from_on = models.DateField()
    until_on = models.DateField()  # exclusive
    share_bp = models.IntegerField()
    count = models.IntegerField(default=0)  # instead of the share, when not 0
    terms = models.JSONField(default=dict)  # of the day the register was frozen
    seed_event = models.CharField(max_length=200)
    seed_on = models.DateField()
    seed_pattern = models.CharField(max_length=60, default=SEED_PATTERN)  # the one way in which the result is written
    seed_value = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    register_digest = models.CharField(max_length=64, blank=True)
    register_count = models.IntegerField(default=0)
    drawn_count = models.IntegerField(default=0)
    drafted_by = models.CharField(max_length=32)
    fixed_on = models.DateField(null=True)
    drawn_by = models.CharField(max_length=32, blank=True)
    drawn_on = models.DateField(null=True)
    redrawn = models.BooleanField(null=True)  # whether register and seed gave the sample again, when it was last asked
    published_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PlanState)), name="spot_plan_state_listed"),
            models.CheckConstraint(
                condition=Q(from_on__lt=F("until_on"), share_bp__gte=0, count__gte=0), name="spot_plan_sound"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PlanState.FIXED, PlanState.DRAWN, PlanState.PUBLISHED])
                | (~Q(register_digest="") & Q(fixed_on__isnull=False, register_count__gt=0)),
                name="spot_plan_fixed_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PlanState.DRAWN, PlanState.PUBLISHED])
                | (
                    ~Q(seed="")
                    & ~Q(seed_value="")
                    & ~Q(drawn_by="")
                    & Q(drawn_on__isnull=False, drawn_count__gt=0, drawn_count__lte=F("register_count"))
                ),
                name="spot_plan_drawn_is_complete",
            ),
            models.CheckConstraint(condition=Q(drawn_by="") | ~Q(drawn_by=F("drafted_by")), name="spot_plan_four_eyes"),
            models.CheckConstraint(
                condition=~Q(state=PlanState.WITHDRAWN) | ~Q(reason=""), name="spot_plan_withdrawn_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["region", "state"], name="spot_plan_of_office")]

    def __str__(self) -> str:
        return self.number


class PlanFile(models.Model):
    """抽查文件: the register as it was frozen, sealed and in full, and the result as it was drawn. Never rewritten."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=publication_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind"], name="plan_file_once"),
            models.CheckConstraint(condition=Q(kind__in=list(FILES)), name="plan_file_kind_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.kind}"


class Visit(models.Model):
    """现场检查: one provider in one paying county, for one plan; `joined` is another plan's visit it goes along with."""

    id = models.CharField(primary_key=True, max_length=32, default=visit_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=visit_number, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)  # the county that paid
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=24, default=VISIT_MACHINE.initial)
    joined = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    visit_on = models.DateField(null=True)
    demand = models.CharField(max_length=1000, blank=True)
    report = models.CharField(max_length=2000, blank=True)
    report_file = models.CharField(max_length=32, blank=True)
    verdict = models.CharField(max_length=1000, blank=True)
    recorded_by = models.CharField(max_length=32, blank=True)
    recorded_on = models.DateField(null=True)
    signed_by = models.CharField(max_length=32, blank=True)  # the second inspector
    signed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(VisitState)), name="spot_visit_state_listed"),
            models.UniqueConstraint(fields=["plan", "key"], name="spot_visit_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(state=VisitState.ASSIGNED) | (~Q(recorded_by="") & Q(recorded_on__isnull=False)),
                name="spot_visit_recorded_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[VisitState.ASSIGNED, VisitState.RECORDED])
                | (~Q(signed_by="") & Q(signed_on__isnull=False) & ~Q(signed_by=F("recorded_by"))),
                name="spot_visit_signed_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[VisitState.RECTIFYING, VisitState.OVERDUE]) | ~Q(demand=""),
                name="spot_visit_demand_said",
            ),
        ]
        indexes = [models.Index(fields=["party", "state"], name="spot_visit_of_party")]

    def __str__(self) -> str:
        return self.number


class Member(models.Model):
    """检查组成员: an inspector in the order drawn for a visit; who stepped back stays on record."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", db_index=False)
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")
    place = models.IntegerField()  # in the order drawn; the first ones go
    on_team = models.BooleanField()
    recused_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "inspector"], name="member_once"),
            models.UniqueConstraint(fields=["visit", "place"], name="member_place_once"),
            models.CheckConstraint(
                condition=Q(recused_because="") | Q(on_team=False), name="member_recused_is_off_the_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.place}"


class Sheet(models.Model):
    """检查记录: one drawn claim of a visit, and what was found about it."""

    id = models.CharField(primary_key=True, max_length=32, default=sheet_id, editable=False)
    region = models.CharField(max_length=12)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    fen = models.BigIntegerField()
    stratum = models.CharField(max_length=120)
    result = models.CharField(max_length=16, blank=True)
    finding = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "claim"], name="sheet_once_in_a_visit"),
            models.CheckConstraint(
                condition=Q(result="") | Q(result__in=list(SheetResult)), name="sheet_result_listed"
            ),
            models.CheckConstraint(
                condition=~Q(result=SheetResult.FAULTY) | ~Q(finding=""), name="sheet_fault_is_said"
            ),
        ]

    def __str__(self) -> str:
        return self.number
