"""Clawback (追回): ordered with a case's decision, paid back in parts with interest, each part posted to the ledger."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from kechuang.claims import commands as claims
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.book import InForce, replay
from kechuang.supervision import rules
from kechuang.supervision.access import clawbacks_visible_to, roles_on_clawback
from kechuang.supervision.commands.telling import due_clock, tell_party
from kechuang.supervision.models import Case, Clawback, Instalment, Item, clawback_page
from kechuang.supervision.queries.payouts import PAYOUTS, Payouts, asked_of, kind_of, net_paid, paid_from, since
from kechuang.supervision.queries.terms import terms_of
from kechuang.supervision.rules import ClawbackTerms, Part
from kechuang.supervision.states.cases import CLAWBACK_DUE, CLAWBACK_MACHINE, ClawbackState, ItemKind
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock

ORDER_LABEL = _("决定追回")


def order(actor: Actor, case: Case, subject_id: str, fen: Fen, *, now: datetime) -> Clawback:
    """Asks back `fen` of a paid claim or subsidy (决定追回), within the decision of its case.

    Only of what lies in the case and was paid to its party, which alone was heard. Raises NotVisible, PaidToAnother,
    RefundNotProvided, AmountMissing, NothingPaid, AbovePaid, AskedAlready.
    """
    on = clock.day(now)
    kind, sort, paid = _paid(actor, case, subject_id)
    terms = terms_of(case.region, ClawbackTerms, on=on)
    if not terms.terms.sanction_refund:
        raise rules.RefundNotProvided()
    known = [subject_id]
    was, asked = net_paid(kind, known)[subject_id], asked_of(kind, known)[subject_id]
    rules.refuse_amount(number=paid.number, fen=fen, paid_fen=was, asked_fen=asked)
    _refuse_open(sort, paid)
    lies = paid_from(sort, subject_id)
    row = Clawback.objects.create(
        region=case.region,
        case=case,
        paid_number=paid.number,
        party_id=case.party_id,
        principal_fen=fen,
        paid_on=paid.paid_on or on,
        paid_region=lies.region,
        paid_year=lies.year,
        terms=dict(terms.record),
        decided_by=actor.person_id,
        decided_on=on,
        **{sort.link: paid},
    )
    _set_parts(row, rules.at_once(fen, on=on, terms=terms.terms))
    if row.claim_id:
        claims.ask_back(claim_id=row.claim_id, clawback_id=row.id, fen=fen, now=now)
    facts = {"case": case.id, sort.link: subject_id, "principal_fen": int(fen)}
    role, article = sorted(actor.roles_in(case.region))[0], terms.article("sanction_refund")
    record(actor, row, "order", label=ORDER_LABEL, role=role, now=now, target=row.state, article=article, facts=facts)
    _next_due(row, now)
    tell_party(row, _("须缴回补助资金"), f"{row.number} {paid.number} ¥{yuan(fen)}", now=now)
    return row


def _paid(actor: Actor, case: Case, subject_id: str) -> tuple[ItemKind, Payouts, Any]:
    """What was paid, locked, as it lies in the case; raises NotVisible, PaidToAnother."""
    item = Item.objects.filter(case=case, kind__in=list(PAYOUTS), subject_id=subject_id).first()
    if item is None:
        raise NotVisible
    kind = ItemKind(item.kind)
    sort = PAYOUTS[kind]
    paid = sort.rows(actor).filter(region=case.region, id=subject_id).select_for_update(of=("self",)).first()
    if paid is None:
        raise NotVisible
    if getattr(paid, sort.payee) != case.party_id:
        raise rules.PaidToAnother(number=paid.number)
    return kind, sort, paid


def _refuse_open(sort: Payouts, paid: Any) -> None:
    """Raises AskedAlready while another decision's debt of the same payout is open; the payout is locked."""
    if (open_ := Clawback.objects.filter(**{sort.link: paid}, state=ClawbackState.OWED).first()) is not None:
        raise rules.AskedAlready(number=paid.number, clawback=open_.number)


