"""Budgets raised, cut, moved between counties, and what becomes of them when the year is over (调剂、结余)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.ledger import commands as ledger
from kechuang.ledger import queries as ledger_queries
from kechuang.ledger.rules import Kind, Leg
from kechuang.policy.book import in_force
from kechuang.policy.tables import month_day
from kechuang.trail.commands import advance
from kechuang.treasury.access import roles_on, visible_to
from kechuang.treasury.commands.budgets import children_of, locked, place, refuse_above_parent
from kechuang.treasury.models import Adjustment, Budget
from kechuang.treasury.rules import (
    CutAboveBudget,
    DocumentReused,
    NextBudgetMissing,
    SameBudget,
    YearNotOver,
    YearTerms,
    money_cut,
    positive,
    within_parent,
)
from kechuang.treasury.states import BUDGET_MACHINE, FIRST_OF_YEAR, BudgetState, Change
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a budget is adjusted, and the document that says so (依据)."""

    reason: str
    document_number: str


@transaction.atomic
def raise_(actor: Actor, *, budget_id: str, fen: int, ground: Ground, now: datetime) -> Budget:
    """Raises the budget (调增); the new money is then released like the first. The same document has one effect.

    Raises ChildrenAboveParent where a parent allots the money.
    """
    row = locked(actor, budget_id)
    if _done(row, Change.RAISE, ground, fen):
        return row
    positive(fen)
    action = "raise_released" if row.state == BudgetState.RELEASED else "raise"
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check(action, BudgetState(row.state), roles)
    if row.parent_id:
        refuse_above_parent(row.parent_id, row.amount_fen + fen, but=row.id)
    row.amount_fen += fen
    _adjusted(actor, row, Change.RAISE, fen, ground, now)
    advance(actor, row, step, roles=roles, now=now, saves=["amount_fen"], facts=_facts(fen, ground))
    return row


@transaction.atomic
def cut(actor: Actor, *, budget_id: str, fen: int, ground: Ground, now: datetime) -> Budget:
    """Cuts the budget (调减): first what is not yet released, then released money that is not yet granted.

    Raises CutAboveBudget, ChildrenAboveParent, and ledger NotEnough when the money has been granted already.
    """
    row = locked(actor, budget_id)
    if _done(row, Change.CUT, ground, fen):
        return row
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("cut", BudgetState(row.state), roles)
    back = money_cut(amount_fen=row.amount_fen, released_fen=row.released_fen, fen=fen)
    within_parent(parent_fen=row.amount_fen - fen, children_fen=children_of(row.id))
    if row.state == BudgetState.PARTLY and row.amount_fen - fen == row.released_fen - back:
        step = BUDGET_MACHINE.check("cut_to_released", BudgetState(row.state), roles)
    row.amount_fen, row.released_fen = row.amount_fen - fen, row.released_fen - back
    made = _adjusted(actor, row, Change.CUT, fen, ground, now)
    if back:
        leg = Leg("cut", place(row), place(row, Kind.APPROPRIATION), back)
        ledger.post([leg], key=f"adjust:{made.id}", subject=row.id, now=now)
    saves = ["amount_fen", "released_fen"]
    advance(actor, row, step, roles=roles, now=now, saves=saves, facts=_facts(fen, ground, back_fen=back))
    return row


@transaction.atomic
def move(actor: Actor, *, budget_id: str, to_budget_id: str, fen: int, ground: Ground, now: datetime) -> Budget:
    """Moves released money to another county's budget of the same year (县际调剂); amounts follow the money.

    Raises SameBudget, CutAboveBudget, and ledger NotEnough when it has been granted already.
    """
    found = visible_to(actor).select_for_update(of=("self",)).filter(id__in=[budget_id, to_budget_id]).order_by("id")
    rows = {row.id: row for row in found}
    if not {budget_id, to_budget_id} <= set(rows):
        raise NotVisible
    giver, taker = rows[budget_id], rows[to_budget_id]
    if giver.id == taker.id or giver.year != taker.year:
        raise SameBudget
    if _done(giver, Change.MOVE_OUT, ground, fen):
        return giver
    positive(fen)
    gives = BUDGET_MACHINE.check("move_out", BudgetState(giver.state), roles_on(actor, giver))
    takes = BUDGET_MACHINE.check("move_in", BudgetState(taker.state), roles_on(actor, taker))
    if fen > giver.released_fen:
        raise CutAboveBudget(amount_fen=giver.released_fen, asked_fen=fen)
    made = _adjusted(actor, giver, Change.MOVE_OUT, fen, ground, now, other=taker)
    _adjusted(actor, taker, Change.MOVE_IN, fen, ground, now, other=giver)
    ledger.post([Leg("move", place(giver), place(taker), fen)], key=f"adjust:{made.id}", subject=giver.id, now=now)
    for row, step, signed, other in ((giver, gives, -fen, taker), (taker, takes, fen, giver)):
        row.amount_fen, row.released_fen = row.amount_fen + signed, row.released_fen + signed
        facts = _facts(fen, ground, other=other.number)
        saves = ["amount_fen", "released_fen"]
        advance(actor, row, step, roles=roles_on(actor, row), now=now, saves=saves, facts=facts)
    return giver


