"""Lists: settlements, what a job looks for, what waits on a workbench, redemptions from elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Machine, Move
from kechuang.parties.queries import party_names, region_name, unit_names
from kechuang.subsidies.access import (
    conversions_visible_to,
    outside_visible_to,
    roles_on,
    statements_visible_to,
    visible_to,
)
from kechuang.subsidies.models import Conversion, Outside, Settlement, Statement
from kechuang.subsidies.states import (
    CONVERSION_MACHINE,
    FORMULA_LABELS,
    MACHINE,
    OUTSIDE_MACHINE,
    STATEMENT_MACHINE,
    WAITING_MAX,
    ConversionState,
    Formula,
    OutsideState,
    StatementState,
    SubsidyState,
)
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


def settlements(actor: Actor, *, formula: str = "", year: int | None = None) -> QuerySet[Settlement]:
    """The settlements the actor sees, the latest first."""
    rows = visible_to(actor).order_by("-year", "-id")
    rows = rows.filter(formula=formula) if formula else rows
    return rows.filter(year=year) if year else rows


def statements(actor: Actor) -> QuerySet[Statement]:
    """The statements the actor sees, the latest first."""
    return statements_visible_to(actor).order_by("-id")


def statement(actor: Actor, statement_id: str) -> Statement:
    """One statement as the actor may see it; raises NotVisible."""
    row = statements_visible_to(actor).filter(id=statement_id).first()
    if row is None:
        raise NotVisible
    return row


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of a year's redemptions in some places, and what of it is paid (应付补助)."""

    statements: int
    due_fen: int
    paid_fen: int


def due(regions: Collection[str], *, year: int) -> Due:
    """Of the statements that stand: what their payees are due for a year, paid or not. One statement."""
    over = [StatementState.NOT_DUE, StatementState.REFUSED, StatementState.WITHDRAWN]
    rows = Statement.objects.filter(region__in=list(regions), settlement__year=year).exclude(state__in=over)
    paid = Sum("fen", filter=Q(state=StatementState.PAID), default=0)
    found = rows.aggregate(n=Count("id"), due=Sum("fen", default=0), paid=paid)
    return Due(found["n"], found["due"], found["paid"])


def in_notice() -> list[str]:
    """Statements whose gate the clock looks at, by id."""
    return _in_notice()


@compiled
def _in_notice() -> QuerySet[Statement, str]:
    return Statement.objects.filter(state=StatementState.IN_NOTICE).order_by("id").values_list("id", flat=True)


def in_payout() -> list[str]:
    """Settlements that were made known and are not done, by id."""
    return _in_payout()


@compiled
def _in_payout() -> QuerySet[Settlement, str]:
    return Settlement.objects.filter(state=SubsidyState.PUBLISHED).order_by("id").values_list("id", flat=True)


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """One redemption from elsewhere with its names, and what the actor may do."""

    outside: Outside
    provider: str
    unit_name: str
    place: str
    open_moves: Sequence[Move]


def outside_rows(actor: Actor, rows: Sequence[Outside]) -> list[OutsideRow]:
    """Names and open acts of a page of them."""
    names, units = party_names({row.party for row in rows}), unit_names({row.unit for row in rows} - {""})
    return [
        OutsideRow(
            row,
            names.get(row.party, ""),
            units.get(row.unit, ""),
            region_name(row.region),
            OUTSIDE_MACHINE.open(OutsideState(row.state), roles_on(actor, row)),
        )
        for row in rows
    ]


def outside(actor: Actor) -> QuerySet[Outside]:
    """Redemptions off the platform that the actor sees, the latest first."""
    return outside_visible_to(actor).order_by("-redeemed_on", "-id")


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """待办: settlements at their next step, statements to be paid, entries to be checked."""
    return [
        *_settlements_wait(actor, on),
        *_statements_wait(actor, on),
        *_conversions_wait(actor),
        *_outside_waits(actor),
    ]


