"""The offices' decisions on an application: pass a step, return, refuse, admit after the notice."""

from datetime import datetime

from django.db import transaction

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.notices.commands import Named, open_notice
from kechuang.notices.queries import gate
from kechuang.notices.rules import NoticeNotPassed, NoticeTerms
from kechuang.notices.states import ADMISSION_TITLE
from kechuang.outbox.commands import tell
from kechuang.parties.queries import party, refuse_same_hands
from kechuang.policy.book import in_force
from kechuang.registers import rules
from kechuang.registers.access import roles_on
from kechuang.registers.commands.application import TAKEN_IN, Terms, check_duties, entries_on, locked, take_in, terms_of
from kechuang.registers.models import Admission, Step
from kechuang.registers.queries import articles, next_action, papers_of
from kechuang.registers.states import ADMISSION_MACHINE, CONFIRM_CLOCK, AdmissionState, Basis
from kechuang.trail.commands import acting_role, advance
from kechuang.ui import clock


@transaction.atomic
def confirm(actor: Actor, *, admission_id: str, opinion: str = "", now: datetime) -> Admission:
    """Passes the step whose turn it is (审核、确认入库): on to the next office, into the notice, or into the register.

    Everything is checked again at the last step. Raises MoveNotOpen, SameHands, and the refusals of `submit`.
    """
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    terms = terms_of(admission, clock.day(now))
    ahead = next_action(admission, terms)
    move = ADMISSION_MACHINE.check(ahead, AdmissionState(admission.state), roles)
    _sign(actor, admission, roles, move, opinion, now)
    saves: list[str] = []
    if move.action == "endorse":
        admission.step += 1
        saves = ["step"]
    else:
        _check_again(admission, terms, now)
    if move.action == "confirm":
        take_in(admission, rules.Match(Basis.REVIEW, ""), terms, clock.day(now))
        saves = TAKEN_IN
    article = terms.article("review_steps")
    advance(
        actor, admission, move, roles=roles, now=now, saves=saves, article=article, facts={"opinion": tidy(opinion)}
    )
    if move.action == "publish":
        _publish(actor, admission, terms, acting_role(roles, move), now)
    _tell_next(admission, move, now)
    return admission


@transaction.atomic
def return_(actor: Actor, *, admission_id: str, reason: str, now: datetime) -> Admission:
    """Sends the application back for correction (退回补正); its clock stands still meanwhile, bounded by the pack.

    Raises MoveNotOpen, ReasonMissing, NoMoreReturns.
    """
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("return", AdmissionState(admission.state), roles)
    terms = terms_of(admission, clock.day(now))
    article = terms.article("return_times_count")
    rules.check_reason(tidy(reason), article)
    rules.check_return(admission.returns, terms=terms.terms, articles=articles(terms))
    admission.reason = tidy(reason)
    admission.returns += 1
    said = {"reason": admission.reason}
    advance(actor, admission, move, roles=roles, now=now, saves=["reason", "returns"], article=article, facts=said)
    deadlines.suspend(admission.id, CONFIRM_CLOCK, why=str(move.label), cap_days=terms.terms.return_cap_days, now=now)
    _tell_party(admission, _("入库申请已退回补正：{name}").format(name=admission.name), admission.reason, now)
    return admission


