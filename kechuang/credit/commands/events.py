"""Credit events (信用事件): told before they count, answered, in force for a time, repaired or lifted. Never by one person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from kechuang.credit import rules
from kechuang.credit.access import event_roles_on, events_visible_to
from kechuang.credit.models import CreditEvent
from kechuang.credit.states import EVENT_MACHINE, EVENT_REPLY, EVENT_REPLY_LABEL, EventKind, EventState
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.book import InForce, replay
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock

NOTIFY_LABEL = _("告知信用事件")


@dataclass(frozen=True, slots=True)
class Against:
    """What is held against whom, by number, with its page; as what the party answers; by which article."""

    party_id: str
    side: str
    region: str
    subject_id: str
    number: str
    path: str
    about: str
    article: str
    entered_by: str  # who brought it up: may not decide whether it counts


@transaction.atomic
def notify(
    actor: Actor, against: Against, *, kind: EventKind, terms: InForce[rules.EventTerms], role: Role, now: datetime
) -> CreditEvent:
    """Tells a party what is to be held against it (告知), with a time to answer; nothing counts yet.

    Called by rooms above, which decided that it was so; once for each subject, kind and party.
    """
    known = CreditEvent.objects.filter(kind=kind, subject_id=against.subject_id, party_id=against.party_id).first()
    if known is not None:
        return known
    row = CreditEvent(
        kind=kind,
        party_id=against.party_id,
        side=against.side,
        region=against.region,
        subject_id=against.subject_id,
        subject_number=against.number,
        subject_path=against.path,
        about=against.about,
        article=against.article,
        terms=dict(terms.record),
        entered_by=against.entered_by,
        entered_on=clock.day(now),
        reply_until=clock.day(now),
    )
    row.save(force_insert=True)
    row.reply_until = _reply_clock(row, terms, now)
    row.save(update_fields=["reply_until"])
    facts = {"kind": str(kind), "subject": against.subject_id, "reply_until": row.reply_until.isoformat()}
    said = {"label": NOTIFY_LABEL, "role": role, "target": row.state, "article": against.article, "facts": facts}
    record(actor, row, "notify", now=now, **said)  # type: ignore[arg-type]
    _tell(row, _("拟记入信用事件，可陈述申辩"), row.about, now)
    return row


@transaction.atomic
def reply_event(actor: Actor, *, event_id: str, words: str, now: datetime) -> CreditEvent:
    """The party states its reasons (陈述申辩). Raises WordsMissing, MoveNotOpen, NotVisible."""
    row, roles, move = _locked(actor, event_id, "reply")
    row.reply = rules.words(words)
    advance(actor, row, move, roles=roles, now=now, saves=["reply"])
    deadlines.meet(row.id, EVENT_REPLY, now=now)
    return row


@transaction.atomic
def confirm_event(actor: Actor, *, event_id: str, words: str, now: datetime) -> CreditEvent:
    """It counts from now for its time (记入), after the party answered or its time to answer passed; by another person.

    Raises ReplyTimeRuns, SameHands, WordsMissing, MoveNotOpen, NotVisible.
    """
    row, roles, move = _locked(actor, event_id, "confirm")
    _refuse_own(actor, row, move)
    on = clock.day(now)
    if row.state == EventState.NOTIFIED and on <= row.reply_until:
        raise rules.ReplyTimeRuns(until_on=row.reply_until.isoformat())
    terms = replay(row.terms, rules.EventTerms)
    row.answer, row.answered_by = rules.words(words), actor.person_id
    row.in_force_on, row.counts_until = on, on + timedelta(days=terms.terms.credit_event_days)
    facts = {"reason": row.answer, "counts_until": row.counts_until.isoformat()}
    saves, article = ["answer", "answered_by", "in_force_on", "counts_until"], terms.article("credit_event_days")
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    deadlines.cancel(row.id, now=now)
    _tell(row, _("信用事件已记入"), row.answer, now)
    return row


@transaction.atomic
def lift_event(actor: Actor, *, event_id: str, words: str, now: datetime) -> CreditEvent:
    """Taken off with the reason (撤销): it counts no more, or never will. Not by who entered it.

    Raises SameHands, WordsMissing, MoveNotOpen, NotVisible.
    """
    row, roles, move = _locked(actor, event_id, "lift")
    _refuse_own(actor, row, move)
    row.answer, row.answered_by = rules.words(words), actor.person_id
    advance(actor, row, move, roles=roles, now=now, saves=["answer", "answered_by"], facts={"reason": row.answer})
    deadlines.cancel(row.id, now=now)
    _tell(row, _("信用事件已撤销"), row.answer, now)
    return row


@transaction.atomic
def ask_repair(actor: Actor, *, event_id: str, words: str, now: datetime) -> CreditEvent:
    """The party has put it right and asks that it count no more (申请信用修复), after the time that the rules name.

    Raises TooEarlyToRepair, WordsMissing, MoveNotOpen, NotVisible.
    """
    row, roles, move = _locked(actor, event_id, "ask_repair")
    terms = replay(row.terms, rules.EventTerms).terms
    assert row.in_force_on is not None
    first = row.in_force_on + timedelta(days=terms.credit_repair_after_days)
    if clock.day(now) < first:
        raise rules.TooEarlyToRepair(first_on=first.isoformat())
    row.repair = rules.words(words)
    advance(actor, row, move, roles=roles, now=now, saves=["repair"])
    return row


@transaction.atomic
def answer_repair(actor: Actor, *, event_id: str, granted: bool, words: str, now: datetime) -> CreditEvent:
    """Grants (准予修复) or refuses (不予修复) with the reason. Raises SameHands, WordsMissing, MoveNotOpen, NotVisible."""
    row, roles, move = _locked(actor, event_id, "repair" if granted else "refuse_repair")
    _refuse_own(actor, row, move)
    row.repair_answer = rules.words(words)
    advance(actor, row, move, roles=roles, now=now, saves=["repair_answer"], facts={"reason": row.repair_answer})
    _tell(row, move.label, row.repair_answer, now)
    return row


@transaction.atomic
def spend_event(actor: Actor, *, event_id: str, now: datetime) -> CreditEvent:
    """Its time is over (期满): it counts no more, by the clock. Raises StillCounts, MoveNotOpen, NotVisible."""
    row, roles, move = _locked(actor, event_id, "spend")
    if row.counts_until is None or clock.day(now) < row.counts_until:
        raise rules.StillCounts(until=row.counts_until.isoformat() if row.counts_until else "")
    advance(actor, row, move, roles=roles, now=now)
    return row


def _locked(actor: Actor, event_id: str, action: str) -> tuple[CreditEvent, frozenset[Role], Move]:
    row = events_visible_to(actor).filter(id=event_id).select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotVisible
    roles = event_roles_on(actor, row)
    return row, roles, EVENT_MACHINE.check(action, EventState(row.state), roles)


def _refuse_own(actor: Actor, row: CreditEvent, move: Move) -> None:
    """Nobody decides what they entered, nor for a party of theirs."""
    role = acting_role(event_roles_on(actor, row), move)
    refuse_same_hands(actor, row.region, role, before=[row.entered_by], of=[row.id], sides=[row.party_id])


def _reply_clock(row: CreditEvent, terms: InForce[rules.EventTerms], now: datetime) -> date:
    started = deadlines.start(
        kind=EVENT_REPLY,
        label=EVENT_REPLY_LABEL,
        subject_id=row.id,
        number=row.number,
        region=row.region,
        role=Role(row.side),
        party_id=row.party_id,
        path=reverse("credit:event", args=[row.id]),
        length=Length(terms.terms.credit_reply_working_days, Unit.WORKING_DAYS),
        article=terms.article("credit_reply_working_days"),
        now=now,
    )
    return started.due_on


def _tell(row: CreditEvent, title: str, text: str, now: datetime) -> None:
    path = reverse("credit:event", args=[row.id])
    tell(subject_id=row.id, path=path, title=title, text=f"{row.number} {text}", to_party=row.party_id, now=now)
