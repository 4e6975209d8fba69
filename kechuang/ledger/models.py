from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.rules import KIND_LABELS, PERIOD_LABELS, RULES, Kind, Period

FIRST_BUDGET_ID = 1_000_000_000_000  # budgets get the highest ids: the hottest rows are locked last
CHUNK = 1_000  # lines of one batch: the longest stall measured stays under 0.1 s
GROUPED = 256  # posts of many callers in one group
SEALED = 5_000  # transfers under one seal: what a round reads and writes at once
SHOWN = 20  # findings that a check lists of one kind


def closing_id() -> str:
    return new_id("cls")


def seal_id() -> str:
    return new_id("sel")


class Phase(models.IntegerChoices):
    """记账方式: a post moves money at once; a hold sets it aside until it is captured or released, once."""

    POST = 0, _("记账")
    HOLD = 1, _("占用")
    CAPTURE = 2, _("结清")
    RELEASE = 3, _("释放")
    REVERSAL = 4, _("冲销")


class Account(models.Model):
    """账户. `posted` is what came in less what went out, `held` what is set aside of it; both follow from transfers.

    Written only by the SQL function `ledger_post`; the application's role may not update it.
    """

    APPEND_ONLY: ClassVar = True

    id = models.BigIntegerField(primary_key=True, editable=False)
    kind = models.CharField(max_length=16, choices=[(kind.value, KIND_LABELS[kind]) for kind in Kind])
    region = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    owner = models.CharField(max_length=32, blank=True)
    no_overdraft = models.BooleanField()
    posted = models.BigIntegerField()
    held = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "region", "year", "owner"], name="one_account_of_a_kind"),
            # Kind and right to be overdrawn are checked by a trigger where they are set, not at every movement.
            models.CheckConstraint(
                condition=Q(held__gte=0) & (Q(no_overdraft=False) | Q(posted__gte=F("held"))),
                name="account_never_overdrawn",
            ),
        ]
        indexes = [models.Index(fields=["owner"], name="account_of_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.region} {self.year} {self.owner}".rstrip()


class Transfer(models.Model):
    """一笔账: one immutable row, so that it sums to zero by construction. `pending` is the hold that a capture or
    release resolves, or the transfer that a reversal undoes: each at most once. `at` is when it happened, `booked_at`
    when it was written. That it moves something between two accounts, and resolves what it must, a trigger holds:
    PostgreSQL prepares a CHECK anew for every statement, which cost a third of a post.
    """

    APPEND_ONLY: ClassVar = True

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120)  # the caller's name for the act: the same key never has two effects
    line = models.SmallIntegerField()
    phase = models.SmallIntegerField(choices=Phase.choices)
    rule = models.CharField(max_length=24, choices=[(rule.code, rule.label) for rule in RULES.values()])
    # Kept by the posting function, which writes both accounts and the hold in the same call; nothing of either is ever
    # deleted (trigger). A foreign key would look up and lock each of them a second time.
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    fen = models.BigIntegerField()
    pending = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    subject = models.CharField(max_length=32)  # the record whose money this is: voucher, order, claim, budget
    region = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    at = models.DateTimeField()
    on = models.DateField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "line"], name="one_transfer_of_a_key"),
            models.UniqueConstraint(
                fields=["pending"], condition=Q(pending__isnull=False), name="transfer_resolves_or_undoes_once"
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "id"], name="transfer_of_debit"),
            models.Index(fields=["credit", "id"], name="transfer_of_credit"),
            models.Index(fields=["subject", "id"], name="transfer_of_subject"),
            models.Index(fields=["region", "on"], name="transfer_of_region_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.rule} {self.fen}"


class Closing(models.Model):
    """关账: a region's books are closed for every day before `until`. Rows are only added: what is closed stays so."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=closing_id, editable=False)
    region = models.CharField(max_length=12)
    period = models.CharField(max_length=8, choices=[(one.value, PERIOD_LABELS[one]) for one in Period])
    since = models.DateField()  # of the period that was closed; what lies before was closed already
    until = models.DateField()  # exclusive: the first day that is open
    transfers_count = models.IntegerField()
    lay = models.JSONField()  # fen in the accounts of each kind at the end
    closed_by = models.CharField(max_length=32)
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "until", "period"], name="period_closed_once"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="closing_has_days"),
        ]
        indexes = [models.Index(fields=["region", "-until"], name="closing_of_region")]

    def __str__(self) -> str:
        return f"{self.region} {self.period} {self.until}"


class Seal(models.Model):
    """封存：the transfers after one up to another, value by value, as they were booked. The act of sealing stands in the log,
    with the digest of `lines`; so whoever changes a transfer later is found, and which column it was.
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=seal_id, editable=False)
    after_id = models.BigIntegerField(unique=True)  # exclusive: the last transfer of the seal before
    last_id = models.BigIntegerField(unique=True)
    transfers_count = models.IntegerField()
    lines = models.JSONField()  # one array per transfer, in the order of `queries.sealing.COLUMNS`
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(after_id__lt=F("last_id")), name="seal_holds_something")]

    def __str__(self) -> str:
        return f"{self.after_id}–{self.last_id}"


class SealMark(models.Model):
    """待封存的界：once every transaction below `xid` has ended, nothing can still be booked up to `transfer_id`."""

    id = models.SmallIntegerField(primary_key=True)
    xid = models.BigIntegerField()
    transfer_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.xid}/{self.transfer_id}"
