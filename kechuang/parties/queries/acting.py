"""Who acts for whom, in which capacity or office (办事身份)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from kechuang.kernel.actor import Actor, Post, Role
from kechuang.parties import rules
from kechuang.parties.models import Membership, Office, Person, Substitution
from kechuang.parties.queries.regions import areas, covers, region_name
from kechuang.parties.states import PartyState
from kechuang.trail.queries import stood_in_for
from kechuang.ui.compiled import compiled

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Side:
    """One thing a signed-in person can act as: a party, or "" for all offices together (身份)."""

    party_id: str
    label: str
    capacity: str


def actor_for(person_id: str, *, party_id: str = "", on: date) -> Actor:
    """The person acting for a party, or in their offices when none is named; raises NotAMember. One statement."""
    return _member(person_id, party_id, on) if party_id else _official(person_id, on)


def _member(person_id: str, party_id: str, on: date) -> Actor:
    rows = _acting(person_id, party_id, on)
    if not rows:
        raise rules.NotAMember
    whole = any(unit is None for unit, _ in rows)
    return Actor(
        person_id=person_id,
        party_id=party_id,
        unit_ids=frozenset() if whole else frozenset(unit for unit, _ in rows if unit),
        capacity=rules.strongest(capacity for unit, capacity in rows if unit is None or not whole),
    )


@compiled
def _acting(person_id: str, party_id: str, on: date) -> QuerySet[Membership, tuple[str | None, str]]:
    rows = _in_force(Membership.objects.filter(person_id=person_id, party_id=party_id), on)
    return rows.exclude(party__state=PartyState.MERGED).values_list("unit_id", "capacity")


def _official(person_id: str, on: date) -> Actor:
    posts = frozenset(
        Post(Role(role), code, covers(code), department, "" if holder == person_id else holder)
        for holder, role, code, department in _offices(person_id, on)
    )
    return Actor(person_id=person_id, posts=posts)


@compiled
def _offices(person_id: str, on: date) -> QuerySet[Office, tuple[str, str, str, str]]:
    absent = Substitution.objects.filter(
        substitute_id=person_id, ended=False, valid_from__lte=on, valid_until__gt=on
    ).values("office_id")
    held = _in_force(Office.objects.filter(Q(person_id=person_id) | Q(id__in=absent)), on)
    return held.values_list("person_id", "role", "region", "department")


def _in_force(rows: QuerySet[T], on: date) -> QuerySet[T]:
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)


def sides(person_id: str, *, on: date) -> list[Side]:
    """Everything the person may act as, offices first, then parties by pinyin (选择身份)."""
    found = []
    if _official(person_id, on).posts:
        found.append(Side("", "", ""))
    rows = _in_force(Membership.objects.filter(person_id=person_id), on).exclude(party__state=PartyState.MERGED)
    by_party: dict[str, tuple[str, list[str]]] = {}
    for party_id, name, capacity in rows.order_by("party__pinyin", "party_id").values_list(
        "party_id", "party__name", "capacity"
    ):
        by_party.setdefault(party_id, (name, []))[1].append(capacity)
    found += [Side(pid, name, rules.strongest(held)) for pid, (name, held) in by_party.items()]
    return found


def people_in(role: Role, region_code: str, *, on: date) -> list[str]:
    """The persons who may exercise a role over a region today, substitutes included: whom a message reaches."""
    return people_in_all([(role, region_code)], on=on)[role, region_code]


def people_in_all(offices: Iterable[tuple[Role, str]], *, on: date) -> dict[tuple[Role, str], list[str]]:
    """The same for many roles and regions at once. Two statements, none when nothing is asked."""
    wanted = set(offices)
    if not wanted:
        return {}
    near = {region: {code for code in areas() if region in covers(code)} or {region} for _role, region in wanted}
    codes = set[str]().union(*near.values())
    posts = _held(sorted({str(role) for role, _region in wanted}), sorted(codes), on)
    stand_ins: dict[str, set[str]] = {}
    for office_id, substitute_id in _substitutes([office_id for office_id, *_ in posts], on) if posts else ():
        stand_ins.setdefault(office_id, set()).add(substitute_id)
    found: dict[tuple[Role, str], set[str]] = {office: set() for office in wanted}
    for office_id, held, code, person_id in posts:
        for role, region in wanted:
            if role == held and code in near[region]:
                found[role, region] |= {person_id} | stand_ins.get(office_id, set())
    return {office: sorted(people) for office, people in found.items()}


@compiled
def _held(roles: list[str], regions: list[str], on: date) -> QuerySet[Office, tuple[str, str, str, str]]:
    rows = _in_force(Office.objects.filter(role__any=roles, region__any=regions), on)
    return rows.values_list("id", "role", "region", "person_id")


@compiled
def _substitutes(office_ids: list[str], on: date) -> QuerySet[Substitution, tuple[str, str]]:
    rows = Substitution.objects.filter(office_id__any=office_ids, ended=False, valid_from__lte=on, valid_until__gt=on)
    return rows.values_list("office_id", "substitute_id")


def members_of_all(party_ids: Iterable[str], *, on: date) -> dict[str, list[str]]:
    """The people who act for these parties on a day, for messages told to a party. One statement."""
    found: dict[str, list[str]] = {}
    for party_id, person_id in _members(sorted(set(party_ids)), on):
        found.setdefault(party_id, []).append(person_id)
    return found


@compiled
def _members(party_ids: list[str], on: date) -> QuerySet[Membership, tuple[str, str]]:
    rows = _in_force(Membership.objects.filter(party_id__any=party_ids), on)
    return rows.order_by("id").values_list("party_id", "person_id")


def members_of(party_id: str, *, on: date) -> list[str]:
    """The people who act for a party on a day, for messages told to the party."""
    return members_of_all([party_id], on=on).get(party_id, [])


def authorisation_of(actor: Actor, *, on: date) -> str:
    """The file id of the 授权书 by which the actor signs for their party, or "" when they sign in their own right."""
    return max(_files(actor.person_id, actor.party_id, actor.capacity, on), default="")


@compiled
def _files(person_id: str, party_id: str, capacity: str, on: date) -> QuerySet[Membership, str]:
    rows = _in_force(Membership.objects.filter(person_id=person_id, party_id=party_id), on)
    return rows.filter(capacity=capacity).values_list("authorisation_file", flat=True)


def members_now(party_id: str) -> frozenset[str]:
    """Everybody with an open membership in a party."""
    rows = Membership.objects.filter(party_id=party_id, valid_until__isnull=True)
    return frozenset(rows.values_list("person_id", flat=True))


def seats_since(person_ids: Iterable[str], *, since: date, on: date) -> list[tuple[str, str, bool]]:
    """Person, party and whether it is over, for every membership that ran on a day or ended since (任职关系). One statement."""
    rows = Membership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=since), person_id__in=set(person_ids)
    )
    found = rows.filter(valid_from__lte=on).order_by("person_id", "party_id", "id")
    ended: dict[tuple[str, str], bool] = {}
    for person_id, party_id, until in found.values_list("person_id", "party_id", "valid_until"):
        over = until is not None and until <= on
        ended[person_id, party_id] = over and ended.get((person_id, party_id), True)
    return [(person_id, party_id, over) for (person_id, party_id), over in ended.items()]


@dataclass(frozen=True, slots=True)
class Substitutes:
    """The page of substitutes: my own offices, who may stand in, and what is agreed from today on."""

    offices: list[Office]
    colleagues: list[tuple[str, str, list[tuple[str, Role]]]]  # person id, name, region names with roles
    mine: list[Substitution]
    for_others: list[Substitution]


def substitutes(actor: Actor, *, on: date) -> Substitutes:
    """Everything about substitution that concerns the actor, in three statements."""
    offices = list(_in_force(Office.objects.filter(person_id=actor.person_id), on).order_by("region", "role"))
    agreed = Substitution.objects.filter(
        Q(absent_id=actor.person_id) | Q(substitute_id=actor.person_id), ended=False, valid_until__gt=on
    )
    rows = list(agreed.select_related("office", "absent", "substitute").order_by("valid_from", "id"))
    return Substitutes(
        offices=offices,
        colleagues=_colleagues(actor.person_id, offices, on),
        mine=[row for row in rows if row.absent_id == actor.person_id],
        for_others=[row for row in rows if row.substitute_id == actor.person_id],
    )


def _colleagues(person_id: str, offices: list[Office], on: date) -> list[tuple[str, str, list[tuple[str, Role]]]]:
    """Officers whose region reaches one of mine, sorted by pinyin."""
    regions = {office.region for office in offices}
    near = [code for code in areas() if regions & covers(code)]
    posts = _in_force(Office.objects.filter(region__in=near), on).exclude(person_id=person_id)
    posts = posts.order_by("person__pinyin", "person_id", "role")
    found: dict[tuple[str, str], list[tuple[str, Role]]] = {}
    for holder, name, role, code in posts.values_list("person_id", "person__name", "role", "region"):
        found.setdefault((holder, name), []).append((region_name(code), Role(role)))
    return [(holder, name, held) for (holder, name), held in found.items()]


def regions_with(role: Role, *, on: date) -> list[str]:
    """The regions in which somebody holds a role on a day, by code."""
    rows = _in_force(Office.objects.filter(role=role), on)
    return sorted(set(rows.values_list("region", flat=True)))


def person_by_sign_in(sign_in: str) -> str:
    """The name of who signs in under a sign-in name; "" when nobody does."""
    return Person.objects.filter(sign_in=sign_in).values_list("name", flat=True).first() or ""


def refuse_same_hands(
    actor: Actor,
    region: str,
    role: Role,
    *,
    before: Iterable[str],
    of: Iterable[str] = (),
    sides: Iterable[str] = (),
) -> None:
    """Four eyes (四眼原则): raises SameHands when an earlier step was this person's, Related when a side is theirs.

    `before` are the persons of the earlier steps, also under records that were merged since, `of` the records on which
    they acted; `sides` the parties whose matter it is. An office is one hand: the absent officer counts like the
    substitute who acts, now and in the earlier steps.
    """
    both = rules.hands(actor, region, role)
    rules.refuse_same_hands(actor, region, role, before=same_persons(before, of=of))
    if sides and _seats(sorted(both), sorted(set(sides))):
        raise rules.Related


@compiled
def _seats(person_ids: list[str], party_ids: list[str]) -> QuerySet[Membership, str]:
    seats = Membership.objects.filter(person_id__any=person_ids, party_id__any=party_ids, valid_until__isnull=True)
    return seats.values_list("party_id", flat=True)[:1]


@compiled
def _taken_into(person_ids: list[str]) -> QuerySet[Person, str]:
    merged = Person.objects.filter(id__any=person_ids, merged_into__isnull=False)
    return merged.values_list("merged_into_id", flat=True)


def same_persons(person_ids: Iterable[str], *, of: Iterable[str] = ()) -> frozenset[str]:
    """These persons, in whose place they acted on the records `of` (代理), and whom they were merged into (人员合并)."""
    found, records = set(person_ids) - {""}, list(of)
    if found and records:
        found |= {absent for _record, _person, absent in stood_in_for(records, found)}
    latest = found
    while latest:
        latest = set(_taken_into(sorted(latest))) - found
        found |= latest
    return frozenset(found)
