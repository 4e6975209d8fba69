"""Every day: confirmed admissions make carriers, ended ones end them. When asked: large files. Run late or twice, the same once."""

from datetime import datetime

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kechuang.catalog import commands, queries
from kechuang.catalog.states import ATTEMPTS
from kechuang.gazette.queries import install_current
from kechuang.kernel.actor import CLOCK
from kechuang.registers.queries import ended, joined
from kechuang.ui import clock


def run_joining(*, now: datetime) -> int:
    """Who was confirmed on a register of carriers becomes one (确认入库即登记载体)."""
    ids = [one.id for one in joined(on=clock.day(now))]
    fresh = sorted(queries.joining(ids)) if ids else []
    for admission_id in fresh:
        commands.join(CLOCK, admission_id=admission_id, now=now)
    return len(fresh)


def run_leaving(*, now: datetime) -> int:
    """Carriers whose admission was revoked, has expired or was given up end (撤销入库、期满、退出)."""
    made = queries.of_admissions()
    over = set(ended(made.values())) if made else set()
    gone = sorted(carrier_id for carrier_id, admission_id in made.items() if admission_id in over)
    for carrier_id in gone:
        commands.leave(CLOCK, carrier_id=carrier_id, now=now)
    return len(gone)


@app.task(name=commands.JOB, retry=RetryStrategy(max_attempts=ATTEMPTS), pass_context=False)
def take_file(run_id: str) -> None:
    """A workbook of instruments that is too large to be waited for (导入仪器信息表)."""
    with clock.read_once(settings.CLOCK_OFFSET):
        install_current()
        commands.run_import(run_id=run_id, now=clock.now())
