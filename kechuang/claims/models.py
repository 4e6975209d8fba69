from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.claims.states import LIVE, MACHINE, OPENING_MACHINE, ClaimState, OpeningKind, OpeningState
from kechuang.kernel.ids import new_id


def claim_id() -> str:
    return new_id("clm")


def invoice_id() -> str:
    return new_id("inv")


def line_id() -> str:
    return new_id("inl")


def aside_id() -> str:
    return new_id("asd")


def forfeit_id() -> str:
    return new_id("frf")


def opening_id() -> str:
    return new_id("opn")


def citation_id() -> str:
    return new_id("cit")


class Claim(models.Model):
    """兑付申请：one provider asks for the voucher's part of one settled order."""

    id = models.CharField(primary_key=True, max_length=32, default=claim_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12)  # the county that confirms and pays
    year = models.IntegerField()  # whose budget pays
    provider_party = models.CharField(max_length=32)
    provider_unit = models.CharField(max_length=32, blank=True)
    holder_party = models.CharField(max_length=32)
    state = models.CharField(max_length=24, default=MACHINE.initial)
    claimed_fen = models.BigIntegerField()  # gross: the voucher's part
    confirmed_fen = models.BigIntegerField(null=True)
    terms = models.JSONField()  # the parameters in force when it was made, with their articles
    evidence = models.JSONField(default=list)  # comparisons of the last submission
    clean = models.BooleanField(default=False)  # type: ignore[assignment]  # every comparison agrees
    submitted_by = models.CharField(max_length=32, blank=True)
    submitted_on = models.DateField(null=True)
    returned_count = models.IntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)  # of the last return, refusal, suspension
    confirmed_by = models.CharField(max_length=32, blank=True)
    confirmed_on = models.DateField(null=True)
    notice_id = models.CharField(max_length=32, blank=True)
    cleared_on = models.DateField(null=True)  # the day the gate let it pass
    payable_id = models.CharField(max_length=32, blank=True)
    paid_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ClaimState)), name="claim_state_listed"),
            models.CheckConstraint(condition=Q(claimed_fen__gt=0), name="claim_asks_for_money"),
            models.CheckConstraint(
                condition=Q(confirmed_fen__isnull=True) | Q(confirmed_fen__gt=0, confirmed_fen__lte=F("claimed_fen")),
                name="claim_confirms_no_more_than_asked",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | (~Q(submitted_by="") & Q(submitted_on__isnull=False)),
                name="claim_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "returned", "refused", "withdrawn"])
                | (Q(confirmed_fen__isnull=False, confirmed_on__isnull=False) & ~Q(confirmed_by="")),
                name="claim_confirmed_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["payable", "in_payment", "paid", "payment_failed", "suspended"])
                | (Q(cleared_on__isnull=False) & ~Q(notice_id="")),
                name="claim_payable_passed_its_notice",
            ),
            models.CheckConstraint(condition=~Q(state="paid") | Q(paid_on__isnull=False), name="claim_paid_has_day"),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("submitted_by")), name="claim_four_eyes"
            ),
            models.UniqueConstraint(fields=["order"], condition=Q(state__in=LIVE), name="claim_one_live_per_order"),
        ]
        indexes = [
            models.Index(fields=["region", "state"], name="claim_by_county_state"),
            models.Index(fields=["region", "submitted_on", "id"], name="claim_by_county_day"),
            models.Index(fields=["provider_party", "state"], name="claim_by_provider_state"),
            models.Index(fields=["holder_party"], name="claim_by_holder"),
        ]

    def __str__(self) -> str:
        return self.number


class Invoice(models.Model):
    """发票：a number is bound for ever, in the whole installation, to the order lines it was first claimed for."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=invoice_id, editable=False)
    number = models.CharField(max_length=64, unique=True)  # normalised: half width, no spaces, old code + number
    seller_code = models.CharField(max_length=18, blank=True)
    buyer_code = models.CharField(max_length=18, blank=True)
    issued_on = models.DateField()
    net_fen = models.BigIntegerField(null=True)
    tax_fen = models.BigIntegerField(null=True)
    gross_fen = models.BigIntegerField()
    allocated_fen = models.BigIntegerField()  # gross: the sum of its lines
    checked = models.CharField(max_length=16)  # 未查验 | 已查验
    file_id = models.CharField(max_length=32)
    bound_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(allocated_fen__gt=0, allocated_fen__lte=F("gross_fen")), name="invoice_not_over_allocated"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """分摊：the part of an invoice that belongs to one order. Fixed when the number is bound."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=line_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    gross_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "order"], name="invoice_line_once_per_order"),
            models.CheckConstraint(condition=Q(gross_fen__gt=0), name="invoice_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.gross_fen}"


class Citation(models.Model):
    """引用：a claim cites an invoice line; one live claim at a time."""

    id = models.CharField(primary_key=True, max_length=32, default=citation_id, editable=False)
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+")
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(live=True), name="citation_one_live_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.line_id}"


class Forfeit(models.Model):
    """逾期未申兑：what was offset on an order and never claimed in time, and where it went."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=forfeit_id, editable=False)
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    fen = models.BigIntegerField()
    outcome = models.CharField(max_length=24)
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(fen__gt=0), name="forfeit_of_something")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.fen}"


class Opening(models.Model):
    """期初导入：one table of live vouchers or open claims from before this platform, brought in or taken back whole."""

    id = models.CharField(primary_key=True, max_length=32, default=opening_id, editable=False)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=24, default=OPENING_MACHINE.initial)
    name = models.CharField(max_length=200)  # of the file
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    subjects = models.JSONField()  # ids of what it brought, in the order of its rows
    total_fen = models.BigIntegerField()
    brought_by = models.CharField(max_length=32)
    brought_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OpeningState)), name="opening_state_listed"),
            models.CheckConstraint(condition=Q(kind__in=list(OpeningKind)), name="opening_kind_listed"),
            models.CheckConstraint(condition=Q(total_fen__gt=0), name="opening_of_something"),
            models.UniqueConstraint(
                fields=["region", "kind", "digest"],
                condition=Q(state=OpeningState.BROUGHT_IN),
                name="opening_table_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class SetAside(models.Model):
    """不再使用的材料：a paper that a claim no longer rests on; the file itself is kept."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=aside_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+", db_index=False)
    file_id = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "file_id"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.file_id}"


class AskedBack(models.Model):
    """待追回: what of a paid claim a decision asks back and has not had yet; it is not redeemed.

    A row for each step: what is decided adds, what is paid back or given up takes off. What was paid back the ledger has.
    """

    APPEND_ONLY: ClassVar = True

    id = models.BigAutoField(primary_key=True)
    claim_id = models.CharField(max_length=32, db_index=True)
    clawback_id = models.CharField(max_length=32)
    fen = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(fen=0), name="asked_back_says_something")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.fen}"
