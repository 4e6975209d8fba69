"""Who is due what of a year's redemptions (各种补助的核算): each formula asks its own terms and pays its own payees."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kechuang.catalog.queries import carriers
from kechuang.claims.states import CountedBy
from kechuang.evaluation.queries import grade_of
from kechuang.kernel.money import BasisPoints, Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import party_names
from kechuang.policy.book import InForce, in_force
from kechuang.subsidies import rules
from kechuang.subsidies.models import Settlement
from kechuang.subsidies.queries.conversions import latest
from kechuang.subsidies.queries.redeemed import Group, other_subsidies
from kechuang.subsidies.rules import NOTHING
from kechuang.subsidies.states import Formula

_NOT_STACKED = rules.Stacking(BasisPoints(0), NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class Payee:
    """One payee's amount with the groups it was made of; `why` where nothing is due."""

    party: str
    groups: Sequence[Group]
    counted_fen: int
    rate_part_fen: int
    unit: str = ""
    place: str = ""
    platform_fen: int = 0
    platform_part_fen: int = 0
    rate_bp: int | None = None
    grade: str = ""
    stacked: rules.Stacking = _NOT_STACKED
    why: str = ""

    @property
    def full_fen(self) -> int:
        return self.rate_part_fen + self.platform_part_fen - self.stacked.cut_fen


@dataclass(frozen=True, slots=True)
class Way:
    """How one sort of subsidy counts: by which day, what is platform, and who is due what."""

    terms: InForce[Any]
    article: str  # the parameter whose article the settlement rests on
    counted_by: CountedBy
    channels: Sequence[str]
    payees: Callable[[Settlement, Sequence[Group], rules.PotTerms], list[Payee]]
    outside: bool  # whether redemptions off the platform are asked for at all


def way_of(row: Settlement, *, on: date) -> Way:
    """The way of a settlement's formula, by the terms of its scheme in force on a day."""
    return _WAYS[Formula(row.formula)](row.scheme, on)


def _providers(scheme: str, on: date) -> Way:
    found = in_force(scheme, rules.ProviderTerms, on=on)
    terms = found.terms

    def payees(row: Settlement, groups: Sequence[Group], money: rules.PotTerms) -> list[Payee]:
        others = other_subsidies(settlement=row.id, year=row.year)
        return [
            one
            for party, mine in _by_name(groups)
            for one in _provider(row, party, mine, terms, money, others.get(party, 0))
        ]

    article, counted_by = "subsidy_threshold_fen", terms.subsidy_counted_by
    return Way(found, article, counted_by, terms.subsidised_channels, payees, terms.subsidy_counts_outside)


def _provider(
    row: Settlement,
    party: str,
    groups: Sequence[Group],
    terms: rules.ProviderTerms,
    money: rules.PotTerms,
    others: int,
) -> list[Payee]:
    """The payees of one provider: the whole house, or each of its units; what others gave is weighed against the first."""
    parts = [rules.Part(group.region, group.fen, group.platform_fen, group.unit, group.outside_fen) for group in groups]
    paying = row.region if terms.subsidy_payer is rules.Payer.COUNTY else ""
    whole, found = terms.subsidy_threshold_per is rules.Per.LEGAL_PERSON, []
    rate = BasisPoints(row.rate_bp or 0)
    for amount in rules.provider_subsidies(parts=parts, rate_bp=rate, terms=terms, paying=paying):
        mine = [group for group in groups if whole or group.unit == amount.name]
        stacked = _stacked(mine, amount.fen, others, money)
        found.append(
            Payee(
                party,
                mine,
                amount.counted_fen,
                amount.rate_part_fen,
                unit="" if whole else amount.name,
                platform_fen=amount.platform_fen,
                platform_part_fen=amount.platform_part_fen,
                rate_bp=row.rate_bp,
                stacked=stacked,
                why=_cut_away(amount.fen, stacked) or ("" if amount.fen else _("上年度实际兑付总额未达门槛")),
            )
        )
        others = 0
    return found


