"""Work of the clock: queues that were left standing, closes, places nobody took up, mergers, ends (放券到时办理)."""

from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.releases import commands
from kechuang.releases.queries.due import of_ended, to_close, to_finish, to_lapse, to_serve
from kechuang.ui import clock


def run_queues(*, now: datetime) -> int:
    """Serves who still stands in a queue because a web process ended between the two. Answers how many."""
    served = 0
    for release_id in to_serve():
        while some := commands.serve(release_id=release_id, now=now):
            served += some
    return served


def run_closings(*, now: datetime) -> int:
    """Closes the releases whose last instant is over. Answers how many."""
    found = to_close(now=now)
    for release_id in found:
        commands.close(CLOCK, release_id=release_id, now=now)
    return len(found)


def run_lapses(*, now: datetime) -> int:
    """Takes back the places that nobody took up; each goes to the next who waits. Answers how many."""
    done = 0
    while found := to_lapse(now=now):
        for entry_id in found:
            commands.lapse(CLOCK, entry_id=entry_id, now=now)
        done += len(found)
    return done


def run_mergers(*, now: datetime) -> int:
    """Entries of merged and struck-off parties go over or end. Answers how many."""
    found = of_ended(on=clock.day(now))
    for entry_id in found:
        commands.carry_over(CLOCK, entry_id=entry_id, now=now)
    return len(found)


def run_endings(*, now: datetime) -> int:
    """Ends the releases whose waiting list is over. Answers how many."""
    found = to_finish(now=now)
    for release_id in found:
        commands.finish(CLOCK, release_id=release_id, now=now)
    return len(found)
