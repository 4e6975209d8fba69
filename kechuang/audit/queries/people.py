"""跟一个人的决定走: every act of one officer within a task, stand-ins with both names, and whom they confirmed how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from kechuang.audit.models import Task
from kechuang.audit.states import CONFIRMED_BY, PAIRS_SHOWN
from kechuang.claims.queries import queue
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import ratio_bp_down
from kechuang.parties.queries import party_names, person_names, region_name
from kechuang.trail.models import Event

_NOBODYS = (Role.CLOCK, Role.PUBLIC, Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Officer:
    """One person who decided something within a task."""

    person_id: str
    name: str
    roles: Sequence[str]
    places: str
    acts_count: int
    stood_in_count: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Pair:
    """经办与机构的配对: how often one reviewer confirmed one provider's claims, and how often everybody did."""

    party_id: str
    provider: str
    confirmed_count: int
    own_bp: int  # of this reviewer's confirmations
    all_count: int
    all_bp: int  # of this provider's confirmations that are this reviewer's


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that the page of one officer shows."""

    person_id: str
    name: str
    events: QuerySet[Event]
    actions: Mapping[str, str]  # action -> label
    tally: Sequence[tuple[str, int]]  # label, how often
    pairs: Sequence[Pair]
    names: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Tally:
    """One person's acts in one role and region."""

    role: str
    region: str
    acts: int
    stood_in: int
    last_on: date


def acts_within(task: Task) -> QuerySet[Event]:
    """Every act of offices in the regions and the period of a task, by index of region and day."""
    rows = Event.objects.filter(region__in=task.regions, on__gte=task.from_on, on__lt=task.until_on)
    return rows.exclude(role__in=_NOBODYS).exclude(person_id="")


def officers(task: Task) -> list[Officer]:
    """Who decided within a task, those with most acts first. One statement and the names."""
    grouped = acts_within(task).order_by().values("person_id", "role", "region")
    counted = grouped.annotate(acts=Count("id"), stood_in=Count("id", filter=~Q(stands_in_for="")), last_on=Max("on"))
    rows = counted.values_list("person_id", "role", "region", "acts", "stood_in", "last_on")
    found: dict[str, list[_Tally]] = {}
    for person_id, role, region, acts, stood_in, last_on in rows:
        found.setdefault(person_id, []).append(_Tally(role, region, acts, stood_in, last_on))
    names = person_names(found)
    people = [
        Officer(
            person_id,
            names.get(person_id, person_id),
            sorted({one.role for one in held}),
            "、".join(sorted({region_name(one.region) for one in held})),
            sum(one.acts for one in held),
            sum(one.stood_in for one in held),
            max(one.last_on for one in held),
        )
        for person_id, held in found.items()
    ]
    return sorted(people, key=lambda one: (-one.acts_count, one.person_id))


def home_of(task: Task, person_id: str) -> str:
    """The county whose officer this is, as far as the task knows; the task's own region for one of several."""
    rows = acts_within(task).filter(person_id=person_id).order_by().values_list("region", flat=True).distinct()
    regions = list(rows)
    return regions[0] if len(regions) == 1 else task.region


def decisions(
    task: Task,
    person_id: str,
    *,
    action: str = "",
    region: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Decisions | None:
    """The acts of one person within a task, done in the own name or standing in, and those others did in their place.

    None when they decided nothing there. `until` is exclusive.
    """
    own = acts_within(task).filter(Q(person_id=person_id) | Q(stands_in_for=person_id))
    labels = dict(own.order_by("action").values_list("action", "label").distinct("action"))
    if not labels:
        return None
    shown = own.filter(action=action) if action else own
    shown = shown.filter(region=region) if region else shown
    shown = shown.filter(on__gte=since) if since else shown
    shown = shown.filter(on__lt=until) if until else shown
    counts = dict(shown.order_by().values_list("action").annotate(Count("id")))
    tally = sorted(((labels[name], count) for name, count in counts.items()), key=lambda one: (-one[1], one[0]))
    who = {one for row in own.order_by().values_list("person_id", "stands_in_for").distinct() for one in row if one}
    names = person_names(who | {person_id})
    places = {code: region_name(code) for code in task.regions}
    shown = shown.order_by("-seq")
    return Decisions(person_id, names.get(person_id, person_id), shown, labels, tally, [], names, places)


def pairs(actor: Actor, task: Task, person_id: str) -> list[Pair]:
    """With which providers the confirmations of one reviewer are paired (T13), the most frequent first.

    The actor must be an auditor within its tasks: the claims are those it may see.
    """
    everyone = acts_within(task).filter(action=CONFIRMED_BY)
    by_claim = dict(everyone.order_by("seq").values_list("object_id", "person_id"))
    claims = queue(actor).filter(id__in=list(by_claim)).order_by().values_list("id", "provider_party")
    own: dict[str, int] = {}
    whole: dict[str, int] = {}
    for claim_id, party in claims:
        whole[party] = whole.get(party, 0) + 1
        if by_claim[claim_id] == person_id:
            own[party] = own.get(party, 0) + 1
    total, names = sum(own.values()), party_names(own)
    found = [
        Pair(party, names.get(party, party), count, ratio_bp_down(count, total), whole[party], ratio_bp_down(count, whole[party]))
        for party, count in own.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.confirmed_count, one.party_id))[:PAIRS_SHOWN]
