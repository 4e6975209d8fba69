"""查阅: each look of an auditor is a row and an event; where no task covers the record, it is refused."""

from datetime import datetime

from django.db import transaction

from kechuang.audit import rules
from kechuang.audit.access import roles_on, visible_to
from kechuang.audit.models import Look, Task
from kechuang.audit.queries import Subject, covering, subject
from kechuang.audit.states import TASK_MACHINE, TaskState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.trail.commands import record
from kechuang.ui import clock


@transaction.atomic
def look(actor: Actor, *, record_id: str, page: str, preferred: str = "", now: datetime) -> Look | None:
    """Records that an auditor looks at a record of another room on a page (查阅), for the task that covers it.

    None where it is no auditor's look: nothing is known of the record, it lies outside the regions of the open tasks (then
    the page itself finds nothing), or another office of the same person reaches it. Raises NoTaskCovers.
    """
    found = subject(record_id)
    if found is None or actor.roles_in(found.region) != {Role.AUDITOR}:
        return None
    task = covering(actor, found, preferred=preferred)
    if task is None:
        raise rules.NoTaskCovers(number=found.number or found.id)
    return _kept(actor, task, found, page, now)


@transaction.atomic
def look_at(actor: Actor, *, task_id: str, found: Subject, page: str, now: datetime, action: str = "look") -> Look:
    """Records a look of the audit room's own pages (at a person's decisions, a sheet, a pack) for its task.

    `action` is "reread" for the office's own papers, which stay with it when the task is closed. Raises NotVisible,
    MoveNotOpen.
    """
    task = visible_to(actor).filter(id=task_id).first()
    if task is None:
        raise NotVisible
    return _kept(actor, task, found, page, now, action)


def _kept(actor: Actor, task: Task, found: Subject, page: str, now: datetime, action: str = "look") -> Look:
    move = TASK_MACHINE.check(action, TaskState(task.state), roles_on(actor, task))
    row = Look.objects.create(
        task=task,
        region=found.region,
        kind=found.kind,
        subject_id=found.id,
        number=found.number,
        page=page,
        by_person=actor.person_id,
        at=now,
        on=clock.day(now),
    )
    facts = {"subject_id": found.id, "kind": found.kind, "page": page, "task_id": task.id, "document": task.document}
    record(actor, row, action, label=move.label, role=Role.AUDITOR, now=now, article=task.document, facts=facts)
    return row
