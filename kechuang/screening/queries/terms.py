"""Which rules of screening a place has (当地的筛查口径)."""

from collections.abc import Iterable
from datetime import date

from kechuang.policy.book import InForce, NoTermsInForce, current, in_force, scheme_at
from kechuang.screening.rules import ScreeningTerms
from kechuang.screening.states import MARK


def scheme_of(region: str, *, on: date) -> str:
    """The scheme by which claims of a place are screened; "" where it has none."""
    return scheme_at(region, MARK, on=on)


def terms_of(region: str, *, on: date) -> InForce[ScreeningTerms]:
    """The terms of a day for a place; raises NoTermsInForce."""
    return in_force(scheme_of(region, on=on), ScreeningTerms, on=on)


def by_terms(places: Iterable[tuple[str, str]], *, on: date) -> list[tuple[InForce[ScreeningTerms], list[str]]]:
    """Claims, each with its place, by the terms they are screened by; those of places without any are left out."""
    schemes: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for claim_id, region in places:
        if region not in schemes:
            schemes[region] = scheme_of(region, on=on)
        if schemes[region]:
            found.setdefault(schemes[region], []).append(claim_id)
    return [(in_force(scheme, ScreeningTerms, on=on), ids) for scheme, ids in sorted(found.items())]


def all_terms(*, on: date) -> list[ScreeningTerms]:
    """The terms of every place that has some on a day (各地口径)."""
    found = []
    for scheme, pack in sorted(current().packs.items()):
        if MARK in pack.parameters:
            try:
                found.append(in_force(scheme, ScreeningTerms, on=on).terms)
            except NoTermsInForce:  # they begin later
                continue
    return found