def _carriers(scheme: str, on: date) -> Way:
    found = in_force(scheme, rules.CarrierTerms, on=on)
    terms = found.terms

    def payees(row: Settlement, groups: Sequence[Group], money: rules.PotTerms) -> list[Payee]:
        others, kinds = other_subsidies(settlement=row.id, year=row.year), _kinds(row.scope)
        return [
            _carrier(row, party, mine, terms, money, kinds.get(party, ()), others.get(party, 0))
            for party, mine in _by_name(groups)
        ]

    return Way(found, "carrier_subsidy_ceiling_bp", terms.carrier_subsidy_counted_by, (), payees, outside=False)


def _kinds(scope: str) -> dict[str, set[str]]:
    """By party the kinds of its carriers within a place."""
    found: dict[str, set[str]] = {}
    for one in carriers(region=scope):
        found.setdefault(one.party_id, set()).add(one.kind)
    return found


def _carrier(
    row: Settlement,
    party: str,
    groups: Sequence[Group],
    terms: rules.CarrierTerms,
    money: rules.PotTerms,
    kinds: Iterable[str],
    others: int,
) -> Payee:
    if not any(rules.is_due(kind, terms=terms) for kind in kinds):
        return Payee(party, groups, 0, 0, why=_("不是省级创新载体"))
    grade = grade_of(party=party, year=row.year, scope=row.scope)
    if not grade:
        return Payee(party, groups, 0, 0, why=_("没有公布的年度考核等次"))
    served = [rules.Served(group.region, group.fen) for group in groups]
    amount = rules.carrier_subsidy(served=served, grade=grade, terms=terms)
    stacked = _stacked(groups, amount.fen, others, money)
    why = _cut_away(amount.fen, stacked) or ("" if amount.fen else _("按考核等次没有补助"))
    return Payee(
        party, groups, amount.counted_fen, amount.fen, rate_bp=amount.rate_bp, grade=grade, stacked=stacked, why=why
    )


def _cities(scheme: str, on: date) -> Way:
    found = in_force(scheme, rules.CityTerms, on=on)

    def payees(row: Settlement, groups: Sequence[Group], money: rules.PotTerms) -> list[Payee]:
        spent: dict[str, list[Group]] = {}
        for group in groups:
            spent.setdefault(group.region, []).append(group)
        results = latest(region=row.region, year=row.year)
        places = sorted({*spent, *results})
        cities = [
            rules.City(place, sum(group.fen for group in spent.get(place, ())), results[place].fen if place in results else 0)
            for place in places
        ]  # fmt: skip
        awards = rules.city_awards(cities=cities, pot_fen=Fen(row.pot_fen or 0), terms=found.terms)
        return [
            _city(one, spent.get(one.name, ()), results[one.name].party if one.name in results else "")
            for one in awards
        ]

    return Way(found, "award_excluded", CountedBy.PAYOUT, (), payees, outside=False)


def _city(award: rules.Award, groups: Sequence[Group], party: str) -> Payee:
    """Who has not said to whom its award is to be paid gets none: the table that is imported names the payee."""
    spent = sum(group.fen for group in groups)
    why = _("不补助宁波市县") if award.excluded else "" if award.fen else _("按因素法没有份额")
    if award.fen and not party:
        raise rules.PayeeUnknown(region=award.name)
    return Payee(party, groups, spent, award.fen, place=award.name, why=why)


def _stacked(groups: Sequence[Group], full: Fen, others: int, money: rules.PotTerms) -> rules.Stacking:
    public = sum(group.fen + group.outside_fen for group in groups) + others
    price = Fen(sum(group.price_fen for group in groups))
    return rules.stacking(price_fen=price, public_fen=Fen(public), full_fen=full, terms=money)


def _cut_away(full: int, stacked: rules.Stacking) -> str:
    return _("财政资金叠加后已无可补助的余地") if full and full == stacked.cut_fen else ""


def _by_name(groups: Sequence[Group]) -> list[tuple[str, list[Group]]]:
    """Every provider of the year, also those that are due nothing, in the order of their names."""
    by_party: dict[str, list[Group]] = {}
    for group in groups:
        by_party.setdefault(group.party, []).append(group)
    names: Mapping[str, str] = party_names(set(by_party))
    return sorted(by_party.items(), key=lambda pair: (names.get(pair[0], ""), pair[0]))


_WAYS: dict[Formula, Callable[[str, date], Way]] = {
    Formula.PROVIDERS: _providers,
    Formula.CARRIERS: _carriers,
    Formula.CITIES: _cities,
}