@transaction.atomic
def refuse(actor: Actor, *, admission_id: str, reason: str, now: datetime) -> Admission:
    """Refuses the application with its reason (不予入库). Raises MoveNotOpen, ReasonMissing."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("refuse", AdmissionState(admission.state), roles)
    terms = terms_of(admission, clock.day(now))
    admission.reason, admission.article = tidy(reason), terms.article("entry_route")
    rules.check_reason(admission.reason, admission.article)
    admission.decided_on = admission.ended_on = clock.day(now)
    saves = ["reason", "article", "decided_on", "ended_on"]
    said = {"reason": admission.reason}
    advance(actor, admission, move, roles=roles, now=now, saves=saves, article=admission.article, facts=said)
    deadlines.meet(admission.id, CONFIRM_CLOCK, now=now)
    _tell_party(admission, _("不予入库：{name}").format(name=admission.name), admission.reason, now)
    return admission


@transaction.atomic
def admit_after_notice(actor: Actor, *, admission_id: str, now: datetime) -> Admission:
    """Takes in what was published without an objection left (公示无异议入库). Raises MoveNotOpen, NoticeNotPassed."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("admit", AdmissionState(admission.state), roles)
    on = clock.day(now)
    passed = gate(admission.id, on=on)
    if not passed.passed:
        raise NoticeNotPassed(reason=passed.reason)
    terms = terms_of(admission, on)
    _check_again(admission, terms, now)
    take_in(admission, rules.Match(Basis.REVIEW, ""), terms, on)
    article = terms.article("notice_before_entry")
    advance(actor, admission, move, roles=roles, now=now, saves=TAKEN_IN, article=article)
    _tell_party(admission, _("已入库：{name}").format(name=admission.name), _("公示期满无异议，已列入名录。"), now)
    return admission


def _sign(actor: Actor, admission: Admission, roles: frozenset[Role], move: Move, opinion: str, now: datetime) -> None:
    """One line of the review; nobody signs twice in a round, nor who handed it in, nor its own people. Raises SameHands, Related."""
    role = acting_role(roles, move)
    before = Step.objects.filter(admission=admission, round=admission.rounds).values_list("person_id", flat=True)
    refuse_same_hands(actor, admission.region, role, before=list(before), of=[admission.id], sides=[admission.party_id])
    Step.objects.create(
        admission=admission,
        round=admission.rounds,
        step=admission.step + 1,
        person_id=actor.person_id,
        role=role,
        at=now,
        opinion=tidy(opinion),
    )


def _check_again(admission: Admission, terms: Terms, now: datetime) -> None:
    on = clock.day(now)
    check_duties(admission, party(admission.party_id), entries_on(admission.party_id, on), terms, on)
    rules.check_papers(
        entrant_class=admission.entrant_class,
        papers=papers_of(admission.id),
        on=on,
        terms=terms.terms,
        articles=articles(terms),
    )


def _publish(actor: Actor, admission: Admission, terms: Terms, role: Role, now: datetime) -> None:
    who = party(admission.party_id)
    open_notice(
        actor,
        scheme=admission.scheme,
        region=admission.region,
        kind=ADMISSION_MACHINE.name,
        title=ADMISSION_TITLE.format(name=admission.number if who.natural_person else admission.name),
        basis=terms.article("notice_before_entry"),
        items=[
            Named(
                subject_id=admission.id,
                party_id=admission.party_id,
                name=admission.name,
                natural_person=who.natural_person,
                label=_("拟入库"),
                decided_by=actor.person_id,
            )
        ],
        terms=in_force(admission.scheme, NoticeTerms, on=clock.day(now)).terms,
        role=role,
        now=now,
    )


def _tell_next(admission: Admission, move: Move, now: datetime) -> None:
    if move.action == "endorse":
        tell(
            subject_id=admission.id,
            path=f"/registers/{admission.id}",
            title=_("入库申请待审核：{name}").format(name=admission.name),
            text=_("上一环节已通过，请办理下一环节。"),
            to_role=Role(admission.steps[admission.step]),
            region=admission.region,
            now=now,
        )
        return
    deadlines.meet(admission.id, CONFIRM_CLOCK, now=now)
    done = (
        _("已入库：{name}").format(name=admission.name)
        if move.action == "confirm"
        else _("入库申请已通过审核并公示：{name}").format(name=admission.name)
    )
    _tell_party(admission, done, _("首个订单前，请公布服务内容、服务流程和收费标准。"), now)


def _tell_party(admission: Admission, title: str, text: str, now: datetime) -> None:
    tell(
        subject_id=admission.id,
        path=f"/registers/{admission.id}",
        title=title,
        text=text,
        to_party=admission.party_id,
        now=now,
    )
