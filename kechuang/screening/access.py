"""Who sees a finding, a link, a contest, and in which role."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.screening.models import Contest, Finding, Link, RegisterImport
from kechuang.screening.states import FindingState

OFFICES = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE, Role.AUDITOR)


def roles_on(actor: Actor, row: Finding | Link | Contest) -> frozenset[Role]:
    """The office roles over the county that decides, or that answers what a firm says."""
    return actor.roles_in(row.region)


def visible_to(actor: Actor) -> QuerySet[Finding]:
    """The offices' own; a party reads what was confirmed about it, never what is still looked into."""
    if actor.clock:
        return Finding.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id:
        about = Q(holder_party=actor.party_id) | Q(provider_party=actor.party_id)
        seen |= about & Q(state=FindingState.CONFIRMED)
    return Finding.objects.filter(seen)


def links_visible_to(actor: Actor) -> QuerySet[Link]:
    """A party its own; the offices of its seat, or of a county with a finding about it, all of them."""
    if actor.clock:
        return Link.objects.all()
    regions = actor.regions(*OFFICES)
    about = Finding.objects.filter(region__in=regions)
    seen = Q(region__in=regions)
    seen |= Q(party_id__in=about.values("holder_party")) | Q(party_id__in=about.values("provider_party"))
    return Link.objects.filter(seen | Q(party_id=actor.party_id) if actor.party_id else seen)


def contests_visible_to(actor: Actor) -> QuerySet[Contest]:
    if actor.clock:
        return Contest.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    return Contest.objects.filter(seen | Q(party_id=actor.party_id) if actor.party_id else seen)


def registers_in(actor: Actor) -> frozenset[str]:
    """The regions for whose organisations the actor brings what the registers say (登记信息): those of a city or province."""
    return actor.regions(Role.CITY_SCIENCE)


def imports_visible_to(actor: Actor) -> QuerySet[RegisterImport]:
    return RegisterImport.objects.filter(region__in=registers_in(actor))


def decides(actor: Actor) -> bool:
    """Whether the actor decides on findings anywhere."""
    return actor.holds(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER)