@transaction.atomic
def instal(actor: Actor, *, clawback_id: str, parts: Sequence[Part], now: datetime) -> Clawback:
    """Agrees on parts and their days for what is still owed (约定分期); interest runs until each is really paid.

    Raises MoveNotOpen, ReceiptPending, TooManyInstalments, InstalmentsDiffer, InstalmentsBackwards.
    """
    row = locked(actor, clawback_id)
    roles = roles_on_clawback(actor, row)
    move = CLAWBACK_MACHINE.check("instal", ClawbackState(row.state), roles)
    _refuse_pending(row)
    terms = kept_terms(row)
    article = terms.article("clawback_instalments_max_count")
    left = row.principal_fen - row.received_fen
    rules.refuse_parts(parts, left_fen=left, on=clock.day(now), terms=terms.terms, article=article)
    Instalment.objects.filter(clawback=row, received_on__isnull=True).delete()
    _set_parts(row, parts)
    advance(actor, row, move, roles=roles, now=now, article=article, facts={"parts": rules.summary(parts)})
    deadlines.cancel(row.id, now=now, kind=CLAWBACK_DUE)
    _next_due(row, now)
    tell_party(row, _("追回款项已约定分期"), f"{row.number} {rules.summary(parts)}", now=now)
    return row


def instal_equally(actor: Actor, *, clawback_id: str, count: int, first_on: date, now: datetime) -> Clawback:
    """Equal parts, as far apart as the rules say (平均分期). Raises as `instal`, and InstalmentsTooFar."""
    row = clawbacks_visible_to(actor).filter(id=clawback_id).first()
    if row is None:
        raise NotVisible
    left, terms = Fen(row.principal_fen - row.received_fen), kept_terms(row).terms
    parts = rules.equal_parts(left, count=count, first_on=first_on, terms=terms) if left else []
    return instal(actor, clawback_id=clawback_id, parts=parts, now=now)


@transaction.atomic
def receive(
    actor: Actor, *, clawback_id: str, position: int, fen: Fen, on: date, reference: str, now: datetime
) -> Clawback:
    """Enters what came back by the bank (登记缴回): one part with its interest to that day. Another person has it booked.

    Entered already under the same reference, it answers with that. Raises MoveNotOpen, ReferenceMissing, SlipUsed,
    ReceiptPending, ReceivedOutOfOrder, NothingPaid when the payout bounced, ReceivedTooEarly, AmountDiffers.
    """
    row = locked(actor, clawback_id)
    roles = roles_on_clawback(actor, row)
    slip = rules.slip(reference)
    if Instalment.objects.filter(clawback=row, position=position, reference=slip).exists():
        return row
    move = CLAWBACK_MACHINE.check("receive", ClawbackState(row.state), roles)
    _refuse_used(row.region, slip)
    _refuse_pending(row)
    part = Instalment.objects.filter(clawback=row, received_on__isnull=True).order_by("position").first()
    if part is None or part.position != position:
        raise rules.ReceivedOutOfOrder(position=part.position if part else position)
    if net_paid(kind_of(row), [row.paid_id])[row.paid_id] < row.principal_fen:
        raise rules.NothingPaid(number=row.paid_number)
    interest = rules.interest_fen(Fen(part.fen), since=since(row), until=on, terms=kept_terms(row).terms)
    rules.refuse_receipt(
        fen=fen, part=Fen(part.fen), interest=interest, on=on, decided_on=row.decided_on, today=clock.day(now)
    )
    part.received_on, part.interest_fen, part.reference, part.received_by = on, interest, slip, actor.person_id
    _enter(part)
    advance(actor, row, move, roles=roles, now=now, article=_interest_article(row), facts=_said(part))
    title, role = _("缴回登记待复核"), Role.COUNTY_APPROVER
    path, text = clawback_page(row.id), f"{row.number} ¥{yuan(fen)}"
    tell(subject_id=row.id, path=path, title=title, text=text, to_role=role, region=row.region, now=now)
    return row


