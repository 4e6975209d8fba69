from django.db.models import Q, QuerySet

from kechuang.documents.models import File
from kechuang.kernel.actor import Actor, Role

_OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.SHARING_OFFICE,
    Role.DEPARTMENT_DESK,
    Role.AUDITOR,
)


def roles_on(actor: Actor, file: File) -> frozenset[Role]:
    """The actor's office roles over the file's region. Who may keep a file is decided by the room of its subject."""
    return actor.roles_in(file.region)


def visible_to(actor: Actor) -> QuerySet[File]:
    """Every read of one file by its id starts here: who brought it, its named readers, the offices of its region.

    Who acts for units of a party only (二级学院) reads what names the unit, not what names the party.
    """
    if actor.clock:
        return File.objects.all()
    seen = Q(region__in=actor.regions(*_OFFICES))
    if actor.person_id:
        seen |= Q(uploaded_by=actor.person_id, party_id=actor.party_id)
    if actor.unit_ids:
        seen |= Q(readers__overlap=sorted(actor.unit_ids))
    elif actor.party_id:
        seen |= Q(party_id=actor.party_id) | Q(readers__contains=[actor.party_id])
    return File.objects.filter(seen)
