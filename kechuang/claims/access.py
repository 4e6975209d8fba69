"""Who sees and does what on a claim."""

from django.db.models import Q, QuerySet

from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor, Role

_READS = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)


def may_claim(actor: Actor, *, provider_party: str, provider_unit: str) -> bool:
    """Whether the actor may claim for an order: for its provider, and people of units only for their unit's orders."""
    own = provider_party == actor.party_id != ""
    return own and (not actor.unit_ids or provider_unit in actor.unit_ids)


def roles_on(actor: Actor, claim: Claim) -> frozenset[Role]:
    """The office roles over the paying county; PROVIDER for the claimant (its unit's people only for that unit)."""
    own = may_claim(actor, provider_party=claim.provider_party, provider_unit=claim.provider_unit)
    user = claim.holder_party == actor.party_id != ""
    return actor.roles_in(claim.region) | ({Role.PROVIDER} if own else set()) | ({Role.HOLDER} if user else set())


def visible_to(actor: Actor) -> QuerySet[Claim]:
    """The claimant's own, the user's whose voucher it is, and those of the regions over which an office is held."""
    if actor.clock:
        return Claim.objects.all()
    seen = Q(region__in=actor.regions(*_READS))
    if actor.party_id:
        own = Q(provider_party=actor.party_id)
        if actor.unit_ids:
            own &= Q(provider_unit__in=actor.unit_ids)
        seen |= own | Q(holder_party=actor.party_id)
    return Claim.objects.filter(seen)
