"""What is known of an instrument beyond what its offer says: the national workbook and the provincial interface."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kechuang.catalog.models.offers import Offer
from kechuang.catalog.states import Category, ClearanceKind, Fund, OpenMode, RunStatus, ShareMode, Source
from kechuang.kernel.ids import new_id


def clearance_id() -> str:
    return new_id("cle")


def _code() -> "models.CharField[str, str]":
    return models.CharField(max_length=16)


def _open_modes() -> list[str]:
    return [str(OpenMode.SLOT)]


class Instrument(models.Model):
    """仪器设备、科学仪器中心、重大科研基础设施：one row beside the offer, under the offer's own id.

    The offer keeps 仪器编号 (`inner_number`), 名称 and 分类编码. Texts are as their provider wrote them; hours are declared
    ones, in hundredths; the records of real use are kept in `usage`.
    """

    PERSONAL: ClassVar = ("contact", "phone", "email")

    offer = models.OneToOneField(
        Offer, primary_key=True, db_column="id", on_delete=models.PROTECT, related_name="instrument"
    )
    own_number = models.CharField(max_length=64, blank=True)  # 所在单位仪器编号
    source_id = models.CharField(max_length=64, blank=True)  # the id under which another platform pushes it
    gs1_code = models.CharField(max_length=64, blank=True)
    english_name = models.CharField(max_length=200, blank=True)
    resource_kind = models.CharField(max_length=40, blank=True)  # 所属资源载体类型
    resource = models.CharField(max_length=200, blank=True)  # 载体编号或名称
    department = models.CharField(max_length=100, blank=True)  # 所属单位内部门
    class_version = models.CharField(max_length=16, blank=True)  # of the set that the offer's class_code is from
    source = models.CharField(max_length=16, default=Source.OTHER)
    category = models.CharField(max_length=16, blank=True)  # 通用、专用
    under_customs = models.BooleanField(default=False)  # 在海关监管年限内
    original_value_fen = models.BigIntegerField(null=True)
    country = models.CharField(max_length=60, blank=True)
    maker = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200, blank=True)
    booked_on = models.DateField(null=True)  # 建账日期
    started_on = models.DateField(null=True)  # 启用日期
    retired_on = models.DateField(null=True)  # 报废、调出；exclusive
    indicators = models.TextField(blank=True)  # 主要技术指标
    functions = models.TextField(blank=True)  # 主要功能
    purpose = models.TextField(blank=True)  # 用途
    application_area = models.TextField(blank=True)  # 应用领域
    subjects = ArrayField(models.CharField(max_length=60), default=list)  # 学科领域, GB/T 13745-2009
    funds = ArrayField(_code(), default=list)
    services = models.CharField(max_length=200, blank=True)  # 服务内容, as the workbook has it
    notice = models.CharField(max_length=500, blank=True)  # 用户须知
    charges = models.CharField(max_length=500, blank=True)  # 参考收费标准
    booking_url = models.CharField(max_length=310, blank=True)
    picture_name = models.CharField(max_length=130, blank=True)  # 图片, the name the workbook gives
    picture = models.CharField(max_length=32, blank=True)  # a file of documents
    yearly_hours_hundredths = models.IntegerField(null=True)
    external_hours_hundredths = models.IntegerField(null=True)
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    county = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    latitude_e6 = models.IntegerField(null=True)
    longitude_e6 = models.IntegerField(null=True)
    contact = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=254, blank=True)
    mail_address = models.CharField(max_length=200, blank=True)  # 通讯地址
    postcode = models.CharField(max_length=6, blank=True)
    declaration_number = models.CharField(max_length=18, blank=True)  # 进口报关单编号
    declaration_item = models.CharField(max_length=2, blank=True)
    released_on = models.DateField(null=True)  # 海关放行日期
    declared_name = models.CharField(max_length=200, blank=True)
    open_modes = ArrayField(_code(), default=_open_modes)
    share_mode = models.CharField(max_length=16, default=ShareMode.EXTERNAL)
    run_status = models.CharField(max_length=16, default=RunStatus.NORMAL)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=list(Source)), name="instrument_source"),
            models.CheckConstraint(condition=Q(category__in=["", *Category]), name="instrument_category"),
            models.CheckConstraint(condition=Q(share_mode__in=list(ShareMode)), name="instrument_share_mode"),
            models.CheckConstraint(condition=Q(run_status__in=list(RunStatus)), name="instrument_run_status"),
            models.CheckConstraint(
                condition=Q(open_modes__contained_by=[str(mode) for mode in OpenMode]), name="instrument_open_modes"
            ),
            models.CheckConstraint(
                condition=Q(funds__contained_by=[str(fund) for fund in Fund]), name="instrument_funds"
            ),
            models.CheckConstraint(
                condition=Q(original_value_fen__isnull=True) | Q(original_value_fen__gt=0), name="instrument_value"
            ),
            models.CheckConstraint(
                condition=Q(latitude_e6__isnull=True, longitude_e6__isnull=True)
                | Q(latitude_e6__range=(-90_000_000, 90_000_000), longitude_e6__range=(-180_000_000, 180_000_000)),
                name="instrument_place",
            ),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True) | Q(started_on__isnull=True) | Q(retired_on__gte=F("started_on")),
                name="instrument_life",
            ),
        ]
        indexes = [models.Index(fields=["original_value_fen"], name="instrument_by_value")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.model}"

    @property
    def region(self) -> str:
        """Where its events belong."""
        return self.offer.region

    @property
    def number(self) -> str:
        return self.offer.number


class Clearance(models.Model):
    """海关手续：by what a duty-free instrument under customs supervision may serve others (补税记录、通知书编号)."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=clearance_id, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=64)  # of the tax payment or of the 通知书
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    file_id = models.CharField(max_length=32, blank=True)
    entered_by = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ClearanceKind)), name="clearance_kind"),
            models.CheckConstraint(condition=~Q(number=""), name="clearance_numbered"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="clearance_period"
            ),
            models.UniqueConstraint(fields=["offer", "kind", "number"], name="clearance_once"),
        ]

    def __str__(self) -> str:
        return self.number
