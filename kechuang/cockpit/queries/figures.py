"""Reading the indicators (指标取数): for every county of a region, for a period, as the books stood at a cut."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from kechuang.cockpit.rules.indicators import INDICATORS, Figures, Indicator, added, band, shared
from kechuang.cockpit.states import AGES_DAYS, MONTHS_IN_YEAR, Unit
from kechuang.deadlines.queries import ended
from kechuang.ledger.queries import Books, Flow, books, in_claim_since
from kechuang.parties.queries import covers, region
from kechuang.parties.states import Level
from kechuang.registers.queries import libraries, standing_on

_BELOW = {Level.PROVINCE: Level.CITY, Level.CITY: Level.COUNTY}


@dataclass(frozen=True, slots=True)
class Span:
    """Which days are counted, and as of when. `until` is exclusive."""

    since: date
    until: date
    cut: datetime


@dataclass(frozen=True)
class Reading:
    """Everything the cockpit shows of one region and span."""

    code: str
    span: Span
    places: Mapping[str, Figures]  # by every code within the region that has any
    months: Mapping[int, Mapping[str, int]]  # amounts booked in each month, of the whole region

    @cached_property
    def total(self) -> Figures:
        return added(self.places.values())

    @cached_property
    def parts(self) -> dict[str, Figures]:
        """What lies directly below, and the region's own level where it has figures: together they are the region."""
        found: dict[str, list[Figures]] = defaultdict(list)
        for place, figures in self.places.items():
            found[part_of(self.code, place)].append(figures)
        return {code: added(figures) for code, figures in sorted(found.items())}


def part_of(code: str, place: str) -> str:
    """Which part of a region a place counts to: the city or county directly below that holds it, or the region itself."""
    wanted, here = _BELOW.get(Level(region(code).level)), place
    while wanted and here != code:
        area = region(here)
        if area.level == wanted:
            return here
        here = area.parent
    return code


def read_figures(code: str, span: Span) -> Reading:
    """The indicators of every place in a region. Six statements, whatever its size."""
    within = covers(code)
    found = books(within, since=span.since, until=span.until, cut=span.cut)
    places: dict[str, Figures] = {place: _nothing() for place in within}
    months: dict[int, dict[str, int]] = {month + 1: _booked() for month in range(MONTHS_IN_YEAR)}
    for flow in found.flows:
        for one in _of_rule(flow.rule):
            amount = _signed(one, flow)
            places[flow.region][one.code] += amount
            months[flow.month][one.code] += amount
    _standing(places, within, span, found)
    held = {place: shared(figures) for place, figures in places.items() if any(figures.values())}
    return Reading(code, span, held, months)


def _nothing() -> Figures:
    return {one.code: 0 for one in INDICATORS if not one.is_share}


def _booked() -> dict[str, int]:
    return {one.code: 0 for one in INDICATORS if one.rules}


def _of_rule(rule: str) -> list[Indicator]:
    return [one for one in INDICATORS if rule in one.rules or rule in one.minus]


def _signed(one: Indicator, flow: Flow) -> int:
    amount = flow.fen if one.unit is Unit.FEN else flow.count
    return -amount if flow.rule in one.minus else amount


def _standing(places: dict[str, Figures], within: AbstractSet[str], span: Span, found: Books) -> None:
    """What lay or waited at the end, how the year's budget stood, what was met in the period."""
    for indicator in INDICATORS:
        for kind in indicator.kinds:
            for place in within:
                places[place][indicator.code] += found.lies.get((place, kind), 0)
    for place, one in found.executed.items():
        places[place]["budgeted"] += one.budgeted_fen
        places[place]["year_paid"] += one.paid_fen
    bands = [one.code for one in INDICATORS if one.other.startswith("ages")]
    for place, on in in_claim_since(within, until=span.until, cut=span.cut):
        places[place][bands[band((span.until - on).days - 1, AGES_DAYS)]] += 1
    for place, (met, late) in ended(within, since=span.since, until=span.until).items():
        places[place]["clocks_met"] += met
        places[place]["clocks_late"] += late
    for place, count in standing_on(libraries(), within, until=span.until).items():
        places[place]["providers"] += count
