"""What the calendar does to budgets. Run late or twice, the effect is the same one."""

from collections.abc import Callable
from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.treasury import commands, queries
from kechuang.treasury.rules import NextBudgetMissing, YearNotOver
from kechuang.ui import clock


def run_year_ends(*, now: datetime) -> int:
    """Ends the years that are over; one whose money has nowhere to be carried to waits for its successor."""
    return sum(_tried(commands.end_year, name, now) for name in queries.years_to_end(on=clock.day(now)))


def run_sweeps(*, now: datetime) -> int:
    """Gives back or carries over what vouchers returned to years that are over."""
    return sum(_tried(commands.sweep, name, now) for name in queries.years_to_sweep())


def run_closings(*, now: datetime) -> int:
    """Closes the years whose last day to claim has passed."""
    return sum(_tried(commands.close_year, name, now) for name in queries.years_to_close())


def run_next_year_queues(*, now: datetime) -> list[str]:
    """Draws what closed years still owe into the next year's budget, in order; answers the claims served."""
    return [
        claim
        for region, year in queries.closed_years()
        for claim in commands.draw_from_next_year(CLOCK, region=region, year=year, now=now)
    ]


def _tried(command: Callable[..., object], budget_id: str, now: datetime) -> bool:
    try:
        command(CLOCK, budget_id=budget_id, now=now)
    except (YearNotOver, NextBudgetMissing):
        return False
    return True
