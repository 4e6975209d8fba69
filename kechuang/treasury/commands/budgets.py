"""A county's yearly budget: drafted by science, approved and released by finance (预算制定、审定、下达)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.book import in_force
from kechuang.policy.tables import month_day
from kechuang.trail.commands import advance, record
from kechuang.treasury.access import creator, roles_on, visible_to
from kechuang.treasury.models import Budget, Release, budget_page
from kechuang.treasury.rules import (
    BudgetExists,
    DocumentReused,
    ReleaseTerms,
    days_until,
    may_release,
    positive,
    within_parent,
)
from kechuang.treasury.states import BUDGET_MACHINE, BudgetState
from kechuang.ui import clock

CLOCK_KIND = "budget_release"


@dataclass(frozen=True, slots=True)
class Document:
    """下达文件: the paper by which money is released."""

    number: str  # 文号
    on: date
    fund_line: str  # 资金科目


def place(budget: Budget, kind: Kind = Kind.BUDGET) -> Place:
    """The ledger's account of a budget, or the appropriation behind it."""
    return Place(kind, budget.region, budget.year)


def locked(actor: Actor, budget_id: str) -> Budget:
    """The budget for writing; raises NotVisible."""
    row = visible_to(actor).select_for_update(of=("self",)).filter(id=budget_id).first()
    if row is None:
        raise NotVisible
    return row


def other_hands(
    actor: Actor, region: str, roles: AbstractSet[Role], before: Sequence[str], of: Sequence[str] = ()
) -> None:
    """Raises SameHands when the actor, or the absent officer they stand in for, did an earlier step (四眼原则).

    `of` are the records of the earlier steps: what a substitute did there counts for the absent officer too.
    """
    for role in sorted(roles):
        refuse_same_hands(actor, region, role, before=before, of=of)


