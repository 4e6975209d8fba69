"""Letting time pass in a demonstration (演示日期后移): day by day, with what each day makes due."""

from collections.abc import Callable, Sequence
from typing import Any

from kechuang.pilot import queries
from kechuang.ui import clock

Job = Callable[..., Any]
Progress = Callable[[int, int, str], None]


def let_pass(*, days: int, jobs: Sequence[Job], progress: Progress) -> None:
    """Moves the day on which the demonstration stands, for good; on each day between time's own work is done.

    Nobody acts meanwhile: notices run out, clocks are overdue, vouchers expire, as they would have by themselves.
    """
    run = queries.run()
    assert run is not None, "something was played"
    for number in range(days):
        run.moved_days += 1
        run.save(update_fields=["moved_days"])
        with clock.read_once(run.clock_offset):
            for job in jobs:
                job(now=clock.now())
            progress(number + 1, days, clock.today().isoformat())
