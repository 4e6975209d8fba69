"""What the calendar does to budgets, and asking a connected bank. Run late or twice, the effect is the same one."""

from collections.abc import Callable
from datetime import datetime

from kechuang.kernel.actor import CLOCK
from kechuang.ledger.queries import balance_at
from kechuang.treasury import commands
from kechuang.treasury.commands.budgets import place
from kechuang.treasury.models import Budget
from kechuang.treasury.rules import NextBudgetMissing, YearNotOver
from kechuang.treasury.states import BudgetState
from kechuang.ui import clock

_LIVE = (BudgetState.APPROVED, BudgetState.PARTLY, BudgetState.RELEASED)
_OVER = (BudgetState.ENDED, BudgetState.CLOSED)


def run_year_ends(*, now: datetime) -> int:
    """Ends the years that are over; one whose money has nowhere to be carried to waits for its successor."""
    rows = Budget.objects.filter(state__in=_LIVE, year__lt=clock.day(now).year).order_by("year", "id")
    return sum(_tried(commands.end_year, budget_id=name, now=now) for name in rows.values_list("id", flat=True))


def run_sweeps(*, now: datetime) -> int:
    """What vouchers gave back to years that are over."""
    rows = [row for row in Budget.objects.filter(state__in=_OVER).order_by("id") if balance_at(place(row)).free_fen]
    return sum(_tried(commands.sweep, budget_id=row.id, now=now) for row in rows)


def run_closings(*, now: datetime) -> int:
    """Closes the years whose last day to claim has passed."""
    rows = Budget.objects.filter(state=BudgetState.ENDED).order_by("year", "id")
    return sum(_tried(commands.close_year, budget_id=name, now=now) for name in rows.values_list("id", flat=True))


def run_next_year_queues(*, now: datetime) -> list[str]:
    """Draws what closed years still owe into the next year's budget, in order; answers the claims served."""
    rows = Budget.objects.filter(state=BudgetState.CLOSED).order_by("year", "id").values_list("region", "year")
    return [
        claim
        for region, year in rows
        for claim in commands.draw_from_next_year(CLOCK, region=region, year=year, now=now)
    ]


def _tried(command: Callable[..., Budget], *, budget_id: str, now: datetime) -> bool:
    try:
        command(CLOCK, budget_id=budget_id, now=now)
    except (YearNotOver, NextBudgetMissing):
        return False
    return True
