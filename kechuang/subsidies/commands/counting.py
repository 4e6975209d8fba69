"""Who is due what of a year's redemptions (各种补助的核算): each formula asks its own terms and pays its own payees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kechuang.catalog.queries import carrier_cards
from kechuang.claims.states import CountedBy
from kechuang.evaluation.queries import Published, grades_of
from kechuang.kernel.money import BasisPoints, Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import covers, party_names
from kechuang.policy.book import InForce, in_force
from kechuang.subsidies import rules
from kechuang.subsidies.models import Settlement
from kechuang.subsidies.queries.conversions import Result, results_of, waiting
from kechuang.subsidies.queries.conversions import in_force as current_import
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
    carrier: str = ""
    sheet: str | None = None  # of the evaluation that the grade is from
    conversion_fen: int | None = None  # the result of the place that is awarded
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
        cards, inside = carrier_cards({group.carrier for group in groups}), covers(row.scope)
        due = {
            card.id: card for card in cards.values() if card.region in inside and rules.is_due(card.kind, terms=terms)
        }
        graded = grades_of(due, scheme=terms.carrier_subsidy_evaluation, year=row.year, scope=row.scope)
        others, made = other_subsidies(settlement=row.id, year=row.year), []
        for party, theirs in _by_name(groups):
            for carrier, mine in _by_carrier(theirs):
                none = _("不是省级创新载体") if carrier not in due else _("没有公布的年度考核等次")
                one = Payee(party, mine, 0, 0, unit=cards[carrier].unit_id or "", carrier=carrier, why=none)
                grade = graded.get(carrier)
                made.append(_carrier(one, grade, terms, money, others.pop(party, 0)) if grade else one)
        return made

    return Way(found, "carrier_subsidy_ceiling_bp", terms.carrier_subsidy_counted_by, (), payees, outside=False)


def _by_carrier(groups: Sequence[Group]) -> list[tuple[str, list[Group]]]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.carrier, []).append(group)
    return sorted(found.items())


def _carrier(one: Payee, sheet: Published, terms: rules.CarrierTerms, money: rules.PotTerms, others: int) -> Payee:
    """One carrier at the rate of its own grade, by what its own services redeemed; its legal person's others do not count."""
    served = [rules.Served(group.region, group.fen) for group in one.groups]
    amount = rules.carrier_subsidy(served=served, grade=sheet.grade, terms=terms)
    stacked = _stacked(one.groups, amount.fen, others, money)
    return replace(
        one,
        counted_fen=amount.counted_fen,
        rate_part_fen=amount.fen,
        rate_bp=amount.rate_bp,
        grade=sheet.grade,
        sheet=sheet.sheet_id,
        stacked=stacked,
        why=_cut_away(amount.fen, stacked) or ("" if amount.fen else _("按考核等次没有补助")),
    )


def _cities(scheme: str, on: date) -> Way:
    found = in_force(scheme, rules.CityTerms, on=on)

    def payees(row: Settlement, groups: Sequence[Group], money: rules.PotTerms) -> list[Payee]:
        """The import that is in force now is the settlement's from here on, whatever is imported later."""
        if waits := waiting(region=row.region, year=row.year):
            raise rules.ConversionWaits(number=waits.number)
        row.conversion = current_import(region=row.region, year=row.year)
        results = results_of(row.conversion)
        spent: dict[str, list[Group]] = {}
        for group in groups:
            spent.setdefault(_place(group.region, results), []).append(group)
        cities = [_city(place, spent.get(place, ()), results.get(place)) for place in sorted({*spent, *results})]
        awards = rules.city_awards(cities=cities, pot_fen=Fen(row.pot_fen or 0), terms=found.terms)
        return [_awarded(one, spent.get(one.name, ()), results.get(one.name)) for one in awards]

    return Way(found, "award_excluded", CountedBy.PAYOUT, (), payees, outside=False)


def _place(region: str, results: Mapping[str, Result]) -> str:
    """Whose spending it is: the place of the import that the paying county lies in, else the county itself."""
    return next((place for place in results if region in covers(place)), region)


def _city(place: str, groups: Sequence[Group], result: Result | None) -> rules.City:
    return rules.City(place, sum(group.fen for group in groups), result.fen if result else 0)


def _awarded(award: rules.Award, groups: Sequence[Group], result: Result | None) -> Payee:
    """Who has not said to whom its award is to be paid gets none: the table that is imported names the payee."""
    if award.fen and result is None:
        raise rules.PayeeUnknown(region=award.name)
    return Payee(
        result.party if result else "",
        groups,
        sum(group.fen for group in groups),
        award.fen,
        place=award.name,
        conversion_fen=result.fen if result else 0,
        why=_("不补助宁波市县") if award.excluded else "" if award.fen else _("按因素法没有份额"),
    )


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
