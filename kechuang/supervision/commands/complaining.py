"""Complaints (投诉): by an identified person, answered by the other side who reads no name, decided by the office."""

from datetime import datetime, timedelta

from django.db import transaction

from kechuang.credit import commands as credit
from kechuang.credit.rules import EventTerms
from kechuang.credit.states import EventKind
from kechuang.deadlines import commands as deadlines
from kechuang.deadlines.queries import overdue_subjects
from kechuang.documents.commands import keep
from kechuang.documents.states import Kind
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.orders.queries import Order
from kechuang.orders.queries import listed as orders_of
from kechuang.outbox.commands import tell
from kechuang.parties.queries import PartyCard, party, party_by_code, refuse_same_hands
from kechuang.policy.book import InForce, in_force, replay
from kechuang.registers import commands as registers
from kechuang.registers.queries import kept_parties
from kechuang.registers.states import CaseKind
from kechuang.supervision import rules
from kechuang.supervision.access import complaints_visible_to, roles_on_complaint
from kechuang.supervision.commands.cases import Upload
from kechuang.supervision.models import Complaint, complaint_page
from kechuang.supervision.queries.terms import has_rules, terms_of
from kechuang.supervision.rules import ComplaintTerms, ManyTerms, SchemeTerms
from kechuang.supervision.states.sanctions import (
    COMPLAINT_MACHINE,
    COMPLAINT_REPLY,
    COMPLAINTS_A_DAY_MAX,
    REPLY_LABELS,
    ComplaintKind,
    ComplaintState,
)
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock

_OPEN = (ComplaintState.FILED, ComplaintState.ASKED, ComplaintState.REPLIED)


@transaction.atomic
def complain(
    actor: Actor,
    *,
    credit_code: str,
    kind: ComplaintKind,
    text: str,
    now: datetime,
    order_number: str = "",
    file: Upload | None = None,
) -> Complaint:
    """An identified person complains of a provider or an enterprise (投诉), about an order of theirs or without one.

    Raises NotVisible when not signed in, PartyUnknown, OwnParty, OrderUnknown, ComplaintTooShort, TooManyComplaints,
    AlreadyComplained, NoSupervisionRules.
    """
    if not actor.person_id:
        raise NotVisible
    on, said = clock.day(now), rules.complaint(text)
    card = party_by_code(tidy(credit_code).upper())
    if card is None:
        raise rules.PartyUnknown(typed=tidy(credit_code))
    if actor.party_id and card.id == actor.party_id:
        raise rules.OwnParty()
    order = _order(actor, card, tidy(order_number))
    _refuse_flood(actor, card, tidy(order_number), now)
    region = order.region if order else _office(actor, card, now)
    terms = terms_of(region, ComplaintTerms, on=on)
    serves = order.provider_id == card.id if order else card.id in kept_parties().values()
    row = Complaint.objects.create(
        region=region,
        party_id=card.id,
        side=Role.PROVIDER if serves else Role.HOLDER,
        order=order,
        order_number=order.number if order else "",
        kind=kind,
        by_person=actor.person_id,
        by_party=actor.party_id,
        text=said,
        terms=dict(terms.record),
        filed_at=now,
    )
    if file is not None:
        row.evidence_file = _kept(actor, row, file, now, readers=[])
        row.save(update_fields=["evidence_file"])
    facts = {"kind": str(kind), "party": card.id, "order": row.order_number}
    label, role = _("提出投诉"), Role.OBJECTOR
    record(actor, row, "file", label=label, role=role, now=now, target=row.state, facts=facts)
    _tell_office(row, Role.COUNTY_OFFICER, _("投诉待受理"), now)
    return row


def _order(actor: Actor, card: PartyCard, number: str) -> Order | None:
    if not number:
        return None
    order = orders_of(actor).filter(number=number).first()
    if order is None or card.id not in (order.provider_id, order.holder_id):
        raise rules.OrderUnknown(number=number)
    return order


def _office(actor: Actor, card: PartyCard, now: datetime) -> str:
    """The office of the party's seat; of the complainant's where the party sits elsewhere."""
    places = [card.region] + ([party(actor.party_id).region] if actor.party_id else [])
    return next((place for place in places if has_rules(place, on=clock.day(now))), places[0])


