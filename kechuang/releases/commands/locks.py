"""The lock of a queue (排队锁), and the places that the database gives out.

Who takes entries in, serves them, closes or moves the waiting list up has the release alone. So whoever has it sees every
lower place, and the order of places is the order of serving.
"""

from django.db import connection

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.releases.access import visible_to
from kechuang.releases.models import Release


def places(count: int) -> list[int]:
    """The next places, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('releases_place') FROM generate_series(1, %s)", [count])
        return sorted(int(place) for (place,) in cursor.fetchall())


def alone(actor: Actor, release_id: str) -> Release:
    """The release as the actor may see it, with nobody entering or serving beside; raises NotVisible."""
    release = visible_to(actor).select_for_update(of=("self",)).filter(id=release_id).first()
    if release is None:
        raise NotVisible
    return release


def planning_alone(region: str, year: int) -> None:
    """Nobody else announces a release of this budget until this transaction ends: what is free is asked by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('releases_budget'), hashtext(%s))", [f"{region} {year}"])
