"""The ladder of sanctions (处罚): proposed for what a case has found, told first, imposed by another, each rung by its article."""

from datetime import datetime

from django.db import transaction

from kechuang.credit import commands as credit
from kechuang.credit.rules import EventTerms
from kechuang.credit.states import EventKind, Label
from kechuang.deadlines import commands as deadlines
from kechuang.deadlines.queries import overdue_subjects
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move, MoveNotOpen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit
from kechuang.notices import commands as notices
from kechuang.notices.rules import NoticeTerms
from kechuang.notices.states import SANCTION_TITLE
from kechuang.outbox.commands import tell
from kechuang.parties.queries import party, refuse_same_hands
from kechuang.policy.book import InForce, in_force, replay
from kechuang.registers import commands as registers
from kechuang.registers.queries import kept_parties
from kechuang.registers.states import CaseKind
from kechuang.supervision import rules
from kechuang.supervision.access import proposing_role, roles_on_sanction, sanctions_visible_to
from kechuang.supervision.commands.cases import locked as locked_case
from kechuang.supervision.models import Clawback, Sanction, sanction_page
from kechuang.supervision.queries.terms import terms_of
from kechuang.supervision.rules import ManyTerms, SanctionTerms, SchemeTerms
from kechuang.supervision.states.cases import CaseState, ClawbackState
from kechuang.supervision.states.sanctions import (
    REPLY_LABELS,
    RUNG_LABELS,
    SANCTION_MACHINE,
    SANCTION_REPLY,
    Rung,
    SanctionState,
)
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock

NOTICE_KIND = "sanction"
_LIVE = (SanctionState.PROPOSED, SanctionState.REPLIED, SanctionState.IMPOSED)


@transaction.atomic
def propose(actor: Actor, *, case_id: str, rung: Rung, grounds: str, now: datetime) -> Sanction:
    """Proposes one rung for what a case has found (拟处罚) and tells the party, who may answer.

    Raises NotVisible, CaseNotUpheld, RungNotNamed, AlreadyProposed, WordsMissing.
    """
    case = locked_case(actor, case_id)
    role = proposing_role(actor, case.region)
    if role is None:
        raise NotVisible
    if case.state != CaseState.UPHELD:
        raise rules.CaseNotUpheld()
    on = clock.day(now)
    terms = terms_of(case.region, SanctionTerms, on=on)
    named = in_force(terms_of(case.region, SchemeTerms, on=on).terms.voucher_scheme, ManyTerms, on=on)
    article = terms.article(rules.parameter(rung))
    rules.refuse_rung(rung, terms=terms.terms, named=named.terms, articles={rules.parameter(rung): article})
    if known := Sanction.objects.filter(case=case, rung=rung, state__in=_LIVE).first():
        raise rules.AlreadyProposed(rung=RUNG_LABELS[rung], number=known.number)
    row = Sanction.objects.create(
        region=case.region,
        case=case,
        party_id=case.party_id,
        side=case.side,
        rung=rung,
        terms=dict(terms.record),
        article=article,
        grounds=rules.said(grounds),
        proposed_by=actor.person_id,
        proposed_on=on,
    )
    facts = {"case": case.id, "rung": str(rung)}
    said = {"label": _("拟处罚"), "role": role, "target": row.state, "article": article, "facts": facts}
    record(actor, row, "propose", now=now, **said)  # type: ignore[arg-type]
    _reply_clock(row, terms, now)
    _tell(row, _("拟予处罚，可陈述申辩"), f"{RUNG_LABELS[rung]}：{row.grounds}", now)
    return row


@transaction.atomic
def reply_sanction(actor: Actor, *, sanction_id: str, text: str, now: datetime) -> Sanction:
    """The party answers (陈述申辩). Raises MoveNotOpen, WordsMissing."""
    row, roles, move = _locked(actor, sanction_id, "reply")
    row.reply = rules.said(text)
    advance(actor, row, move, roles=roles, now=now, saves=["reply"], facts={"reply": row.reply})
    deadlines.meet(row.id, SANCTION_REPLY, now=now)
    _tell_office(row, now)
    return row


