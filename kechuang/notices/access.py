"""Who sees and handles what of notices. A notice is public; an objection is its objector's and the deciding office's."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.notices.models import Notice, Objection

_READS = (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE, Role.AUDITOR)


def roles_on(actor: Actor, record: Notice | Objection) -> frozenset[Role]:
    """The office roles over the record's county; OBJECTOR on one's own objection; everybody is PUBLIC."""
    own = isinstance(record, Objection) and record.by_person == actor.person_id != ""
    return actor.roles_in(record.region) | {Role.PUBLIC} | ({Role.OBJECTOR} if own else set())


def visible_notices(actor: Actor) -> QuerySet[Notice]:
    """Every notice: making known is what it is for."""
    return Notice.objects.all()


def visible_objections(actor: Actor) -> QuerySet[Objection]:
    """One's own, and those of the counties over which one reads; the party named in the notice sees none of them here."""
    if actor.clock:
        return Objection.objects.all()
    seen = Q(region__in=actor.regions(*_READS))
    if actor.person_id:
        seen |= Q(by_person=actor.person_id)
    return Objection.objects.filter(seen)