def _settlements_wait(actor: Actor, on: date) -> list[Waiting]:
    mine = [
        row
        for row in _open_settlements(actor)
        if _waits(MACHINE, SubsidyState(row.state), actor, row) and not _did(actor, row)
    ]
    running = clocks([row.id for row in mine], on=on) if mine else {}
    return [
        waiting(
            _next(MACHINE, SubsidyState(row.state)),
            subject_id=row.id,
            number=row.number,
            url=f"/subsidies/{row.id}",
            state_label=MACHINE.labels[SubsidyState(row.state)],
            clock=running.get(row.id),
            party=region_name(row.region),
            fen=row.total_fen or None,
            about=FORMULA_LABELS[Formula(row.formula)],
        )
        for row in mine
    ]


@compiled
def _open_settlements(actor: Actor) -> QuerySet[Settlement]:
    return visible_to(actor).filter(state__in=list(MACHINE.waits)).order_by("id")[:WAITING_MAX]


@compiled
def _open_statements(actor: Actor) -> QuerySet[Statement]:
    wanted = [StatementState.PAYABLE, StatementState.PAYMENT_FAILED]
    return statements_visible_to(actor).filter(state__in=wanted).order_by("id")[:WAITING_MAX]


@compiled
def _open_conversions(actor: Actor) -> QuerySet[Conversion]:
    return conversions_visible_to(actor).filter(state=ConversionState.BROUGHT).order_by("id")[:WAITING_MAX]


@compiled
def _open_outside(actor: Actor) -> QuerySet[Outside]:
    return outside_visible_to(actor).filter(state=OutsideState.ENTERED).order_by("id")[:WAITING_MAX]


def _did(actor: Actor, row: Settlement) -> bool:
    """Checking and funding are another person's when this one did an earlier step."""
    deciding = row.state in (SubsidyState.DRAFT, SubsidyState.DECIDED)
    return deciding and actor.person_id in (row.drafted_by, row.checked_by)


def _statements_wait(actor: Actor, on: date) -> list[Waiting]:
    mine = [row for row in _open_statements(actor) if _waits(STATEMENT_MACHINE, StatementState(row.state), actor, row)]
    running = clocks([row.id for row in mine], on=on) if mine else {}
    names = party_names({row.party for row in mine})
    return [
        waiting(
            _next(STATEMENT_MACHINE, StatementState(row.state)),
            subject_id=row.id,
            number=row.number,
            url=f"/subsidies/statements/{row.id}",
            state_label=STATEMENT_MACHINE.labels[StatementState(row.state)],
            clock=running.get(row.id),
            party=names.get(row.party, ""),
            fen=row.fen,
        )
        for row in mine
    ]


def _conversions_wait(actor: Actor) -> list[Waiting]:
    return [
        waiting(
            _next(CONVERSION_MACHINE, ConversionState.BROUGHT),
            subject_id=row.id,
            number=row.number,
            url="/subsidies/conversions",
            state_label=CONVERSION_MACHINE.labels[ConversionState.BROUGHT],
            party=row.source,
        )
        for row in _open_conversions(actor)
        if _waits(CONVERSION_MACHINE, ConversionState.BROUGHT, actor, row) and row.brought_by != actor.person_id
    ]


def _outside_waits(actor: Actor) -> list[Waiting]:
    mine = [
        row
        for row in _open_outside(actor)
        if _waits(OUTSIDE_MACHINE, OutsideState.ENTERED, actor, row) and row.entered_by != actor.person_id
    ]
    names = party_names({row.party for row in mine})
    return [
        waiting(
            _next(OUTSIDE_MACHINE, OutsideState.ENTERED),
            subject_id=row.id,
            number=row.number,
            url="/subsidies/outside",
            state_label=OUTSIDE_MACHINE.labels[OutsideState.ENTERED],
            party=names.get(row.party, ""),
            fen=row.fen,
        )
        for row in mine
    ]


def _waits(machine: Machine, state: object, actor: Actor, row: Settlement | Statement | Outside | Conversion) -> bool:
    return machine.waits.get(state) in actor.roles_in(row.region)  # type: ignore[call-overload]


def _next(machine: Machine, state: SubsidyState | StatementState | OutsideState | ConversionState) -> str:
    """What is to be done: the first act of the waited-for role that moves the record on."""
    onward = [move for move in machine.open(state, {machine.waits[state]}) if move.target not in (None, state)]
    return next((move.label for move in onward if move.action != "withdraw"), machine.labels[state])
