"""Who sees and does what on subsidies: the paying office, those above it, and each payee its own statement."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.subsidies.models import Conversion, Outside, Settlement, Statement

_READS = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.SHARING_OFFICE,
    Role.AUDITOR,
)


def roles_on(actor: Actor, record: Settlement | Statement | Outside | Conversion) -> frozenset[Role]:
    """The office roles over the paying office's place, for redemptions elsewhere over the county's; PROVIDER for the payee."""
    own = isinstance(record, Statement | Outside) and record.party == actor.party_id != ""
    return actor.roles_in(record.region) | ({Role.PROVIDER} if own else set())


def may_act(actor: Actor, region: str) -> Role:
    """The role by which an office begins a record over a place; raises NotVisible."""
    if Role.COUNTY_OFFICER not in actor.roles_in(region):
        raise NotVisible
    return Role.COUNTY_OFFICER


def settles_in(actor: Actor) -> list[str]:
    """The places for which the actor's office settles subsidies."""
    return sorted(actor.regions(Role.COUNTY_OFFICER))


def visible_to(actor: Actor) -> QuerySet[Settlement]:
    """Settlements of the places over which an office is held."""
    if actor.clock:
        return Settlement.objects.all()
    return Settlement.objects.filter(region__in=actor.regions(*_READS))


def statements_visible_to(actor: Actor) -> QuerySet[Statement]:
    """Statements of visible settlements; a payee's own once it is known to the public, units only their unit's."""
    if actor.clock:
        return Statement.objects.all()
    seen = Q(region__in=actor.regions(*_READS))
    if actor.party_id:
        own = Q(party=actor.party_id) & ~Q(state__in=["counted", "not_due", "withdrawn"])
        if actor.unit_ids:
            own &= Q(unit__in=actor.unit_ids)
        seen |= own
    return Statement.objects.filter(seen)


def conversions_visible_to(actor: Actor) -> QuerySet[Conversion]:
    """Imports of the places over which an office is held."""
    if actor.clock:
        return Conversion.objects.all()
    return Conversion.objects.filter(region__in=actor.regions(*_READS))


def outside_visible_to(actor: Actor) -> QuerySet[Outside]:
    """What was redeemed elsewhere: of the counties over which an office is held, and a provider's own."""
    if actor.clock:
        return Outside.objects.all()
    seen = Q(region__in=actor.regions(*_READS))
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party=actor.party_id)
    return Outside.objects.filter(seen)