@transaction.atomic
def lapse_sanction(actor: Actor, *, sanction_id: str, now: datetime) -> Sanction:
    """Not answered in time (逾期未申辩). Raises MoveNotOpen, ReplyTimeRuns."""
    row, roles, move = _locked(actor, sanction_id, "lapse")
    if row.id not in overdue_subjects(SANCTION_REPLY, on=clock.day(now)):
        raise rules.ReplyTimeRuns(due_on="")
    advance(actor, row, move, roles=roles, now=now)
    deadlines.cancel(row.id, now=now)
    _tell_office(row, now)
    return row


@transaction.atomic
def impose(actor: Actor, *, sanction_id: str, text: str, now: datetime, receiver: str = "") -> Sanction:
    """Imposes it once the party was heard (作出处罚决定), and does what the rung says; it is told to be held against its credit.

    Raises MoveNotOpen, SameHands, Related, WordsMissing, NoClawback, NotAdmitted, ReceiverMissing.
    """
    row, roles, move = _locked(actor, sanction_id, "impose")
    role = acting_role(roles, move)
    refuse_same_hands(actor, row.region, role, before=[row.proposed_by], of=[row.id], sides=[row.party_id])
    row.decision, row.decided_by, row.decided_on = rules.said(text), actor.person_id, clock.day(now)
    _take_effect(actor, row, receiver, role, now)
    saves = ["decision", "decided_by", "decided_on", "receiver", "until_on", "effect_id"]
    facts = {"rung": row.rung, "decision": row.decision, "effect": row.effect_id, "receiver": row.receiver}
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=row.article, facts=facts)
    _hold_against(actor, row, role, now)
    _tell(row, _("处罚决定"), f"{RUNG_LABELS[Rung(row.rung)]}：{row.decision}", now)
    return row


@transaction.atomic
def drop(actor: Actor, *, sanction_id: str, text: str, now: datetime) -> Sanction:
    """Does not impose it, with the reason (不予处罚). Raises MoveNotOpen, SameHands, WordsMissing."""
    return _ended(actor, sanction_id, "drop", text, now)


@transaction.atomic
def lift(actor: Actor, *, sanction_id: str, text: str, now: datetime) -> Sanction:
    """Ends a sanction that lasts (解除处罚): orders may be taken again, the party leaves the list.

    Raises MoveNotOpen, SameHands, WordsMissing, NotLiftable.
    """
    row = _ended(actor, sanction_id, "lift", text, now)
    if row.rung == Rung.SUSPEND:
        registers.resume(actor, admission_id=row.effect_id, reason=row.decision, now=now)
    elif row.rung == Rung.BLACKLIST:
        role = min(actor.roles_in(row.region))
        credit.take_off_list(actor, number=row.number, region=row.region, role=role, now=now)
    elif row.rung != Rung.WARN:
        raise rules.NotLiftable(rung=RUNG_LABELS[Rung(row.rung)])
    return row


def _ended(actor: Actor, sanction_id: str, action: str, text: str, now: datetime) -> Sanction:
    row, roles, move = _locked(actor, sanction_id, action)
    role = acting_role(roles, move)
    refuse_same_hands(actor, row.region, role, before=[row.proposed_by], of=[row.id], sides=[row.party_id])
    row.decision, row.decided_by, row.decided_on = rules.said(text), actor.person_id, clock.day(now)
    saves = ["decision", "decided_by", "decided_on"]
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=row.article, facts={"reason": row.decision})
    deadlines.cancel(row.id, now=now)
    _tell(row, move.label, row.decision, now)
    return row


def _take_effect(actor: Actor, row: Sanction, receiver: str, role: Role, now: datetime) -> None:
    rung = Rung(row.rung)
    if rung in (Rung.SUSPEND, Rung.REVOKE):
        row.effect_id = _on_admission(actor, row, now)
    elif rung is Rung.REFUND:
        standing = Clawback.objects.filter(case_id=row.case_id).exclude(state=ClawbackState.WITHDRAWN).first()
        if standing is None:
            raise rules.NoClawback()
        row.effect_id = standing.id
    elif rung is Rung.BLACKLIST:
        years = replay(row.terms, SanctionTerms).terms.blacklist_years_count
        row.until_on = rules.listed_until(clock.day(now), years)
        said = {"label": Label.MISUSED, "until": row.until_on, "number": row.number, "region": row.region}
        row.effect_id = credit.put_on_list(actor, party_id=row.party_id, role=role, now=now, **said).id  # type: ignore[arg-type]
    elif rung is Rung.PUBLISH:
        row.effect_id = _published(actor, row, role, now)
    elif rung is Rung.TRANSFER:
        row.receiver = rules.receiver(receiver)