@transaction.atomic
def end_year(actor: Actor, *, budget_id: str, now: datetime) -> Budget:
    """When the year is over: what was not granted is given back or carried over, as the terms say (年终结余).

    What was granted stays: vouchers run on, offsets are claimed and paid. Raises YearNotOver, NextBudgetMissing.
    """
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("end_year", BudgetState(row.state), roles)
    terms = in_force(row.scheme, YearTerms, on=clock.day(now))
    _over(row, month_day(FIRST_OF_YEAR, row.year + 1), now)
    facts = _swept(actor, row, terms.terms, _("年终结余"), now)
    article = terms.article("carry_over")
    advance(actor, row, step, roles=roles, now=now, saves=["released_fen"], article=article, facts=facts)
    return row


@transaction.atomic
def sweep(actor: Actor, *, budget_id: str, now: datetime) -> Budget:
    """What expired vouchers gave back after the year was over, treated as at its end (年后收回). Nothing to do: no event."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("sweep", BudgetState(row.state), roles)
    terms = in_force(row.scheme, YearTerms, on=clock.day(now))
    if facts := _swept(actor, row, terms.terms, _("年后收回"), now):
        article = terms.article("carry_over")
        advance(actor, row, step, roles=roles, now=now, saves=["released_fen"], article=article, facts=facts)
    return row


@transaction.atomic
def close_year(actor: Actor, *, budget_id: str, now: datetime) -> Budget:
    """After the last day to claim the year pays no more (关闭预算年度): what is still owed queues for the next budget."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("close", BudgetState(row.state), roles)
    terms = in_force(row.scheme, YearTerms, on=clock.day(now))
    _over(row, month_day(terms.terms.last_claim_on, row.year + 1), now, after=True)
    facts = _swept(actor, row, terms.terms, _("关闭年度"), now)
    article = terms.article("last_claim_on")
    advance(actor, row, step, roles=roles, now=now, saves=["released_fen"], article=article, facts=facts)
    return row


def _over(row: Budget, last_on: object, now: datetime, *, after: bool = False) -> None:
    today = clock.day(now)
    if today < last_on or (after and today == last_on):  # type: ignore[operator]
        raise YearNotOver(last_on=last_on)


def _swept(actor: Actor, row: Budget, terms: YearTerms, why: str, now: datetime) -> dict[str, object]:
    """Gives back or carries over what is free; answers what the event says of it."""
    free = ledger_queries.balance_at(place(row)).free_fen
    if not free:
        return {}
    today = clock.day(now)
    before = Adjustment.objects.filter(budget=row, on=today, reason=why).count()
    document = f"{why} {today.isoformat()}" + (f"（{before + 1}）" if before else "")  # money may come back twice a day
    ground = Ground(reason=why, document_number=document)
    if terms.carry_over == "carried":
        following = _next_budget(row)
        made = _adjusted(actor, row, Change.CARRY_OUT, free, ground, now, other=following)
        _adjusted(actor, following, Change.CARRY_IN, free, ground, now, other=row)
        _carried_in(actor, following, free, ground, now)
        leg = Leg("carry_over", place(row), place(following), free)
    else:
        made = _adjusted(actor, row, Change.YEAR_END, free, ground, now)
        leg = Leg("close_return", place(row), place(row, Kind.APPROPRIATION), free)
    ledger.post([leg], key=f"adjust:{made.id}", subject=row.id, now=now)
    row.released_fen -= free
    return _facts(free, ground)


def _next_budget(row: Budget) -> Budget:
    rows = Budget.objects.select_for_update(of=("self",)).filter(region=row.region, year=row.year + 1)
    following = rows.exclude(state__in=[BudgetState.DRAFT, BudgetState.SUBMITTED, BudgetState.RETURNED]).first()
    if following is None:
        raise NextBudgetMissing(year=row.year + 1)
    return following


def _carried_in(actor: Actor, following: Budget, fen: int, ground: Ground, now: datetime) -> None:
    roles = roles_on(actor, following)
    step = BUDGET_MACHINE.check("carry_in", BudgetState(following.state), roles)
    following.amount_fen, following.released_fen = following.amount_fen + fen, following.released_fen + fen
    saves = ["amount_fen", "released_fen"]
    advance(actor, following, step, roles=roles, now=now, saves=saves, facts=_facts(fen, ground))


def _done(row: Budget, change: Change, ground: Ground, fen: int) -> bool:
    """Whether this document already had its effect; raises DocumentReused when it was another one."""
    done = Adjustment.objects.filter(budget=row, change=change, document_number=tidy(ground.document_number)).first()
    if done and done.fen != fen:
        raise DocumentReused(document_number=done.document_number, fen_fen=done.fen)
    return done is not None


def _adjusted(
    actor: Actor, row: Budget, change: Change, fen: int, ground: Ground, now: datetime, *, other: Budget | None = None
) -> Adjustment:
    return Adjustment.objects.create(
        budget=row,
        other=other,
        region=row.region,
        change=change,
        fen=fen,
        document_number=tidy(ground.document_number),
        reason=tidy(ground.reason),
        by=actor.person_id,
        on=clock.day(now),
        at=now,
    )


def _facts(fen: int, ground: Ground, **more: object) -> dict[str, object]:
    return {"fen": fen, "reason": tidy(ground.reason), "document": tidy(ground.document_number), **more}
