"""What an auditor looks at: the record behind an id, and the task that covers it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kechuang.audit.access import looked_at, looks_visible_to, visible_to
from kechuang.audit.models import Look, Task
from kechuang.audit.states import FILE_PREFIX, KIND_LABELS, OTHER_KIND, TaskState
from kechuang.documents.queries import File
from kechuang.kernel.actor import Actor
from kechuang.parties.queries import region_name
from kechuang.trail.queries import way


@dataclass(frozen=True, slots=True)
class Subject:
    """A record as the trail knows it: what it is, its number, whose county's."""

    id: str
    kind: str
    number: str
    region: str


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look as its list shows it."""

    look: Look
    kind_label: str
    place: str  # the county whose record it is
    office: str  # the auditing office's region
    person: str = ""  # only for the auditing office itself


def subject(record_id: str) -> Subject | None:
    """The record of this id by its last event; a file is its record's. None where nothing was ever recorded of it."""
    if record_id.startswith(FILE_PREFIX):
        held = File.objects.filter(id=record_id).values_list("subject_id", flat=True).first()
        return subject(held) if held and held != record_id else None
    last = way([record_id]).last()
    return Subject(record_id, last.object_type, last.number, last.region) if last else None


def covering(actor: Actor, found: Subject, *, preferred: str = "") -> Task | None:
    """The open task of the actor's office whose regions hold the record and within whose period something was done with it.

    `preferred` is the task for which the auditor says to look; else the latest that covers it.
    """
    tasks = [
        task
        for task in visible_to(actor).filter(state=TaskState.OPEN).order_by("-id")
        if found.region in task.regions and _touched(found.id, task)
    ]
    return next((task for task in tasks if task.id == preferred), tasks[0] if tasks else None)


def touches(record_ids: Iterable[str], task: Task) -> bool:
    """Whether anything was done with one of these records within the task's period."""
    return way(record_ids).filter(on__gte=task.from_on, on__lt=task.until_on).exists()


def _touched(record_id: str, task: Task) -> bool:
    return touches([record_id], task)


def looks_of(actor: Actor, *, task_id: str) -> QuerySet[Look]:
    """The looks of one task, newest first, for its own office."""
    return looks_visible_to(actor).filter(task_id=task_id).select_related("task").order_by("-at", "-id")


def looks_at(actor: Actor) -> QuerySet[Look]:
    """Looks at the records of the actor's counties, newest first (审计查阅情况): what and on which day, never who or why."""
    return looked_at(actor).select_related("task").order_by("-at", "-id")


def look_rows(looks: Sequence[Look], *, names: dict[str, str] | None = None) -> list[LookRow]:
    """Looks with their words; `names` of persons only for the auditing office."""
    return [
        LookRow(
            look,
            KIND_LABELS.get(look.kind, OTHER_KIND),
            region_name(look.region),
            region_name(look.task.region),
            (names or {}).get(look.by_person, ""),
        )
        for look in looks
    ]