def _on_admission(actor: Actor, row: Sanction, now: datetime) -> str:
    """Stops or ends the party's admission where this office decides on it (三（二）4: 由属地科技局); raises NotAdmitted."""
    for admission_id, party_id in kept_parties().items():
        if party_id != row.party_id:
            continue
        said = {"admission_id": admission_id, "reason": row.decision, "article": row.article, "now": now}
        try:
            with transaction.atomic():
                if row.rung == Rung.SUSPEND:
                    return registers.stop_orders(actor, **said).id  # type: ignore[arg-type]
                return registers.revoke(actor, ground=CaseKind.VIOLATION, **said).id  # type: ignore[arg-type]
        except (NotVisible, MoveNotOpen):
            continue  # another office's to decide, or stopped already
    raise rules.NotAdmitted(name=party(row.party_id).name)


def _published(actor: Actor, row: Sanction, role: Role, now: datetime) -> str:
    on, card = clock.day(now), party(row.party_id)
    scheme = terms_of(row.region, SchemeTerms, on=on).terms.voucher_scheme
    terms = in_force(scheme, NoticeTerms, on=on)
    item = notices.Named(
        subject_id=row.id,
        party_id=row.party_id,
        name=card.name,
        natural_person=card.natural_person,
        label=f"{row.case.title}（{row.number}）",
        decided_by=row.decided_by,
    )
    notice = notices.open_notice(
        actor,
        scheme=scheme,
        region=row.region,
        kind=NOTICE_KIND,
        title=SANCTION_TITLE.format(number=row.number),
        basis=row.article,
        items=[item],
        terms=terms.terms,
        role=role,
        now=now,
    )
    return notice.id


def _hold_against(actor: Actor, row: Sanction, role: Role, now: datetime) -> None:
    against = credit.Against(
        party_id=row.party_id,
        side=row.side,
        region=row.region,
        subject_id=row.id,
        number=row.number,
        path=sanction_page(row.id),
        about=RUNG_LABELS[Rung(row.rung)],
        article=row.article,
        entered_by=row.proposed_by,
    )
    terms = terms_of(row.region, EventTerms, on=clock.day(now))
    credit.notify(actor, against, kind=EventKind.SANCTION, terms=terms, role=role, now=now)


def _locked(actor: Actor, sanction_id: str, action: str) -> tuple[Sanction, frozenset[Role], Move]:
    rows = sanctions_visible_to(actor).select_related("case").select_for_update(of=("self",), no_key=True)
    row = rows.filter(id=sanction_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_sanction(actor, row)
    return row, roles, SANCTION_MACHINE.check(action, SanctionState(row.state), roles)


def _reply_clock(row: Sanction, terms: InForce[SanctionTerms], now: datetime) -> None:
    deadlines.start(
        kind=SANCTION_REPLY,
        label=REPLY_LABELS[SANCTION_REPLY],
        subject_id=row.id,
        number=row.number,
        region=row.region,
        role=Role(row.side),
        party_id=row.party_id,
        path=sanction_page(row.id),
        length=Length(terms.terms.sanction_reply_working_days, Unit.WORKING_DAYS),
        article=terms.article("sanction_reply_working_days"),
        now=now,
    )


def _tell(row: Sanction, title: str, text: str, now: datetime) -> None:
    path = sanction_page(row.id)
    tell(subject_id=row.id, path=path, title=title, text=f"{row.number} {text}", to_party=row.party_id, now=now)


def _tell_office(row: Sanction, now: datetime) -> None:
    path, title, role = sanction_page(row.id), _("处罚待决定"), Role.COUNTY_APPROVER
    tell(subject_id=row.id, path=path, title=title, text=row.number, to_role=role, region=row.region, now=now)
