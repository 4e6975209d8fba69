"""The subsidy of provincial carriers (省级创新载体补助): source 000 二（六）, on this year's redemptions, by evaluated effect. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kechuang.claims.states import CountedBy
from kechuang.kernel.money import BasisPoints, Fen, share_down
from kechuang.policy.tables import Table
from kechuang.subsidies.rules.refusals import RateAboveCeiling


class Level(StrEnum):
    """Which carriers may have it (载体级别)."""

    PROVINCIAL = "provincial"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CarrierTerms:
    """The parameters of the subsidy; see policies/zhejiang/voucher-2015.toml."""

    carrier_subsidy_ceiling_bp: BasisPoints
    carrier_subsidy_rate_bp: Table[BasisPoints]  # by grade
    carrier_subsidy_level: Level
    carrier_subsidy_counts_ningbo: bool
    carrier_subsidy_counted_by: CountedBy
    carrier_subsidy_kinds: tuple[str, ...]
    carrier_subsidy_evaluation: str  # the scheme whose published grades decide
    award_excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """What a carrier's services redeemed for enterprises of one county."""

    region: str
    redeemed_fen: Fen


@dataclass(frozen=True, slots=True)
class CarrierAmount:
    """What one carrier is due and of what."""

    counted_fen: Fen
    rate_bp: BasisPoints
    fen: Fen


def is_due(kind: str, *, terms: CarrierTerms) -> bool:
    """Whether a carrier of this kind may have the subsidy (仅省级创新载体)."""
    return terms.carrier_subsidy_level is Level.ALL or kind in terms.carrier_subsidy_kinds


def carrier_subsidy(*, served: Sequence[Served], grade: str, terms: CarrierTerms) -> CarrierAmount:
    """What one carrier is due for a year (载体补助额): its redemptions at the rate of its grade, rounded down to a fen.

    What was redeemed for enterprises of 宁波 counts by a reading: "不补助宁波市县" stands in 二（三） alone. Raises
    RateAboveCeiling where the pack gives a grade more than "最高可达30%", NoRowFits for a grade it does not know.
    """
    rate = terms.carrier_subsidy_rate_bp.pick(grade=grade)
    if rate > terms.carrier_subsidy_ceiling_bp:
        raise RateAboveCeiling(rate_bp=rate, ceiling_bp=terms.carrier_subsidy_ceiling_bp)
    counted = Fen(sum(one.redeemed_fen for one in served if _counts(one.region, terms)))
    return CarrierAmount(counted, rate, share_down(counted, rate))


def _counts(region: str, terms: CarrierTerms) -> bool:
    return terms.carrier_subsidy_counts_ningbo or not region.startswith(terms.award_excluded)