def _refuse_flood(actor: Actor, card: PartyCard, number: str, now: datetime) -> None:
    mine = Complaint.objects.filter(by_person=actor.person_id)
    today = mine.filter(filed_at__gte=clock.instant(clock.day(now), clock.MIDNIGHT)).count()
    if today >= COMPLAINTS_A_DAY_MAX:
        raise rules.TooManyComplaints(count=today)
    if known := mine.filter(party_id=card.id, order_number=number, state__in=_OPEN).first():
        raise rules.AlreadyComplained(number=known.number)


@transaction.atomic
def accept_complaint(actor: Actor, *, complaint_id: str, now: datetime) -> Complaint:
    """Takes a complaint up and asks the other side (受理), who reads what is said and not by whom.

    Not by who complained, nor by anybody of either side. Raises MoveNotOpen, SameHands, Related.
    """
    row, roles, move = _locked(actor, complaint_id, "accept")
    _refuse_own(actor, row, roles, move)
    row.accepted_by, row.accepted_on = actor.person_id, clock.day(now)
    terms = _terms(row)
    article = terms.article("complaint_reply_working_days")
    advance(actor, row, move, roles=roles, now=now, saves=["accepted_by", "accepted_on"], article=article)
    deadlines.start(
        kind=COMPLAINT_REPLY,
        label=REPLY_LABELS[COMPLAINT_REPLY],
        subject_id=row.id,
        number=row.number,
        region=row.region,
        role=Role(row.side),
        party_id=row.party_id,
        path=complaint_page(row.id),
        length=Length(terms.terms.complaint_reply_working_days, Unit.WORKING_DAYS),
        article=article,
        now=now,
    )
    _tell(row, _("收到投诉，请在期限内答复"), now, party_id=row.party_id)
    return row


@transaction.atomic
def reject_complaint(actor: Actor, *, complaint_id: str, text: str, now: datetime) -> Complaint:
    """Does not take it up, with the reason (不予受理). Raises MoveNotOpen, SameHands, Related, WordsMissing."""
    row, roles, move = _locked(actor, complaint_id, "reject")
    _refuse_own(actor, row, roles, move)
    _answered(actor, row, text, now)
    saves = ["answer", "handled_by", "handled_on"]
    advance(actor, row, move, roles=roles, now=now, saves=saves)
    _tell(row, _("投诉不予受理"), now, person_id=row.by_person)
    return row


@transaction.atomic
def reply_complaint(
    actor: Actor, *, complaint_id: str, text: str, now: datetime, file: Upload | None = None
) -> Complaint:
    """The other side answers (答复投诉). Raises MoveNotOpen, WordsMissing, documents' refusals."""
    row, roles, move = _locked(actor, complaint_id, "reply")
    row.reply = rules.said(text)
    if file is not None:
        row.reply_file = _kept(actor, row, file, now, readers=[row.party_id])
    advance(actor, row, move, roles=roles, now=now, saves=["reply", "reply_file"])
    deadlines.meet(row.id, COMPLAINT_REPLY, now=now)
    _tell_office(row, Role.COUNTY_APPROVER, _("投诉待认定"), now)
    return row


@transaction.atomic
def lapse_complaint(actor: Actor, *, complaint_id: str, now: datetime) -> Complaint:
    """Not answered in time (逾期未答复): decided on what is there. Raises MoveNotOpen, ReplyTimeRuns."""
    row, roles, move = _locked(actor, complaint_id, "lapse")
    if row.id not in overdue_subjects(COMPLAINT_REPLY, on=clock.day(now)):
        raise rules.ReplyTimeRuns(due_on="")
    advance(actor, row, move, roles=roles, now=now)
    deadlines.cancel(row.id, now=now)
    _tell_office(row, Role.COUNTY_APPROVER, _("投诉待认定"), now)
    return row


@transaction.atomic
def decide_complaint(actor: Actor, *, complaint_id: str, upheld: bool, text: str, now: datetime) -> Complaint:
    """Upholds (成立) or dismisses (不成立) with reasons; upheld, it is told to be held against the party's credit, and many open
    a case about its admission (多次投诉). Never by who complained or took it up.

    Raises MoveNotOpen, SameHands, Related, WordsMissing.
    """
    row, roles, move = _locked(actor, complaint_id, "uphold" if upheld else "dismiss")
    role = _refuse_own(actor, row, roles, move)
    _answered(actor, row, text, now)
    saves = ["answer", "handled_by", "handled_on"]
    advance(actor, row, move, roles=roles, now=now, saves=saves)
    _tell(row, move.label, now, person_id=row.by_person)
    _tell(row, move.label, now, party_id=row.party_id)
    if upheld:
        _hold_against(actor, row, role, now)
        _open_if_many(row, now)
    return row


