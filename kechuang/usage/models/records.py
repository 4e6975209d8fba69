"""Service records, version by version, and the hours of each instrument, each minute once."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id, public_number
from kechuang.usage.states import (
    REASON_LENGTH,
    Audience,
    ClientRole,
    Grade,
    Origin,
    Purpose,
    Rating,
    RecordState,
    Way,
)


def record_id() -> str:
    return new_id("svr")


def record_number() -> str:
    return public_number("FW")


def batch_id() -> str:
    return new_id("svb")


def hours_id() -> str:
    return new_id("hrs")


def page_of(record: str) -> str:
    """The address of a record's page, for messages."""
    return f"/usage/records/{record}/"


class Batch(models.Model):
    """批量录入：one file or push of service records, with its digest and what became of it."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=batch_id, editable=False)
    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=12, db_index=True)
    origin = models.CharField(max_length=12)
    name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField()
    same = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    by = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(origin__in=list(Origin)), name="batch_origin")]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class ServiceRecord(models.Model):
    """服务记录：one version of what was done for whom, when, on what, for how long and how much.

    Never changed: a correction is a new version that names the former, so is a voiding. `Standing` says which version
    holds. All fields of the national service record and of the provincial batch-push-instrument-service interface.
    """

    APPEND_ONLY: ClassVar = True
    PERSONAL: ClassVar = ("applicant", "applicant_phone", "applicant_email", "operator_name")

    id = models.CharField(primary_key=True, max_length=32, default=record_id, editable=False)
    number = models.CharField(max_length=64)  # the same for all versions
    root_id = models.CharField(max_length=32)  # the first version's id
    version = models.PositiveIntegerField(default=1)
    former = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=24, default=RecordState.ENTERED)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)  # of a correction or voiding
    origin = models.CharField(max_length=12)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="+")
    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")  # the carrier's
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12, db_index=True)  # the carrier's
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, null=True, related_name="+")
    internal_number = models.CharField(max_length=64)  # 服务记录内部编号
    title = models.CharField(max_length=200)  # 服务名称（课题）
    content = models.TextField(blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(default=0)  # 服务机时
    amount_fen = models.BigIntegerField(default=0)  # gross
    voucher_fen = models.BigIntegerField(default=0)  # of it, paid by vouchers
    way = models.CharField(max_length=12)
    audience = models.CharField(max_length=3)
    purpose = models.CharField(max_length=3)
    fund = models.CharField(max_length=60, blank=True)  # 经费来源
    discipline = models.CharField(max_length=60, blank=True)
    applicant = models.CharField(max_length=60, blank=True)
    applicant_phone = models.CharField(max_length=24, blank=True)
    applicant_email = models.CharField(max_length=254, blank=True)
    applicant_unit = models.CharField(max_length=200, blank=True)
    rating = models.CharField(max_length=12, blank=True)
    tax_supplement = models.CharField(max_length=64, blank=True)  # 补税记录
    customs_notice = models.CharField(max_length=64, blank=True)  # 海关《通知书》编号
    on_premises = models.BooleanField(default=True)
    outside_address = models.CharField(max_length=200, blank=True)
    signed_agreement = models.BooleanField(default=False)
    client_role = models.CharField(max_length=1)
    client = models.ForeignKey("parties.Party", on_delete=models.PROTECT, null=True, related_name="+")
    client_name = models.CharField(max_length=200, blank=True)
    client_code = models.CharField(max_length=18, blank=True)
    client_region = models.CharField(max_length=12, blank=True)  # the client's seat, "" when unknown
    client_property = models.CharField(max_length=60, blank=True)  # servicingEnterpriseProperty
    client_type = models.CharField(max_length=60, blank=True)  # servicingEnterpriseType
    operator_id = models.CharField(max_length=32, blank=True)  # 服务人员, when known here
    operator_name = models.CharField(max_length=60, blank=True)
    reports = models.PositiveIntegerField(default=0)  # 出具报告数
    report_numbers = models.JSONField(default=list)
    order_id = models.CharField(max_length=32, blank=True)
    order_number = models.CharField(max_length=64, blank=True)
    order_line = models.PositiveSmallIntegerField(default=0)
    booking_id = models.CharField(max_length=32, blank=True)
    entered_by = models.CharField(max_length=32)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(RecordState)), name="record_state"),
            models.CheckConstraint(condition=Q(origin__in=list(Origin)), name="record_origin"),
            models.CheckConstraint(condition=Q(way__in=list(Way)), name="record_way"),
            models.CheckConstraint(condition=Q(audience__in=list(Audience)), name="record_audience"),
            models.CheckConstraint(condition=Q(purpose__in=list(Purpose)), name="record_purpose"),
            models.CheckConstraint(condition=Q(client_role__in=list(ClientRole)), name="record_client_role"),
            models.CheckConstraint(condition=Q(rating__in=["", *Rating]), name="record_rating"),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="record_period"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, voucher_fen__gte=0, voucher_fen__lte=F("amount_fen")),
                name="record_money",
            ),
            models.CheckConstraint(
                condition=Q(version=1, former__isnull=True, state=RecordState.ENTERED)
                | Q(version__gt=1, former__isnull=False) & ~Q(state=RecordState.ENTERED),
                name="record_version_follows",
            ),
            models.CheckConstraint(condition=~Q(state=RecordState.VOIDED) | ~Q(reason=""), name="record_voided_why"),
            models.UniqueConstraint(fields=["root_id", "version"], name="record_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"


class Standing(models.Model):
    """现行服务记录：which version of a record holds, with what is counted. One row per record, rewritten by corrections."""

    id = models.CharField(primary_key=True, max_length=32)  # the record's root id
    record = models.OneToOneField(ServiceRecord, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=12)
    instrument = models.ForeignKey(
        "catalog.Offer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    internal_number = models.CharField(max_length=64)
    order_id = models.CharField(max_length=32, blank=True)
    order_line = models.PositiveSmallIntegerField(default=0)
    order_number = models.CharField(max_length=64, blank=True)
    booking_id = models.CharField(max_length=32, blank=True)
    operator_id = models.CharField(max_length=32, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    served_on = models.DateField()  # the legal day it ended
    minutes = models.PositiveIntegerField()
    exact = models.BooleanField()  # the hours fill the whole period; else they lie within it, by days
    grade = models.CharField(max_length=1)  # of what is not metered
    external = models.BooleanField()
    once = models.BooleanField()  # counts as a 家次 (人次): once per client, order and carrier
    client_role = models.CharField(max_length=1)
    client_region = models.CharField(max_length=12, blank=True)
    amount_fen = models.BigIntegerField()
    voucher_fen = models.BigIntegerField()
    delay_days = models.PositiveSmallIntegerField(null=True)  # null: made by an order, nobody was late

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "internal_number"], name="standing_internal_number_once"),
            models.UniqueConstraint(
                fields=["order_id", "order_line"], condition=~Q(order_id=""), name="standing_order_line_once"
            ),
            models.CheckConstraint(condition=Q(grade__in=list(Grade)), name="standing_grade"),
        ]
        indexes = [
            models.Index(fields=["carrier", "-served_on", "-id"], name="standing_of_carrier"),
            models.Index(fields=["party", "-served_on", "-id"], name="standing_of_party"),
            models.Index(fields=["region", "-served_on", "-id"], name="standing_of_region"),
            models.Index(fields=["instrument", "-served_on"], name="standing_of_instrument"),
            models.Index(
                fields=["operator_id", "served_on"], condition=~Q(operator_id=""), name="standing_of_operator"
            ),
            models.Index(
                fields=["carrier", "order_number"], condition=~Q(order_number=""), name="standing_of_order_number"
            ),
            models.Index(fields=["booking_id"], condition=~Q(booking_id=""), name="standing_of_booking"),
        ]

    def __str__(self) -> str:
        return self.internal_number


class InstrumentBook(models.Model):
    """机时簿：the lock of one instrument's hours. Whoever writes hours takes it first."""

    instrument = models.OneToOneField("catalog.Offer", primary_key=True, on_delete=models.PROTECT, related_name="+")
    writes = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.instrument_id


class Hours(models.Model):
    """机时：a piece of one day of one instrument, by what it is evidenced and for which record.

    With a place in the day (`from_at`, `until_at`) pieces never overlap, of whatever grade (hours_no_overlap). Without
    one, the day's part of a record whose hours lie somewhere within its period. No record: metered, and nobody has
    said for whom.
    """

    id = models.CharField(primary_key=True, max_length=32, default=hours_id, editable=False)
    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=1)
    external = models.BooleanField(default=False)
    standing = models.ForeignKey(Standing, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(grade__in=list(Grade)), name="hours_grade"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="hours_some"),
            models.CheckConstraint(
                condition=Q(from_at__isnull=True, until_at__isnull=True)
                | Q(from_at__isnull=False, until_at__isnull=False, until_at__gt=F("from_at")),
                name="hours_placed_whole",
            ),
            models.CheckConstraint(
                condition=Q(standing__isnull=False) | Q(grade=Grade.METER, external=False),
                name="hours_nobodys_are_metered",
            ),
        ]
        indexes = [models.Index(fields=["instrument", "on"], name="hours_of_day")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.on} {self.minutes}"
