from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.supervision.states.cases import (
    CASE_MACHINE,
    CLAWBACK_MACHINE,
    CaseState,
    ClawbackState,
    Holding,
    ItemKind,
    Source,
)


def case_id() -> str:
    return new_id("spc")


def case_number() -> str:
    return public_number("AJ")


def item_id() -> str:
    return new_id("spi")


def letter_id() -> str:
    return new_id("spl")


def clawback_id() -> str:
    return new_id("clb")


def clawback_number() -> str:
    return public_number("ZH")


def instalment_id() -> str:
    return new_id("cli")


def case_page(case: str) -> str:
    """Where a message about a case leads."""
    return f"/supervision/cases/{case}"


def clawback_page(clawback: str) -> str:
    """Where a message about a clawback leads."""
    return f"/supervision/clawbacks/{clawback}"


class Case(models.Model):
    """案卷: what an office looks into after the payout, about one party, with all that was found and written."""

    id = models.CharField(primary_key=True, max_length=32, default=case_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=case_number, editable=False)
    region = models.CharField(max_length=12)  # the county that paid
    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # whose matter it is
    side = models.CharField(max_length=12)  # provider | holder: as what the party is asked
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=16)
    state = models.CharField(max_length=24, default=CASE_MACHINE.initial)
    terms = models.JSONField()  # the parameters of the day it was opened, with their articles
    opened_by = models.CharField(max_length=32)
    opened_on = models.DateField()
    asked_on = models.DateField(null=True)  # of the first letter: from then on the party sees the case
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.CharField(max_length=32, blank=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CaseState)), name="case_state_listed"),
            models.CheckConstraint(condition=Q(source__in=list(Source)), name="case_source_listed"),
            models.CheckConstraint(condition=Q(side__in=["provider", "holder"]), name="case_side_listed"),
            models.CheckConstraint(
                condition=~Q(state__in=[CaseState.ASKED, CaseState.UPHELD]) | Q(asked_on__isnull=False),
                name="case_upheld_was_heard",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CaseState.CLEARED, CaseState.UPHELD])
                | (~Q(decision="") & ~Q(decided_by="") & Q(decided_on__isnull=False) & ~Q(decided_by=F("opened_by"))),
                name="case_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["region", "state"], name="case_of_county"),
            models.Index(fields=["party", "state"], name="case_of_party"),
        ]

    def __str__(self) -> str:
        return self.number


class Item(models.Model):
    """卷内事项: one claim, order, finding, complaint or visit that lies in a case."""

    id = models.CharField(primary_key=True, max_length=32, default=item_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    subject_id = models.CharField(max_length=32)
    number = models.CharField(max_length=64, blank=True)
    label = models.CharField(max_length=300)
    fen = models.BigIntegerField(null=True)
    holding = models.CharField(max_length=16, default=Holding.NONE)
    added_by = models.CharField(max_length=32)
    added_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ItemKind)), name="case_item_kind_listed"),
            models.CheckConstraint(condition=Q(holding__in=list(Holding)), name="case_item_holding_listed"),
            models.UniqueConstraint(fields=["case", "subject_id"], name="case_item_once"),
            models.UniqueConstraint(
                fields=["subject_id"],
                condition=Q(holding__in=[Holding.ASKED, Holding.SUSPENDED]),
                name="case_item_held_by_one",
            ),
        ]
        indexes = [models.Index(fields=["subject_id"], name="case_item_of_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Letter(models.Model):
    """往来函件: what the office asked and what the party answered, word for word."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=letter_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    outgoing = models.BooleanField()
    text = models.CharField(max_length=4000)
    file_id = models.CharField(max_length=32, blank=True)
    by = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="letter_says_something")]
        indexes = [models.Index(fields=["case", "at"], name="letter_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d}"


class Clawback(models.Model):
    """追回: what one paid claim or subsidy is to be given back of, with interest from the day it was paid."""

    id = models.CharField(primary_key=True, max_length=32, default=clawback_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=clawback_number, editable=False)
    region = models.CharField(max_length=12, db_index=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey("claims.Claim", on_delete=models.PROTECT, null=True, related_name="+")
    statement = models.ForeignKey("subsidies.Statement", on_delete=models.PROTECT, null=True, related_name="+")
    # Of the claim or statement. The column keeps the name by which acts of before have it: rows are held against them.
    paid_number = models.CharField(max_length=64, db_column="claim_number")
    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # who was paid
    state = models.CharField(max_length=24, default=CLAWBACK_MACHINE.initial)
    principal_fen = models.BigIntegerField()
    received_fen = models.BigIntegerField(default=0)  # of the principal
    interest_fen = models.BigIntegerField(default=0)  # received beside it
    paid_on = models.DateField()  # interest runs from here
    paid_region = models.CharField(max_length=12)  # the ledger's account that was paid from
    paid_year = models.SmallIntegerField()
    terms = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)  # of a withdrawal
    decided_by = models.CharField(max_length=32)
    decided_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ClawbackState)), name="clawback_state_listed"),
            models.CheckConstraint(
                condition=Q(principal_fen__gt=0, received_fen__gte=0, interest_fen__gte=0)
                & Q(received_fen__lte=F("principal_fen")),
                name="clawback_never_above",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClawbackState.SETTLED) | Q(received_fen=F("principal_fen")),
                name="clawback_settled_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClawbackState.WITHDRAWN) | ~Q(reason=""), name="clawback_withdrawn_has_reason"
            ),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state=ClawbackState.OWED), name="clawback_one_open_per_claim"
            ),
            models.UniqueConstraint(
                fields=["statement"], condition=Q(state=ClawbackState.OWED), name="clawback_one_open_per_statement"
            ),
            models.CheckConstraint(
                condition=Q(claim__isnull=False, statement__isnull=True)
                | Q(claim__isnull=True, statement__isnull=False),
                name="clawback_of_one_payout",
            ),
        ]
        indexes = [models.Index(fields=["party", "state"], name="clawback_of_party")]

    def __str__(self) -> str:
        return self.number

    @property
    def paid_id(self) -> str:
        """What was paid: the claim or the statement."""
        return self.claim_id or self.statement_id or ""


class Instalment(models.Model):
    """分期: one part of a clawback with its day; interest is reckoned on the day it really comes."""

    id = models.CharField(primary_key=True, max_length=32, default=instalment_id, editable=False)
    clawback = models.ForeignKey(Clawback, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    position = models.SmallIntegerField()
    fen = models.BigIntegerField()  # of the principal
    due_on = models.DateField()
    received_on = models.DateField(null=True)
    interest_fen = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=120, blank=True)  # of the bank slip, which settles one part in its county
    received_by = models.CharField(max_length=32, blank=True)
    checked_on = models.DateField(null=True)  # booked on this day
    checked_by = models.CharField(max_length=32, blank=True)  # the second person

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="instalment_of_something"),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, interest_fen__isnull=True)
                | (Q(received_on__isnull=False, interest_fen__gte=0) & ~Q(reference="") & ~Q(received_by="")),
                name="instalment_received_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(checked_on__isnull=True, checked_by="")
                | (
                    Q(checked_on__isnull=False, received_on__isnull=False)
                    & ~Q(checked_by="")
                    & ~Q(checked_by=F("received_by"))
                ),
                name="instalment_checked_by_another",
            ),
            models.UniqueConstraint(fields=["clawback", "position"], name="instalment_place_once"),
            models.UniqueConstraint(
                fields=["region", "reference"], condition=~Q(reference=""), name="instalment_slip_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clawback_id} {self.position}"