@transaction.atomic
def draft_budget(
    actor: Actor,
    *,
    scheme: str,
    region: str,
    year: int,
    amount_fen: int,
    basis: str,
    now: datetime,
    parent_id: str = "",
) -> Budget:
    """Drafts a county's budget for a year (编制预算); asked twice with the same content, answers with the first.

    Raises BudgetExists, ChildrenAboveParent, AmountNotPositive, NotVisible.
    """
    role = creator(actor, region, Role.BUDGET_AUTHOR)
    positive(amount_fen)
    if there := Budget.objects.filter(region=region, year=year).first():
        if (there.scheme, there.amount_fen, there.basis) == (scheme, amount_fen, tidy(basis)):
            return there
        raise BudgetExists(year=year, number=there.number)
    if parent_id:
        refuse_above_parent(parent_id, amount_fen, but="")
    row = Budget(
        scheme=scheme,
        region=region,
        year=year,
        parent_id=parent_id or None,
        state=BudgetState.DRAFT,
        amount_fen=amount_fen,
        basis=tidy(basis),
        drafted_by=actor.person_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # drafted by somebody else in this moment
        raise BudgetExists(year=year, number="") from error
    record(actor, row, "create", label=_("编制预算"), role=role, now=now, target=row.state, facts=_facts(row))
    return row


@transaction.atomic
def edit_budget(actor: Actor, *, budget_id: str, amount_fen: int, basis: str, now: datetime) -> Budget:
    """Changes a draft (修改预算草案). Raises MoveNotOpen, ChildrenAboveParent, AmountNotPositive."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("edit", BudgetState(row.state), roles)
    positive(amount_fen)
    if row.parent_id:
        refuse_above_parent(row.parent_id, amount_fen, but=row.id)
    row.amount_fen, row.basis, row.drafted_by = amount_fen, tidy(basis), actor.person_id
    saves = ["amount_fen", "basis", "drafted_by"]
    advance(actor, row, step, roles=roles, now=now, saves=saves, facts=_facts(row))
    return row


@transaction.atomic
def submit_budget(actor: Actor, *, budget_id: str, now: datetime) -> Budget:
    """Sends the draft to finance (报送预算); from here the clock of the release runs (及时下达)."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("submit", BudgetState(row.state), roles)
    terms = in_force(row.scheme, ReleaseTerms, on=clock.day(now))
    article = terms.article("budget_release_by_on")
    due_on = month_day(terms.terms.budget_release_by_on, row.year)
    advance(actor, row, step, roles=roles, now=now, article=article, facts=_facts(row))
    deadlines.start(
        kind=CLOCK_KIND,
        label=_("下达预算"),
        subject_id=row.id,
        number=row.number,
        region=row.region,
        role=Role.COUNTY_FINANCE,
        length=Length(days_until(clock.day(now), due_on), Unit.DAYS, ends_on_working_day=False),
        article=article,
        now=now,
    )
    _tell(row, Role.COUNTY_FINANCE, _("预算待审定"), now, due_on=due_on)
    return row


@transaction.atomic
def return_budget(actor: Actor, *, budget_id: str, reason: str, now: datetime) -> Budget:
    """Finance returns the draft with a reason (退回修改)."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("return", BudgetState(row.state), roles)
    row.reason = tidy(reason)
    advance(actor, row, step, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    _tell(row, Role.BUDGET_AUTHOR, _("预算已退回修改"), now)
    return row


@transaction.atomic
def approve_budget(actor: Actor, *, budget_id: str, now: datetime) -> Budget:
    """Finance approves the year's amount (审定预算); never the person who drafted it. Raises SameHands."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("approve", BudgetState(row.state), roles)
    other_hands(actor, row.region, roles & step.by, [row.drafted_by], [row.id])
    row.approved_by, row.approved_on = actor.person_id, clock.day(now)
    advance(actor, row, step, roles=roles, now=now, saves=["approved_by", "approved_on"], facts=_facts(row))
    _tell(row, Role.BUDGET_AUTHOR, _("预算已审定"), now)
    return row


@transaction.atomic
def release(actor: Actor, *, budget_id: str, fen: int, document: Document, now: datetime) -> Release:
    """Releases money of the budget by a document (下达预算); the same document again answers with the first.

    The money comes from the parent's budget where a parent really allots it. Raises ReleaseAboveBudget,
    DocumentReused, MoveNotOpen, and ledger NotEnough when the parent has not that much.
    """
    row = locked(actor, budget_id)
    if done := _same_release(row, document, fen):
        return done
    roles = roles_on(actor, row)
    complete = fen >= row.amount_fen - row.released_fen
    step = BUDGET_MACHINE.check("release_all" if complete else "release_part", BudgetState(row.state), roles)
    may_release(amount_fen=row.amount_fen, released_fen=row.released_fen, fen=fen)
    made = _released(actor, row, fen, document, now, opening=False)
    row.released_fen += fen
    facts = {"fen": fen, "document": document.number, "fund_line": document.fund_line, "on": document.on.isoformat()}
    article = in_force(row.scheme, ReleaseTerms, on=clock.day(now)).article("funding_level")
    advance(actor, row, step, roles=roles, now=now, saves=["released_fen"], article=article, facts=facts)
    if complete:
        deadlines.meet(row.id, CLOCK_KIND, now=now)
    _tell(row, Role.BUDGET_AUTHOR, _("预算已下达"), now)
    return made


@transaction.atomic
def open_budget(
    actor: Actor,
    *,
    scheme: str,
    region: str,
    year: int,
    fen: int,
    document: Document,
    drafted_by: str,
    now: datetime,
) -> Budget:
    """Enters a budget that was drafted and released before this platform (期初预算). Reversible in the ledger.

    `drafted_by` is who drew it up then; finance enters it. Raises BudgetExists, SameHands.
    """
    role = creator(actor, region, Role.COUNTY_FINANCE)
    positive(fen)
    if there := Budget.objects.filter(region=region, year=year).first():
        raise BudgetExists(year=year, number=there.number)
    other_hands(actor, region, {role}, [drafted_by])
    row = Budget.objects.create(
        scheme=scheme,
        region=region,
        year=year,
        state=BudgetState.RELEASED,
        amount_fen=fen,
        released_fen=fen,
        basis=document.number,
        drafted_by=drafted_by,
        approved_by=actor.person_id,
        approved_on=clock.day(now),
    )
    _released(actor, row, fen, document, now, opening=True)
    record(actor, row, "open", label=_("登记期初预算"), role=role, now=now, target=row.state, facts=_facts(row))
    return row


@transaction.atomic
def remind(actor: Actor, *, budget_id: str, now: datetime) -> Budget:
    """City science or finance urges the release (督促下达)."""
    row = locked(actor, budget_id)
    roles = roles_on(actor, row)
    step = BUDGET_MACHINE.check("remind", BudgetState(row.state), roles)
    advance(actor, row, step, roles=roles, now=now, facts=_facts(row))
    _tell(row, Role.COUNTY_FINANCE, _("请及时下达预算"), now)
    return row


def _same_release(row: Budget, document: Document, fen: int) -> Release | None:
    done = Release.objects.filter(
        budget=row, document_number=tidy(document.number), fund_line=tidy(document.fund_line)
    ).first()
    if done and done.fen != fen:
        raise DocumentReused(document_number=done.document_number, fen_fen=done.fen)
    return done


def _released(actor: Actor, row: Budget, fen: int, document: Document, now: datetime, *, opening: bool) -> Release:
    made = Release.objects.create(
        budget=row,
        region=row.region,
        document_number=tidy(document.number),
        fund_line=tidy(document.fund_line),
        on=document.on,
        fen=fen,
        opening=opening,
        by=actor.person_id,
        at=now,
    )
    if row.parent_id:
        leg = Leg("allot", place(Budget.objects.get(id=row.parent_id)), place(row), fen)
    else:
        leg = Leg("open_release" if opening else "release", place(row, Kind.APPROPRIATION), place(row), fen)
    ledger.post([leg], key=f"release:{made.id}", subject=row.id, now=now)
    return made


def refuse_above_parent(parent_id: str, amount_fen: int, *, but: str) -> None:
    """Raises ChildrenAboveParent when this child (`but` its old amount) and the others pass their parent."""
    parent = Budget.objects.select_for_update(of=("self",)).get(id=parent_id)
    within_parent(parent_fen=parent.amount_fen, children_fen=children_of(parent_id, but=but) + amount_fen)


def children_of(parent_id: str, *, but: str = "") -> int:
    """What the budgets below one add up to."""
    rows = Budget.objects.filter(parent_id=parent_id).exclude(id=but)
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def _facts(row: Budget) -> dict[str, object]:
    return {"scheme": row.scheme, "year": row.year, "amount_fen": row.amount_fen, "released_fen": row.released_fen}


def _tell(row: Budget, role: Role, title: str, now: datetime, *, due_on: date | None = None) -> None:
    tell(
        subject_id=row.id,
        path=budget_page(row.id),
        title=title,
        text=row.number,
        to_role=role,
        region=row.region,
        due_on=due_on,
        now=now,
    )
