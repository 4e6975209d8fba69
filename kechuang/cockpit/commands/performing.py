"""The yearly target sheet of a county's voucher money and what is said of it (资金绩效)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from kechuang.cockpit import queries, rules
from kechuang.cockpit.access import target_roles_on, targets_visible_to
from kechuang.cockpit.models import Target
from kechuang.cockpit.states import TARGET_MACHINE, TargetState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import refuse_same_hands
from kechuang.trail.commands import acting_role, advance, record
from kechuang.trail.queries import way
from kechuang.ui import clock


@transaction.atomic
def draft_target(
    actor: Actor, *, region: str, year: int, targets: Mapping[str, int | None], basis: str, now: datetime
) -> Target:
    """Begins a county's sheet for a year (编制绩效目标). Asked twice, the first answers. Raises NotVisible, TargetMissing."""
    if Role.BUDGET_AUTHOR not in actor.roles_in(region) or region not in actor.regions(Role.BUDGET_AUTHOR):
        raise NotVisible
    if found := Target.objects.filter(region=region, year=year).first():
        return found
    row = Target(region=region, year=year, lines=rules.targets(targets), basis=rules.written(basis))
    row.drafted_by = actor.person_id
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another has begun it since we looked
        return Target.objects.get(region=region, year=year)
    label, facts = _("编制绩效目标"), {"year": year, "lines": row.lines}
    record(actor, row, "draft_target", label=label, role=Role.BUDGET_AUTHOR, now=now, target=row.state, facts=facts)
    return row


@transaction.atomic
def edit_target(
    actor: Actor, *, target_id: str, targets: Mapping[str, int | None], basis: str, now: datetime
) -> Target:
    """Other targets, before they are agreed (修改绩效目标)."""
    row, move, roles = _begun(actor, target_id, "edit")
    row.lines, row.basis, row.drafted_by = rules.targets(targets), rules.written(basis), actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["lines", "basis", "drafted_by"], facts={"lines": row.lines})
    return row


@transaction.atomic
def submit_target(actor: Actor, *, target_id: str, now: datetime) -> Target:
    row, move, roles = _begun(actor, target_id, "submit")
    advance(actor, row, move, roles=roles, now=now, facts={"lines": row.lines})
    return row


@transaction.atomic
def return_target(actor: Actor, *, target_id: str, text: str, now: datetime) -> Target:
    """Finance gives the sheet back with the reason (退回绩效目标)."""
    row, move, roles = _begun(actor, target_id, "return")
    row.reason = rules.reason(text)
    advance(actor, row, move, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    return row


@transaction.atomic
def agree_target(actor: Actor, *, target_id: str, now: datetime) -> Target:
    """Finance agrees to the targets (审定绩效目标). Raises SameHands for whoever had written or sent them."""
    row, move, roles = _begun(actor, target_id, "agree")
    _refuse_same_hands(actor, row, move, roles, [row.drafted_by])
    row.agreed_by = actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["agreed_by"], facts={"lines": row.lines})
    return row


@transaction.atomic
def evaluate_target(actor: Actor, *, target_id: str, text: str, now: datetime) -> Target:
    """The county's own evaluation (年末自评): what was reached is read from the books, only the explanation is written.

    Raises SelfEvaluationTooEarly, TargetMissing.
    """
    row, move, roles = _begun(actor, target_id, "evaluate")
    on = clock.day(now)
    terms = queries.performance_terms(row.region, on=on)
    if terms:
        rules.refuse_early(row.year, terms.terms, on=on)
    row.self_text, row.self_by, row.self_on = rules.written(text), actor.person_id, on
    row.figures = queries.live(row.region, date(row.year, 1, 1), on=on).total
    saves = ["self_text", "self_by", "self_on", "figures"]
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts={"figures": row.figures})
    return row


@transaction.atomic
def opine(actor: Actor, *, target_id: str, text: str, now: datetime) -> Target:
    """Finance's opinion on the year (财政意见). Raises SameHands, TargetMissing."""
    row, move, roles = _begun(actor, target_id, "opine")
    _refuse_same_hands(actor, row, move, roles, [row.self_by])
    row.opinion, row.opinion_by = rules.written(text), actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["opinion", "opinion_by"], facts={"opinion": row.opinion})
    return row


def _begun(actor: Actor, target_id: str, action: str) -> tuple[Target, Move, frozenset[Role]]:
    row = targets_visible_to(actor).select_for_update().filter(id=target_id).first()
    if row is None:
        raise NotVisible
    roles = target_roles_on(actor, row)
    return row, TARGET_MACHINE.check(action, TargetState(row.state), roles), roles


def _refuse_same_hands(actor: Actor, row: Target, move: Move, roles: frozenset[Role], before: list[str]) -> None:
    """Four eyes, also through a substitute (代理) and for whoever wrote the sheet before its last author did."""
    wrote = [event.person_id for event in way([row.id]) if event.role == Role.BUDGET_AUTHOR]
    role = acting_role(roles, move)
    refuse_same_hands(actor, row.region, role, before=[*before, *wrote], of=[row.id])
