"""Who sees and does what in an evaluation: the evaluating office, those above, each carrier its own sheet; results are public."""

from django.db.models import Q, QuerySet

from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.states import SheetState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible

_READS = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.SHARING_OFFICE,
    Role.AUDITOR,
)


def is_own(actor: Actor, sheet: Sheet) -> bool:
    """Whether the actor acts for the carrier; people of units only for their unit's."""
    own = sheet.party == actor.party_id != ""
    return own and (not actor.unit_ids or sheet.unit in actor.unit_ids)


def roles_on(actor: Actor, record: Evaluation | Sheet | Priority) -> frozenset[Role]:
    """The office roles over the evaluating office's place; PROVIDER for the carrier itself."""
    own = isinstance(record, Sheet) and is_own(actor, record)
    return actor.roles_in(record.region) | ({Role.PROVIDER} if own else set())


def may_open(actor: Actor, region: str) -> Role:
    """The role by which an office opens an evaluation; raises NotVisible."""
    if Role.COUNTY_OFFICER not in actor.roles_in(region):
        raise NotVisible
    return Role.COUNTY_OFFICER


def evaluates_in(actor: Actor) -> list[str]:
    """The places whose carriers the actor's office evaluates."""
    return sorted(actor.regions(Role.COUNTY_OFFICER))


def visible_to(actor: Actor) -> QuerySet[Evaluation]:
    """Evaluations of the places over which an office is held."""
    if actor.clock:
        return Evaluation.objects.all()
    return Evaluation.objects.filter(region__in=actor.regions(*_READS))


def sheets_visible_to(actor: Actor) -> QuerySet[Sheet]:
    """Sheets of visible evaluations, and a carrier's own."""
    if actor.clock:
        return Sheet.objects.all()
    seen = Q(region__in=actor.regions(*_READS))
    if actor.party_id:
        own = Q(party=actor.party_id)
        if actor.unit_ids:
            own &= Q(unit__in=actor.unit_ids)
        seen |= own
    return Sheet.objects.filter(seen)


def published() -> QuerySet[Sheet]:
    """What everybody may read: published grades."""
    return Sheet.objects.filter(state=SheetState.PUBLISHED)


def issued_in(actor: Actor) -> QuerySet[Priority]:
    """Certificates of the offices over whose places the actor holds one: who may do something about them."""
    return Priority.objects.all() if actor.clock else Priority.objects.filter(region__in=actor.regions(*_READS))


def priorities() -> QuerySet[Priority]:
    """Certificates are everybody's to check, as the results they rest on are."""
    return Priority.objects.all()
