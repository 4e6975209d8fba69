"""The provider's side: making a claim, bringing its papers, submitting and taking it back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.claims import rules
from kechuang.claims.access import may_claim, roles_on
from kechuang.claims.commands.citing import cite, uncite
from kechuang.claims.commands.giving_up import return_offset
from kechuang.claims.commands.locked import LIST_PAGE, locked, move_money, page_of, tell_office, terms_of
from kechuang.claims.commands.screening import screen_submitted
from kechuang.claims.models import Claim, Forfeit, SetAside
from kechuang.claims.queries.drafting import missing_labels, papers_of
from kechuang.claims.queries.evidence import compared, read_invoices
from kechuang.claims.queries.orders import ClaimOrder, claim_order
from kechuang.claims.states import CLOCK_LABELS, CONFIRMATION, CORRECTION, MACHINE, ClaimState
from kechuang.deadlines import commands as deadlines
from kechuang.documents.commands import keep
from kechuang.documents.queries import files_of
from kechuang.documents.rules import clean
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger.rules import Kind as AccountKind
from kechuang.ledger.rules import OnNoClaim
from kechuang.orders.states import CLAIMING, REMIND_CLAIM_BEFORE
from kechuang.policy.book import InForce, in_force
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import insert, together


@transaction.atomic
def make(actor: Actor, *, order_id: str, now: datetime) -> Claim:
    """Begins a claim for a settled order (填报兑付申请); asked again while one stands, it answers with that one.

    Raises OrderNotSettled, NothingToClaim, TooLate; NotVisible when the order is not the actor's.
    """
    order = claim_order(order_id)
    if not may_claim(actor, provider_party=order.provider.id, provider_unit=order.provider_unit):
        raise NotVisible
    if standing := _standing.first(order_id):
        return standing
    if order.settled_on is None:
        raise rules.OrderNotSettled(number=order.number, state_label=order.state_label)
    if order.captured_fen <= 0:
        raise rules.NothingToClaim(number=order.number)
    terms = in_force(order.scheme, rules.ClaimTerms, on=order.placed_on)
    rules.refuse_too_late(order.settled_on, terms.terms, on=clock.day(now))
    return _made(actor, order, terms, now)


@compiled
def _standing(order_id: str) -> QuerySet[Claim]:
    return Claim.objects.filter(order_id=order_id).exclude(state__in=_ENDED).order_by("id")


def _made(actor: Actor, order: ClaimOrder, terms: InForce[rules.ClaimTerms], now: datetime) -> Claim:
    claim = Claim(
        number=public_number("SD"),
        order_id=order.id,
        scheme=order.scheme,
        region=order.region,
        year=order.year,
        provider_party=order.provider.id,
        provider_unit=order.provider_unit,
        holder_party=order.holder.id,
        claimed_fen=order.captured_fen,
        terms=dict(terms.record),
    )
    if not insert(claim):
        raise rules.ClaimExists(number=order.number)
    facts = {"order": order.number, "claimed_fen": claim.claimed_fen}
    label = _("填报兑付申请")
    record(actor, claim, "make", label=label, role=Role.PROVIDER, now=now, target=claim.state, facts=facts)
    return claim


@transaction.atomic
def attach(actor: Actor, *, claim_id: str, name: str, content: bytes, kind: str, now: datetime) -> str:
    """Brings one paper of a claim (上传申兑材料); the user of the order may read it too. Answers the file's id; raises documents' Refusals."""
    claim = locked(actor, claim_id)
    MACHINE.check("attach", ClaimState(claim.state), roles_on(actor, claim))
    file = keep(
        actor,
        name=name,
        content=content,
        kind=kind,
        subject_id=claim.id,
        region=claim.region,
        now=now,
        readers=[claim.provider_party, claim.provider_unit, claim.holder_party],
    )
    return file.id


@transaction.atomic
def set_aside(actor: Actor, *, claim_id: str, file_id: str, now: datetime) -> None:
    """A paper is no longer part of the claim (不再使用该材料), such as a wrong invoice; it stays in the file. Repeatable."""
    claim = locked(actor, claim_id)
    roles = roles_on(actor, claim)
    move = MACHINE.check("set_aside", ClaimState(claim.state), roles)
    if not files_of(claim.id).filter(id=file_id).exists():
        raise NotVisible
    _row, new = SetAside.objects.get_or_create(claim=claim, file_id=file_id)
    if new:
        advance(actor, claim, move, roles=roles, now=now, facts={"file": file_id})


@transaction.atomic
def submit(
    actor: Actor,
    *,
    claim_id: str,
    now: datetime,
    allocations: Mapping[str, Mapping[str, Fen]] | None = None,
) -> Claim:
    """Hands the claim to the county (提交兑付申请): papers complete, invoices read, compared and bound, money set apart.

    `allocations` says how an invoice is spread over orders: number → order id → gross fen; without it an invoice is
    this order's alone. Submitted already by the same person, it answers with that. Raises FilesMissing, TooLate,
    InvoiceBound, InvoiceChanged, InvoiceRed, AnothersInvoice, InvoiceOverAllocated, InvoiceNotForOrder and the
    Refusals of the formats. The ten working days run from the day after (三（一）4).
    """
    claim = locked(actor, claim_id)
    if claim.state == ClaimState.SUBMITTED and claim.submitted_by == actor.person_id:
        return claim
    roles = roles_on(actor, claim)
    move = MACHINE.check("submit", ClaimState(claim.state), roles)
    order = claim_order(claim.order_id)
    terms = terms_of(claim)
    if claim.state == ClaimState.DRAFT and order.settled_on:
        rules.refuse_too_late(order.settled_on, terms.terms, on=clock.day(now))
    papers = papers_of(claim)
    if missing := missing_labels(order, terms.terms, papers):
        raise rules.FilesMissing(labels="、".join(missing))
    invoices = read_invoices(claim.id, papers)
    lines = cite(claim, order, invoices, allocations or {}, now=now)
    rows = compared(order, terms, invoices, lines, on=clock.day(now))
    again = claim.state == ClaimState.RETURNED
    claim.evidence, claim.clean = [asdict(row) for row in rows], clean(rows)
    claim.submitted_by, claim.submitted_on = actor.person_id, clock.day(now)
    saves = ["evidence", "clean", "submitted_by", "submitted_on"]
    facts = {"files": [paper.digest for paper in papers], "invoices": [read.invoice.number for read in invoices]}
    article = terms.article("confirm_working_days")
    advance(actor, claim, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    step = f"submit:{claim.returned_count}"
    move_money(claim, "submit", AccountKind.UNCLAIMED, AccountKind.IN_CLAIM, step=step, now=now, fen=claim.claimed_fen)
    _start_clock(claim, terms, again=again, now=now)
    screen_submitted(claim, invoices, papers, again=again, now=now)
    return claim


def _start_clock(claim: Claim, terms: InForce[rules.ClaimTerms], *, again: bool, now: datetime) -> None:
    with together():
        deadlines.cancel(claim.id, kind=CORRECTION, now=now)
        deadlines.meet(claim.order_id, CLAIMING, now=now)
        deadlines.start(
            kind=CONFIRMATION,
            label=CLOCK_LABELS[CONFIRMATION],
            subject_id=claim.id,
            number=claim.number,
            region=claim.region,
            role=Role.COUNTY_OFFICER,
            path=page_of(claim),
            length=Length(terms.terms.confirm_working_days, Unit.WORKING_DAYS),
            article=terms.article("confirm_working_days"),
            now=now,
        )
        text = _("材料已补正，请继续办理。") if again else _("请在时限内确认服务事项。")
        tell_office(
            claim, Role.COUNTY_OFFICER, _("兑付申请待确认：{number}").format(number=claim.number), text, now=now
        )
    if again:
        deadlines.resume(claim.id, CONFIRMATION, now=now)  # stopped by the return, it goes on with what was left


@transaction.atomic
def withdraw(actor: Actor, *, claim_id: str, reason: str, now: datetime) -> Claim:
    """The provider takes the claim back before it is confirmed (撤回兑付申请); it may claim again within the period."""
    claim = locked(actor, claim_id)
    roles = roles_on(actor, claim)
    move = MACHINE.check("withdraw", ClaimState(claim.state), roles)
    if not tidy(reason):
        raise rules.ReasonMissing()
    return _ended(actor, claim, move.action, tidy(reason), now=now)


@transaction.atomic
def lapse(actor: Actor, *, claim_id: str, now: datetime) -> Claim:
    """A claim that was not corrected in time counts as taken back (逾期未补正). Called by the clock."""
    claim = locked(actor, claim_id)
    MACHINE.check("lapse", ClaimState(claim.state), roles_on(actor, claim))
    return _ended(actor, claim, "lapse", _("逾期未补正"), now=now)


def _ended(actor: Actor, claim: Claim, action: str, reason: str, *, now: datetime) -> Claim:
    roles = roles_on(actor, claim)
    move = MACHINE.check(action, ClaimState(claim.state), roles)
    in_claim = claim.state == ClaimState.SUBMITTED
    claim.reason = reason
    advance(actor, claim, move, roles=roles, now=now, saves=["reason"], facts={"reason": reason})
    if in_claim:
        move_money(
            claim, "back", AccountKind.IN_CLAIM, AccountKind.UNCLAIMED, step="back", now=now, fen=claim.claimed_fen
        )
    uncite(claim)
    deadlines.cancel(claim.id, now=now)
    _wait_again(claim, now)
    return claim


def _wait_again(claim: Claim, now: datetime) -> None:
    """Taken back within the period, the order waits for a claim once more, until the same last day (申兑期限)."""
    order, terms = claim_order(claim.order_id), terms_of(claim)
    assert order.settled_on is not None
    left = (rules.claim_until(order.settled_on, terms.terms) - clock.day(now)).days - 1
    if left <= 0:
        return
    deadlines.start(
        kind=CLAIMING,
        label=CLOCK_LABELS[CLAIMING],
        subject_id=order.id,
        number=order.number,
        region=order.region,
        role=Role.PROVIDER,
        party_id=order.provider.id,
        path=LIST_PAGE,
        length=Length(left, Unit.DAYS, ends_on_working_day=False),
        article=terms.article("claim_within_days"),
        remind_before=REMIND_CLAIM_BEFORE,
        now=now,
    )


@transaction.atomic
def settle_unclaimed(actor: Actor, *, order_id: str, now: datetime) -> None:
    """What was offset and never claimed in time goes where the terms say (逾期未申兑, `on_no_claim`). By the clock.

    Nothing happens while a submitted claim stands or the period still runs; a draft that was never handed in counts
    as taken back.
    """
    order = claim_order(order_id)
    if order.settled_on is None or order.captured_fen <= 0:
        return
    if Claim.objects.filter(order_id=order_id).exclude(state__in=_NOT_HANDED_IN).exists():
        return
    terms = in_force(order.scheme, rules.ClaimTerms, on=order.placed_on)
    if clock.day(now) < rules.claim_until(order.settled_on, terms.terms):
        return
    for draft in Claim.objects.filter(order_id=order_id, state=ClaimState.DRAFT).values_list("id", flat=True):
        lapse(actor, claim_id=draft, now=now)
    outcome = OnNoClaim(terms.terms.on_no_claim)
    lost, new = Forfeit.objects.get_or_create(
        order_id=order_id,
        defaults={"region": order.region, "fen": order.captured_fen, "outcome": outcome, "on": clock.day(now)},
    )
    if new:
        deadlines.cancel(order.id, kind=CLAIMING, now=now)
        return_offset(actor, order_id=order.id, fen=order.captured_fen, outcome=outcome, now=now)
        facts = {"order": order.number, "fen": lost.fen, "outcome": str(outcome)}
        article, label = terms.article("on_no_claim"), _("逾期未申兑")
        record(actor, lost, "forfeit", label=label, role=Role.CLOCK, now=now, article=article, facts=facts)


_ENDED = [ClaimState.REFUSED, ClaimState.WITHDRAWN]
_NOT_HANDED_IN = [ClaimState.DRAFT, ClaimState.WITHDRAWN]
