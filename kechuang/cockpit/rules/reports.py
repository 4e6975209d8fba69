"""Frozen reports and yearly targets (冻结报表、资金绩效): which period may be frozen, what masked open data shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.cockpit.rules.indicators import BY_CODE, INDICATORS, Figures
from kechuang.cockpit.rules.refusals import (
    AlreadyFrozen,
    OverlapsOpened,
    PeriodNotOver,
    SelfEvaluationTooEarly,
    TargetMissing,
    YearNotShown,
)
from kechuang.cockpit.states import FIRST_YEAR, LISTED, MONTHS_IN_YEAR, PUBLIC_COUNT_MIN, Period, Unit
from kechuang.kernel.money import BasisPoints, ratio_bp_down
from kechuang.kernel.text import tidy
from kechuang.policy.tables import month_day

# What a county sets itself for the year (目标表); the cockpit's own indicators, so that nobody types what was reached.
TARGETED = ("granted_count", "offset", "paid", "spent_bp", "kept_bp", "providers")


@dataclass(frozen=True, slots=True)
class PerformanceTerms:
    """When execution is looked at and from which rate it is warned of (绩效监控); see policies/shaoxing/voucher-2021.toml."""

    performance_check_on: str
    performance_warning_bp: BasisPoints
    performance_self_from_on: str


@dataclass(frozen=True, slots=True)
class Reached:
    """One line of the target sheet: what was set, what was reached, how far that is (完成率)."""

    code: str
    target: int
    reached: int

    @property
    def done_bp(self) -> int:
        return ratio_bp_down(self.reached, self.target)

    @property
    def is_met(self) -> bool:
        return self.reached >= self.target


def period_days(period: Period, year: int, month: int) -> tuple[date, date]:
    """The first day of a month or year and the first day after it."""
    if period is Period.YEAR:
        return date(year, 1, 1), date(year + 1, 1, 1)
    after = date(year + 1, 1, 1) if month == MONTHS_IN_YEAR else date(year, month + 1, 1)
    return date(year, month, 1), after


def refuse_unknown_year(year: int, *, on: date) -> None:
    """Figures are of a year that has begun."""
    if not FIRST_YEAR <= year <= on.year:
        raise YearNotShown(year=year, first=FIRST_YEAR, last=on.year)


def refuse_unfinished(until: date, *, on: date) -> None:
    """A period is frozen once its last day is over."""
    if on < until:
        raise PeriodNotOver(until_on=until.isoformat())


def refuse_frozen(number: str) -> None:
    """What was frozen of a period stays; it is never frozen a second time."""
    if number:
        raise AlreadyFrozen(number=number)


def differences(kept: Mapping[str, Figures], again: Mapping[str, Figures]) -> list[tuple[str, str, int, int]]:
    """Where a report run again differs from what was frozen: place, figure, both values."""
    places = kept or again
    known = frozenset().union(*(figures.keys() for figures in places.values()))  # figures there were when it was frozen
    return [
        (place, code, kept.get(place, {}).get(code, 0), again.get(place, {}).get(code, 0))
        for place in sorted(kept.keys() | again.keys())
        for code in sorted(known)
        if kept.get(place, {}).get(code, 0) != again.get(place, {}).get(code, 0)
    ]


def opened(parts: Mapping[str, Figures]) -> dict[str, dict[str, int | None]]:
    """What the public reads of the parts of a report (公开数据): the public figures, None where one is kept back.

    Kept back is a figure behind which so few records lie that it would tell of single firms; with it so much of its line that
    nobody finds it by taking the others off a known total; and every share that is taken of something kept back.
    """
    public = [one for one in INDICATORS if one.public]
    shown: dict[str, dict[str, int | None]] = {
        part: {one.code: figures.get(one.code, 0) for one in public} for part, figures in parts.items()
    }
    for one in public:
        if one.unit is Unit.COUNT and one.code not in LISTED:
            told = [one.code, *(other.code for other in public if other.telling == one.code)]
            for part in _kept_back(parts, one.code, told):
                shown[part].update(dict.fromkeys(told))
    for figures in shown.values():
        figures.update({one.code: None for one in public if any(figures.get(code, 0) is None for code in one.taken_of)})
    return shown


def _kept_back(parts: Mapping[str, Figures], count: str, told: Sequence[str]) -> set[str]:
    """The parts whose count, and whatever else it tells of, is kept back: with a single or small rest also the next smallest."""
    said = {part: figures for part, figures in parts.items() if any(figures.get(code, 0) for code in told)}
    few = {part for part, figures in said.items() if figures.get(count, 0) < PUBLIC_COUNT_MIN}
    others = sorted(said.keys() - few, key=lambda part: (said[part][count], part))
    while few and others and (len(few) == 1 or sum(said[part].get(count, 0) for part in few) < PUBLIC_COUNT_MIN):
        few.add(others.pop(0))
    return few


def refuse_overlapping(number: str) -> None:
    """Of a place and a day no two reports are open: taken off each other they would tell what both keep back."""
    if number:
        raise OverlapsOpened(number=number)


def targets(given: Mapping[str, int | None]) -> list[dict[str, object]]:
    """The target sheet as it is kept; raises TargetMissing for a figure without a target."""
    for code in TARGETED:
        if not given.get(code):
            raise TargetMissing(what=BY_CODE[code].label)
    return [{"code": code, "target": given[code]} for code in TARGETED]


def reached(lines: Sequence[Mapping[str, object]], figures: Figures) -> list[Reached]:
    return [Reached(str(line["code"]), int(str(line["target"])), figures.get(str(line["code"]), 0)) for line in lines]


def warned(figures: Figures, terms: PerformanceTerms, *, year: int, on: date) -> bool:
    """执行预警: from the day of the mid-year look on, less was paid of the year's budget than the terms ask for."""
    looked = month_day(terms.performance_check_on, year)
    return on >= looked and figures["budgeted"] > 0 and figures["spent_bp"] < terms.performance_warning_bp


def refuse_early(year: int, terms: PerformanceTerms, *, on: date) -> None:
    first = month_day(terms.performance_self_from_on, year)
    if on < first:
        raise SelfEvaluationTooEarly(first_on=first.isoformat())


def written(typed: str) -> str:
    """A text that is asked for; raises TargetMissing for an empty one."""
    if not (text := tidy(typed)):
        raise TargetMissing(what="")
    return text
