"""Who sees which admissions, and in what role; see states.OFFICES for who may decide at all."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.registers.models import Admission, Case
from kechuang.registers.states import OFFICES, AdmissionState

_LOOK = (*OFFICES, Role.COUNTY_FINANCE, Role.CITY_FINANCE, Role.AUDITOR)


def roles_on(actor: Actor, admission: Admission) -> frozenset[Role]:
    """PROVIDER on one's own; of the offices only the one whose turn it is by the steps the pack gave (审核步骤)."""
    own = {Role.PROVIDER} if _is_own(actor, admission) else set()
    clock = {Role.CLOCK} if actor.clock else set()
    return frozenset(own | clock | _deciding(actor, admission))


def roles_on_case(actor: Actor, case: Case) -> frozenset[Role]:
    """The office that may revoke the admission in question, and the clock for what lists say."""
    deciding = {Role(case.admission.revoking_role), Role.CLOCK}
    return frozenset(actor.roles_in(case.region) & deciding)


def visible_to(actor: Actor) -> QuerySet[Admission]:
    """Every read of admissions starts here; the public list is queries.library, which shows admitted rows only."""
    if actor.clock:
        return Admission.objects.all()
    regions = actor.regions(*_LOOK)
    own = Q(party_id=actor.party_id) if actor.party_id else Q(pk__in=[])
    if actor.party_id and actor.unit_ids:
        own &= Q(unit_id__in=actor.unit_ids)
    return Admission.objects.filter(own | Q(region__in=regions) | Q(revoking_region__in=regions))


def cases_visible_to(actor: Actor) -> QuerySet[Case]:
    """Cases of the offices' places; a provider sees those against itself."""
    if actor.clock:
        return Case.objects.all()
    own = Q(admission__party_id=actor.party_id) if actor.party_id else Q(pk__in=[])
    return Case.objects.filter(own | Q(region__in=actor.regions(*_LOOK)))


def _is_own(actor: Actor, admission: Admission) -> bool:
    own = bool(actor.party_id) and admission.party_id == actor.party_id
    return own and (not actor.unit_ids or admission.unit_id in actor.unit_ids)


def _deciding(actor: Actor, admission: Admission) -> set[Role]:
    if admission.state == AdmissionState.SUBMITTED:
        return set(actor.roles_in(admission.region) & {Role(admission.steps[admission.step])})
    if admission.state == AdmissionState.IN_NOTICE:
        return set(actor.roles_in(admission.region) & {Role(admission.steps[-1])})
    if admission.revoking_role:
        return set(actor.roles_in(admission.revoking_region) & {Role(admission.revoking_role)})
    return set()
