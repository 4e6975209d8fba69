"""Case files (案卷): opened, gathered, asked and answered. Who opened one does not decide it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kechuang.claims.queries import Claim, queue
from kechuang.deadlines import commands as deadlines
from kechuang.deadlines.queries import clocks
from kechuang.documents.commands import keep
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.orders.queries import listed as orders_of
from kechuang.parties.queries import party, refuse_same_hands
from kechuang.policy.book import InForce, replay
from kechuang.screening.queries import findings_of
from kechuang.screening.rules import RULES
from kechuang.screening.states import FindingState, Pattern
from kechuang.subsidies.queries import Statement, statements
from kechuang.subsidies.states import FORMULA_LABELS, Formula
from kechuang.supervision import rules
from kechuang.supervision.access import (
    complaints_visible_to,
    opening_role,
    roles_on,
    visible_to,
    visits_visible_to,
)
from kechuang.supervision.commands.telling import decision_clock, reply_clock, tell_office, tell_party
from kechuang.supervision.models import Case, Item, Letter, Sheet
from kechuang.supervision.queries.terms import case_terms
from kechuang.supervision.rules import CaseTerms
from kechuang.supervision.states.cases import (
    CASE_DECISION,
    CASE_MACHINE,
    CASE_REPLY,
    CaseState,
    Holding,
    ItemKind,
    Source,
)
from kechuang.supervision.states.checks import VISIT_MACHINE, SheetResult, VisitState
from kechuang.supervision.states.sanctions import COMPLAINT_KIND_LABELS, ComplaintKind, ComplaintState
from kechuang.trail.commands import advance, record
from kechuang.ui import clock

OPEN_LABEL = _("立案")


@dataclass(frozen=True, slots=True)
class New:
    """One matter that is laid into a case (卷内事项)."""

    kind: ItemKind
    subject_id: str
    number: str
    label: str
    fen: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came with a form."""

    name: str
    content: bytes


@transaction.atomic
def open_case(
    actor: Actor,
    *,
    region: str,
    party_id: str,
    side: str,
    title: str,
    source: Source,
    items: Sequence[New],
    now: datetime,
) -> Case:
    """Opens a case about one party (立案), by the office that paid or the city over it.

    Raises NotVisible for anybody else, WordsMissing, NoSupervisionRules. Source 002 四（三）: 谁补助，谁监管.
    """
    role = opening_role(actor, region)
    if role is None:
        raise NotVisible
    on = clock.day(now)
    case = Case.objects.create(
        region=region,
        party_id=party(party_id).id,
        side=side,
        title=rules.said(title),
        source=source,
        terms=dict(case_terms(region, on=on).record),
        opened_by=actor.person_id,
        opened_on=on,
    )
    facts = {"source": str(source), "party": party_id, "subjects": [item.subject_id for item in items]}
    record(actor, case, "open", label=OPEN_LABEL, role=role, now=now, target=case.state, facts=facts)
    for item in items:
        lay_in(actor, case, item, now=now)
    return case


@transaction.atomic
def open_on_claim(
    actor: Actor, *, claim_id: str, title: str, source: Source, now: datetime, side: Role = Role.PROVIDER
) -> Case:
    """Opens a case on one claim (就兑付申请立案), with what screening has found and nobody has decided.

    About its provider, who is paid, or about the enterprise whose voucher it was (单位和个人 of 002 四（三）).
    Raises NotVisible, WordsMissing, NoSupervisionRules.
    """
    claim = queue(actor).select_related("order").filter(id=claim_id).first()
    if claim is None:
        raise NotVisible
    return open_case(
        actor,
        region=claim.region,
        party_id=claim.provider_party if side == Role.PROVIDER else claim.holder_party,
        side=side,
        title=title,
        source=source,
        items=[of_claim(claim), *of_findings(claim.id)],
        now=now,
    )


@transaction.atomic
def open_on_statement(actor: Actor, *, statement_id: str, title: str, source: Source, now: datetime) -> Case:
    """Opens a case on one subsidy (就补助结算单立案), about whom it is paid to.

    Raises NotVisible, WordsMissing, NoSupervisionRules.
    """
    row = statements(actor).select_related("settlement").filter(id=statement_id).first()
    if row is None or not row.party:
        raise NotVisible
    return open_case(
        actor,
        region=row.region,
        party_id=row.party,
        side=Role.PROVIDER,
        title=title,
        source=source,
        items=[of_statement(row)],
        now=now,
    )


