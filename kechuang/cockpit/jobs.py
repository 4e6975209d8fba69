"""When asked: a past year replayed under a draft. Run late or twice, the same once."""

from django.conf import settings
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from kechuang.cockpit import commands
from kechuang.cockpit.states import ATTEMPTS
from kechuang.gazette.queries import install_current
from kechuang.ui import clock


@app.task(name=commands.JOB, retry=RetryStrategy(max_attempts=ATTEMPTS), pass_context=True)
def replay(context: JobContext, replay_id: str) -> None:
    """A year's orders are too many to be waited for (回放). What fails the last time says so on the page, which waits no longer."""
    with clock.read_once(settings.CLOCK_OFFSET):
        install_current()
        try:
            commands.run_replay(replay_id=replay_id, now=clock.now())
        except Exception:
            if context.job.attempts >= ATTEMPTS:
                commands.give_up_replay(replay_id=replay_id, now=clock.now())
            raise
