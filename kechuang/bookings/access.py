"""Who sees a booking, a calendar, a block, a qualification, and in which role. The security review of the room."""

from typing import Protocol

from django.db.models import Q, QuerySet

from kechuang.bookings.models import Block, Booking, BusySource, Calendar, Qualification, Sample, Training, Wait
from kechuang.catalog.states import OfferState
from kechuang.kernel.actor import Actor, Role

OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.CITY_SCIENCE,
    Role.SHARING_OFFICE,
    Role.AUDITOR,
)


class OfProvider(Protocol):
    """What belongs to a provider, or to one of its units: a calendar, a block, a qualification."""

    party_id: str
    unit_id: str | None
    region: str


class Between(Protocol):
    """What stands between who uses and who provides: a booking, a sample, a place on the wait list, a training."""

    holder_id: str
    provider_id: str
    unit_id: str | None
    person_id: str
    region: str


def roles_on(actor: Actor, booking: Between) -> frozenset[Role]:
    """HOLDER on one's own party's bookings, PROVIDER on those of one's instruments; the offices of the region.

    Who books an instrument of their own party does not also decide about that booking as its provider.
    """
    held = set(actor.roles_in(booking.region))
    if actor.party_id and booking.holder_id == actor.party_id:
        held.add(Role.HOLDER)
    if _serves(actor, booking.provider_id, booking.unit_id) and booking.person_id != actor.person_id:
        held.add(Role.PROVIDER)
    return frozenset(held)


def roles_on_own(actor: Actor, row: OfProvider) -> frozenset[Role]:
    """PROVIDER on what is one's own: calendars, blocks, qualifications; CLOCK and the offices of the region."""
    own = {Role.PROVIDER} if _serves(actor, row.party_id, row.unit_id) else set()
    return frozenset(actor.roles_in(row.region) | own)


def visible_to(actor: Actor) -> QuerySet[Booking]:
    """Every read of bookings starts here; that a time is taken, without who and why, anybody sees: queries.week."""
    if actor.clock:
        return Booking.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id:
        seen |= Q(holder_id=actor.party_id) | _served(actor, "provider_id")
    return Booking.objects.filter(seen)


def calendars_visible_to(actor: Actor) -> QuerySet[Calendar]:
    """The rules of booking are public, like the price list; only of what is not yet published they are its provider's."""
    if actor.clock:
        return Calendar.objects.all()
    return Calendar.objects.filter(~Q(instrument__state=OfferState.DRAFT) | _served(actor))


def blocks_visible_to(actor: Actor) -> QuerySet[Block]:
    """Blocks with their reasons: the provider's own, and the offices of the region."""
    if actor.clock:
        return Block.objects.all()
    return Block.objects.filter(Q(region__in=actor.regions(*OFFICES)) | _served(actor))


def qualifications_visible_to(actor: Actor) -> QuerySet[Qualification]:
    """The provider's own, and those a person has themselves."""
    if actor.clock:
        return Qualification.objects.all()
    own = Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=[])
    return Qualification.objects.filter(_served(actor) | own)


def samples_visible_to(actor: Actor) -> QuerySet[Sample]:
    """Samples of one's own party, and those sent to one's instruments; the offices of the region."""
    return Sample.objects.filter(_between(actor))


def waits_visible_to(actor: Actor) -> QuerySet[Wait]:
    """Places on wait lists: who waits sees their own party's, the provider those for its instruments."""
    return Wait.objects.filter(_between(actor))


def trainings_visible_to(actor: Actor) -> QuerySet[Training]:
    """Requests for training, in the same way."""
    return Training.objects.filter(_between(actor))


def sources_visible_to(actor: Actor) -> QuerySet[BusySource]:
    """Outside calendars with their addresses: their provider's own only."""
    return BusySource.objects.all() if actor.clock else BusySource.objects.filter(_served(actor))


def _between(actor: Actor) -> Q:
    if actor.clock:
        return Q()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id:
        seen |= Q(holder_id=actor.party_id) | _served(actor, "provider_id")
    return seen


def _served(actor: Actor, party: str = "party_id") -> Q:
    if not actor.party_id:
        return Q(pk__in=[])
    own = Q(**{party: actor.party_id})
    return own & Q(unit_id__in=actor.unit_ids) if actor.unit_ids else own


def _serves(actor: Actor, party_id: str, unit_id: str | None) -> bool:
    own = bool(actor.party_id) and party_id == actor.party_id
    return own and (not actor.unit_ids or unit_id in actor.unit_ids)
