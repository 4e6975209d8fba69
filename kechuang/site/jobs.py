"""When the rooms' jobs run. What a job does stands in its room: every `run_*(*, now)` of a `jobs.py` is called here."""

import inspect
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kechuang.gazette import queries
from kechuang.ui import clock

log = logging.getLogger(__name__)

STALLED_AFTER_SECONDS = 30
Run = Callable[..., object]


@app.periodic(cron="*/5 * * * *")
@app.task(
    queueing_lock="site.work_round", lock="site.work_round", retry=RetryStrategy(max_attempts=2), pass_context=False
)
def work_round(timestamp: int) -> None:
    """What time has made due, in every room, the lower rooms first. Run twice or late, the effect is the same one."""
    failed = []
    with clock.read_once(settings.CLOCK_OFFSET):
        queries.install_current()
        for run in runs():
            try:
                run(now=clock.now())
            except Exception as error:  # one room's fault must not keep the others' clocks from running
                log.exception("%s.%s", run.__module__, run.__name__)
                failed.append(error)
    if failed:
        raise ExceptionGroup("jobs failed", failed)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="site.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:
    """A killed worker leaves its jobs in `doing` for ever; they are taken up again."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await app.job_manager.retry_job(job)


def runs() -> Iterator[Run]:
    """The `run_*` functions that ask for nothing but `now`; those that ask for more are called by a room above."""
    for room in reversed(settings.ROOMS):
        if room != "site" and find_spec(f"kechuang.{room}.jobs"):
            module = import_module(f"kechuang.{room}.jobs")
            for name, found in sorted(vars(module).items()):
                if name.startswith("run_") and callable(found) and _asks_only_for_now(found):
                    yield found


def _asks_only_for_now(run: Run) -> bool:
    required = [p.name for p in inspect.signature(run).parameters.values() if p.default is inspect.Parameter.empty]
    return required == ["now"] and inspect.signature(run).parameters["now"].annotation in (datetime, "datetime")
