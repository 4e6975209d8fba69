from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.subsidies.states import (
    CONVERSION_MACHINE,
    MACHINE,
    OUTSIDE_MACHINE,
    STATEMENT_MACHINE,
    ConversionState,
    Formula,
    OutsideState,
    StatementState,
    SubsidyState,
)


def settlement_id() -> str:
    return new_id("sbd")


def statement_id() -> str:
    return new_id("sbs")


def conversion_id() -> str:
    return new_id("sbc")


def outside_id() -> str:
    return new_id("sbo")


class Settlement(models.Model):
    """补助核算: one sort of subsidy for one year, settled by one office.

    `region` is the office's, `scope` where redemptions are counted, `pays_for` the place whose redemptions it pays: its own
    county, or the whole scope where the city or the province pays. A place's year is paid once, whichever office pays.
    """

    id = models.CharField(primary_key=True, max_length=32, default=settlement_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    formula = models.CharField(max_length=16)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12, db_index=True)
    scope = models.CharField(max_length=12)
    pays_for = models.CharField(max_length=12)
    year = models.SmallIntegerField()  # whose redemptions count
    state = models.CharField(max_length=24, default=MACHINE.initial)
    rate_bp = models.IntegerField(null=True)  # decided for the year; null where grades or factors decide
    document_number = models.CharField(max_length=100, blank=True)  # 决定文号
    decided_office = models.CharField(max_length=100, blank=True)
    decided_on = models.DateField(null=True)
    terms = models.JSONField(default=dict)  # the parameters in force when it was settled, with their articles
    pays_year = models.SmallIntegerField(null=True)  # whose money pays
    pot_fen = models.BigIntegerField(null=True)  # 安排的补助资金
    pot_document = models.CharField(max_length=100, blank=True)
    drafted_by = models.CharField(max_length=32)
    drafted_on = models.DateField()
    checked_by = models.CharField(max_length=32, blank=True)
    funded_by = models.CharField(max_length=32, blank=True)
    settled_by = models.CharField(max_length=32, blank=True)
    settled_on = models.DateField(null=True)
    redeemed_fen = models.BigIntegerField(default=0)
    redeemed_count = models.IntegerField(default=0)
    full_fen = models.BigIntegerField(default=0)  # due before the money set aside was looked at
    total_fen = models.BigIntegerField(default=0)
    conversion = models.ForeignKey("Conversion", on_delete=models.PROTECT, null=True, related_name="+")  # an award's
    notice_id = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SubsidyState)), name="subsidy_state_listed"),
            models.CheckConstraint(condition=Q(formula__in=list(Formula)), name="subsidy_formula_listed"),
            models.CheckConstraint(condition=~Q(checked_by=F("drafted_by")), name="subsidy_four_eyes"),
            models.CheckConstraint(
                condition=Q(funded_by="") | (~Q(funded_by=F("drafted_by")) & ~Q(funded_by=F("checked_by"))),
                name="subsidy_funded_by_a_third",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "decided", "withdrawn"])
                | (Q(pot_fen__gt=0, pays_year__isnull=False) & ~Q(funded_by="") & ~Q(pot_document="")),
                name="subsidy_funded_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "decided", "funded", "withdrawn"])
                | (Q(settled_on__isnull=False) & ~Q(settled_by="")),
                name="subsidy_settled_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(pot_fen__isnull=True, total_fen=0) | Q(pot_fen__gte=F("total_fen")),
                name="subsidy_within_its_pot",
            ),
            models.UniqueConstraint(
                fields=["formula", "pays_for", "year"],
                condition=~Q(state="withdrawn"),
                name="subsidy_of_a_year_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Conversion(models.Model):
    """成果转化实绩: by city or county, as an authority gave it for a period; what an award rests on beside the ledger.

    Brought by one person, checked by another. What it says never changes (conversion_kept), it is only followed by a later one.
    """

    id = models.CharField(primary_key=True, max_length=32, default=conversion_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    region = models.CharField(max_length=12, db_index=True)  # the office that brought it
    year = models.SmallIntegerField()
    source = models.CharField(max_length=200)
    from_on = models.DateField()
    last_on = models.DateField()
    name = models.CharField(max_length=200)  # of the file
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    rows = models.JSONField()  # code, fen, payee
    brought_by = models.CharField(max_length=32)
    brought_on = models.DateField()
    state = models.CharField(max_length=24, default=CONVERSION_MACHINE.initial)
    checked_by = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ConversionState)), name="conversion_state_listed"),
            models.CheckConstraint(condition=~Q(checked_by=F("brought_by")), name="conversion_four_eyes"),
            models.CheckConstraint(condition=Q(state="brought") | ~Q(checked_by=""), name="conversion_checked_by_whom"),
            models.UniqueConstraint(
                fields=["region", "year"], condition=Q(state="brought"), name="conversion_waits_alone"
            ),
            models.CheckConstraint(condition=Q(last_on__gte=F("from_on")), name="conversion_period_runs"),
        ]

    def __str__(self) -> str:
        return self.number


