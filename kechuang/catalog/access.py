"""Who edits which carrier and offer. What is open for orders anyone may read: queries.search."""

from django.db.models import Q, QuerySet

from kechuang.catalog.models import Carrier, Offer
from kechuang.catalog.states import OfferState
from kechuang.kernel.actor import Actor, Role

_LOOK = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.CITY_SCIENCE,
    Role.SHARING_OFFICE,
    Role.AUDITOR,
)
_WATCH = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER})


def roles_on(actor: Actor, offer: Offer) -> frozenset[Role]:
    """PROVIDER on one's own offers; the county's office, and the desk of the carrier's own department."""
    own = {Role.PROVIDER} if _is_own(actor, offer) else set()
    desk = {Role.DEPARTMENT_DESK} if offer.carrier.department in _departments(actor, offer.region) else set()
    clock = {Role.CLOCK} if actor.clock else set()
    return frozenset(own | desk | clock | (actor.roles_in(offer.region) & _WATCH))


def visible_to(actor: Actor) -> QuerySet[Offer]:
    """Open offers to everyone; one's own in any state; all of their region to the offices."""
    if actor.clock:
        return Offer.objects.all()
    seen = ~Q(state=OfferState.DRAFT) | Q(region__in=actor.regions(*_LOOK)) | _own(actor)
    desks = [post for post in actor.posts if post.role is Role.DEPARTMENT_DESK]
    for post in desks:
        seen |= Q(region__in=post.covers | {post.region}, carrier__department=post.department)
    return Offer.objects.filter(seen)


def offices_see(actor: Actor) -> frozenset[str]:
    """The regions whose instruments this actor's offices see in any state, and may export."""
    return actor.regions(*_LOOK)


def carriers_of(actor: Actor) -> QuerySet[Carrier]:
    """The carriers this actor may edit."""
    return Carrier.objects.filter(_own(actor), ended_on__isnull=True)


def carriers_seen_by(actor: Actor) -> QuerySet[Carrier]:
    """The carriers whose papers (人员、开放制度、收入分配办法) this actor reads: one's own, and the offices' of their place."""
    seen = _own(actor) | Q(region__in=actor.regions(*_LOOK))
    for post in actor.posts:
        if post.role is Role.DEPARTMENT_DESK:
            seen |= Q(region__in=post.covers | {post.region}, department=post.department)
    return Carrier.objects.filter(seen)


def _own(actor: Actor) -> Q:
    if not actor.party_id:
        return Q(pk__in=[])
    own = Q(party_id=actor.party_id)
    return own & Q(unit_id__in=actor.unit_ids) if actor.unit_ids else own


def _is_own(actor: Actor, offer: Offer) -> bool:
    own = bool(actor.party_id) and offer.party_id == actor.party_id
    return own and (not actor.unit_ids or offer.unit_id in actor.unit_ids)


def _departments(actor: Actor, region: str) -> set[str]:
    posts = (post for post in actor.posts if post.role is Role.DEPARTMENT_DESK and post.department)
    return {post.department for post in posts if region in post.covers or region == post.region}
