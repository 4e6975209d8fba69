"""Who sees and does what at the policy desk: the offices that write and approve rules, over their own region."""

from django.db.models import QuerySet

from kechuang.cockpit.models import Draft, Replay
from kechuang.kernel.actor import Actor, Role

DESK = (Role.CITY_SCIENCE, Role.CITY_FINANCE)


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