@transaction.atomic
def open_on_visit(actor: Actor, *, visit_id: str, title: str, now: datetime) -> Case:
    """Opens a case about a provider on what a spot check has found (就抽查立案), with each claim that was at fault.

    Raises NotVisible, NothingFaulty, WordsMissing, NoSupervisionRules.
    """
    visit = visits_visible_to(actor).filter(id=visit_id).first()
    if visit is None or opening_role(actor, visit.region) is None:
        raise NotVisible
    faulty = Sheet.objects.filter(visit=visit, result=SheetResult.FAULTY).select_related("claim__order").order_by("id")
    if not visit.signed_by or not faulty:
        raise rules.NothingFaulty()
    claims = [sheet.claim for sheet in faulty]
    first = New(ItemKind.VISIT, visit.id, visit.number, visit.demand or VISIT_MACHINE.labels[VisitState(visit.state)])
    found = [new for claim in claims for new in (of_claim(claim), *of_findings(claim.id))]
    return open_case(
        actor,
        region=visit.region,
        party_id=visit.party_id,
        side=Role.PROVIDER,
        title=title,
        source=Source.CHECK,
        items=[first, *found],
        now=now,
    )


@transaction.atomic
def open_on_complaint(actor: Actor, *, complaint_id: str, title: str, now: datetime) -> Case:
    """Opens a case on a complaint that was taken up (就投诉立案), about who is complained of; never by who complained.

    The order stays out: it would tell by whom. Raises NotVisible, NotTakenUp, SameHands, WordsMissing, NoSupervisionRules.
    """
    row = complaints_visible_to(actor).filter(id=complaint_id).first()
    role = opening_role(actor, row.region) if row else None
    if row is None or role is None:
        raise NotVisible
    refuse_same_hands(actor, row.region, role, before=[row.by_person], sides=[row.party_id])
    if row.accepted_on is None or row.state in (ComplaintState.DISMISSED, ComplaintState.WITHDRAWN):
        raise rules.NotTakenUp()
    item = New(ItemKind.COMPLAINT, row.id, row.number, COMPLAINT_KIND_LABELS[ComplaintKind(row.kind)])
    return open_case(
        actor,
        region=row.region,
        party_id=row.party_id,
        side=row.side,
        title=title,
        source=Source.COMPLAINT,
        items=[item],
        now=now,
    )


@transaction.atomic
def add_claim(actor: Actor, *, case_id: str, number: str, now: datetime) -> Item:
    """Lays one more claim, order or subsidy of the same party into the case (列入卷内事项), by its number or its order's; once.

    About a provider those that are paid to it, about an enterprise those whose voucher was its own.
    Raises MoveNotOpen, SubjectUnknown, OtherParty.
    """
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check("add", CaseState(case.state), roles)
    new = _matter(actor, case, tidy(number))
    item = lay_in(actor, case, new, now=now)
    advance(actor, case, move, roles=roles, now=now, facts={"subject": item.subject_id, "number": item.number})
    return item


def _matter(actor: Actor, case: Case, wanted: str) -> New:
    """A claim by its number or its order's, a subsidy by its statement's; an order that nobody has claimed for by its own."""
    paid = statements(actor).select_related("settlement").filter(number=wanted, region=case.region).first()
    if paid is not None:
        if Role(case.side) != Role.PROVIDER or paid.party != case.party_id:
            raise rules.OtherParty(number=wanted)
        return of_statement(paid)
    seen = queue(actor, region=case.region).select_related("order")
    claim = seen.filter(number=wanted).first() or seen.filter(order__number=wanted).first()
    order = None if claim else orders_of(actor).filter(number=wanted, region=case.region).first()
    if claim is not None:
        sides, new = {Role.PROVIDER: claim.provider_party, Role.HOLDER: claim.holder_party}, of_claim(claim)
    elif order is not None:
        sides = {Role.PROVIDER: order.provider_id, Role.HOLDER: order.holder_id}
        new = New(ItemKind.ORDER, order.id, order.number, order.title, order.price_fen)
    else:
        raise rules.SubjectUnknown(number=wanted)
    if sides[Role(case.side)] != case.party_id:
        raise rules.OtherParty(number=wanted)
    return new


def of_claim(claim: Claim) -> New:
    """A claim as it lies in a case."""
    fen = claim.confirmed_fen or claim.claimed_fen
    return New(ItemKind.CLAIM, claim.id, claim.number, claim.order.title, fen)


def of_statement(row: Statement) -> New:
    """A subsidy as it lies in a case."""
    label = f"{row.settlement.year} {FORMULA_LABELS[Formula(row.settlement.formula)]}"
    return New(ItemKind.STATEMENT, row.id, row.number, label, row.fen)


