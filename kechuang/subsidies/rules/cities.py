"""The award to cities and counties (市县绩效奖励): source 000 二（三）, by factors over a year's pot; no rate, no date. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kechuang.kernel.money import BasisPoints, Fen, split_largest_remainder
from kechuang.subsidies.rules.refusals import FactorMissing


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the award (因素) and its weight; the source names two and no weight."""

    factor: str  # voucher_spending, conversion_results
    weight_bp: BasisPoints


@dataclass(frozen=True, slots=True)
class CityTerms:
    """The parameters of the award; see policies/zhejiang/voucher-2015.toml."""

    award_factors: tuple[Factor, ...]
    award_excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """One city's or county's year: what its vouchers really paid (from the ledger), its conversion results (imported)."""

    region: str
    voucher_spending: int
    conversion_results: int


@dataclass(frozen=True, slots=True)
class Award:
    """What one city or county is awarded. `name` is its code."""

    name: str
    fen: Fen
    excluded: bool


def city_awards(*, cities: Sequence[City], pot_fen: Fen, terms: CityTerms) -> list[Award]:
    """The pot over cities and counties by weighted shares of each factor (因素法分配), to the fen (最大余额法).

    Codes that begin with an excluded prefix (宁波 3302) get nothing and weigh nothing. A factor of which nobody has anything
    cannot share out its weight. Raises FactorMissing.
    """
    taking = [city for city in cities if not city.region.startswith(terms.award_excluded)]
    totals = {one.factor: sum(getattr(city, one.factor) for city in taking) for one in terms.award_factors}
    if empty := [factor for factor, total in totals.items() if not total]:
        raise FactorMissing(factor=empty[0])
    shares = split_largest_remainder(pot_fen, [_weight(city, totals, terms) for city in taking])
    given = dict(zip((city.region for city in taking), shares, strict=True))
    return [Award(city.region, given.get(city.region, Fen(0)), city.region not in given) for city in cities]


def _weight(city: City, totals: dict[str, int], terms: CityTerms) -> int:
    """Σ weight × value ÷ total, brought to one denominator so that nothing is rounded before the fen are."""
    weight = 0
    for one in terms.award_factors:
        part = one.weight_bp * getattr(city, one.factor)
        for factor, total in totals.items():
            part *= total if factor != one.factor else 1
        weight += part
    return int(weight)
