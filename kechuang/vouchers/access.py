"""Who sees a voucher and in which role. This is the security review of the room."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.vouchers.models import Hold, Voucher

OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)


def roles_on(actor: Actor, voucher: Voucher) -> frozenset[Role]:
    """The offices held over the issuing county, and HOLDER when it is the actor's own."""
    own = {Role.HOLDER} if actor.party_id and voucher.party_id == actor.party_id else set()
    return actor.roles_in(voucher.region) | own


def roles_on_hold(actor: Actor, hold: Hold) -> frozenset[Role]:
    """As on the voucher, and PROVIDER for the order's provider."""
    own = {Role.PROVIDER} if actor.party_id and hold.provider_id == actor.party_id else set()
    return roles_on(actor, hold.voucher) | own


def visible_to(actor: Actor) -> QuerySet[Voucher]:
    """Every read of vouchers starts here."""
    rows = Voucher.objects.all()
    if actor.clock:
        return rows
    seen = Q(region__in=actor.regions(*OFFICES))
    return rows.filter(seen | Q(party_id=actor.party_id) if actor.party_id else seen)


def sees(actor: Actor, voucher: Voucher) -> bool:
    """As `visible_to`, of a row at hand: a group of many actors' commands locks all its rows in one statement."""
    own = bool(actor.party_id) and voucher.party_id == actor.party_id
    return actor.clock or own or voucher.region in actor.regions(*OFFICES)


def holds_visible_to(actor: Actor) -> QuerySet[Hold]:
    """Every read of holds starts here; a provider sees those of its own orders."""
    rows = Hold.objects.all()
    if actor.clock:
        return rows
    seen = Q(region__in=actor.regions(*OFFICES))
    own = Q(voucher__party_id=actor.party_id) | Q(provider_id=actor.party_id)
    return rows.filter(seen | own if actor.party_id else seen)
