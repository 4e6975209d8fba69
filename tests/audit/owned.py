"""One of everything that an audit can own, for the matrix of who sees what."""

from datetime import datetime

from kechuang.audit import commands
from kechuang.audit.models import Sheet
from kechuang.audit.queries import within_tasks
from kechuang.audit.rules import Plan
from kechuang.audit.states import By, Population, Size
from kechuang.kernel.actor import Actor
from kechuang.ui import clock
from tests.trail.sequenced import in_log


def audited(auditor: Actor, *, office: str, now: datetime) -> dict[str, str]:
    """A task of the county's auditor with a sample, its sheets and a pack."""
    year = clock.day(now)
    task = commands.open_task(
        auditor, office=office, document="越审通〔2025〕3号", title="专项审计", regions=[office],
        from_on=year.replace(month=1, day=1), last_on=year.replace(month=12, day=31), now=now,
    )  # fmt: skip
    looking, plan = within_tasks(auditor), Plan(Population.SUBMITTED, (By.RISK,), Size.COUNT, count=1)
    sample = commands.plan_sample(looking, task_id=task.id, title="抽样", plan=plan, seed="事先约定的种子", now=now)
    commands.freeze_frame(looking, sample_id=sample.id, now=now)
    commands.draw_sample(looking, sample_id=sample.id, now=now)
    in_log(now)
    pack = commands.freeze_pack(looking, task_id=task.id, title="证据", sample_id=sample.id, now=now)
    return {
        "task_id": task.id,
        "sample_id": sample.id,
        "sheet_id": Sheet.objects.filter(sample=sample).order_by("place")[0].id,
        "pack_id": pack.id,
    }
