from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.orders.states import (
    MACHINE,
    ContractKind,
    InvoiceMark,
    OrderState,
    OwnShareKind,
    StandingState,
    Version,
)

REASON_LENGTH = 500
PRICED = [
    OrderState.PLACED,
    OrderState.IN_SERVICE,
    OrderState.DELIVERED,
    OrderState.ACCEPTED,
    OrderState.SETTLED,
    OrderState.DISPUTED,
]


def order_id() -> str:
    return new_id("ord")


def order_number() -> str:
    return public_number("DD")


def version_id() -> str:
    return new_id("orv")


def contract_id() -> str:
    return new_id("ctr")


def delivery_id() -> str:
    return new_id("dlv")


def share_id() -> str:
    return new_id("osh")


def mark_id() -> str:
    return new_id("oin")


def horizontal_id() -> str:
    return new_id("hzm")


def served_id() -> str:
    return new_id("srv")


def standing_id() -> str:
    return new_id("stq")


def page_of(order: str) -> str:
    """The address of an order's page, for messages."""
    return f"/orders/{order}/"


class Order(models.Model):
    """服务订单：what one user asks of one provider, under which rules, for how much, and who pays what."""

    id = models.CharField(primary_key=True, max_length=32, default=order_id, editable=False)
    number = models.CharField(max_length=64, unique=True, default=order_number, editable=False)
    state = models.CharField(max_length=24, default=MACHINE.initial)
    revision = models.IntegerField(default=1)  # one more with each act: an old tab is told by it
    last_act = models.CharField(max_length=80, blank=True)  # who did what last: a double click is told by it
    holder = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    offer = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    booking = models.OneToOneField("bookings.Booking", on_delete=models.PROTECT, null=True, related_name="+")
    voucher = models.ForeignKey(
        "vouchers.Voucher", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    scheme = models.CharField(max_length=64)
    region = models.CharField(max_length=12)  # the county whose budget pays
    dispute_region = models.CharField(max_length=12, blank=True, db_index=True)  # whose office mediates
    service = models.CharField(max_length=40)  # service class of the packs
    title = models.CharField(max_length=200)
    needs = models.TextField(blank=True)
    channel = models.CharField(max_length=16)
    situations = models.JSONField(default=list)
    other_public_fen = models.BigIntegerField(default=0)
    offices = models.JSONField(default=dict)  # fixed when placed: who receives, confirms, pays, admits, revokes
    terms = models.JSONField(default=dict)  # the rule version it is priced and finished by
    price_list = models.JSONField(default=list)  # frozen when quoted
    price_digest = models.CharField(max_length=64, blank=True)
    price_fen = models.BigIntegerField(default=0)  # gross
    voucher_fen = models.BigIntegerField(default=0)
    own_share_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)  # own share paid so far, net of refunds
    captured_fen = models.BigIntegerField(default=0)  # offset so far, net of what was put back
    bound_by = models.CharField(max_length=64, blank=True)
    invoice_to = models.JSONField(default=dict)  # 开票信息 as it stood when placed
    declared_at = models.DateTimeField(null=True)  # joint declaration by the user
    provider_declared_at = models.DateTimeField(null=True)
    requested_by = models.CharField(max_length=32)
    request_key = models.CharField(max_length=64, null=True)  # of its holder; null: no key, equal to none
    requested_on = models.DateField()
    quoted_on = models.DateField(null=True)
    placed_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    due_on = models.DateField(null=True)  # last day for whom it waits; after it the clock acts
    final_open = models.BooleanField(default=False)  # final lines were proposed and wait for an answer
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "request_key"], name="order_once_per_key"),
            models.CheckConstraint(condition=Q(state__in=list(OrderState)), name="order_state_listed"),
            models.CheckConstraint(
                condition=Q(price_fen__gte=0, voucher_fen__gte=0, own_share_fen__gte=0, captured_fen__gte=0),
                name="order_money_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(price_fen=F("voucher_fen") + F("own_share_fen")), name="order_parts_make_the_price"
            ),
            models.CheckConstraint(condition=Q(captured_fen__lte=F("price_fen")), name="order_captured_within_price"),
            models.CheckConstraint(condition=~Q(holder=F("provider")), name="order_between_two"),
            models.CheckConstraint(
                condition=~Q(state__in=PRICED)
                | Q(
                    price_fen__gt=0,
                    placed_on__isnull=False,
                    declared_at__isnull=False,
                    provider_declared_at__isnull=False,
                )
                & ~Q(price_digest=""),
                name="order_placed_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.SETTLED)
                | Q(settled_on__isnull=False, accepted_on__isnull=False, delivered_on__isnull=False),
                name="order_settled_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.DECLINED, OrderState.CANCELLED]) | ~Q(reason=""),
                name="order_no_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "state", "-id"], name="order_of_holder"),
            models.Index(fields=["provider", "state", "-id"], name="order_of_provider"),
            models.Index(fields=["region", "dispute_region", "state"], name="order_of_offices"),
            models.Index(fields=["region", "state", "-id"], name="order_of_region"),
            models.Index(fields=["voucher"], name="order_of_voucher"),
            models.Index(fields=["state", "due_on"], name="order_by_due"),
            models.Index(fields=["provider", "settled_on"], name="order_settled_of_provider"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderVersion(models.Model):
    """明细版本：one set of lines with its figures; the quote and every final proposal stay."""

    id = models.CharField(primary_key=True, max_length=32, default=version_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.IntegerField()
    kind = models.CharField(max_length=12)
    lines = models.JSONField()
    price_fen = models.BigIntegerField()
    voucher_fen = models.BigIntegerField(null=True)  # null: not agreed, nothing was set aside by it
    own_share_fen = models.BigIntegerField(null=True)
    bound_by = models.CharField(max_length=64, blank=True)
    limits = models.JSONField(default=dict)
    proposed_by = models.CharField(max_length=32)
    proposed_on = models.DateField()
    agreed_on = models.DateField(null=True)
    rejected_on = models.DateField(null=True)
    note = models.CharField(max_length=REASON_LENGTH, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="version_once"),
            models.CheckConstraint(condition=Q(kind__in=list(Version)), name="version_kind"),
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="version_has_a_price"),
            models.CheckConstraint(
                condition=Q(agreed_on__isnull=True) | Q(voucher_fen__isnull=False, own_share_fen__isnull=False),
                name="version_agreed_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version}"


class Contract(models.Model):
    """服务合同：drawn from a dated template, or brought by the parties; sealed by both or uploaded sealed."""

    id = models.CharField(primary_key=True, max_length=32, default=contract_id, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=12)
    parties_count = models.CharField(max_length=8)  # two or three (两方、三方)
    template = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    price_fen = models.BigIntegerField()  # gross, as the contract says
    digest = models.CharField(max_length=64)
    file_id = models.CharField(max_length=32, blank=True)
    holder_seal = models.CharField(max_length=200, blank=True)
    provider_seal = models.CharField(max_length=200, blank=True)
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ContractKind)), name="contract_kind"),
            models.CheckConstraint(
                condition=Q(kind=ContractKind.TEMPLATE) & ~Q(text="") | ~Q(file_id=""), name="contract_has_content"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class Delivery(models.Model):
    """交付：a part or the whole, with its report files."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=delivery_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    whole = models.BooleanField()
    files = models.JSONField()
    note = models.CharField(max_length=REASON_LENGTH, blank=True)
    by = models.CharField(max_length=32)
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.order_id} {self.on}"


class OwnShare(models.Model):
    """自付款：a payment of the user's own share or its refund, with the evidence for it."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=share_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    fen = models.BigIntegerField()
    file_id = models.CharField(max_length=32, blank=True)  # 银行回单
    channel = models.CharField(max_length=40, blank=True)  # payment adapter that vouches for it
    reference = models.CharField(max_length=120, blank=True)
    by = models.CharField(max_length=32)
    on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="own_share_is_something"),
            models.CheckConstraint(condition=Q(kind__in=list(OwnShareKind)), name="own_share_kind"),
            models.CheckConstraint(
                condition=~Q(file_id="") | (~Q(channel="") & ~Q(reference="")), name="own_share_has_evidence"
            ),
            models.UniqueConstraint(
                fields=["order", "kind", "reference"], condition=~Q(reference=""), name="own_share_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.fen}"


class Invoice(models.Model):
    """开票登记：an invoice the provider says it issued, reissued or cancelled in red. The claim brings the file."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=mark_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    mark = models.CharField(max_length=12)
    invoice_number = models.CharField(max_length=40)
    gross_fen = models.BigIntegerField()
    issued_on = models.DateField()
    by = models.CharField(max_length=32)
    on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mark__in=list(InvoiceMark)), name="invoice_mark"),
            models.UniqueConstraint(fields=["order", "mark", "invoice_number"], name="invoice_marked_once"),
        ]
        indexes = [models.Index(fields=["invoice_number"], name="order_invoice_number")]

    def __str__(self) -> str:
        return self.invoice_number


class StandingQuote(models.Model):
    """按公布价自动报价：a provider's standing word that a booking of an offer is quoted by its published prices.

    It carries the provider's part of the joint declaration for the orders so made, until it is ended.
    """

    id = models.CharField(primary_key=True, max_length=32, default=standing_id, editable=False)
    offer = models.OneToOneField("catalog.Offer", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    state = models.CharField(max_length=24, default=StandingState.OPEN)
    declared_by = models.CharField(max_length=32)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(StandingState)), name="standing_quote_state_listed")
        ]

    def __str__(self) -> str:
        return self.offer_id


class Horizontal(models.Model):
    """横向科研经费标记：a settled order whose income its provider manages as horizontal research funds, until taken back."""

    id = models.CharField(primary_key=True, max_length=32, default=horizontal_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    project = models.CharField(max_length=120)
    registration = models.CharField(max_length=60, blank=True)  # 技术合同登记编号
    contract_file_id = models.CharField(max_length=32, blank=True)  # "": the order's own sealed contract
    fen = models.BigIntegerField()  # gross: what of the income is horizontal
    terms = models.JSONField()  # the conditions of the day, with their articles
    marked_by = models.CharField(max_length=32)
    marked_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(ended_on__isnull=True), name="horizontal_once_per_order"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0) & ~Q(project=""), name="horizontal_is_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.project}"


class Served(models.Model):
    """服务分工：for which project an order was served, and by whom of the carrier's people, by weight."""

    id = models.CharField(primary_key=True, max_length=32, default=served_id, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    project = models.CharField(max_length=120, blank=True)
    people = models.JSONField(default=list)  # [{staff_id, weight}]

    def __str__(self) -> str:
        return self.order_id
