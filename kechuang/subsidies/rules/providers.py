"""The yearly subsidy of a provider (服务机构年度补助): source 002 三（三）1. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kechuang.claims.states import CountedBy
from kechuang.kernel.money import BasisPoints, Fen, share_down
from kechuang.subsidies.rules.refusals import RateAboveCeiling

NOTHING = Fen(0)


class Payer(StrEnum):
    """Who pays (支付机关): the text names none."""

    COUNTY = "county"
    CITY = "city"


class Per(StrEnum):
    """Whose total is held against the threshold (门槛按谁计)."""

    LEGAL_PERSON = "legal_person"
    UNIT = "unit"


class Over(StrEnum):
    """Over which places that total runs (门槛按何范围计)."""

    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """The parameters of the yearly subsidy; see policies/shaoxing/voucher-2021.toml."""

    subsidy_threshold_fen: Fen
    subsidy_ceiling_bp: BasisPoints
    platform_part_bp: BasisPoints
    platform_part_needs_threshold: bool
    subsidised_channels: tuple[str, ...]
    subsidy_payer: Payer
    subsidy_threshold_per: Per
    subsidy_threshold_over: Over
    subsidy_counted_by: CountedBy
    subsidy_counts_outside: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit of a provider redeemed in one county in the year. `platform_fen` lies within `redeemed_fen`."""

    region: str
    redeemed_fen: Fen
    platform_fen: Fen
    unit: str = ""
    outside_fen: Fen = NOTHING  # redeemed off the platform, entered and checked


@dataclass(frozen=True, slots=True)
class Amount:
    """What one payee is due before the budget is looked at, and of what. `name` is the unit, or that of the whole house."""

    name: str
    counted_fen: Fen  # that the rate is applied to
    platform_fen: Fen  # that the platform part is applied to
    rate_part_fen: Fen
    platform_part_fen: Fen
    met: bool  # whether the threshold was reached somewhere

    @property
    def fen(self) -> Fen:
        return Fen(self.rate_part_fen + self.platform_part_fen)


def check_rate(rate_bp: int, *, terms: ProviderTerms) -> None:
    """The rate decided for a year is within "不超过30%". Raises RateAboveCeiling."""
    if rate_bp > terms.subsidy_ceiling_bp:
        raise RateAboveCeiling(rate_bp=rate_bp, ceiling_bp=terms.subsidy_ceiling_bp)


def provider_subsidies(
    *, parts: Sequence[Part], rate_bp: BasisPoints, terms: ProviderTerms, paying: str = ""
) -> list[Amount]:
    """What one legal person is due for a year (年度补助额), per payee: the whole house, or each of its units.

    50万元以上 includes 500,000.00 yuan itself. The threshold looks at the whole redemption, also off the platform; where
    counties pay, the county `paying` pays for what was redeemed there. Both parts are rounded down to a fen.
    Raises RateAboveCeiling.
    """
    check_rate(rate_bp, terms=terms)
    payees: dict[str, list[Part]] = {}
    for part in parts:
        name = part.unit if terms.subsidy_threshold_per is Per.UNIT else Per.LEGAL_PERSON
        payees.setdefault(name, []).append(part)
    return [_amount(name, mine, rate_bp, terms, paying) for name, mine in sorted(payees.items())]


def _amount(name: str, parts: Sequence[Part], rate_bp: BasisPoints, terms: ProviderTerms, paying: str) -> Amount:
    met = [part for part in _meeting(parts, terms) if paying in ("", part.region)]
    counted = Fen(sum(_total(part, terms) for part in met))
    own = [part for part in parts if paying in ("", part.region)]
    served = met if terms.platform_part_needs_threshold else own
    platform = Fen(sum(part.platform_fen for part in served))
    return Amount(
        name,
        counted,
        platform,
        share_down(counted, rate_bp),
        share_down(platform, terms.platform_part_bp),
        bool(met),
    )


def _meeting(parts: Sequence[Part], terms: ProviderTerms) -> list[Part]:
    """The parts that count: all of them or none, or those of the counties where the threshold was reached."""
    totals: dict[str, int] = {}
    for part in parts:
        place = part.region if terms.subsidy_threshold_over is Over.COUNTY else ""
        totals[place] = totals.get(place, 0) + _total(part, terms)
    reached = {place for place, total in totals.items() if total >= terms.subsidy_threshold_fen}
    return [part for part in parts if (part.region if terms.subsidy_threshold_over is Over.COUNTY else "") in reached]


def _total(part: Part, terms: ProviderTerms) -> int:
    return part.redeemed_fen + (part.outside_fen if terms.subsidy_counts_outside else 0)
