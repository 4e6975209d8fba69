"""What records add up to: utilisation against base hours, the goal, what counts as idle, delays (使用率、闲置、录入时滞)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.catalog.states import OfferState, RunStatus, ShareMode
from kechuang.kernel.money import ONE, BasisPoints, ratio_bp_down
from kechuang.kernel.text import gettext_noop as _
from kechuang.policy.tables import Table
from kechuang.usage.states import DELAY_DAYS_MAX, MINUTES_IN_HOUR, MONTHS_IN_YEAR, TENTHS, BaseRuns

STOPPED = (RunStatus.REPAIR, RunStatus.SCRAP)
UNOPENED = (OfferState.DRAFT, OfferState.PAUSED)
SHARED = ShareMode.EXTERNAL


@dataclass(frozen=True, slots=True)
class UsageTerms:
    """What figures of use are measured by; see policies/zhejiang/usage.toml."""

    base_hours_count: Table[int]
    base_runs_with: BaseRuns
    idle_below_bp: BasisPoints
    entry_within_days: int
    national_value_fen: int
    provincial_value_fen: int


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """The tasks of source 000: five percentage points, 500,000 家次 by city; see policies/zhejiang/voucher-2015.toml."""

    utilisation_increase_bp: BasisPoints
    city_service_target_count: Table[int]
    city_service_total_count: int
    instruments_target_count: int


@dataclass(frozen=True, slots=True)
class Utilisation:
    """使用率 with what it is made of, in minutes; beyond 100 % it says so."""

    minutes: int
    base: int

    @property
    def bp(self) -> int:
        return ratio_bp_down(self.minutes, self.base)


@dataclass(frozen=True, slots=True)
class Goal:
    """基准年使用率加五个百分点: how far it is."""

    baseline_bp: int
    wanted_bp: int
    reached_bp: int

    @property
    def met(self) -> bool:
        return self.reached_bp >= self.wanted_bp

    @property
    def short_bp(self) -> int:
        return max(self.wanted_bp - self.reached_bp, 0)


@dataclass(frozen=True, slots=True)
class Delays:
    """录入时滞 in days: the middle one, the ninth of ten, and the share entered within the days of the pack."""

    records: int
    median: int
    p90: int
    within: int

    @property
    def within_bp(self) -> int:
        return ratio_bp_down(self.within, self.records)


def base_minutes(*, category: str, days: int, days_of_year: int, terms: UsageTerms) -> int:
    """定额机时 in minutes of one instrument for the days it was in use, rounded down.

    `category` is 通用 (general) or 专用 (special); "" counts as general.
    """
    whole = terms.base_hours_count.pick(instrument_category=category) * MINUTES_IN_HOUR
    if terms.base_runs_with is BaseRuns.YEAR:
        return whole if days else 0
    return whole * min(days, days_of_year) // days_of_year


def days_in_use(*, year: int, first_on: date | None, ended_on: date | None, today: date) -> int:
    """The days of a year on which an instrument existed, until today (included)."""
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    start = max(begins, first_on or begins)
    end = min(ends, ended_on or ends, today + timedelta(days=1))
    return max((end - start).days, 0)


def days_of(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def is_idle(use: Utilisation, *, terms: UsageTerms) -> bool:
    """闲置: it could have worked, and its utilisation is below the line. Cross-multiplied, so that nothing is rounded."""
    return use.base > 0 and use.minutes * ONE < terms.idle_below_bp * use.base


def goal(*, reached_bp: int, baseline_bp: int, terms: PlanTerms) -> Goal:
    """五个百分点的目标 over the baseline year's utilisation."""
    return Goal(baseline_bp, baseline_bp + terms.utilisation_increase_bp, reached_bp)


def delays(histogram: Mapping[int, int], *, terms: UsageTerms) -> Delays:
    """From how many records were entered after how many days. The median of an even number is the lower middle."""
    records = sum(histogram.values())
    within = sum(count for days, count in histogram.items() if days <= terms.entry_within_days)
    return Delays(
        records,
        _nth(histogram, _ranked(records, 1, 1 + 1)),
        _nth(histogram, _ranked(records, TENTHS - 1, TENTHS)),
        within,
    )


def _ranked(count: int, part: int, whole: int) -> int:
    """The rank of a quantile, from 1: the least that at least `part` of `whole` do not pass."""
    return -(-count * part // whole)


def _nth(histogram: Mapping[int, int], rank: int) -> int:
    seen = 0
    for days in sorted(histogram):
        seen += histogram[days]
        if rank and seen >= rank:
            return days
    return 0


def delay_days(served_on: date, entered_on: date) -> int:
    """Whole days between the end of a service and its entry; entered the same day: 0."""
    return min(max((entered_on - served_on).days, 0), DELAY_DAYS_MAX)


def months_over(year: int, today: date) -> int:
    """How many months of a year have begun: what is still to come is not shown as nothing."""
    return today.month if year == today.year else MONTHS_IN_YEAR


def cumulated(counts: Sequence[int]) -> list[int]:
    """Running totals, month by month."""
    total, found = 0, []
    for count in counts:
        total += count
        found.append(total)
    return found


def advice(*, used: int, share_mode: str, run_status: str, state: str) -> str:
    """What to do about an idle instrument (处理建议): the first that fits."""
    if run_status in STOPPED:
        return _("已停用或待报废：修复，或办理报废、调剂")
    if state in UNOPENED:
        return _("尚未向社会开放：公布收费标准并上架")
    if share_mode != SHARED:
        return _("未对外共享：核实能否改为外部共享")
    if not used:
        return _("没有任何机时记录：核对使用登记，接入计量装置")
    return _("使用不足：公布可预约时段，向同类需求推荐，或在单位内、集群间调剂")
