"""Sums of instruments, services and delays over a scope and a year, each by one statement (统计取数)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import LessThan

from kechuang.catalog.queries import counted_instruments, counts
from kechuang.catalog.states import Category
from kechuang.kernel.money import ONE
from kechuang.parties.queries import covers
from kechuang.usage import rules
from kechuang.usage.models import Delay, InstrumentYear, ServiceMonth
from kechuang.usage.rules import UsageTerms, Utilisation
from kechuang.usage.states import MONTHS_IN_YEAR, Scope

_PRODUCT = "(%(expressions)s)"
_MINUTES = ("metered", "run", "typed", "external", "unassigned")
_COUNTS = ("services", "external_services", "enterprises", "people", "amount_fen", "external_fen", "voucher_fen")


@dataclass(frozen=True, slots=True)
class Reach:
    """What is counted: one carrier, or the carriers of a region, in a year."""

    scope: Scope
    id: str
    year: int
    today: date

    @property
    def regions(self) -> frozenset[str] | None:
        return covers(self.id) if self.scope is Scope.REGION else None

    @property
    def carrier_id(self) -> str:
        return self.id if self.scope is Scope.CARRIER else ""

    @property
    def begins(self) -> date:
        return date(self.year, 1, 1)

    @property
    def ends(self) -> date:
        """The first day that does not count: next year's, or tomorrow."""
        return min(date(self.year + 1, 1, 1), max(self.today + timedelta(days=1), self.begins))

    def of(self, path: str) -> Q:
        """The same for rows that lead to carrier and region by `path`."""
        if self.carrier_id:
            return Q(**{f"{path}carrier_id": self.carrier_id})
        return Q(**{f"{path}region__in": list(self.regions or ())})


@dataclass(slots=True)
class Stock:
    """Instruments with what was made of them; minutes."""

    instruments: int = 0
    base: int = 0
    idle: int = 0
    minutes: Counter[str] = field(default_factory=Counter)

    @property
    def used(self) -> int:
        return self.minutes["metered"] + self.minutes["run"] + self.minutes["typed"]

    @property
    def use(self) -> Utilisation:
        return Utilisation(self.used, self.base)

    @property
    def external(self) -> Utilisation:
        """对外机时 of all effective hours (共享率)."""
        return Utilisation(self.minutes["external"], self.used)

    def add(self, other: "Stock") -> None:
        self.instruments += other.instruments
        self.base += other.base
        self.idle += other.idle
        self.minutes.update(other.minutes)


@dataclass(frozen=True, slots=True)
class Key:
    """By what instruments are grouped: carrier, county, and how they stand to the two thresholds of value."""

    carrier_id: str
    region: str
    band: int  # 0 below 30 万元 or unknown, 1 from there, 2 from 50 万元


def stocks(reach: Reach, terms: UsageTerms) -> dict[Key, Stock]:
    """Instruments, base minutes, idle ones and minutes, by carrier, county and value. Two statements."""
    found: defaultdict[Key, Stock] = defaultdict(Stock)
    rows = measured(reach, terms).annotate(band=_band("original_value_fen", terms))
    grouped = rows.values_list("offer__carrier_id", "offer__region", "band")
    summed = grouped.annotate(
        instruments=Count("pk"), bases=Sum("base"), idles=Count("pk", filter=idle(terms))
    ).order_by()
    for carrier_id, region, band, instruments, base, idles in summed:
        stock = found[Key(carrier_id, region, band)]
        stock.instruments, stock.base, stock.idle = instruments, int(base), idles
    years = InstrumentYear.objects.filter(
        reach.of("instrument__"), counts("instrument__", "instrument__instrument__"), year=reach.year
    )
    years = years.annotate(band=_band("instrument__instrument__original_value_fen", terms))
    totals = years.values_list("instrument__carrier_id", "instrument__region", "band")
    for carrier_id, region, band, *minutes in totals.annotate(**{f"{n}_sum": Sum(n) for n in _MINUTES}).order_by():
        found[Key(carrier_id, region, band)].minutes.update(dict(zip(_MINUTES, minutes, strict=True)))
    return dict(found)


