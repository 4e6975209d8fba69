"""When asked: a past year replayed under a draft. Run late or twice, the same once."""

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kechuang.cockpit import commands
from kechuang.cockpit.states import ATTEMPTS
from kechuang.gazette.queries import install_current
from kechuang.ui import clock


@app.task(name=commands.JOB, retry=RetryStrategy(max_attempts=ATTEMPTS), pass_context=False)
def replay(replay_id: str) -> None:
    """A year's orders are too many to be waited for (回放)."""
    with clock.read_once(settings.CLOCK_OFFSET):
        install_current()
        commands.run_replay(replay_id=replay_id, now=clock.now())
