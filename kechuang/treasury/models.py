from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.treasury.states import (
    BATCH_MACHINE,
    BUDGET_MACHINE,
    CHANGE_LABELS,
    CLAIMS,
    LINE_MACHINE,
    BatchState,
    BudgetState,
    Change,
    LineState,
    purpose_of,
)


def budget_id() -> str:
    return new_id("bud")


def budget_number() -> str:
    return public_number("YS")


def release_id() -> str:
    return new_id("rel")


def adjustment_id() -> str:
    return new_id("adj")


def payable_id() -> str:
    return new_id("pay")


def batch_id() -> str:
    return new_id("pmt")


def batch_number() -> str:
    return public_number(CLAIMS.number)


def line_id() -> str:
    return new_id("pln")


def part_id() -> str:
    return new_id("prt")


def budget_page(budget: str) -> str:
    """Where a message about a budget leads."""
    return f"/treasury/budgets/{budget}"


def batch_page(batch: "PaymentBatch") -> str:
    """Where a message about a batch leads: the room whose records it pays."""
    return f"{purpose_of(batch.number).page}{batch.id}"


class Budget(models.Model):
    """预算: one county's voucher money for one year. `amount_fen` is what was approved (with later raises and cuts),
    `released_fen` what has really come of it; what is granted and paid is told by the ledger.
    """

    id = models.CharField(primary_key=True, max_length=32, default=budget_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=budget_number)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # really allots the money
    state = models.CharField(max_length=24, choices=[(s.value, BUDGET_MACHINE.labels[s]) for s in BudgetState])
    amount_fen = models.BigIntegerField()
    released_fen = models.BigIntegerField(default=0)
    basis = models.CharField(max_length=500)  # 编制依据
    reason = models.CharField(max_length=500, blank=True)  # why it was returned
    drafted_by = models.CharField(max_length=32)
    approved_by = models.CharField(max_length=32, blank=True)
    approved_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="one_budget_of_a_county_and_year"),
            models.CheckConstraint(condition=Q(state__in=list(BudgetState)), name="budget_state_known"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="budget_not_negative"),
            models.CheckConstraint(
                condition=Q(released_fen__gte=0, released_fen__lte=F("amount_fen")),
                name="budget_released_within_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state=BudgetState.RELEASED) | Q(released_fen=F("amount_fen")), name="budget_released_whole"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BudgetState.DRAFT, BudgetState.SUBMITTED, BudgetState.RETURNED])
                | (~Q(approved_by="") & Q(approved_on__isnull=False)),
                name="budget_approved_by_whom",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("drafted_by")), name="budget_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.year}"


