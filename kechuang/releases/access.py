"""Who sees a release and an entry, and in which role. What was announced is public; who entered is not, until published."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.releases.models import Entry, Publication, Release
from kechuang.releases.states import ReleaseState

OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)
_INSIDE = (ReleaseState.DRAFT, ReleaseState.SUBMITTED)


def roles_on(actor: Actor, release: Release) -> frozenset[Role]:
    """The offices over the county that pays; HOLDER for whoever acts for a party: anybody may ask to enter."""
    return actor.roles_in(release.region) | ({Role.HOLDER} if actor.party_id else set())


def roles_on_entry(actor: Actor, entry: Entry) -> frozenset[Role]:
    """The offices over the county, HOLDER on the own party's entry."""
    own = {Role.HOLDER} if actor.party_id and entry.party_id == actor.party_id else set()
    return actor.roles_in(entry.region) | own


def may_draft(actor: Actor, region: str) -> bool:
    """Whether the actor plans releases of a county's budget."""
    return Role.BUDGET_AUTHOR in actor.roles_in(region)


def visible_to(actor: Actor) -> QuerySet[Release]:
    """Every read of releases starts here: drafts are the county's, the rest is everybody's. 撤回 before it was announced is not."""
    if actor.clock:
        return Release.objects.all()
    announced = ~Q(state__in=_INSIDE) & ~Q(checked_by="")
    return Release.objects.filter(announced | Q(region__in=actor.regions(*OFFICES)))


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """Every read of entries with their parties starts here."""
    if actor.clock:
        return Entry.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    return Entry.objects.filter(seen | Q(party_id=actor.party_id) if actor.party_id else seen)


def publications_visible_to(actor: Actor) -> QuerySet[Publication]:
    """What was published is everybody's."""
    return Publication.objects.filter(release__in=visible_to(actor))