@transaction.atomic
def countersign(actor: Actor, *, clawback_id: str, now: datetime) -> Clawback:
    """A second person agrees with the slip (复核缴回), and the part is posted to the ledger; the last one settles.

    Raises MoveNotOpen, NoReceiptPending, SameHands, Related.
    """
    row, part = _seconded(actor, clawback_id, "countersign")
    roles = roles_on_clawback(actor, row)
    part.checked_on, part.checked_by = clock.day(now), actor.person_id
    part.save(update_fields=["checked_on", "checked_by"])
    row.received_fen += part.fen
    row.interest_fen += part.interest_fen or 0
    action = "settle" if row.received_fen == row.principal_fen else "countersign"
    move = CLAWBACK_MACHINE.check(action, ClawbackState(row.state), roles)
    saves = ["received_fen", "interest_fen"]
    article = _interest_article(row)
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=article, facts=_said(part))
    _post(row, part, now)
    deadlines.meet(row.id, CLAWBACK_DUE, now=now)
    _next_due(row, now)
    tell_party(row, _("缴回款项已登记"), f"{row.number} ¥{yuan(part.fen + (part.interest_fen or 0))}", now=now)
    return row


@transaction.atomic
def strike(actor: Actor, *, clawback_id: str, reason: str, now: datetime) -> Clawback:
    """A second person does not find the money (退回缴回登记): the part is owed again, the slip is free.

    Raises MoveNotOpen, NoReceiptPending, SameHands, Related, WordsMissing.
    """
    row, part = _seconded(actor, clawback_id, "strike")
    roles = roles_on_clawback(actor, row)
    move = CLAWBACK_MACHINE.check("strike", ClawbackState(row.state), roles)
    facts = {**_said(part), "reason": rules.said(reason)}
    part.received_on, part.interest_fen, part.reference, part.received_by = None, None, "", ""
    _enter(part)
    advance(actor, row, move, roles=roles, now=now, facts=facts)
    path, text = clawback_page(row.id), f"{row.number}：{facts['reason']}"
    title, role = _("缴回登记已退回"), Role.COUNTY_FINANCE
    tell(subject_id=row.id, path=path, title=title, text=text, to_role=role, region=row.region, now=now)
    return row


def _seconded(actor: Actor, clawback_id: str, action: str) -> tuple[Clawback, Instalment]:
    """The clawback with the receipt that waits for a second person, who must not be the one that entered it."""
    row = locked(actor, clawback_id)
    move = CLAWBACK_MACHINE.check(action, ClawbackState(row.state), roles_on_clawback(actor, row))
    part = _pending(row)
    if part is None:
        raise rules.NoReceiptPending()
    role = acting_role(roles_on_clawback(actor, row), move)
    refuse_same_hands(actor, row.region, role, before=[part.received_by], of=[row.id], sides=[row.party_id])
    return row, part


def _pending(row: Clawback) -> Instalment | None:
    return Instalment.objects.filter(clawback=row, received_on__isnull=False, checked_on__isnull=True).first()


def _refuse_pending(row: Clawback) -> None:
    if (part := _pending(row)) is not None:
        raise rules.ReceiptPending(position=part.position)


def _enter(part: Instalment) -> None:
    """Writes a receipt; the index keeps a slip out that another entered at the same moment. Raises SlipUsed."""
    slip = part.reference
    try:
        with transaction.atomic():
            part.save(update_fields=["received_on", "interest_fen", "reference", "received_by"])
    except IntegrityError:
        _refuse_used(part.region, slip)
        raise


def _refuse_used(region: str, slip: str) -> None:
    """Raises SlipUsed when a slip stands for a part of the county already."""
    other = Instalment.objects.select_related("clawback").filter(region=region, reference=slip).first()
    if other is not None:
        raise rules.SlipUsed(reference=slip, number=other.clawback.number, position=other.position)


