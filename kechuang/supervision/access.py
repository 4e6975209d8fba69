"""Who sees and does what in supervision. The county that paid decides; the party concerned sees its own once asked."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.supervision.models import Case, Clawback

OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)
OPENERS = frozenset({Role.COUNTY_OFFICER, Role.CITY_SCIENCE})


def own_party(actor: Actor, party_id: str) -> bool:
    """Whether the actor speaks for the whole party: people of one unit (二级学院) do not."""
    return bool(actor.party_id) and actor.party_id == party_id and not actor.unit_ids


def roles_on(actor: Actor, case: Case) -> frozenset[Role]:
    """The offices over the county that paid; the party concerned as what it is asked, once there is a letter."""
    own = own_party(actor, case.party_id) and case.asked_on is not None
    return actor.roles_in(case.region) | ({Role(case.side)} if own else set())


def roles_on_clawback(actor: Actor, row: Clawback) -> frozenset[Role]:
    """The offices over the county; the party that is to pay back, which does nothing here but read and pay."""
    return actor.roles_in(row.region) | ({Role.PROVIDER} if own_party(actor, row.party_id) else set())


def opening_role(actor: Actor, region: str) -> Role | None:
    """The role by which the actor opens a case over a county (立案), or None."""
    return min(actor.roles_in(region) & OPENERS, default=None)


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Every read of cases starts here."""
    if actor.clock:
        return Case.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id, asked_on__isnull=False)
    return Case.objects.filter(seen)


def clawbacks_visible_to(actor: Actor) -> QuerySet[Clawback]:
    """Every read of clawbacks starts here."""
    if actor.clock:
        return Clawback.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id)
    return Clawback.objects.filter(seen)