class Release(models.Model):
    """下达: one document by which money of a budget was released."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=release_id, editable=False)
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)
    document_number = models.CharField(max_length=100)  # 文号
    fund_line = models.CharField(max_length=100)  # 资金科目
    on = models.DateField()  # 发文日
    fen = models.BigIntegerField()
    opening = models.BooleanField(default=False)  # 期初
    by = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "document_number", "fund_line"], name="one_release_of_a_document"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="release_moves_something"),
        ]

    def __str__(self) -> str:
        return self.document_number


class Adjustment(models.Model):
    """预算调整: raised, cut, moved, carried over or given back, each with its reason and document."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=adjustment_id, editable=False)
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Budget, models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    change = models.CharField(max_length=24, choices=[(c.value, CHANGE_LABELS[c]) for c in Change])
    fen = models.BigIntegerField()
    document_number = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=32)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "change", "document_number"], name="one_change_of_a_document"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="adjustment_changes_something"),
            models.CheckConstraint(condition=Q(change__in=list(Change)), name="adjustment_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.fen}"


class Payable(models.Model):
    """应付款项: what one approved claim is to be paid. `year` is the budget year that pays; `first_year` the claim's."""

    id = models.CharField(primary_key=True, max_length=32, default=payable_id, editable=False)
    claim_id = models.CharField(max_length=32)
    claim_number = models.CharField(max_length=64)
    order_number = models.CharField(max_length=64)
    payee_party = models.CharField(max_length=32, db_index=True)
    unit = models.CharField(max_length=32, blank=True)  # 二级学院、实验室
    unit_name = models.CharField(max_length=200, blank=True)
    confirmed_by = models.CharField(max_length=32, blank=True)  # who confirmed the claim: may not approve its payment
    fen = models.BigIntegerField()
    region = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    first_year = models.SmallIntegerField()
    ready_on = models.DateField()
    ready_at = models.DateTimeField()
    withdrawn_on = models.DateField(null=True)
    taken = models.BooleanField(default=False)  # is on a live payment; the database keeps it so (migration 0002)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim_id"], condition=Q(withdrawn_on__isnull=True), name="one_payable_of_a_claim"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="payable_of_something"),
            models.CheckConstraint(condition=Q(year__gte=F("first_year")), name="payable_year_not_before_claim"),
        ]
        indexes = [
            models.Index(fields=["region", "ready_on"], name="payable_of_region"),
            models.Index(
                fields=["region", "ready_at", "id"],
                condition=Q(taken=False, withdrawn_on__isnull=True),
                name="payable_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.claim_number


class PaymentBatch(models.Model):
    """支付批次. Prepared by one person, approved by another, released by a third; `digest` is that of the
    payment file: over payees, accounts, amounts and remarks; the approver saw it and the file bears it (T18).
    """

    id = models.CharField(primary_key=True, max_length=32, default=batch_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=batch_number)
    title = models.CharField(max_length=200)
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, choices=[(s.value, BATCH_MACHINE.labels[s]) for s in BatchState])
    total_fen = models.BigIntegerField()
    lines_count = models.IntegerField()
    digest = models.CharField(max_length=64)
    prepared_by = models.CharField(max_length=32)
    prepared_on = models.DateField()
    approved_by = models.CharField(max_length=32, blank=True)
    approved_on = models.DateField(null=True)
    released_by = models.CharField(max_length=32, blank=True)
    released_on = models.DateField(null=True)
    sent_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(BatchState)), name="batch_state_known"),
            models.CheckConstraint(condition=Q(total_fen__gt=0, lines_count__gt=0), name="batch_pays_something"),
            models.CheckConstraint(condition=~Q(approved_by=F("prepared_by")), name="batch_approver_not_preparer"),
            models.CheckConstraint(
                condition=Q(released_by="") | (~Q(released_by=F("prepared_by")) & ~Q(released_by=F("approved_by"))),
                name="batch_releaser_is_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BatchState.APPROVED, BatchState.RELEASED, BatchState.SENT, BatchState.SETTLED])
                | (~Q(approved_by="") & Q(approved_on__isnull=False)),
                name="batch_approved_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BatchState.RELEASED, BatchState.SENT, BatchState.SETTLED])
                | (~Q(released_by="") & Q(released_on__isnull=False)),
                name="batch_released_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BatchState.SENT, BatchState.SETTLED]) | Q(sent_on__isnull=False),
                name="batch_sent_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.SETTLED) | Q(settled_on__isnull=False), name="batch_settled_when"
            ),
            models.CheckConstraint(condition=~Q(state=BatchState.RETURNED) | ~Q(reason=""), name="batch_returned_why"),
        ]

    def __str__(self) -> str:
        return self.number


class PaymentLine(models.Model):
    """支付明细: one payee's money of a batch, with the account as it was when the batch was prepared.

    `number` is the serial that the bank knows the payment by. It is never given a second one while the bank's answer
    is unknown.
    """

    id = models.CharField(primary_key=True, max_length=32, default=line_id, editable=False)
    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, related_name="+", related_query_name="lines", db_index=False
    )
    number = models.CharField(max_length=64, unique=True)
    position = models.IntegerField()
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, choices=[(s.value, LINE_MACHINE.labels[s]) for s in LineState])
    payee_party = models.CharField(max_length=32, db_index=True)
    payee_name = models.CharField(max_length=200)
    account_id = models.CharField(max_length=32)
    account_unit = models.CharField(max_length=32, blank=True)  # whose account it is; "" the whole party's
    account_holder = models.CharField(max_length=200)
    bank_name = models.CharField(max_length=120)
    bank_code = models.CharField(max_length=12, blank=True)
    account_masked = models.CharField(max_length=40)
    account_digest = models.CharField(max_length=64)
    fen = models.BigIntegerField()
    remark = models.CharField(max_length=200)
    bank_reference = models.CharField(max_length=64, blank=True)
    answer = models.CharField(max_length=200, blank=True)  # the bank's words
    answered_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="one_line_at_a_position"),
            models.UniqueConstraint(
                fields=["bank_reference"], condition=~Q(bank_reference=""), name="one_line_of_a_bank_reference"
            ),
            models.CheckConstraint(condition=Q(state__in=list(LineState)), name="line_state_known"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="line_pays_something"),
            models.CheckConstraint(
                condition=~Q(state__in=[LineState.PAID, LineState.FAILED]) | Q(answered_on__isnull=False),
                name="line_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PaymentPart(models.Model):
    """一笔支付里的一份申请: the claim's part of a line. Of one payable at most one is live, in the whole installation."""

    id = models.CharField(primary_key=True, max_length=32, default=part_id, editable=False)
    line = models.ForeignKey(PaymentLine, models.PROTECT, related_name="+")
    payable = models.ForeignKey(Payable, models.PROTECT, related_name="+")
    fen = models.BigIntegerField()
    live = models.BooleanField(default=True)  # false once the line failed or was dropped
    confirmed_by = models.CharField(max_length=32, blank=True)
    approved_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payable"], condition=Q(live=True), name="one_live_payment_of_a_payable"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="part_of_something"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("confirmed_by")), name="part_two_different_deciders"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.fen}"
