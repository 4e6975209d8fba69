"""The log inside a test: its transaction never ends, so its acts would lie above every horizon."""

from datetime import datetime

import pytest

from kechuang.trail.commands import sequencing
from kechuang.trail.queries import horizon

_EVERYTHING = "SELECT 9223372036854775807, 9223372036854775807, false"


def in_log(now: datetime) -> None:
    """All that was done stands in the log, as if it had been committed."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(horizon, "_HORIZON", _EVERYTHING)
        sequencing.sequence(now=now)
