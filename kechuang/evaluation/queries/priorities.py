"""Certificates of priority (优先凭证): who holds one, for the desks of the programmes, and which hold no longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from kechuang.catalog.queries import carrier_cards
from kechuang.credit.queries import named_by
from kechuang.credit.states import LABELS, Label
from kechuang.evaluation import access
from kechuang.evaluation.models import Priority, Revocation
from kechuang.evaluation.queries.cards import grading_of
from kechuang.evaluation.states import NO_LONGER_ADMITTED, PRIORITY_MACHINE, PROGRAMME_LABELS, PriorityState
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.registers.queries import ended
from kechuang.ui.compiled import compiled

_AGAINST = (Label.DISHONEST, Label.MISUSED)  # lists that name no preferred carrier


@dataclass(frozen=True, slots=True)
class Preferred:
    """One certificate in the list for the desks, in words."""

    priority: Priority
    grade_label: str
    programmes: Sequence[str]
    last_on: date


@dataclass(frozen=True, slots=True)
class Certificate:
    """All that the page of a certificate shows."""

    priority: Priority
    grade_label: str
    programmes: Sequence[str]
    revocation: Revocation | None
    in_force: bool
    open_moves: Sequence[Move]


def holding(*, on: date, region: str = "") -> list[Priority]:
    """Certificates in force on a day, by name: issued, not run out, not revoked. One statement."""
    return _holding(on, region)


@compiled
def _holding(on: date, region: str) -> QuerySet[Priority]:
    rows = access.priorities().filter(issued_on__lte=on, valid_until__gt=on)
    rows = rows.exclude(id__in=Revocation.objects.values("priority_id"))
    rows = rows.filter(region=region) if region else rows
    return rows.select_related("sheet__evaluation").order_by("name", "id")


def preferred(*, on: date, programme: str = "") -> list[Preferred]:
    """The list for the desks of the programmes (优先名单), by name; who a list names, or has left its register, stands no more."""
    rows = holding(on=on)
    lost = forfeited(rows, on=on)
    return [
        Preferred(one, _grade_label(one), [PROGRAMME_LABELS[name] for name in one.programmes], _last_on(one))
        for one in rows
        if one.id not in lost and (not programme or programme in one.programmes)
    ]


def forfeited(rows: Sequence[Priority], *, on: date) -> dict[str, str]:
    """Which of these certificates may not be relied on today, and why: what the clock revokes. Three statements."""
    if not rows:
        return {}
    named = named_by(_AGAINST, {one.party for one in rows}, on=on)
    cards = carrier_cards({one.sheet.carrier_id for one in rows})
    admission = {one.id: cards[one.sheet.carrier_id].admission_id for one in rows}
    over = set(ended(set(admission.values()) - {"", None}))
    why = {one.id: LABELS[named[one.party]] for one in rows if one.party in named}
    gone = {one.id: NO_LONGER_ADMITTED for one in rows if admission[one.id] in over}
    return {**gone, **why}


def certificate(actor: Actor, priority_id: str, *, on: date) -> Certificate:
    """One certificate, which everybody may check; raises NotVisible."""
    row = access.priorities().select_related("sheet__evaluation").filter(id=priority_id).first()
    if row is None:
        raise NotVisible
    revocation = Revocation.objects.filter(priority=row).first()
    holds = revocation is None and row.issued_on <= on < row.valid_until and not forfeited([row], on=on)
    return Certificate(
        row,
        _grade_label(row),
        [PROGRAMME_LABELS[name] for name in row.programmes],
        revocation,
        holds,
        PRIORITY_MACHINE.open(PriorityState(state_of(row)), access.roles_on(actor, row)),
    )


def state_of(row: Priority) -> PriorityState:
    """Whether a revocation names the certificate."""
    revoked = Revocation.objects.filter(priority=row).exists()
    return PriorityState.REVOKED if revoked else PriorityState.ISSUED


def _grade_label(row: Priority) -> str:
    grades = grading_of(row.sheet.evaluation).terms.grades
    return next((one.label for one in grades if one.grade == row.grade), row.grade)


def _last_on(row: Priority) -> date:
    return row.valid_until - timedelta(days=1)
