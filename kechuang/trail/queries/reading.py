"""Reading the trail: the way of one record, who stood in for whom, and acts that were written twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models

from kechuang.trail.models import Event
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Broken:
    """One finding of an invariant: the table, the row and what is wrong, for `kechuang check`."""

    table: str
    row: str
    what: str


def way(object_ids: Iterable[str]) -> models.QuerySet[Event]:
    """Every event of these records, oldest first (办理过程)."""
    return Event.objects.filter(object_id__in=list(object_ids)).order_by("seq")


def acts_on(object_ids: Iterable[str]) -> list[Event]:
    """What `way` answers, as a list, where it is asked at every act."""
    return _acts_on(list(object_ids))


@compiled
def _acts_on(object_ids: list[str]) -> models.QuerySet[Event]:
    return Event.objects.filter(object_id__any=object_ids).order_by("seq")


def stood_in_for(object_ids: Iterable[str], person_ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """In whose place these persons acted on these records (代理办理): record, who acted, who was absent."""
    return _stood_in_for(list(object_ids), list(person_ids))


@compiled
def _stood_in_for(object_ids: list[str], person_ids: list[str]) -> models.QuerySet[Event, tuple[str, str, str]]:
    rows = Event.objects.filter(object_id__any=object_ids, person_id__any=person_ids)
    found = rows.exclude(stands_in_for="").values_list("object_id", "person_id", "stands_in_for")
    return found.order_by("object_id", "person_id", "stands_in_for").distinct()


def times(*actions: str) -> int:
    """How often these acts were done."""
    return Event.objects.filter(action__in=actions).count()


def repeated_acts(*, limit: int) -> list[Broken]:
    """I5: one acknowledged act written twice: the same act on the same record at the same instant, or a second beginning."""
    sql = """
        SELECT object_id, '同一次办理记录了两次' FROM trail_event
            WHERE source <> target GROUP BY object_id, action, at, source, target, digest HAVING count(*) > 1
        UNION ALL
        SELECT object_id, '同一记录有两次开始' FROM trail_event
            WHERE source = '' AND target <> '' GROUP BY object_id HAVING count(*) > 1
        LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [Broken("trail_event", row, what) for row, what in cursor.fetchall()]
