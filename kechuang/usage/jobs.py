"""Work of the clock: runs that nobody has stopped are told (提醒结束上机)."""

from datetime import datetime

from kechuang.usage import commands
from kechuang.usage.queries.sessions import forgotten


def run_forgotten_sessions(*, now: datetime) -> int:
    """Tells the party of each run that has gone on too long, once. Answers how many."""
    found = forgotten(now=now)
    for session_id in found:
        commands.remind(session_id=session_id, now=now)
    return len(found)
