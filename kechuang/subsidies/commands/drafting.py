"""From the draft of a settlement to its money (起草、核对、安排资金), and taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import public_number
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.book import InForce, in_force
from kechuang.subsidies import rules
from kechuang.subsidies.access import may_act, roles_on
from kechuang.subsidies.commands.counting import way_of
from kechuang.subsidies.commands.locked import locked, page_of, post, pot, source, tell_office
from kechuang.subsidies.commands.paying_places import pays_for, province_of, scope_of
from kechuang.subsidies.models import Settlement, Statement
from kechuang.subsidies.states import (
    DUE,
    DUE_LABEL,
    FORMULA_LABELS,
    MACHINE,
    STATEMENT_MACHINE,
    Formula,
    StatementState,
    SubsidyState,
)
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.rows import save_once


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for the year (当年补助决定): the rate, by which document, which office, on which day."""

    rate_bp: int | None
    document_number: str
    office: str
    on: date | None


@dataclass(frozen=True, slots=True)
class DueTerms:
    """By which day of the next year carriers are to have their subsidy."""

    carrier_subsidy_by_on: str


@transaction.atomic
def draft(
    actor: Actor, *, formula: Formula, scheme: str, region: str, year: int, decision: Decision, now: datetime
) -> Settlement:
    """Drafts the settlement of a year's subsidies by the office that pays (起草补助核算).

    Raises NotPayersPlace, AlreadySettling, RateAboveCeiling, DecisionIncomplete, DecidedLater, NoRateToDecide;
    NotVisible for others.
    """
    role, on = may_act(actor, region), clock.day(now)
    scope, article = _checked(formula, scheme, region, decision, on)
    row = Settlement(
        number=public_number("BZ"),
        formula=formula,
        scheme=scheme,
        region=region,
        scope=scope,
        pays_for=pays_for(region, scope),
        year=year,
        drafted_by=actor.person_id,
        drafted_on=on,
        **_columns(decision),
    )
    _save_once(row)
    _run_clock(row, now)
    label = _("起草补助核算")
    record(actor, row, "draft", label=label, role=role, now=now, target=row.state, article=article, facts=_facts(row))
    tell_office(row, Role.COUNTY_APPROVER, _("补助决定待核对"), now=now)
    return row


def _save_once(row: Settlement) -> None:
    """A place's year has one settlement of a sort, whichever office drafts it, also when two draft at once."""
    live = Settlement.objects.filter(formula=row.formula, pays_for=row.pays_for, year=row.year)
    if found := save_once(row, live.exclude(state=SubsidyState.WITHDRAWN)):
        raise rules.AlreadySettling(year=row.year, formula=FORMULA_LABELS[Formula(row.formula)], number=found.number)


@transaction.atomic
def edit(actor: Actor, *, settlement_id: str, decision: Decision, now: datetime) -> Settlement:
    """Changes the draft (修改草案) before another person has checked it. Raises as `draft` does."""
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("edit", SubsidyState(row.state), roles)
    _checked(Formula(row.formula), row.scheme, row.region, decision, clock.day(now))
    columns = _columns(decision)
    for name, value in columns.items():
        setattr(row, name, value)
    row.drafted_by = actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=[*columns, "drafted_by"], facts=_facts(row))
    return row


@transaction.atomic
def decide(actor: Actor, *, settlement_id: str, now: datetime) -> Settlement:
    """Another person holds the draft against the decision's document (核对补助决定). Raises SameHands, MoveNotOpen."""
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("decide", SubsidyState(row.state), roles)
    other_hands(actor, row, move, [row.drafted_by])
    row.checked_by = actor.person_id
    way = way_of(row, on=clock.day(now))
    article = way.terms.article(way.article)
    advance(actor, row, move, roles=roles, now=now, saves=["checked_by"], article=article, facts=_facts(row))
    tell_office(row, Role.COUNTY_FINANCE, _("补助资金待安排"), now=now)
    return row


@transaction.atomic
def fund(actor: Actor, *, settlement_id: str, fen: int, document_number: str, now: datetime) -> Settlement:
    """Finance sets money aside for the settlement (安排补助资金): the most that it can pay. Raises PotMissing, SameHands."""
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("fund", SubsidyState(row.state), roles)
    if fen <= 0 or not tidy(document_number):
        raise rules.PotMissing()
    other_hands(actor, row, move, [row.drafted_by, row.checked_by])
    row.pot_fen, row.pot_document = fen, tidy(document_number)
    row.pays_year, row.funded_by = clock.day(now).year, actor.person_id
    post("subsidy_fund", source(row), pot(row), fen, subject=row.id, step="fund", now=now)
    saves = ["pot_fen", "pot_document", "pays_year", "funded_by"]
    facts: dict[str, object] = {"fen": fen, "document": row.pot_document}
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts=facts)
    tell_office(row, Role.COUNTY_OFFICER, _("补助待核算"), now=now)
    return row


