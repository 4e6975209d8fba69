"""Rules are public to read. They are published by the city's science bureau, or by whoever installs the platform."""

from django.db.models import QuerySet

from kechuang.gazette.models import InterpretationNote, PublishedPack
from kechuang.kernel.actor import Actor, Role

PUBLISHERS = frozenset({Role.CITY_SCIENCE, Role.CLOCK})
APPROVERS = frozenset({Role.CITY_SCIENCE, Role.CITY_FINANCE})  # of a draft that somebody else has written
INTERPRETERS = frozenset({Role.CITY_SCIENCE, Role.CITY_FINANCE})


def roles_on(actor: Actor, record: PublishedPack | InterpretationNote | None = None) -> frozenset[Role]:
    """A pack belongs to no county: an office counts wherever it is held."""
    held = frozenset(post.role for post in actor.posts)
    return held | {Role.CLOCK} if actor.clock else held


def visible_to(actor: Actor) -> QuerySet[PublishedPack]:
    """Everything that was published, for everybody."""
    return PublishedPack.objects.all()
