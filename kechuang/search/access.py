"""Who edits the synonyms, and whose saved searches are whose. Results of a search are public."""

from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.search.models import SavedSearch, Synonym


def roles_on(actor: Actor, entry: Synonym) -> frozenset[Role]:
    """SHARING_OFFICE over the province that maintains the entry; CLOCK when the shipped entries are loaded."""
    return actor.roles_in(entry.region) & {Role.SHARING_OFFICE, Role.CLOCK}


def visible_to(actor: Actor) -> QuerySet[Synonym]:
    """The entries of the provinces whose sharing office this actor holds."""
    if actor.clock:
        return Synonym.objects.all()
    return Synonym.objects.filter(region__in=actor.regions(Role.SHARING_OFFICE))


def own_searches(actor: Actor) -> QuerySet[SavedSearch]:
    """Saved searches are seen by the person who saved them, by nobody else."""
    return SavedSearch.objects.filter(person_id=actor.person_id) if actor.person_id else SavedSearch.objects.none()
