"""Who sees and does what in supervision. The county that paid decides; the party concerned sees its own once asked."""

from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.supervision.models import Case, Clawback, Complaint, Plan, Sanction, Visit

OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)
OPENERS = frozenset({Role.COUNTY_OFFICER, Role.CITY_SCIENCE})


def own_party(actor: Actor, party_id: str) -> bool:
    """Whether the actor speaks for the whole party: people of one unit (二级学院) do not."""
    return bool(actor.party_id) and actor.party_id == party_id and not actor.unit_ids


def roles_on(actor: Actor, case: Case) -> frozenset[Role]:
    """The offices over the county that paid; the party concerned as what it is asked, once there is a letter."""
    own = own_party(actor, case.party_id) and case.asked_on is not None
    return actor.roles_in(case.region) | ({Role(case.side)} if own else set())


def roles_on_clawback(actor: Actor, row: Clawback) -> frozenset[Role]:
    """The offices over the county; the party that is to pay back, which does nothing here but read and pay."""
    return actor.roles_in(row.region) | ({Role.PROVIDER} if own_party(actor, row.party_id) else set())


def opening_role(actor: Actor, region: str) -> Role | None:
    """The role by which the actor opens a case over a county (立案), or None."""
    return min(actor.roles_in(region) & OPENERS, default=None)


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Every read of cases starts here."""
    if actor.clock:
        return Case.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id, asked_on__isnull=False)
    return Case.objects.filter(seen)


def clawbacks_visible_to(actor: Actor) -> QuerySet[Clawback]:
    """Every read of clawbacks starts here."""
    if actor.clock:
        return Clawback.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id)
    return Clawback.objects.filter(seen)


PLANNERS = frozenset({Role.COUNTY_OFFICER, Role.CITY_SCIENCE})
DRAWERS = frozenset({Role.COUNTY_APPROVER, Role.CITY_SCIENCE})


def drafting_role(actor: Actor, region: str) -> Role | None:
    """The role by which an office plans checks of what it paid, or of what the counties under it paid, or None."""
    return min(actor.roles_in(region) & PLANNERS, default=None)


def drawing_role(actor: Actor, region: str) -> Role | None:
    """The role by which an office draws, publishes and keeps its roster, or None."""
    return min(actor.roles_in(region) & DRAWERS, default=None)


def keeping_role(actor: Actor, region: str) -> Role | None:
    """The role by which an office keeps its roster of inspectors, or None."""
    return drafting_role(actor, region) or drawing_role(actor, region)


def roles_on_plan(actor: Actor, plan: Plan) -> frozenset[Role]:
    """The offices over the place that the plan is of: a county's plan is the county's, a city's the city's."""
    return actor.roles_in(plan.region)


def roles_on_visit(actor: Actor, visit: Visit) -> frozenset[Role]:
    """The offices of the plan and of the county that paid; the provider on its own."""
    own = own_party(actor, visit.party_id)
    return actor.roles_in(visit.plan.region) | actor.roles_in(visit.region) | ({Role.PROVIDER} if own else set())


def plans_visible_to(actor: Actor) -> QuerySet[Plan]:
    """The offices' own and those of the counties under them; a county also sees what the city checks of its payouts."""
    if actor.clock:
        return Plan.objects.all()
    regions = actor.regions(*OFFICES)
    visited = Visit.objects.filter(region__in=regions).values("plan_id")
    return Plan.objects.filter(Q(region__in=regions) | Q(id__in=visited))


def published_plans() -> QuerySet[Plan]:
    """What was published is everybody's."""
    return Plan.objects.filter(published_on__isnull=False)


def visits_visible_to(actor: Actor) -> QuerySet[Visit]:
    """The offices of the plan and of the county that paid; the provider its own, once it is to come or was made."""
    if actor.clock:
        return Visit.objects.all()
    regions = actor.regions(*OFFICES)
    seen = Q(region__in=regions) | Q(plan__region__in=regions)
    if actor.party_id and not actor.unit_ids:
        told = Q(visit_on__isnull=False) | Q(recorded_on__isnull=False)
        seen |= Q(party_id=actor.party_id) & told
    return Visit.objects.filter(seen)


def proposing_role(actor: Actor, region: str) -> Role | None:
    """The role by which an office proposes a sanction (拟处罚), or None."""
    return Role.COUNTY_OFFICER if Role.COUNTY_OFFICER in actor.roles_in(region) else None


def roles_on_complaint(actor: Actor, row: Complaint) -> frozenset[Role]:
    """The office that handles it; who complained (as whoever objects); the other side once it was taken up."""
    own = own_party(actor, row.party_id) and row.accepted_on is not None
    mine = bool(actor.person_id) and row.by_person == actor.person_id
    return actor.roles_in(row.region) | ({Role(row.side)} if own else set()) | ({Role.OBJECTOR} if mine else set())


def complaints_visible_to(actor: Actor) -> QuerySet[Complaint]:
    """One's own, the office's, and against one's party those that were taken up."""
    if actor.clock:
        return Complaint.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.person_id:
        seen |= Q(by_person=actor.person_id)
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id, accepted_on__isnull=False)
    return Complaint.objects.filter(seen)


def roles_on_sanction(actor: Actor, row: Sanction) -> frozenset[Role]:
    """The offices of the county; the party as what it answers."""
    return actor.roles_in(row.region) | ({Role(row.side)} if own_party(actor, row.party_id) else set())


def sanctions_visible_to(actor: Actor) -> QuerySet[Sanction]:
    """The offices' and the party's own, from the day it was proposed."""
    if actor.clock:
        return Sanction.objects.all()
    seen = Q(region__in=actor.regions(*OFFICES))
    if actor.party_id and not actor.unit_ids:
        seen |= Q(party_id=actor.party_id)
    return Sanction.objects.filter(seen)