def _said(part: Instalment) -> dict[str, object]:
    return {
        "position": part.position,
        "fen": part.fen,
        "interest_fen": part.interest_fen,
        "reference": part.reference,
    }


def _interest_article(row: Clawback) -> str:
    return kept_terms(row).article("clawback_interest_bp")


def _post(row: Clawback, part: Instalment, now: datetime) -> None:
    """The principal leaves what was paid; interest comes in beside it and is nobody's voucher money."""
    sort = PAYOUTS[kind_of(row)]
    lies = paid_from(sort, row.paid_id)

    def at(kind: Kind, owner: str) -> Place:
        return Place(kind, lies.region, lies.year, owner)

    legs = [Leg(sort.claws_back, at(sort.paid_kind, row.party_id), at(sort.back_kind, row.party_id), part.fen)]
    if part.interest_fen:
        outside = at(Kind.APPROPRIATION, "")
        legs.append(Leg("claw_back_interest", outside, at(Kind.INTEREST, row.party_id), part.interest_fen))
    ledger.post(legs, key=f"{row.id}:{part.position}", subject=row.paid_id, now=now)
    _asked_no_more(row, Fen(part.fen), now)


def _asked_no_more(row: Clawback, fen: Fen, now: datetime) -> None:
    if row.claim_id:
        claims.asked_back_no_more(claim_id=row.claim_id, clawback_id=row.id, fen=fen, now=now)


@transaction.atomic
def withdraw(actor: Actor, *, clawback_id: str, reason: str, now: datetime) -> Clawback:
    """Takes the decision back before anything was paid (撤销追回决定), not by who made it.

    Raises MoveNotOpen, SameHands, WordsMissing, ReceiptPending, AlreadyReceived.
    """
    row = locked(actor, clawback_id)
    roles = roles_on_clawback(actor, row)
    move = CLAWBACK_MACHINE.check("withdraw", ClawbackState(row.state), roles)
    role = acting_role(roles, move)
    refuse_same_hands(actor, row.region, role, before=[row.decided_by], of=[row.id], sides=[row.party_id])
    _refuse_pending(row)
    if row.received_fen:
        raise rules.AlreadyReceived(received_fen=row.received_fen)
    give_up(actor, row, move, rules.said(reason), now)
    return row


def give_up(actor: Actor, row: Clawback, move: Move, reason: str, now: datetime) -> None:
    """The debt is gone: its clock, and what counted as asked back."""
    row.reason, roles = reason, roles_on_clawback(actor, row)
    advance(actor, row, move, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    deadlines.cancel(row.id, now=now)
    _asked_no_more(row, Fen(row.principal_fen), now)
    tell_party(row, _("追回决定已撤销"), f"{row.number}：{row.reason}", now=now)


def locked(actor: Actor, clawback_id: str) -> Clawback:
    """The clawback, locked, as the actor may see it; raises NotVisible."""
    row = clawbacks_visible_to(actor).select_for_update(of=("self",)).filter(id=clawback_id).first()
    if row is None:
        raise NotVisible
    return row


def kept_terms(row: Clawback) -> InForce[ClawbackTerms]:
    """The terms the clawback was ordered under."""
    return replay(row.terms, ClawbackTerms)


def _set_parts(row: Clawback, parts: Sequence[Part]) -> None:
    first = Instalment.objects.filter(clawback=row).count() + 1
    Instalment.objects.bulk_create(
        Instalment(clawback=row, region=row.region, position=place, fen=part.fen, due_on=part.due_on)
        for place, part in enumerate(parts, start=first)
    )


def _next_due(row: Clawback, now: datetime) -> None:
    part = Instalment.objects.filter(clawback=row, received_on__isnull=True).order_by("position").first()
    if part is not None:
        article = kept_terms(row).article("clawback_due_days")
        due_clock(row, (part.due_on - clock.day(now)).days, article, now=now)
