"""Who enters and who reads: a carrier its own, offices those of their regions without anybody's personal data."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.usage.models import Meter, Paper, PushKey, Session, Standing

OFFICES = (
    Role.SHARING_OFFICE,
    Role.CITY_SCIENCE,
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.AUDITOR,
)


def roles_on(actor: Actor, row: Standing | Session | Meter | PushKey) -> frozenset[Role]:
    """PROVIDER on what one's own party, or unit of it, has entered; the offices over its region; the clock."""
    own = {Role.PROVIDER} if _is_own(actor, row.party_id, getattr(row, "unit_id", None)) else set()
    return frozenset(own | (actor.roles_in(row.region) & {*OFFICES, Role.CLOCK}))


def visible_to(actor: Actor) -> QuerySet[Standing]:
    """Every read of service records starts here."""
    if actor.clock:
        return Standing.objects.all()
    return Standing.objects.filter(_own(actor) | Q(region__in=actor.regions(*OFFICES)))


def sessions_visible_to(actor: Actor) -> QuerySet[Session]:
    return Session.objects.all() if actor.clock else Session.objects.filter(_own(actor))


def meters_visible_to(actor: Actor) -> QuerySet[Meter]:
    return Meter.objects.filter(_own_party(actor), _of_unit(actor, "instrument__"))


def keys_visible_to(actor: Actor) -> QuerySet[PushKey]:
    return PushKey.objects.filter(_own_party(actor), _of_unit(actor, "carrier__"))


def papers_visible_to(actor: Actor) -> QuerySet[Paper]:
    """One's own papers, and those that one's party has issued; who acts for one unit has their own only."""
    mine = Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=[])
    return Paper.objects.filter(mine if actor.unit_ids else mine | _own_party(actor))


def may_watch(actor: Actor, region: str) -> bool:
    """Whether the boards of a region are the actor's to see whole."""
    return bool(actor.roles_in(region) & {*OFFICES, Role.CLOCK})


def _own(actor: Actor) -> Q:
    own = _own_party(actor)
    return own & Q(unit_id__in=actor.unit_ids) if actor.unit_ids else own


def _of_unit(actor: Actor, path: str) -> Q:
    return Q(**{f"{path}unit_id__in": actor.unit_ids}) if actor.unit_ids else Q()


def _own_party(actor: Actor) -> Q:
    return Q(party_id=actor.party_id) if actor.party_id else Q(pk__in=[])


def _is_own(actor: Actor, party_id: str, unit_id: str | None) -> bool:
    return bool(actor.party_id) and party_id == actor.party_id and (not actor.unit_ids or unit_id in actor.unit_ids)
