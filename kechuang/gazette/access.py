"""Rules are public to read. They are published by the city's science bureau, or by whoever installs the platform."""

from django.db.models import QuerySet

from kechuang.gazette.models import PublishedPack
from kechuang.kernel.actor import Actor, Role
from kechuang.policy.book import Pack

PUBLISHERS = frozenset({Role.CITY_SCIENCE, Role.CLOCK})
APPROVERS = frozenset({Role.CITY_SCIENCE, Role.CITY_FINANCE})  # of a draft that somebody else has written
INTERPRETERS = frozenset({Role.CITY_SCIENCE, Role.CITY_FINANCE})


def roles_on(actor: Actor, pack: Pack) -> frozenset[Role]:
    """A rule is its places' (规则是哪里的): an office counts when it reaches all of them. One that names no place is nobody's."""
    places = pack.places
    held = frozenset(post.role for post in actor.posts if places and places <= post.reach)
    return held | {Role.CLOCK} if actor.clock else held


def visible_to(actor: Actor) -> QuerySet[PublishedPack]:
    """Everything that was published, for everybody."""
    return PublishedPack.objects.all()
