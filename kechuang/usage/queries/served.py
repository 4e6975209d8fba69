"""What several carriers served and how long their instruments ran, for rooms that evaluate them (考核取数)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, Sum

from kechuang.usage.models import Delay, InstrumentYear, ServiceMonth


@dataclass(frozen=True, slots=True)
class Served:
    """One carrier's services of a period of whole months."""

    services: int = 0
    enterprises: int = 0  # 家次
    people: int = 0  # 人次
    external_fen: int = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """One carrier's instruments of a year: effective minutes, those for others, and how many instruments have any."""

    instruments: int = 0
    minutes: int = 0
    external_minutes: int = 0


def served(carrier_ids: Sequence[str], *, since: date, until: date) -> dict[str, Served]:
    """Services by carrier, of the months from `since` before `until`. One statement."""
    rows = ServiceMonth.objects.filter(carrier__in=carrier_ids, month__gte=since, month__lt=until)
    sums = rows.order_by().values("carrier_id").annotate(
        a=Sum("services"), b=Sum("enterprises"), c=Sum("people"), d=Sum("external_fen")
    )  # fmt: skip
    return {row["carrier_id"]: Served(row["a"], row["b"], row["c"], row["d"]) for row in sums}


def hours(carrier_ids: Sequence[str], *, year: int) -> dict[str, Hours]:
    """Hours by carrier in a year. One statement."""
    rows = InstrumentYear.objects.filter(instrument__carrier__in=carrier_ids, year=year)
    sums = rows.order_by().values("instrument__carrier_id").annotate(
        n=Count("id"), used=Sum(F("metered") + F("run") + F("typed")), outside=Sum("external")
    )  # fmt: skip
    return {row["instrument__carrier_id"]: Hours(row["n"], row["used"], row["outside"]) for row in sums}


def entered_in_time(carrier_ids: Sequence[str], *, year: int, within_days: int) -> dict[str, tuple[int, int]]:
    """By carrier how many records of a year were entered in time (实时录入), of how many. One statement."""
    rows = Delay.objects.filter(carrier__in=carrier_ids, year=year).order_by().values("carrier_id")
    sums = rows.annotate(all=Sum("records"), early=Sum("records", filter=Q(days__lte=within_days)))
    return {row["carrier_id"]: (row["early"] or 0, row["all"] or 0) for row in sums}
