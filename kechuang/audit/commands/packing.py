"""固化证据包: what some claims rest on, frozen into one zip that is read without us."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from kechuang.audit import queries
from kechuang.audit.access import roles_on
from kechuang.audit.commands.tasks import locked as locked_task
from kechuang.audit.models import Pack, PackContent
from kechuang.audit.states import TASK_MACHINE, TaskState
from kechuang.documents.rules import zipped
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import tidy
from kechuang.trail.commands import catch_up, record


def freeze_pack(
    actor: Actor, *, task_id: str, title: str, numbers: Iterable[str] = (), sample_id: str = "", now: datetime
) -> Pack:
    """Freezes an evidence pack (固化证据包) of the claims named and of those a sample drew; its digest goes into the event.

    What was done up to this moment enters the log first, in transactions of its own: a pack proves each of its acts.

    Raises NotVisible, MoveNotOpen, UnknownNumber, NothingToPack, NotInLogYet, PackTooLarge, and Damaged for a file that is not what was
    kept: a pack with a hole is not made.
    """
    catch_up(now=now)
    return _freeze(actor, task_id=task_id, title=title, numbers=numbers, sample_id=sample_id, now=now)


@transaction.atomic
def _freeze(actor: Actor, *, task_id: str, title: str, numbers: Iterable[str], sample_id: str, now: datetime) -> Pack:
    task = locked_task(actor, task_id)
    move = TASK_MACHINE.check("pack", TaskState(task.state), roles_on(actor, task))
    sample = queries.sample(actor, sample_id) if sample_id else None
    if sample is not None and sample.task_id != task.id:
        raise NotVisible
    claims = queries.claims_wanted(actor, task, numbers=numbers, sample=sample)
    number = public_number("ZJ")
    frozen = queries.frozen(claims, task=task, number=number, sample=sample, at=now)
    body = zipped(frozen.members)
    pack = Pack.objects.create(
        number=number,
        task=task,
        sample=sample,
        region=task.region,
        title=tidy(title),
        claims=[claim.number for claim in claims],
        digest=frozen.digest,
        file_digest=hashlib.sha256(body).hexdigest(),
        size=len(body),
        members_count=len(frozen.members),
        made_by=actor.person_id,
        made_at=now,
    )
    PackContent.objects.create(pack=pack, body=body)
    facts = {
        "task_id": task.id,
        "claims": [claim.id for claim in claims],
        "manifest_sha256": pack.digest,
        "file_sha256": pack.file_digest,
    }
    record(actor, pack, "freeze", label=move.label, role=Role.AUDITOR, now=now, article=task.document, facts=facts)
    return pack
