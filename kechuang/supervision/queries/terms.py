"""Which rules of supervision a county lies under (事后监管规则)."""

from datetime import date
from typing import TypeVar

from kechuang.parties.queries import region_name
from kechuang.policy.book import InForce, current, in_force
from kechuang.supervision.rules import CaseTerms, NoSupervisionRules

T = TypeVar("T")
_MARK, _HOME = "case_reply_working_days", "home_region"


def scheme_of(region: str, *, on: date) -> str:
    """The scheme of supervision whose place holds the county, the narrowest first; raises NoSupervisionRules."""
    found: list[tuple[int, str]] = []
    for scheme, pack in current().packs.items():
        home = pack.parameters.get(_HOME)
        if _MARK in pack.parameters and home and (value := home.on(on)) and region.startswith(str(value.is_)):
            found.append((len(str(value.is_)), scheme))
    if not found:
        raise NoSupervisionRules(place=region_name(region))
    return max(found)[1]


def has_rules(region: str, *, on: date) -> bool:
    """Whether rules of supervision are in force for a county or city."""
    try:
        scheme_of(region, on=on)
    except NoSupervisionRules:
        return False
    return True


def terms_of(region: str, terms: type[T], *, on: date) -> InForce[T]:
    """The terms of a day for a county; raises NoSupervisionRules, NoTermsInForce."""
    return in_force(scheme_of(region, on=on), terms, on=on)


def case_terms(region: str, *, on: date) -> InForce[CaseTerms]:
    return terms_of(region, CaseTerms, on=on)
