"""Who reads the clocks of a region, and who enters a year's holidays."""

from django.db.models import QuerySet

from kechuang.deadlines.models import Deadline
from kechuang.kernel.actor import Actor, Role

PUBLISHERS = (Role.CITY_SCIENCE,)


def visible_to(actor: Actor) -> QuerySet[Deadline]:
    """Offices see the clocks of their regions; a party sees its own on the page of the record."""
    return Deadline.objects.all() if actor.clock else Deadline.objects.filter(region__in=actor.regions())


def may_publish(actor: Actor) -> bool:
    """The city's science bureau enters the State Council's calendar for everybody; so does an import."""
    return actor.clock or actor.holds(*PUBLISHERS)