class Statement(models.Model):
    """结算单: what one payee is due of a settlement, of what it was computed, and how far it is paid."""

    id = models.CharField(primary_key=True, max_length=32, default=statement_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)  # the paying office's
    party = models.CharField(max_length=32, db_index=True)
    unit = models.CharField(max_length=32, blank=True)
    place = models.CharField(max_length=12, blank=True)  # the city or county that is awarded; "" for others
    carrier = models.CharField(max_length=32, blank=True)  # that is subsidised by its grade; "" for others
    sheet = models.ForeignKey("evaluation.Sheet", on_delete=models.PROTECT, null=True, related_name="+")  # of the grade
    conversion_fen = models.BigIntegerField(
        null=True
    )  # the awarded place's results, as the settlement's import has them
    state = models.CharField(max_length=24, default=STATEMENT_MACHINE.initial)
    redeemed_count = models.IntegerField(default=0)
    redeemed_fen = models.BigIntegerField()  # everything of the year, whether it counts or not
    outside_fen = models.BigIntegerField(default=0)
    counted_fen = models.BigIntegerField()  # that the rate is applied to
    platform_fen = models.BigIntegerField(default=0)
    rate_bp = models.IntegerField(null=True)
    grade = models.CharField(max_length=16, blank=True)
    rate_part_fen = models.BigIntegerField()
    platform_part_fen = models.BigIntegerField(default=0)
    price_fen = models.BigIntegerField(default=0)  # gross: of the orders redeemed
    public_bp = models.IntegerField(default=0)  # all public money of these prices, before anything is cut
    above_fen = models.BigIntegerField(default=0)  # of it above the allowed share: a finding
    cut_fen = models.BigIntegerField(default=0)
    full_fen = models.BigIntegerField()  # due before the money set aside was looked at
    fen = models.BigIntegerField()
    why = models.CharField(max_length=200, blank=True)  # why nothing is due
    cleared_on = models.DateField(null=True)
    payable_id = models.CharField(max_length=32, blank=True)
    paid_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # why its payout was held, let go or ended

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(StatementState)), name="statement_state_listed"),
            models.CheckConstraint(
                condition=Q(fen__gte=0, fen__lte=F("full_fen"), cut_fen__gte=0), name="statement_not_above_due"
            ),
            models.CheckConstraint(
                condition=Q(full_fen=F("rate_part_fen") + F("platform_part_fen") - F("cut_fen")),
                name="statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["counted", "not_due", "withdrawn"]) | Q(fen__gt=0),
                name="statement_pays_something",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["payable", "in_payment", "paid", "payment_failed", "suspended"])
                | (Q(cleared_on__isnull=False) & ~Q(payable_id="")),
                name="statement_payable_passed_its_notice",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False), name="statement_paid_has_day"
            ),
            models.UniqueConstraint(
                fields=["settlement", "party", "unit", "place", "carrier"], name="statement_once_per_payee"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def year_fen(self) -> int:
        """Redeemed in the year, on the platform and off it."""
        return self.redeemed_fen + self.outside_fen


class Counted(models.Model):
    """结算明细: one redeemed claim as it was when the year was settled; what a statement's sums are made of."""

    APPEND_ONLY: ClassVar = True

    id = models.BigAutoField(primary_key=True)
    # Written by one statement of a settlement that is locked; neither is ever deleted. A foreign key would look each up.
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    party = models.CharField(max_length=32)
    unit = models.CharField(max_length=32, blank=True)
    carrier = models.CharField(max_length=32, blank=True)
    claim_id = models.CharField(max_length=32)
    claim_number = models.CharField(max_length=64)
    region = models.CharField(max_length=12)  # the county that redeemed
    holder = models.CharField(max_length=32)
    counted_on = models.DateField()
    fen = models.BigIntegerField()
    price_fen = models.BigIntegerField()  # gross
    platform = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["settlement", "party"], name="counted_of_payee")]

    def __str__(self) -> str:
        return self.claim_number


class Outside(models.Model):
    """平台外兑付: redeemed off the platform, entered with its document by one person and checked by another."""

    id = models.CharField(primary_key=True, max_length=32, default=outside_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    region = models.CharField(max_length=12, db_index=True)  # the county that redeemed
    party = models.CharField(max_length=32, db_index=True)
    unit = models.CharField(max_length=32, blank=True)
    redeemed_on = models.DateField()
    fen = models.BigIntegerField()
    price_fen = models.BigIntegerField()  # gross: of the services it was redeemed for
    document_number = models.CharField(max_length=100)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=24, default=OUTSIDE_MACHINE.initial)
    entered_by = models.CharField(max_length=32)
    entered_on = models.DateField()
    checked_by = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OutsideState)), name="outside_state_listed"),
            models.CheckConstraint(condition=Q(fen__gt=0, price_fen__gte=F("fen")), name="outside_within_its_price"),
            models.CheckConstraint(condition=~Q(checked_by=F("entered_by")), name="outside_four_eyes"),
            models.CheckConstraint(condition=Q(state="entered") | ~Q(checked_by=""), name="outside_checked_by_whom"),
            models.UniqueConstraint(
                fields=["region", "party", "document_number"],
                condition=~Q(state="rejected"),
                name="outside_of_a_document_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number
