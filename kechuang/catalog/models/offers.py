from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.catalog.states import CarrierKind, ItemKind, OfferKind, OfferState, PriceGroup, StepMode, Unit
from kechuang.kernel.ids import new_id

WAITING_MAX = 50  # rows of one room on a workbench
BATCH = 500  # rows per statement when many are written at once


def carrier_id() -> str:
    return new_id("car")


def offer_id() -> str:
    return new_id("ofr")


def price_id() -> str:
    return new_id("prc")


def import_id() -> str:
    return new_id("imp")


class Carrier(models.Model):
    """创新载体：a laboratory, platform or institute of a party (or of one of its units) that serves others."""

    id = models.CharField(primary_key=True, max_length=32, default=carrier_id, editable=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=32)
    department = models.CharField(max_length=60, blank=True)  # 主管部门: 海关, 教育, …; matches a desk's
    name = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=600)
    region = models.CharField(max_length=12, db_index=True)
    address = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=64, blank=True)  # 所属资产载体 code of the national network
    admission = models.ForeignKey("registers.Admission", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(CarrierKind)), name="carrier_kind"),
            models.UniqueConstraint(
                fields=["party", "unit", "name"],
                condition=Q(ended_on__isnull=True),
                nulls_distinct=False,
                name="carrier_name_once",
            ),
            models.UniqueConstraint(
                fields=["admission"],
                condition=Q(admission__isnull=False, ended_on__isnull=True),
                name="carrier_of_admission_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """服务项目或仪器设备：what a carrier does for others; content, process and prices before the first order (三（二）3)."""

    id = models.CharField(primary_key=True, max_length=32, default=offer_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the carrier's, for lists
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12)
    state = models.CharField(max_length=24, default=OfferState.DRAFT)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=600)
    service_class = models.CharField(max_length=40)  # of the voucher packs: instrument_use, testing, …
    content = models.TextField(blank=True)  # 服务内容
    process = models.TextField(blank=True)  # 服务流程
    inner_number = models.CharField(
        max_length=64, blank=True
    )  # 所在单位仪器编号, or the row's key in a list of services
    class_code = models.CharField(max_length=6, blank=True)  # 仪器分类编码
    sheet = models.JSONField(default=dict)  # the other columns of the national workbook, by their headings
    opened_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OfferState)), name="offer_state"),
            models.CheckConstraint(condition=Q(kind__in=list(OfferKind)), name="offer_kind"),
            models.CheckConstraint(
                condition=~Q(state=OfferState.OPEN)
                | (~Q(content="") & ~Q(process="") & ~Q(service_class="") & Q(opened_on__isnull=False)),
                name="offer_open_is_complete",
            ),
            models.UniqueConstraint(
                fields=["carrier", "kind", "inner_number"],
                condition=~Q(inner_number=""),
                name="offer_inner_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "pinyin", "id"], name="offer_list"),
            models.Index(fields=["party", "state"], name="offer_of_party"),
            models.Index(fields=["region", "state", "pinyin"], name="offer_of_region"),
            models.Index(fields=["service_class", "state", "pinyin"], name="offer_of_class"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Price(models.Model):
    """收费标准：one line of an offer's price list for a period; lines of one item never overlap (price_no_overlap).

    An item may have one line for insiders and another for outsiders, or one for all; never two for the same people.
    Either an amount per unit, stepped or not, or, for surcharges, a rate on the base lines. All prices are gross (含税).
    A line is followed by a later one, never edited; a line replaced before its first day keeps an empty period.
    """

    id = models.CharField(primary_key=True, max_length=32, default=price_id, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    item = models.CharField(max_length=60)  # what is charged for: 机时, 常规样品, …
    unit = models.CharField(max_length=12)
    price_fen = models.BigIntegerField(null=True)  # gross, per unit
    rate_bp = models.IntegerField(null=True)  # of the base lines together
    group = models.CharField(max_length=8, default=PriceGroup.ALL)  # 适用对象
    steps = models.JSONField(default=list)  # 阶梯价: [{from_hundredths, price_fen}], rising
    step_mode = models.CharField(max_length=8, default=StepMode.PART)
    minimum_fen = models.BigIntegerField(null=True)  # 最低收费, gross, once per line
    conditions = models.CharField(max_length=200, blank=True)  # 检测条件或标准号
    place = models.PositiveSmallIntegerField(default=0)  # in the list as its provider wrote it
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    set_by = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ItemKind)), name="price_kind"),
            models.CheckConstraint(condition=Q(unit__in=list(Unit)), name="price_unit"),
            models.CheckConstraint(
                condition=Q(price_fen__isnull=False, price_fen__gte=0, rate_bp__isnull=True) & ~Q(unit=Unit.RATE)
                | Q(rate_bp__isnull=False, rate_bp__gt=0, price_fen__isnull=True, unit=Unit.RATE)
                & ~Q(kind=ItemKind.BASE),
                name="price_amount_or_rate",
            ),
            models.CheckConstraint(condition=Q(group__in=list(PriceGroup)), name="price_group"),
            models.CheckConstraint(condition=Q(step_mode__in=list(StepMode)), name="price_step_mode"),
            models.CheckConstraint(
                condition=~Q(unit=Unit.RATE) | Q(steps=[], minimum_fen__isnull=True), name="price_rate_is_plain"
            ),
            models.CheckConstraint(
                condition=Q(minimum_fen__isnull=True) | Q(minimum_fen__gt=0), name="price_minimum_is_something"
            ),
            models.CheckConstraint(condition=~Q(item=""), name="price_item_named"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="price_period"
            ),
        ]
        indexes = [models.Index(fields=["offer", "valid_from"], name="price_of_offer")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.item}"


class Import(models.Model):
    """批量导入：one file that was taken over whole, with its digest and what it did."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=import_id, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=16)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    by = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(OfferKind)), name="import_kind")]

    def __str__(self) -> str:
        return self.file_name
