"""Who sees and does what at the policy desk: the offices that write and approve rules, over their own region."""

from django.db.models import QuerySet

from kechuang.cockpit.models import Draft, Replay, Snapshot, Target
from kechuang.kernel.actor import Actor, Role

DESK = (Role.CITY_SCIENCE, Role.CITY_FINANCE)
WATCHERS = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.SHARING_OFFICE,
    Role.AUDITOR,
)
FREEZERS = (Role.COUNTY_APPROVER, Role.COUNTY_FINANCE, Role.CITY_SCIENCE, Role.CITY_FINANCE, Role.SHARING_OFFICE)


def desk_regions(actor: Actor, *roles: Role) -> frozenset[str]:
    """The regions whose own office the actor holds: a rule is a city's, not a county's within it."""
    wanted = roles or DESK
    return frozenset(post.region for post in actor.posts if post.role in wanted and post.reaches(post.region))


def roles_on(actor: Actor, draft: Draft) -> frozenset[Role]:
    return frozenset(post.role for post in actor.posts if post.role in DESK and post.region == draft.region)


def visible_to(actor: Actor) -> QuerySet[Draft]:
    """Every read of drafts starts here."""
    return Draft.objects.filter(region__in=desk_regions(actor))


def replays_visible_to(actor: Actor) -> QuerySet[Replay]:
    return Replay.objects.filter(region__in=desk_regions(actor))


def may_watch(actor: Actor, region: str) -> bool:
    """Whether the cockpit of a region is the actor's to see."""
    return bool(actor.roles_in(region) & set(WATCHERS))


def freezing_role(actor: Actor, region: str) -> Role | None:
    """By which office the actor may freeze a report of a region; of its own region alone."""
    held = sorted(post.role for post in actor.posts if post.role in FREEZERS and post.region == region)
    return held[0] if held else None


def snapshots_visible_to(actor: Actor) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(region__in=actor.regions(*WATCHERS))


def target_roles_on(actor: Actor, target: Target) -> frozenset[Role]:
    return actor.roles_in(target.region) & {Role.BUDGET_AUTHOR, Role.COUNTY_FINANCE}


def targets_visible_to(actor: Actor) -> QuerySet[Target]:
    """County sheets: for the offices of the county, and for those above it."""
    return Target.objects.filter(region__in=actor.regions(*WATCHERS))