@transaction.atomic
def withdraw_complaint(actor: Actor, *, complaint_id: str, now: datetime) -> Complaint:
    """The complainant takes it back (撤回投诉). Raises MoveNotOpen."""
    row, roles, move = _locked(actor, complaint_id, "withdraw")
    advance(actor, row, move, roles=roles, now=now)
    deadlines.cancel(row.id, now=now)
    return row


def _hold_against(actor: Actor, row: Complaint, role: Role, now: datetime) -> None:
    against = credit.Against(
        party_id=row.party_id,
        side=row.side,
        region=row.region,
        subject_id=row.id,
        number=row.number,
        path=complaint_page(row.id),
        about=_("投诉成立"),
        article=_terms(row).article("complaints_window_days"),
        entered_by=row.accepted_by,
    )
    terms = terms_of(row.region, EventTerms, on=clock.day(now))
    credit.notify(actor, against, kind=EventKind.COMPLAINT, terms=terms, role=role, now=now)


def _open_if_many(row: Complaint, now: datetime) -> None:
    """So many upheld within the window open a case in every register that has admitted the party (002 三（二）4).

    Those that a case rests on already do not count for another: each case stands on complaints of its own.
    """
    on = clock.day(now)
    since = on - timedelta(days=_terms(row).terms.complaints_window_days)
    upheld = Complaint.objects.filter(party_id=row.party_id, state=ComplaintState.UPHELD, handled_on__gt=since)
    run = list(upheld.filter(counted_in="").order_by("handled_on", "id").values_list("id", flat=True))
    scheme = terms_of(row.region, SchemeTerms, on=on).terms.voucher_scheme
    many = in_force(scheme, ManyTerms, on=on)
    if not rules.are_many(len(run), many.terms):
        return
    opened = [
        registers.open_case(
            CLOCK,
            admission_id=admission_id,
            kind=CaseKind.COMPLAINTS,
            source=_("{count} 件投诉成立").format(count=len(run)),
            source_key=run[0],
            article=many.article("complaints_many_count"),
            now=now,
        )
        for admission_id, party_id in kept_parties().items()
        if party_id == row.party_id
    ]
    if opened:
        Complaint.objects.filter(id__in=run).update(counted_in=opened[0].id)


def _locked(actor: Actor, complaint_id: str, action: str) -> tuple[Complaint, frozenset[Role], Move]:
    rows = complaints_visible_to(actor).select_for_update(of=("self",), no_key=True)
    row = rows.filter(id=complaint_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_complaint(actor, row)
    return row, roles, COMPLAINT_MACHINE.check(action, ComplaintState(row.state), roles)


def _refuse_own(actor: Actor, row: Complaint, roles: frozenset[Role], move: Move) -> Role:
    """Four eyes, and no relation to who complained or is complained of; answers the role by which the act is done."""
    role, sides = acting_role(roles, move), [one for one in (row.party_id, row.by_party) if one]
    before = [row.by_person, row.accepted_by]
    refuse_same_hands(actor, row.region, role, before=before, of=[row.id], sides=sides)
    return role


def _terms(row: Complaint) -> InForce[ComplaintTerms]:
    return replay(row.terms, ComplaintTerms)


def _answered(actor: Actor, row: Complaint, text: str, now: datetime) -> None:
    row.answer, row.handled_by, row.handled_on = rules.said(text), actor.person_id, clock.day(now)


def _kept(actor: Actor, row: Complaint, file: Upload, now: datetime, *, readers: list[str]) -> str:
    given = {"kind": Kind.EVIDENCE, "subject_id": row.id, "region": row.region, "readers": readers}
    return str(keep(actor, name=file.name, content=file.content, now=now, **given).id)  # type: ignore[arg-type]


def _tell(row: Complaint, title: str, now: datetime, *, party_id: str = "", person_id: str = "") -> None:
    path = complaint_page(row.id)
    tell(subject_id=row.id, path=path, title=title, text=row.number, to_party=party_id, to_person=person_id, now=now)


def _tell_office(row: Complaint, role: Role, title: str, now: datetime) -> None:
    path = complaint_page(row.id)
    tell(subject_id=row.id, path=path, title=title, text=row.number, to_role=role, region=row.region, now=now)
