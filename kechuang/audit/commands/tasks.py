"""Opening and closing an audit task."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from kechuang.audit import rules
from kechuang.audit.access import offices, roles_on, visible_to
from kechuang.audit.models import Sample, Task
from kechuang.audit.states import TASK_MACHINE, SampleState, TaskState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import region_name
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@transaction.atomic
def open_task(
    actor: Actor,
    *,
    office: str,
    document: str,
    title: str,
    regions: Iterable[str],
    from_on: date,
    last_on: date,
    now: datetime,
) -> Task:
    """Opens an audit task (立审计任务) of the actor's office: document, regions, period. `last_on` is its last day.

    From then on the office's auditors see the records of these regions. Raises NotVisible for who is no auditor there,
    NoDocument, PeriodBackwards, OutsideOffice.
    """
    held = offices(actor)
    if office not in held:
        raise NotVisible
    if not tidy(document) or not tidy(title):
        raise rules.NoDocument()
    rules.period(from_on, last_on)
    chosen = sorted(set(regions))
    for code in chosen:
        if code not in held[office]:
            raise rules.OutsideOffice(region=region_name(code))
    if not chosen:
        raise rules.OutsideOffice(region=_("未选择地区"))
    task = Task.objects.create(
        number=public_number("SJ"),
        document=tidy(document),
        title=tidy(title),
        region=office,
        regions=chosen,
        from_on=from_on,
        until_on=last_on + timedelta(days=1),
        opened_by=actor.person_id,
        opened_on=clock.day(now),
    )
    facts = {
        "document": task.document,
        "regions": chosen,
        "from_on": from_on.isoformat(),
        "last_on": last_on.isoformat(),
    }
    record(
        actor,
        task,
        "open",
        label=_("立审计任务"),
        role=Role.AUDITOR,
        now=now,
        target=TaskState.OPEN,
        article=task.document,
        facts=facts,
    )
    return task


@transaction.atomic
def close_task(actor: Actor, *, task_id: str, conclusion: str, now: datetime) -> Task:
    """Closes a task with its conclusion (办结审计任务): nothing is looked at for it any more.

    Raises NotVisible, MoveNotOpen, NothingWritten, SamplesOpen.
    """
    task = locked(actor, task_id)
    roles = roles_on(actor, task)
    move = TASK_MACHINE.check("close", TaskState(task.state), roles)
    if not tidy(conclusion):
        raise rules.NothingWritten()
    unfinished = Sample.objects.filter(task=task).exclude(state=SampleState.CONCLUDED).count()
    if unfinished:
        raise rules.SamplesOpen(count=unfinished)
    task.conclusion, task.closed_on = tidy(conclusion), clock.day(now)
    advance(
        actor,
        task,
        move,
        roles=roles,
        now=now,
        saves=["conclusion", "closed_on"],
        article=task.document,
        facts={"conclusion": task.conclusion},
    )
    return task


def locked(actor: Actor, task_id: str) -> Task:
    task = visible_to(actor).select_for_update().filter(id=task_id).first()
    if task is None:
        raise NotVisible
    return task