@transaction.atomic
def withdraw(actor: Actor, *, settlement_id: str, reason: str, now: datetime) -> Settlement:
    """Takes a settlement back before it is made known (撤销核算); its money goes back. Raises ReasonMissing, MoveNotOpen."""
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("withdraw", SubsidyState(row.state), roles)
    if not tidy(reason):
        raise rules.ReasonMissing()
    for statement in Statement.objects.select_for_update().filter(settlement=row).order_by("id"):
        mine = roles_on(actor, statement)
        step = STATEMENT_MACHINE.check("withdraw", StatementState(statement.state), mine)
        advance(actor, statement, step, roles=mine, now=now)
    if row.pot_fen:
        post("subsidy_unfund", pot(row), source(row), row.pot_fen, subject=row.id, step="withdraw", now=now)
    row.reason = tidy(reason)
    advance(actor, row, move, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    deadlines.cancel(row.id, now=now)
    return row


def _checked(formula: Formula, scheme: str, region: str, decision: Decision, on: date) -> tuple[str, str]:
    """Where redemptions count, and by which article; a rate is decided only for providers: grades and factors are the pack's."""
    if formula is Formula.PROVIDERS:
        terms = in_force(scheme, rules.ProviderTerms, on=on)
        check_decision(decision, terms, on=on)
        return scope_of(region, terms.terms.subsidy_payer), terms.article("subsidy_threshold_fen")
    if decision.rate_bp is not None:
        raise rules.NoRateToDecide()
    if decision.on and decision.on > on:
        raise rules.DecidedLater(decided_on=decision.on.isoformat())
    found = in_force(scheme, rules.CarrierTerms if formula is Formula.CARRIERS else rules.CityTerms, on=on)
    article = "carrier_subsidy_ceiling_bp" if formula is Formula.CARRIERS else "award_excluded"
    return province_of(region), found.article(article)


def _run_clock(row: Settlement, now: datetime) -> None:
    """The subsidy of carriers is due by a day of the next year (于次年1月底前); a draft after it is overdue at once."""
    if row.formula != Formula.CARRIERS:
        return
    terms = in_force(row.scheme, DueTerms, on=clock.day(now))
    month, day = map(int, terms.terms.carrier_subsidy_by_on.split("-"))
    days = max((date(row.year + 1, month, day) - clock.day(now)).days, 0)
    deadlines.start(
        kind=DUE,
        label=DUE_LABEL,
        subject_id=row.id,
        number=row.number,
        region=row.region,
        role=Role.COUNTY_OFFICER,
        path=page_of(row),
        length=Length(days, Unit.DAYS, ends_on_working_day=False),
        article=terms.article("carrier_subsidy_by_on"),
        escalate_to=Role.SHARING_OFFICE,
        now=now,
    )


def check_decision(decision: Decision, terms: InForce[rules.ProviderTerms], *, on: date) -> None:
    """A rate within the ceiling, with document, office and a day that has come."""
    if decision.rate_bp is None or not (tidy(decision.document_number) and tidy(decision.office) and decision.on):
        raise rules.DecisionIncomplete()
    if decision.on > on:
        raise rules.DecidedLater(decided_on=decision.on.isoformat())
    rules.check_rate(decision.rate_bp, terms=terms.terms)


def other_hands(
    actor: Actor, row: Settlement, move: Move, before: Iterable[str] = (), sides: Iterable[str] = ()
) -> None:
    """Raises SameHands where an earlier step was this person's (四眼原则), Related where a payee is theirs."""
    for role in sorted(roles_on(actor, row) & move.by):
        refuse_same_hands(actor, row.region, role, before=before, of=[row.id], sides=sides)


def _columns(decision: Decision) -> dict[str, object]:
    return {
        "rate_bp": decision.rate_bp,
        "document_number": tidy(decision.document_number),
        "decided_office": tidy(decision.office),
        "decided_on": decision.on,
    }


def _facts(row: Settlement) -> dict[str, object]:
    return {
        "year": row.year,
        "rate_bp": row.rate_bp,
        "document": row.document_number,
        "office": row.decided_office,
        "decided_on": row.decided_on.isoformat() if row.decided_on else "",
    }
