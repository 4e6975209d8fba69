"""What records and hours add up to, kept in the same transaction as they are; baselines; printed papers.

Chosen over counting at every look: a board of a province reads one row per instrument and year and a few per carrier
and month, whatever the number of records. `commands.recount` makes them anew from records and hours.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.usage.states import MINUTES_IN_DAY, Scope


def baseline_id() -> str:
    return new_id("bas")


def paper_id() -> str:
    return new_id("tpr")


class Day(models.Model):
    """一台仪器的一天：never more than 24 hours, whoever writes them."""

    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    minutes = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "on"], name="day_once"),
            models.CheckConstraint(condition=Q(minutes__gte=0, minutes__lte=MINUTES_IN_DAY), name="day_has_24_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.on}"


class InstrumentYear(models.Model):
    """一台仪器的一年：hours by evidence, hours for outsiders, services, income."""

    instrument = models.ForeignKey("catalog.Offer", on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    metered = models.IntegerField(default=0)  # minutes of grade A
    run = models.IntegerField(default=0)  # B
    typed = models.IntegerField(default=0)  # C
    external = models.IntegerField(default=0)  # of all these, for outsiders
    unassigned = models.IntegerField(default=0)  # metered, and no record says for whom
    services = models.IntegerField(default=0)
    external_services = models.IntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "year"], name="instrument_year_once"),
            models.CheckConstraint(
                condition=Q(metered__gte=0, run__gte=0, typed__gte=0, external__gte=0, unassigned__gte=0)
                & Q(unassigned__lte=F("metered")),
                name="instrument_year_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.year}"


class ServiceMonth(models.Model):
    """一家载体一个月为一地企业的服务：services, 家次, 人次, amounts; `client_region` is the clients' seat."""

    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)  # the carrier's
    client_region = models.CharField(max_length=12, blank=True)
    month = models.DateField()  # its first day
    services = models.IntegerField(default=0)
    external_services = models.IntegerField(default=0)
    enterprises = models.IntegerField(default=0)  # 家次
    people = models.IntegerField(default=0)  # 人次
    amount_fen = models.BigIntegerField(default=0)
    external_fen = models.BigIntegerField(default=0)
    voucher_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "client_region", "month"], name="service_month_once"),
        ]
        indexes = [
            models.Index(fields=["month", "client_region"], name="service_month_of_clients"),
            models.Index(fields=["month", "region"], name="service_month_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.month}"


class Delay(models.Model):
    """录入时滞：how many records of a carrier's year were entered so many days after the service ended."""

    carrier = models.ForeignKey("catalog.Carrier", on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    records = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["carrier", "year", "days"], name="delay_once")]
        indexes = [models.Index(fields=["year", "region"], name="delay_of_region")]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.year} {self.days}"


class Baseline(models.Model):
    """基准年使用率：from which the five percentage points are counted, with its source. The newest of a scope holds."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=baseline_id, editable=False)
    scope = models.CharField(max_length=12)
    subject_id = models.CharField(max_length=32)  # a carrier's id or a region's code
    region = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    utilisation_bp = models.PositiveIntegerField()
    source = models.CharField(max_length=300)
    by = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=list(Scope)), name="baseline_scope"),
            models.CheckConstraint(condition=~Q(source=""), name="baseline_has_a_source"),
        ]
        indexes = [models.Index(fields=["scope", "subject_id", "-id"], name="baseline_of_scope")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.year}"


class Paper(models.Model):
    """技术人员服务业绩证明：hours, services and reports of one person over a period, as printed, with its digest (职称评审)."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=paper_id, editable=False)
    number = models.CharField(max_length=64, unique=True)  # the verification code
    person_id = models.CharField(max_length=32)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=12)
    valid_from = models.DateField()  # of the services listed
    valid_until = models.DateField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    issued_by = models.CharField(max_length=32)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="paper_period"),
        ]
        indexes = [models.Index(fields=["party", "-id"], name="paper_of_party")]

    def __str__(self) -> str:
        return self.number
