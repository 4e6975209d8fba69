from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.vouchers.states import HOLD_MACHINE, MACHINE, HoldState, VoucherState

REASON_LENGTH = 500
LIVE = (HoldState.HELD, HoldState.CAPTURED)  # what counts against the yearly cap


def voucher_id() -> str:
    return new_id("vch")


def voucher_number() -> str:
    return public_number("KQ")


def page_of(voucher: str) -> str:
    """The address of a voucher's page, for messages."""
    return f"/vouchers/{voucher}/"


def hold_id() -> str:
    return new_id("hld")


class Voucher(models.Model):
    """科技创新券：one grant to one enterprise or maker under one scheme, paid by one county's budget of one year."""

    id = models.CharField(primary_key=True, max_length=32, default=voucher_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=voucher_number, editable=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12)  # the issuing county: its budget pays
    state = models.CharField(max_length=24, default=MACHINE.initial)
    year = models.IntegerField()  # of the budget and of the yearly cap of grants
    requested_fen = models.BigIntegerField()
    face_fen = models.BigIntegerField(default=0)
    account = models.BigIntegerField(null=True)  # in the ledger; its balance is what is left
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)  # exclusive: the first day on which it no longer pays
    declared = models.JSONField(default=dict)  # 自行申报: facts no list knows, with the files that prove them
    checks = models.JSONField(default=list)  # each eligibility check as it was decided
    terms = models.JSONField(default=dict)  # the resolved terms it was granted by
    reason = models.CharField(
        max_length=REASON_LENGTH, blank=True
    )  # of the last return, refusal, withdrawal, revocation
    applied_by = models.CharField(max_length=32)
    decided_by = models.CharField(max_length=32, blank=True)
    closed_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=32, blank=True)  # who withdrew, revoked or expired it
    request_key = models.CharField(max_length=64, null=True)  # of its holder; null: no key, equal to none

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "request_key"], name="voucher_once_per_key"),
            models.CheckConstraint(condition=Q(state__in=list(VoucherState)), name="voucher_state_listed"),
            models.CheckConstraint(condition=Q(requested_fen__gt=0), name="voucher_asks_for_something"),
            models.CheckConstraint(condition=Q(face_fen__gte=0), name="voucher_face_not_negative"),
            models.CheckConstraint(
                # A CHECK passes on NULL, so each column is asked for by name.
                condition=~Q(state__in=[VoucherState.ISSUED, VoucherState.EXPIRED, VoucherState.REVOKED])
                | Q(
                    face_fen__gt=0,
                    account__isnull=False,
                    valid_from__isnull=False,
                    valid_until__isnull=False,
                    valid_from__lt=F("valid_until"),
                ),
                name="voucher_issued_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[VoucherState.RETURNED, VoucherState.REFUSED, VoucherState.REVOKED])
                | ~Q(reason=""),
                name="voucher_no_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by="") | ~Q(decided_by=F("applied_by")), name="voucher_not_in_own_case"
            ),
        ]
        indexes = [
            models.Index(fields=["party", "scheme", "state"], name="voucher_of_party"),
            models.Index(fields=["region", "state", "id"], name="voucher_queue"),
            models.Index(fields=["valid_until"], condition=Q(state=VoucherState.ISSUED), name="voucher_by_last_day"),
        ]

    def __str__(self) -> str:
        return self.number


class HolderYear(models.Model):
    """What one holder was granted and used under one scheme in one year: the row that the yearly caps lock."""

    party_id = models.CharField(max_length=32)
    scheme = models.CharField(max_length=64)
    year = models.IntegerField()
    granted_fen = models.BigIntegerField(default=0)
    granted_count = models.IntegerField(default=0)
    used_fen = models.BigIntegerField(default=0)  # held and captured, net of what was restored

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party_id", "scheme", "year"], name="holder_year_once"),
            models.CheckConstraint(
                condition=Q(granted_fen__gte=0, used_fen__gte=0, granted_count__gte=0),
                name="holder_year_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.scheme} {self.year}"


class Reminder(models.Model):
    """到期提醒：that a holder was told once that a voucher ends soon."""

    APPEND_ONLY: ClassVar = True

    voucher = models.OneToOneField(Voucher, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.on}"


class Hold(models.Model):
    """占用：links an order, the terms it was priced with, and the hold in the ledger."""

    id = models.CharField(primary_key=True, max_length=32, default=hold_id, editable=False)
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.CharField(max_length=32, db_index=True)
    provider_id = models.CharField(max_length=32)
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=HOLD_MACHINE.initial)
    price_fen = models.BigIntegerField()
    fen = models.BigIntegerField()  # set aside
    captured_fen = models.BigIntegerField(default=0)
    restored_fen = models.BigIntegerField(default=0)
    bound_by = models.CharField(max_length=32)
    facts = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)  # frozen: the order is priced by these to its end
    year = models.IntegerField()  # whose yearly cap it counts against
    ledger_hold = models.BigIntegerField()
    held_on = models.DateField()
    ended_on = models.DateField(null=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(HoldState)), name="hold_state_listed"),
            models.CheckConstraint(condition=Q(fen__gt=0, price_fen__gte=F("fen")), name="hold_within_price"),
            models.CheckConstraint(
                condition=Q(captured_fen__gte=0, captured_fen__lte=F("fen"))
                & Q(restored_fen__gte=0, restored_fen__lte=F("captured_fen")),
                name="hold_captured_within_held",
            ),
            models.UniqueConstraint(fields=["order_id"], condition=Q(state=HoldState.HELD), name="hold_one_per_order"),
        ]
        indexes = [models.Index(fields=["voucher", "state"], name="hold_of_voucher")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.fen}"