def measured(reach: Reach, terms: UsageTerms) -> "QuerySet[Any]":
    """The instruments of a scope with `base` and `used` minutes: rows of the catalogue, never used ones included."""
    rows = counted_instruments(begins=reach.begins, ends=reach.ends, carrier_id=reach.carrier_id, regions=reach.regions)
    mine = InstrumentYear.objects.filter(instrument_id=OuterRef("pk"), year=reach.year)
    used = mine.annotate(all=F("metered") + F("run") + F("typed")).values("all")
    return rows.annotate(base=_base(reach.year, terms), used=Coalesce(Subquery(used), 0))


def idle(terms: UsageTerms) -> Q:
    """闲置, as rules.is_idle says it of one."""
    line = Func(
        F("base"), Value(terms.idle_below_bp), template=_PRODUCT, arg_joiner=" * ", output_field=BigIntegerField()
    )
    share = Func(F("used"), Value(ONE), template=_PRODUCT, arg_joiner="::bigint * ", output_field=BigIntegerField())
    return Q(LessThan(share, line))


def _base(year: int, terms: UsageTerms) -> Func:
    """定额机时 in SQL, by the same rule: its value for a whole year, over the days."""
    whole_year = rules.days_of(year)

    def whole(category: str) -> Value:
        minutes = rules.base_minutes(category=category, days=whole_year, days_of_year=whole_year, terms=terms)
        return Value(minutes, output_field=BigIntegerField())

    by_category = Case(*[When(category=one, then=whole(one)) for one in Category], default=whole(""))
    if terms.base_runs_with is rules.BaseRuns.YEAR:
        return by_category  # type: ignore[return-value]
    days = Least(F("days"), Value(whole_year))
    product = Func(by_category, days, template=_PRODUCT, arg_joiner=" * ", output_field=BigIntegerField())
    return Func(product, Value(whole_year), function="div", output_field=BigIntegerField())


def _band(path: str, terms: UsageTerms) -> Case:
    return Case(
        When(**{f"{path}__gte": terms.national_value_fen}, then=Value(1 + 1)),
        When(**{f"{path}__gte": terms.provincial_value_fen}, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )


def months(reach: Reach) -> list[Counter[str]]:
    """What carriers of the scope served, month by month. One statement."""
    return _by_month(ServiceMonth.objects.filter(reach.of("")), reach.year)


def months_of_clients(reach: Reach) -> list[Counter[str]]:
    """What was served to enterprises seated in a region, whoever served them (接受服务的企业). One statement."""
    return _by_month(ServiceMonth.objects.filter(client_region__in=list(reach.regions or ())), reach.year)


def _by_month(rows: "QuerySet[ServiceMonth]", year: int) -> list[Counter[str]]:
    summed = rows.filter(month__gte=date(year, 1, 1), month__lt=date(year + 1, 1, 1)).values_list("month")
    found = [Counter[str]() for _month in range(MONTHS_IN_YEAR)]
    for month, *sums in summed.annotate(**{f"{name}_sum": Sum(name) for name in _COUNTS}).order_by():
        found[month.month - 1] = Counter(dict(zip(_COUNTS, sums, strict=True)))
    return found


def services_by_carrier(reach: Reach) -> dict[str, Counter[str]]:
    """The year's services of each carrier in the scope. One statement."""
    rows = ServiceMonth.objects.filter(reach.of(""), month__gte=reach.begins, month__lt=date(reach.year + 1, 1, 1))
    summed = rows.values_list("carrier_id").annotate(**{f"{name}_sum": Sum(name) for name in _COUNTS}).order_by()
    return {carrier_id: Counter(dict(zip(_COUNTS, sums, strict=True))) for carrier_id, *sums in summed}


def delays_by_carrier(reach: Reach) -> dict[str, Mapping[int, int]]:
    """How many records of each carrier were entered after how many days. One statement."""
    rows = Delay.objects.filter(reach.of(""), year=reach.year, records__gt=0)
    found: dict[str, dict[int, int]] = {}
    for carrier_id, days, records in rows.values_list("carrier_id", "days", "records").order_by():
        found.setdefault(carrier_id, {})[days] = records
    return dict(found)
