"""Who sees commitments and lists, and who may sign and import."""

from django.db.models import Model, Q, QuerySet

from kechuang.credit.models import Commitment, CreditEvent, CreditRecord, ImportedList, ListEntry
from kechuang.kernel.actor import Actor, Role
from kechuang.parties.queries import party

IMPORTERS = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE, Role.SHARING_OFFICE)


def roles_on(actor: Actor, record: Model) -> frozenset[Role]:
    """Office roles over the record's region; the party's own commitment is the HOLDER's or the PROVIDER's."""
    roles = actor.roles_in(str(record.region))  # type: ignore[attr-defined]
    if isinstance(record, Commitment) and actor.party_id and record.party_id == actor.party_id:
        return roles | {Role(record.kind)}
    return roles


def visible_to(actor: Actor) -> QuerySet[Commitment]:
    """The party's own, and those of the regions an office covers."""
    if actor.clock:
        return Commitment.objects.all()
    return Commitment.objects.filter(Q(party_id=actor.party_id) | Q(region__in=actor.regions()))


def lists_visible_to(actor: Actor) -> QuerySet[ImportedList]:
    """Lists are for offices: national and provincial ones (no region) for all of them, local ones by region."""
    if actor.clock:
        return ImportedList.objects.all()
    return ImportedList.objects.filter(Q(region__in=[*actor.regions(), ""]) if actor.posts else Q(pk__in=[]))


def entries_visible_to(actor: Actor) -> QuerySet[ListEntry]:
    if actor.clock:
        return ListEntry.objects.all()
    return ListEntry.objects.filter(Q(region__in=[*actor.regions(), ""]) if actor.posts else Q(pk__in=[]))


def importing_role(actor: Actor, region: str) -> Role | None:
    """The role by which the actor may import a list of `region` ("" is a list of everywhere), or None."""
    if actor.clock:
        return Role.CLOCK
    held = actor.roles_in(region) if region else frozenset(post.role for post in actor.posts)
    return min(held & set(IMPORTERS), default=None)


def record_roles_on(actor: Actor, row: CreditRecord) -> frozenset[Role]:
    """HOLDER for the party whose record it is, PROVIDER for who reported it (its unit's people too), offices where it
    happened. A party never has both: the database keeps reporter and party apart."""
    roles = actor.roles_in(row.region)
    if actor.party_id and row.party_id == actor.party_id and not actor.unit_ids:
        return roles | {Role.HOLDER}
    serves = row.reporter_id == actor.party_id and (not actor.unit_ids or row.unit_id in actor.unit_ids)
    return roles | {Role.PROVIDER} if actor.party_id and serves else roles


def records_visible_to(actor: Actor) -> QuerySet[CreditRecord]:
    """The party's own, those it reported, and those of the regions an office covers (where it happened, or its seat)."""
    if actor.clock:
        return CreditRecord.objects.all()
    seen = Q(region__in=actor.regions()) | Q(party__region__in=actor.regions())
    if actor.party_id:
        reported = Q(reporter_id=actor.party_id)
        seen |= Q(party_id=actor.party_id) | (reported & Q(unit_id__in=actor.unit_ids) if actor.unit_ids else reported)
    return CreditRecord.objects.filter(seen)


def event_roles_on(actor: Actor, row: CreditEvent) -> frozenset[Role]:
    """The offices where it was entered; the party as what it answers (people of one unit do not speak for it)."""
    own = bool(actor.party_id) and row.party_id == actor.party_id and not actor.unit_ids
    return actor.roles_in(row.region) | ({Role(row.side)} if own else set())


def events_visible_to(actor: Actor) -> QuerySet[CreditEvent]:
    """The party's own, and those of the regions an office covers: where it was entered, or of its seat."""
    if actor.clock:
        return CreditEvent.objects.all()
    seen = Q(region__in=actor.regions()) | Q(party__region__in=actor.regions())
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id)
    return CreditEvent.objects.filter(seen)


def sees_standing(actor: Actor, party_id: str) -> bool:
    """Whether the credit page of a party is the actor's to read: its own, of its seat, or with something held there."""
    if actor.party_id == party_id and party_id:
        return not actor.unit_ids
    return party(party_id).region in actor.regions() or events_visible_to(actor).filter(party_id=party_id).exists()
