from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.screening.states import (
    CONTEST_MACHINE,
    FINDING_MACHINE,
    ITEMS_LENGTH,
    LINK_MACHINE,
    TEXT_LENGTH,
    ContestState,
    FindingState,
    LinkKind,
    LinkState,
    Pattern,
    PrintKind,
    RegisterKind,
    Stage,
)


def finding_id() -> str:
    return new_id("fnd")


def finding_number() -> str:
    return public_number("FX")


def link_id() -> str:
    return new_id("lnk")


def contest_id() -> str:
    return new_id("cst")


def print_id() -> str:
    return new_id("prn")


def likeness_id() -> str:
    return new_id("lik")


def registration_id() -> str:
    return new_id("rgs")


def import_id() -> str:
    return new_id("rim")


def check_id() -> str:
    return new_id("rck")


def level_id() -> str:
    return new_id("lvl")


class Finding(models.Model):
    """筛查结果：what a rule found on one claim, with its reason, its evidence and the terms it was found by.

    It decides nothing: a person confirms or dismisses it, and what follows is done elsewhere.
    """

    id = models.CharField(primary_key=True, max_length=32, default=finding_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=finding_number, editable=False)
    rule = models.CharField(max_length=24)
    rule_version = models.CharField(max_length=12)
    claim_id = models.CharField(max_length=32)
    order_id = models.CharField(max_length=32, db_index=True)
    holder_party = models.CharField(max_length=32, db_index=True)
    provider_party = models.CharField(max_length=32, db_index=True)
    region = models.CharField(max_length=12)  # the county that decides on the claim
    label = models.CharField(max_length=80)  # the claim's number
    group = models.CharField(max_length=200, blank=True)  # 同组: what several findings of one rule have in common
    points = models.IntegerField()  # 风险分: its weight in plans and lists
    state = models.CharField(max_length=24, default=FINDING_MACHINE.initial)
    says = models.CharField(max_length=TEXT_LENGTH)  # the reason as the rule of that version words it
    facts = models.JSONField(default=dict)  # the figures of the reason
    evidence = models.JSONField(default=list)  # what it rests on: label, value, kind and id of the record
    terms = models.JSONField(default=dict)  # the parameters it was found by, with their articles
    found_at = models.DateTimeField()
    found_on = models.DateField()
    handled_by = models.CharField(
        max_length=32, blank=True
    )  # who had confirmed the claim by then: decides nothing on it
    decided_by = models.CharField(max_length=32, blank=True)
    decided_on = models.DateField(null=True)
    decision = models.CharField(max_length=TEXT_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(FindingState)), name="finding_state_listed"),
            models.CheckConstraint(condition=Q(rule__in=list(Pattern)), name="finding_rule_listed"),
            models.CheckConstraint(
                condition=Q(state=FindingState.OPEN) & Q(decided_by="", decided_on__isnull=True)
                | Q(state=FindingState.CORRECTED) & Q(decided_by="", decision="", decided_on__isnull=False)
                | Q(state__in=[FindingState.CONFIRMED, FindingState.DISMISSED])
                & ~Q(decided_by="")
                & ~Q(decision="")
                & Q(decided_on__isnull=False),
                name="finding_decided_by_a_person",
            ),
            models.CheckConstraint(condition=~Q(decided_by="clock"), name="finding_not_decided_by_the_clock"),
            models.UniqueConstraint(fields=["rule", "claim_id"], name="finding_once_per_claim"),
        ]
        indexes = [
            models.Index(fields=["claim_id"], name="finding_of_claim"),
            models.Index(fields=["region", "state", "-found_at"], name="finding_queue"),
        ]

    def __str__(self) -> str:
        return self.number