def of_findings(claim_id: str) -> list[New]:
    """What screening has found on a claim and waits to be decided (待核实的风险发现), as it lies in a case."""
    open_ = [row for row in findings_of([claim_id]) if row.claim_id == claim_id and row.state == FindingState.OPEN]
    return [New(ItemKind.FINDING, row.id, row.number, RULES[Pattern(row.rule)].title) for row in open_]


def lay_in(actor: Actor, case: Case, new: New, *, now: datetime) -> Item:
    """Writes one item; the same subject lies in a case once."""
    item, _made = Item.objects.get_or_create(
        case=case,
        subject_id=new.subject_id,
        defaults={
            "region": case.region,
            "kind": new.kind,
            "number": new.number,
            "label": new.label,
            "fen": new.fen,
            "holding": Holding.NONE,
            "added_by": actor.person_id,
            "added_on": clock.day(now),
        },
    )
    return item


@transaction.atomic
def ask(actor: Actor, *, case_id: str, text: str, now: datetime) -> Case:
    """Writes to the party with a time to answer (发函询问); from the first letter on it sees the case.

    Raises MoveNotOpen, WordsMissing.
    """
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check("ask", CaseState(case.state), roles)
    letter = _letter(actor, case, text, outgoing=True, now=now)
    case.asked_on = case.asked_on or clock.day(now)
    terms = terms_of(case)
    article = terms.article("case_reply_working_days")
    facts = {"letter": letter.id, "digest": _digest(letter.text)}
    advance(actor, case, move, roles=roles, now=now, saves=["asked_on"], article=article, facts=facts)
    deadlines.cancel(case.id, now=now, kind=CASE_DECISION)
    reply_clock(case, terms.terms.case_reply_working_days, article, now=now)
    title = _("科技局就创新券使用发函询问，请在期限内答复")
    tell_party(case, title, f"{case.number} {case.title}", now=now)
    return case


@transaction.atomic
def reply(actor: Actor, *, case_id: str, text: str, now: datetime, file: Upload | None = None) -> Case:
    """The party answers, with papers if it likes (答复询问). Raises MoveNotOpen, WordsMissing, documents' refusals."""
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check("reply", CaseState(case.state), roles)
    kept = _kept(actor, case, file, now)
    letter = _letter(actor, case, text, outgoing=False, now=now, file_id=kept)
    facts = {"letter": letter.id, "digest": _digest(letter.text), "file": kept}
    advance(actor, case, move, roles=roles, now=now, facts=facts)
    deadlines.meet(case.id, CASE_REPLY, now=now)
    _to_decide(case, now)
    return case


@transaction.atomic
def lapse(actor: Actor, *, case_id: str, now: datetime) -> Case:
    """The time to answer is over without an answer (逾期未答复): the office decides on what it has.

    Raises MoveNotOpen, ReplyTimeRuns.
    """
    case = locked(actor, case_id)
    roles = roles_on(actor, case)
    move = CASE_MACHINE.check("lapse", CaseState(case.state), roles)
    running = clocks([case.id], on=clock.day(now)).get(case.id)
    if running and running.kind == CASE_REPLY and running.due_on >= clock.day(now):
        raise rules.ReplyTimeRuns(due_on=running.due_on.isoformat())
    advance(actor, case, move, roles=roles, now=now)
    deadlines.cancel(case.id, now=now, kind=CASE_REPLY)
    _to_decide(case, now)
    return case


def locked(actor: Actor, case_id: str) -> Case:
    """The case, locked, as the actor may see it; raises NotVisible."""
    case = visible_to(actor).select_for_update(of=("self",), no_key=True).filter(id=case_id).first()
    if case is None:
        raise NotVisible
    return case


def terms_of(case: Case) -> InForce[CaseTerms]:
    """The terms the case was opened under."""
    return replay(case.terms, CaseTerms)


def _letter(actor: Actor, case: Case, text: str, *, outgoing: bool, now: datetime, file_id: str = "") -> Letter:
    return Letter.objects.create(
        case=case,
        region=case.region,
        outgoing=outgoing,
        text=rules.said(text),
        file_id=file_id,
        by=actor.person_id,
        at=now,
    )


def _kept(actor: Actor, case: Case, file: Upload | None, now: datetime) -> str:
    if file is None:
        return ""
    said = {"kind": Kind.EVIDENCE, "subject_id": case.id, "region": case.region, "readers": [case.party_id]}
    return str(keep(actor, name=file.name, content=file.content, now=now, **said).id)  # type: ignore[arg-type]


def _to_decide(case: Case, now: datetime) -> None:
    terms = terms_of(case)
    article = terms.article("case_decide_working_days")
    decision_clock(case, terms.terms.case_decide_working_days, article, now=now)
    tell_office(case, Role.COUNTY_APPROVER, _("案卷待决定"), f"{case.number} {case.title}", now=now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
