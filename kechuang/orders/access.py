"""Who sees an order and in which role. This is the security review of the room."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.orders.models import Order, StandingQuote
from kechuang.orders.states import OrderState

OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)


def roles_on(actor: Actor, order: Order) -> frozenset[Role]:
    """The offices held over the deciding county, HOLDER on one's own order, PROVIDER for its provider (or that unit)."""
    held = set(actor.roles_in(order.region))
    if order.state == OrderState.DISPUTED:  # one office mediates, which need not be the deciding county's
        held -= {Role.COUNTY_OFFICER}
        held |= actor.roles_in(order.dispute_region or order.region) & {Role.COUNTY_OFFICER}
    if actor.party_id and order.holder_id == actor.party_id:
        held.add(Role.HOLDER)
    if actor.party_id and order.provider_id == actor.party_id and _of_unit(actor, order):
        held.add(Role.PROVIDER)
    return frozenset(held)


def visible_to(actor: Actor) -> QuerySet[Order]:
    """Every read of orders starts here."""
    rows = Order.objects.all()
    if actor.clock:
        return rows
    regions = actor.regions(*OFFICES)
    seen = Q(region__in=regions) | Q(dispute_region__in=regions) if regions else Q(pk__in=[])
    if not actor.party_id:
        return rows.filter(seen)
    served = Q(provider_id=actor.party_id)
    if actor.unit_ids:
        served &= Q(unit_id__in=actor.unit_ids)
    return rows.filter(seen | Q(holder_id=actor.party_id) | served)


def _of_unit(actor: Actor, order: Order) -> bool:
    return not actor.unit_ids or order.unit_id in actor.unit_ids


def standing_roles_on(actor: Actor, standing: StandingQuote) -> frozenset[Role]:
    """PROVIDER for the provider of the offer, or that unit of it."""
    own = bool(actor.party_id) and standing.provider_id == actor.party_id
    return frozenset({Role.PROVIDER} if own and (not actor.unit_ids or standing.unit_id in actor.unit_ids) else ())


def standing_visible_to(actor: Actor) -> QuerySet[StandingQuote]:
    """The provider's own; the clock and whoever orders asks `queries.booked.standing`, which tells only whether."""
    rows = StandingQuote.objects.all()
    if actor.clock:
        return rows
    own = rows.filter(provider_id=actor.party_id) if actor.party_id else rows.none()
    return own.filter(unit_id__in=actor.unit_ids) if actor.unit_ids else own