class Link(models.Model):
    """关联线索：one thing that a party has and others may have too. Two parties with the same digest are one step apart.

    The value itself is not kept: it is compared by a keyed digest and shown masked.
    """

    PERSONAL: ClassVar = ("shown",)

    id = models.CharField(primary_key=True, max_length=32, default=link_id, editable=False)
    party_id = models.CharField(max_length=32)
    region = models.CharField(max_length=12)  # the party's seat: whose office answers what it says against the link
    kind = models.CharField(max_length=24)
    digest = models.CharField(max_length=64)
    shown = models.CharField(max_length=120)
    source = models.CharField(max_length=120)
    from_on = models.DateField(null=True)  # null: longer than we know
    until_on = models.DateField(null=True)  # exclusive
    state = models.CharField(max_length=24, default=LINK_MACHINE.initial)
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(LinkState)), name="risk_link_state_listed"),
            models.CheckConstraint(condition=Q(kind__in=list(LinkKind)), name="risk_link_kind_listed"),
            models.UniqueConstraint(fields=["party_id", "kind", "digest"], name="risk_link_once"),
        ]
        indexes = [
            models.Index(fields=["digest"], name="risk_link_by_digest"),
            models.Index(fields=["party_id", "state"], name="risk_link_of_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind}"


class Contest(models.Model):
    """申辩：what a firm says against a finding or a link, and what the office answers."""

    id = models.CharField(primary_key=True, max_length=32, default=contest_id, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, null=True, related_name="+")
    party_id = models.CharField(max_length=32, db_index=True)
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=CONTEST_MACHINE.initial)
    text = models.CharField(max_length=TEXT_LENGTH)
    by = models.CharField(max_length=32)
    at = models.DateTimeField()
    answer = models.CharField(max_length=TEXT_LENGTH, blank=True)
    answered_by = models.CharField(max_length=32, blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ContestState)), name="contest_state_listed"),
            models.CheckConstraint(
                condition=Q(finding__isnull=True, link__isnull=False) | Q(finding__isnull=False, link__isnull=True),
                name="contest_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state=ContestState.OPEN)
                | (~Q(answer="") & ~Q(answered_by="") & Q(answered_on__isnull=False)),
                name="contest_answered_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(answered_by="") | ~Q(answered_by=F("by")), name="contest_answered_by_another"
            ),
            models.UniqueConstraint(
                fields=["party_id", "finding", "link"],
                condition=Q(state=ContestState.OPEN),
                nulls_distinct=False,
                name="contest_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Print(models.Model):
    """指纹：what an invoice or a report says, or how its picture looks, reduced to what can be compared.

    The paper itself stays with the claim.
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=print_id, editable=False)
    kind = models.CharField(max_length=12)
    claim_id = models.CharField(max_length=32)
    order_id = models.CharField(max_length=32)
    number = models.CharField(max_length=64, blank=True)  # of an invoice; of a picture: its file and place there
    seller_code = models.CharField(max_length=18, blank=True)
    buyer_code = models.CharField(max_length=18, blank=True)
    gross_fen = models.BigIntegerField(default=0)
    issued_on = models.DateField(null=True)
    items = models.CharField(max_length=ITEMS_LENGTH, blank=True)  # of an invoice: what it was issued for
    pieces = ArrayField(
        models.BigIntegerField(), default=list
    )  # of a report: hashes of its results; of a picture: of its layout
    bands = ArrayField(models.BigIntegerField(), default=list)  # by which alike ones are found
    name = models.CharField(max_length=120, blank=True)  # of a picture: its file's
    digest = models.CharField(max_length=64, blank=True)  # of a picture: its file's
    dots = models.BinaryField(null=True)  # of a picture: the page reduced
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(PrintKind)), name="print_kind_listed"),
            models.UniqueConstraint(fields=["kind", "claim_id", "order_id", "number"], name="print_once"),
        ]
        indexes = [
            models.Index(fields=["claim_id"], name="print_of_claim"),
            models.Index(fields=["seller_code", "gross_fen"], name="print_of_invoice"),
            GinIndex(fields=["bands"], name="print_by_band"),
            models.Index(fields=["digest"], name="print_by_digest", condition=~Q(digest="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.claim_id}"


class Likeness(models.Model):
    """相似材料：a claim's picture that looks like one of an earlier claim, and in how much the two differ."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=likeness_id, editable=False)
    claim_id = models.CharField(max_length=32)
    other_id = models.CharField(max_length=32, db_index=True)  # the earlier claim
    picture = models.ForeignKey(Print, on_delete=models.PROTECT, related_name="+", db_index=False)
    other_picture = models.ForeignKey(Print, on_delete=models.PROTECT, related_name="+")
    exact = models.BooleanField()  # the same file, to the byte
    bits = models.IntegerField()  # of the layout that differ
    parts = models.IntegerField()  # that differ
    parts_of = models.IntegerField()  # with anything on them
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["picture", "other_picture"], name="likeness_once"),
            models.CheckConstraint(condition=~Q(claim_id=F("other_id")), name="likeness_of_two_claims"),
        ]
        indexes = [models.Index(fields=["claim_id"], name="likeness_of_claim")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.other_id}"


class Registration(models.Model):
    """登记信息：what the market regulation and social insurance registers say of an organisation, as imported."""

    id = models.CharField(primary_key=True, max_length=32, default=registration_id, editable=False)
    party_id = models.CharField(max_length=32, unique=True)
    region = models.CharField(max_length=12)
    established_on = models.DateField(null=True)
    insured_count = models.IntegerField(null=True)  # 参保人数
    source = models.CharField(max_length=120)
    as_of_on = models.DateField()

    def __str__(self) -> str:
        return self.party_id


class RegisterImport(models.Model):
    """登记信息导入：one table of a register that an office brought, whose word it is, and what it did."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=import_id, editable=False)
    kind = models.CharField(max_length=16)
    region = models.CharField(max_length=12, db_index=True)
    source = models.CharField(max_length=80)
    as_of_on = models.DateField()  # 截至: the day that the table describes
    file_name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    rows = models.IntegerField()
    added = models.IntegerField()
    changed = models.IntegerField()
    wrong_rows = models.IntegerField()
    by = models.CharField(max_length=32)
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(RegisterKind)), name="register_kind_listed")]

    def __str__(self) -> str:
        return f"{self.kind} {self.as_of_on}"


class RedCheck(models.Model):
    """发票复查：whether the tax bureau says that an invoice was cancelled in red, asked at one stage."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=check_id, editable=False)
    claim_id = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    stage = models.CharField(max_length=12)
    red_on = models.DateField(null=True)
    red_number = models.CharField(max_length=64, blank=True)
    asked_of = models.CharField(max_length=60)  # who answered; the stand-in names itself
    on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="red_check_stage_listed"),
            models.UniqueConstraint(fields=["claim_id", "number", "stage"], name="red_check_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.stage}"


class Level(models.Model):
    """价格水平：what a class of services costs, over a year; reckoned anew by the clock. A new claim is held against it."""

    id = models.CharField(primary_key=True, max_length=32, default=level_id, editable=False)
    service = models.CharField(max_length=40)
    class_code = models.CharField(max_length=200, blank=True)  # 仪器分类编码; of what has none, its name
    unit = models.CharField(max_length=12)
    count = models.IntegerField()
    middle_fen = models.BigIntegerField()
    spread_fen = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "class_code", "unit"], name="price_level_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.class_code} {self.middle_fen}"
