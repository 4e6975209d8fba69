from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.catalog.models.offers import Carrier, Offer
from kechuang.catalog.states import StaffTitle
from kechuang.kernel.ids import new_id

NORTH_E6, EAST_E6 = 90_000_000, 180_000_000  # the ends of the earth in millionths of a degree


def staff_id() -> str:
    return new_id("stf")


def operating_id() -> str:
    return new_id("opr")


def opening_id() -> str:
    return new_id("opn")


def sharing_id() -> str:
    return new_id("shr")


class Staff(models.Model):
    """技术人员：who works at a carrier, for a period; a person of the platform or a name only.

    Nobody is twice at one carrier at a time (staff_no_overlap). The name is public only when its bearer agreed.
    """

    id = models.CharField(primary_key=True, max_length=32, default=staff_id, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=200)
    title = models.CharField(max_length=16, default=StaffTitle.NONE)
    post = models.CharField(max_length=60, blank=True)  # 岗位: 实验师、机组负责人, …
    published = models.BooleanField(default=False)  # 同意公开姓名
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(title__in=list(StaffTitle)), name="staff_title"),
            models.CheckConstraint(condition=~Q(name=""), name="staff_named"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="staff_period"
            ),
        ]
        indexes = [models.Index(fields=["carrier", "pinyin"], name="staff_of_carrier")]

    def __str__(self) -> str:
        return self.name


class Operating(models.Model):
    """上机授权：which instrument one of the staff may operate for others, for a period (operating_no_overlap)."""

    id = models.CharField(primary_key=True, max_length=32, default=operating_id, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="operating_period"
            ),
        ]
        indexes = [models.Index(fields=["offer", "valid_from"], name="operating_of_offer")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.offer_id}"


class Opening(models.Model):
    """开放制度：one version of how a carrier is open: when, for whom, with which notice, for what, and how to reach it."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=opening_id, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)
    version = models.PositiveIntegerField()
    hours = models.TextField()  # 开放时间
    open_to = models.TextField()  # 服务对象
    notice = models.TextField()  # 预约须知
    content = models.TextField(blank=True)  # 服务内容
    process = models.TextField(blank=True)  # 服务流程
    about = models.TextField(blank=True)  # 载体简介
    contact = models.CharField(max_length=60, blank=True)  # 联系部门或岗位: an office, no person's name
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)
    website = models.CharField(max_length=300, blank=True)
    route = models.CharField(max_length=300, blank=True)  # 地址与交通
    latitude_e6 = models.IntegerField(null=True)  # millionths of a degree
    longitude_e6 = models.IntegerField(null=True)
    files = models.JSONField(default=list)  # ids of the rules' own papers
    valid_from = models.DateField()
    set_by = models.CharField(max_length=32)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "version"], name="opening_version_once"),
            models.CheckConstraint(condition=~Q(hours="") & ~Q(open_to="") & ~Q(notice=""), name="opening_is_complete"),
            models.CheckConstraint(
                condition=Q(latitude_e6__isnull=True, longitude_e6__isnull=True)
                | Q(latitude_e6__range=(-NORTH_E6, NORTH_E6), longitude_e6__range=(-EAST_E6, EAST_E6)),
                name="opening_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_id} v{self.version}"


class Sharing(models.Model):
    """共享与收入分配办法：one filed version of to whom a carrier's income goes; the parts make the whole.

    `shares` are [{to, name, staff_id, bp}]; that they sum to 10,000 is held by the database (sharing_is_whole).
    """

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=sharing_id, editable=False)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12, db_index=True)
    version = models.PositiveIntegerField()
    document_number = models.CharField(max_length=120)  # 文号
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)  # 共享规则: what is shared on which conditions
    shares = models.JSONField()
    basis = models.JSONField(default=dict)  # the pack's record of the day it was filed
    files = models.JSONField(default=list)
    valid_from = models.DateField()
    filed_by = models.CharField(max_length=32)
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "version"], name="sharing_version_once"),
            models.CheckConstraint(condition=~Q(document_number="") & ~Q(title=""), name="sharing_is_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.document_number} v{self.version}"
