"""Inspectors and what keeps each from whom: declared, and found in the memberships themselves (回避)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import parties, people_in, person_names, region_name, seats_since
from kechuang.supervision.access import DRAWERS, PLANNERS, keeping_role
from kechuang.supervision.models import Inspector, Interest
from kechuang.supervision.queries.terms import has_rules, terms_of
from kechuang.supervision.rules import CheckTerms
from kechuang.supervision.states.checks import DAYS_OF_YEAR, InterestKind

_INSPECTING = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE)


@dataclass(frozen=True, slots=True)
class Tie:
    """One reason why an inspector may not inspect a party, and where it comes from."""

    party_id: str
    kind: InterestKind
    declared: bool


@dataclass(frozen=True, slots=True)
class InspectorRow:
    """One line of a roster."""

    inspector: Inspector
    name: str
    ties: list[tuple[str, Tie]]  # the party's name with the reason
    keeps: bool = False  # whether the reader keeps the roster


def office_people(region: str, *, on: date) -> list[tuple[str, str]]:
    """Who holds a post of inspection over a place, by name: whom its roster can take."""
    found = {person for role in _INSPECTING for person in people_in(role, region, on=on)}
    return sorted(person_names(found).items(), key=lambda one: one[1])


def may_declare_for(actor: Actor, row: Inspector) -> Role | None:
    """The inspector himself by his post, or the office that keeps the roster."""
    keeps = keeping_role(actor, row.region)
    if keeps is None and row.person_id == actor.person_id:
        return min(actor.roles_in(row.region) & set(_INSPECTING), default=None)
    return keeps


def roster_regions(actor: Actor, *, on: date) -> list[tuple[str, str]]:
    """The offices whose rosters the actor keeps, by code and name: where rules of supervision are in force."""
    held = {post.region for post in actor.posts if post.role in PLANNERS | DRAWERS}
    return [(code, region_name(code)) for code in sorted(held) if has_rules(code, on=on)]


def planning_regions(actor: Actor, *, on: date) -> dict[str, str]:
    """The offices for which the actor plans checks."""
    held = {post.region for post in actor.posts if post.role in PLANNERS}
    return {code: region_name(code) for code in sorted(held) if has_rules(code, on=on)}


def ties_of(inspectors: Iterable[Inspector], *, on: date, years: int) -> dict[str, list[Tie]]:
    """By inspector every tie on a day: declared ones, employers, and former employers of the last `years`. Two statements."""
    rows = list(inspectors)
    found: dict[str, list[Tie]] = {row.id: [] for row in rows}
    for interest in Interest.objects.filter(inspector__in=rows).order_by("id"):
        if interest.until_on is None or on < interest.until_on:
            found[interest.inspector_id].append(Tie(interest.party_id, InterestKind(interest.kind), True))
    by_person: dict[str, list[str]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row.id)
    since = on - timedelta(days=DAYS_OF_YEAR * years)
    for person_id, party_id, ended in seats_since(by_person, since=since, on=on):
        kind = InterestKind.FORMER_EMPLOYER if ended else InterestKind.EMPLOYER
        for inspector_id in by_person[person_id]:
            found[inspector_id].append(Tie(party_id, kind, False))
    return found


def roster(region: str) -> list[Inspector]:
    """The inspectors that an office can draw, by number."""
    return list(Inspector.objects.filter(region=region, active=True).order_by("number"))


def roster_rows(region: str, *, on: date) -> list[InspectorRow]:
    """The roster of an office with every tie in words."""
    return _rows(roster(region), region, on)


def inspector_row(actor: Actor, inspector_id: str, *, on: date) -> InspectorRow:
    """One inspector: his own to see, and the office's that keeps the roster. Raises NotVisible."""
    row = Inspector.objects.filter(id=inspector_id, active=True).first()
    if row is None or may_declare_for(actor, row) is None:
        raise NotVisible
    (found,) = _rows([row], row.region, on)
    return replace(found, keeps=keeping_role(actor, row.region) is not None)


def _rows(rows: list[Inspector], region: str, on: date) -> list[InspectorRow]:
    ties = ties_of(rows, on=on, years=terms_of(region, CheckTerms, on=on).terms.recusal_years_count)
    cards = parties({tie.party_id for one in ties.values() for tie in one})
    names = person_names([row.person_id for row in rows])
    return [
        InspectorRow(row, names.get(row.person_id, ""), [(cards[tie.party_id].name, tie) for tie in ties[row.id]])
        for row in rows
    ]


def codes_of(party_ids: Iterable[str]) -> Mapping[str, str]:
    """The public code of each party, by which published files name it; "" of natural persons, who are not named."""
    return {party_id: card.credit_code or "" for party_id, card in parties(set(party_ids)).items()}
