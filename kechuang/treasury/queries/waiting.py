"""待办 of the treasury: budgets and batches that wait for one of the actor's offices."""

from datetime import date

from django.db.models import QuerySet

from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import Actor
from kechuang.kernel.machine import Machine
from kechuang.kernel.text import gettext_noop as _
from kechuang.treasury.access import batches_visible_to, visible_to
from kechuang.treasury.models import Budget, PaymentBatch, batch_page, budget_page
from kechuang.treasury.states import BATCH_MACHINE, BUDGET_MACHINE, BatchState, BudgetState
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Everything of this room whose state waits for a role the actor holds over its county."""
    mine = [row for row in _open_budgets(actor) if _waits(BUDGET_MACHINE, BudgetState(row.state), actor, row)]
    running = clocks([row.id for row in mine], on=on)
    rows = [
        waiting(
            _title(BUDGET_MACHINE, BudgetState(row.state)),
            subject_id=row.id,
            number=row.number,
            url=budget_page(row.id),
            state_label=BUDGET_MACHINE.labels[BudgetState(row.state)],
            clock=running.get(row.id),
            fen=row.amount_fen,
        )
        for row in mine
    ]
    return rows + [
        waiting(
            f"{_title(BATCH_MACHINE, BatchState(row.state))}：{row.title}",
            subject_id=row.id,
            number=row.number,
            url=batch_page(row),
            state_label=BATCH_MACHINE.labels[BatchState(row.state)],
            fen=row.total_fen,
        )
        for row in _open_batches(actor)
        if _waits(BATCH_MACHINE, BatchState(row.state), actor, row) and not _did_before(actor, row)
    ]


@compiled
def _open_budgets(actor: Actor) -> QuerySet[Budget]:
    return visible_to(actor).filter(state__in=list(BUDGET_MACHINE.waits)).order_by("id")


@compiled
def _open_batches(actor: Actor) -> QuerySet[PaymentBatch]:
    return batches_visible_to(actor).filter(state__in=list(BATCH_MACHINE.waits)).order_by("id")


def _waits(machine: Machine, state: BudgetState | BatchState, actor: Actor, row: Budget | PaymentBatch) -> bool:
    return machine.waits[state] in actor.roles_in(row.region)


def _did_before(actor: Actor, row: PaymentBatch) -> bool:
    """The next step is another person's when this one did an earlier step."""
    deciding = row.state in (BatchState.PREPARED, BatchState.APPROVED)
    return deciding and actor.person_id in (row.prepared_by, row.approved_by)


def _title(machine: Machine, state: BudgetState | BatchState) -> str:
    """What is to be done: the first act that the waited-for role has in this state and that moves the record on."""
    if state == BatchState.SENT:  # the act that ends it is the clock's, once all results are there
        return _("取回支付结果")
    onward = [move for move in machine.open(state, {machine.waits[state]}) if move.target not in (None, state)]
    return next((move.label for move in onward if move.action not in ("return", "edit")), machine.labels[state])
