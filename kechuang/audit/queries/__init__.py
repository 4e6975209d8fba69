"""Reading for auditors: tasks, looks, people's decisions, samples, evidence packs."""

from kechuang.audit.access import packs_visible_to, within_tasks
from kechuang.audit.models import Look, Pack, PackContent, Sample, Task
from kechuang.audit.queries.packing import Frozen, claims_wanted, frozen
from kechuang.audit.queries.people import Decisions, Officer, Pair, decisions, home_of, officers, pairs
from kechuang.audit.queries.sampling import (
    SampleSheet,
    WorkSheet,
    frame_now,
    frame_of,
    published,
    redrawn,
    sample,
    sample_sheet,
    sheet,
    work_sheet,
)
from kechuang.audit.queries.subjects import (
    LookRow,
    Subject,
    covering,
    look_rows,
    looks_at,
    looks_of,
    subject,
    touches,
)
from kechuang.audit.queries.tasks import (
    SampleRow,
    TaskRow,
    TaskSheet,
    open_tasks,
    places_of,
    regions_to_audit,
    task,
    task_rows,
    task_sheet,
    tasks,
    waiting_for,
)
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible


def pack(actor: Actor, pack_id: str) -> Pack:
    """One evidence pack of the actor's office; raises NotVisible."""
    found = packs_visible_to(actor).select_related("task", "sample").filter(id=pack_id).first()
    if found is None:
        raise NotVisible
    return found


def pack_content(found: Pack) -> bytes:
    """The zip of a pack; the caller has shown that the actor may see it."""
    return bytes(PackContent.objects.values_list("body", flat=True).get(pack=found))


__all__ = [
    "Decisions",
    "Frozen",
    "Look",
    "LookRow",
    "Officer",
    "Pack",
    "Pair",
    "Sample",
    "SampleRow",
    "SampleSheet",
    "Subject",
    "Task",
    "TaskRow",
    "TaskSheet",
    "WorkSheet",
    "claims_wanted",
    "covering",
    "decisions",
    "frame_now",
    "frame_of",
    "frozen",
    "home_of",
    "look_rows",
    "looks_at",
    "looks_of",
    "officers",
    "open_tasks",
    "pack",
    "pack_content",
    "pairs",
    "places_of",
    "published",
    "redrawn",
    "regions_to_audit",
    "sample",
    "sample_sheet",
    "sheet",
    "subject",
    "task",
    "task_rows",
    "task_sheet",
    "tasks",
    "touches",
    "waiting_for",
    "within_tasks",
    "work_sheet",
]
