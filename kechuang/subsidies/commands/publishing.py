"""Making a settlement known (补助公示), and what happens behind the gate: owed, refused, and the end of the settlement."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.notices import commands as notices
from kechuang.notices.queries import gate
from kechuang.notices.rules import NoticeTerms
from kechuang.parties.queries import parties, region_name
from kechuang.policy.book import in_force
from kechuang.subsidies import rules
from kechuang.subsidies.access import roles_on
from kechuang.subsidies.commands.drafting import other_hands
from kechuang.subsidies.commands.locked import (
    PayoutTerms,
    locked,
    locked_statements,
    post,
    pot,
    source,
    statement_page,
    tell_office,
    tell_payee,
)
from kechuang.subsidies.models import Settlement, Statement
from kechuang.subsidies.states import (
    DUE,
    ENDED,
    FORMULA_LABELS,
    MACHINE,
    NOTICE_KIND,
    PAYOUT,
    PAYOUT_LABEL,
    STATEMENT_MACHINE,
    Formula,
    StatementState,
    SubsidyState,
)
from kechuang.trail.commands import advance
from kechuang.treasury.commands import add_payable
from kechuang.ui import clock

TITLE = _("{office} {year} 年度{formula}公示（{count} 家）")


@transaction.atomic
def publish(actor: Actor, *, settlement_id: str, now: datetime) -> Settlement:
    """Opens the notice over everybody who is due something (公示补助名单). Raises NobodyDue, Related, MoveNotOpen."""
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("publish", SubsidyState(row.state), roles)
    due = list(_of(row, StatementState.COUNTED))
    if not due:
        raise rules.NobodyDue()
    other_hands(actor, row, move, sides={one.party for one in due})
    on = clock.day(now)
    terms = in_force(row.scheme, NoticeTerms, on=on)
    title = TITLE.format(
        office=region_name(row.region), year=row.year, formula=FORMULA_LABELS[Formula(row.formula)], count=len(due)
    )
    notice = notices.open_notice(
        actor,
        scheme=row.scheme,
        region=row.region,
        kind=NOTICE_KIND,
        title=title,
        basis=terms.article("notice_days"),
        items=_named(row, due),
        terms=terms.terms,
        role=Role.COUNTY_OFFICER,
        now=now,
    )
    for statement in due:
        _step(actor, statement, "publish", now, notice=notice.id)
    row.notice_id = notice.id
    facts: dict[str, object] = {"notice_id": notice.id, "until_on": notice.until_on.isoformat()}
    advance(actor, row, move, roles=roles, now=now, saves=["notice_id"], article=notice.basis, facts=facts)
    return row


def _named(row: Settlement, due: Sequence[Statement]) -> list[notices.Named]:
    """What the public reads of each: who, for which year, how much."""
    cards = parties([one.party for one in due])
    return [
        notices.Named(
            subject_id=one.id,
            party_id=one.party,
            name=cards[one.party].name,
            natural_person=cards[one.party].natural_person,
            label=f"{FORMULA_LABELS[Formula(row.formula)]}（{one.number}）",
            fen=Fen(one.fen),
            decided_by=row.settled_by,
        )
        for one in due
    ]


@transaction.atomic
def unpublish(actor: Actor, *, settlement_id: str, why: str, now: datetime) -> Settlement:
    """Takes the notice back (撤回补助公示) while nothing has passed it: whoever has was told and is paid. Raises MoveNotOpen."""
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("unpublish", SubsidyState(row.state), roles)
    if not tidy(why):
        raise rules.ReasonMissing()
    due = list(Statement.objects.select_for_update().filter(settlement=row).exclude(state=StatementState.NOT_DUE))
    for statement in sorted(due, key=lambda one: one.id):
        _step(actor, statement, "unpublish", now)
    notices.withdraw(actor, notice_id=row.notice_id, why=why, now=now)
    row.notice_id = ""
    advance(actor, row, move, roles=roles, now=now, saves=["notice_id"], facts={"why": tidy(why)})
    return row


def _of(row: Settlement, state: StatementState) -> Sequence[Statement]:
    return list(Statement.objects.select_for_update().filter(settlement=row, state=state).order_by("id"))


def _step(actor: Actor, statement: Statement, action: str, now: datetime, **facts: object) -> None:
    roles = roles_on(actor, statement)
    move = STATEMENT_MACHINE.check(action, StatementState(statement.state), roles)
    advance(actor, statement, move, roles=roles, now=now, facts=facts)


@transaction.atomic
def pass_gate(actor: Actor, *, statement_id: str, now: datetime) -> Statement:
    """What the clock does behind the notice: owed and to be paid, refused when an objection was upheld, or wait."""
    (statement,) = locked_statements(actor, [statement_id])
    if statement.state != StatementState.IN_NOTICE:
        return statement
    behind = gate(statement.id, on=clock.day(now))
    if behind.upheld:
        _step(actor, statement, "uphold", now)
        tell_payee(statement, _("公示异议成立，不予补助"), now=now)
    elif behind.passed:
        _clear(actor, statement, now)
    return statement


def _clear(actor: Actor, statement: Statement, now: datetime) -> None:
    row, roles = statement.settlement, roles_on(actor, statement)
    move = STATEMENT_MACHINE.check("clear", StatementState(statement.state), roles)
    assert row.pays_year is not None
    owed = Place(Kind.SUBSIDY_OWED, row.region, row.pays_year, statement.party)
    post("subsidy_owe", pot(row), owed, statement.fen, subject=statement.id, step="owe", now=now)
    payable = add_payable(
        actor,
        claim_id=statement.id,
        claim_number=statement.number,
        order_number=statement.number,
        payee_party=statement.party,
        unit=statement.unit,
        confirmed_by=row.settled_by,
        fen=statement.fen,
        region=row.region,
        year=row.pays_year,
        now=now,
    )
    statement.cleared_on, statement.payable_id = clock.day(now), payable.id
    saves = ["cleared_on", "payable_id"]
    advance(actor, statement, move, roles=roles, now=now, saves=saves, facts={"notice_id": row.notice_id})
    terms = in_force(row.scheme, PayoutTerms, on=clock.day(now))
    deadlines.start(
        kind=PAYOUT,
        label=PAYOUT_LABEL,
        subject_id=statement.id,
        number=statement.number,
        region=statement.region,
        role=Role.COUNTY_OFFICER,
        path=statement_page(statement),
        length=Length(terms.terms.payout_internal_working_days, Unit.WORKING_DAYS),
        article=terms.article("payout_internal_working_days"),
        now=now,
    )
    tell_office(row, Role.COUNTY_OFFICER, _("补助公示无异议，待拨付"), now=now)
    tell_payee(statement, _("补助公示无异议，待拨付"), now=now)


@transaction.atomic
def finish(actor: Actor, *, settlement_id: str, now: datetime) -> Settlement:
    """Once every statement has ended the settlement is done (补助全部办结): what is left of its money goes back.

    Until then nothing happens. Raises MoveNotOpen once it is done.
    """
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("finish", SubsidyState(row.state), roles)
    if Statement.objects.filter(settlement=row).exclude(state__in=ENDED).exists():
        return row
    left = balance_at(pot(row)).free_fen
    if left:
        post("subsidy_unfund", pot(row), source(row), left, subject=row.id, step="finish", now=now)
    advance(actor, row, move, roles=roles, now=now, facts={"left": left})
    deadlines.meet(row.id, DUE, now=now)
    return row
