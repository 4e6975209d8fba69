"""A county whose claims were paid, and an auditor over the county with a task."""

from datetime import date
from typing import Any

import pytest

from kechuang.audit import commands
from kechuang.audit.models import Sample, Task
from kechuang.audit.queries import within_tasks
from kechuang.audit.rules import Plan
from kechuang.audit.states import By, Population, Size
from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor, Role
from tests.claims.conftest import Payouts, book, shaoxing
from tests.vouchers.conftest import YUECHENG

__all__ = ["book", "shaoxing"]

SEED = "2025年3月10日 双色球 04 11 18"
PLAN = Plan(population=Population.SUBMITTED, by=(By.COUNTY, By.RISK), size=Size.SHARE, share_bp=5_000, least_count=1)


class Audited(Payouts):
    """As `Payouts`, with an auditor of 越城区."""

    def __init__(self) -> None:
        super().__init__()
        self.auditor = self.officer(Role.AUDITOR)

    def task(self, by: Actor | None = None, **given: Any) -> Task:
        said = {
            "office": YUECHENG,
            "document": "越审通〔2025〕3号",
            "title": "创新券专项审计",
            "regions": [YUECHENG],
            "from_on": date(2025, 1, 1),
            "last_on": date(2025, 12, 31),
            **given,
        }
        return commands.open_task(by or self.auditor, **said, now=self.now)

    @property
    def looking(self) -> Actor:
        """The auditor as a request makes them: within the open tasks."""
        return within_tasks(self.auditor)

    def claims(self, count: int) -> list[Claim]:
        return [self.submitted() for _ in range(count)]

    def planned(self, task: Task, plan: Plan = PLAN) -> Sample:
        return commands.plan_sample(self.looking, task_id=task.id, title="三月抽样", plan=plan, seed=SEED, now=self.now)

    def frozen(self, task: Task, plan: Plan = PLAN) -> Sample:
        return commands.freeze_frame(self.looking, sample_id=self.planned(task, plan).id, now=self.now)

    def drawn(self, task: Task, plan: Plan = PLAN) -> Sample:
        return commands.draw_sample(self.looking, sample_id=self.frozen(task, plan).id, now=self.now)


@pytest.fixture
def audited(book: None, db: None) -> Audited:
    return Audited()
