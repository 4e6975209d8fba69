"""Making known, objecting, handling. Nothing passes the gate behind a notice but by its period and its objections."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kechuang.deadlines import commands as deadlines
from kechuang.deadlines.queries import calendar
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import masked_name, tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.notices import rules
from kechuang.notices.access import roles_on, visible_notices, visible_objections
from kechuang.notices.models import Item, Notice, Objection
from kechuang.notices.states import (
    NOTICE_MACHINE,
    OBJECTION_CLOCK,
    OBJECTION_MACHINE,
    OBJECTIONS_A_DAY_MAX,
    REASON_CHARS_MIN,
    NoticeState,
    ObjectionState,
)
from kechuang.outbox.commands import tell
from kechuang.parties.queries import same_persons
from kechuang.parties.rules import hands
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import add, insert_many


@dataclass(frozen=True, slots=True)
class Named:
    """One matter that a notice names (公示事项)."""

    subject_id: str
    party_id: str
    name: str
    natural_person: bool
    label: str
    fen: Fen | None = None
    decided_by: str = ""


@transaction.atomic(savepoint=False)  # whoever is refused here goes on with nothing
def open_notice(
    actor: Actor,
    *,
    scheme: str,
    region: str,
    kind: str,
    title: str,
    basis: str,
    items: Sequence[Named],
    terms: rules.NoticeTerms,
    role: Role,
    now: datetime,
    replaces: Notice | None = None,
) -> Notice:
    """Opens a notice (开始公示) for the period its terms give; names of natural persons are masked before they are stored.

    `role` is the office by which the opening act was allowed; the caller has checked it by its own machine.
    Raises NobodyToName.
    """
    if not items:
        raise rules.NobodyToName()
    runs = rules.period(clock.day(now), terms, calendar())
    notice = Notice(
        number=public_number("GS"),
        scheme=scheme,
        region=region,
        kind=kind,
        title=title,
        basis=basis,
        from_on=runs.from_on,
        until_on=runs.until_on,
        provisional=runs.provisional,
        terms=asdict(terms),
        opened_by=actor.person_id,
        replaces=replaces,
    )
    add(notice)
    _name(notice, items)
    facts = {"until_on": runs.until_on.isoformat(), "subjects": [item.subject_id for item in items]}
    record(
        actor,
        notice,
        "open",
        label=_("开始公示"),
        role=role,
        now=now,
        target=NoticeState.OPEN,
        article=basis,
        facts=facts,
    )
    return notice


def _name(notice: Notice, items: Sequence[Named]) -> None:
    rows = [
        Item(
            notice=notice,
            subject_id=item.subject_id,
            party_id=item.party_id,
            shown_name=masked_name(item.name) if item.natural_person else item.name,
            label=item.label,
            fen=item.fen,
            decided_by=item.decided_by,
        )
        for item in items
    ]
    insert_many(Item, rows)


@transaction.atomic
def withdraw(actor: Actor, *, notice_id: str, why: str, now: datetime) -> Notice:
    """Takes a notice back (撤回公示) with its reason; what it names does not pass."""
    return _take_back(actor, notice_id, "withdraw", why, now)


@transaction.atomic
def correct(actor: Actor, *, notice_id: str, items: Sequence[Named], title: str, why: str, now: datetime) -> Notice:
    """Replaces a published notice by a corrected one whose period begins anew (更正公示，重新计算公示期).

    Objections stay with the notice they were filed against and are told of the new one.
    """
    old = _take_back(actor, notice_id, "correct", why, now)
    roles = roles_on(actor, old)
    return open_notice(
        actor,
        scheme=old.scheme,
        region=old.region,
        kind=old.kind,
        title=title,
        basis=old.basis,
        items=items,
        terms=rules.NoticeTerms(**old.terms),
        role=sorted(roles & {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER})[0],
        now=now,
        replaces=old,
    )


@transaction.atomic
def end(actor: Actor, *, notice_id: str, now: datetime) -> Notice:
    """The period has run (公示期满). The gate looks at days, not at this; a job that runs late changes no right."""
    notice = _locked(actor, notice_id)
    roles = roles_on(actor, notice)
    move = NOTICE_MACHINE.check("end", NoticeState(notice.state), roles)
    if clock.day(now) < notice.until_on:
        raise rules.NoticeNotPassed(reason=_("公示期未满"))
    advance(actor, notice, move, roles=roles, now=now, article=notice.basis)
    return notice


@transaction.atomic
def object_(actor: Actor, *, notice_id: str, item_id: str, reason: str, now: datetime) -> Objection:
    """An identified person objects to one matter of a notice (提出异议) while its period runs.

    Raises NotOpenForObjection, ReasonTooShort, AlreadyObjected, TooManyObjections; NotVisible when not signed in.
    """
    notice = _locked(actor, notice_id)
    on = clock.day(now)
    if not actor.person_id:
        raise NotVisible
    if notice.state != NoticeState.OPEN or on >= notice.until_on:
        raise rules.NotOpenForObjection(until_on=notice.until_on.isoformat())
    if len(tidy(reason)) < REASON_CHARS_MIN:
        raise rules.ReasonTooShort(count=REASON_CHARS_MIN)
    today = Objection.objects.filter(by_person=actor.person_id, filed_at__gte=clock.instant(on, clock.MIDNIGHT))
    if (count := today.count()) >= OBJECTIONS_A_DAY_MAX:
        raise rules.TooManyObjections(count=count)
    item = Item.objects.filter(notice=notice, id=item_id).first()
    if item is None:
        raise NotVisible
    return _filed(actor, notice, item, tidy(reason), now)


@transaction.atomic
def handle(actor: Actor, *, objection_id: str, upheld: bool, reply: str, now: datetime) -> Objection:
    """Decides on an objection with a reply (处理异议). Nobody decides on what they decided before (OwnCase)."""
    objection = _locked_objection(actor, objection_id)
    roles = roles_on(actor, objection)
    action = "uphold" if upheld else "dismiss"
    move = OBJECTION_MACHINE.check(action, ObjectionState(objection.state), roles)
    mine = hands(actor, objection.region, acting_role(roles, move))
    before = same_persons([objection.item.decided_by, objection.by_person], of=[objection.item.subject_id])
    if mine & before:
        raise rules.OwnCase()
    if not tidy(reply):
        raise rules.ReplyMissing()
    objection.reply, objection.handled_by, objection.handled_at = tidy(reply), actor.person_id, now
    advance(
        actor,
        objection,
        move,
        roles=roles,
        now=now,
        saves=["reply", "handled_by", "handled_at"],
        article=objection.item.notice.basis,
        facts={"subject_id": objection.item.subject_id},
    )
    deadlines.meet(objection.id, OBJECTION_CLOCK, now=now)
    _tell_objector(objection, now)
    return objection


@transaction.atomic
def withdraw_objection(actor: Actor, *, objection_id: str, now: datetime) -> Objection:
    """The objector takes the objection back (撤回异议)."""
    objection = _locked_objection(actor, objection_id)
    roles = roles_on(actor, objection)
    move = OBJECTION_MACHINE.check("withdraw", ObjectionState(objection.state), roles)
    advance(actor, objection, move, roles=roles, now=now, facts={"subject_id": objection.item.subject_id})
    deadlines.cancel(objection.id, now=now)
    return objection


def _filed(actor: Actor, notice: Notice, item: Item, reason: str, now: datetime) -> Objection:
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                number=public_number("YY"),
                item=item,
                region=notice.region,
                by_person=actor.person_id,
                by_party=actor.party_id,
                reason=reason,
                filed_at=now,
            )
    except IntegrityError as error:
        raise rules.AlreadyObjected() from error
    facts = {"subject_id": item.subject_id, "notice_id": notice.id}
    record(
        actor,
        objection,
        "file",
        label=_("提出异议"),
        role=Role.OBJECTOR,
        now=now,
        target=ObjectionState.FILED,
        article=notice.basis,
        facts=facts,
    )
    deadlines.start(
        kind=OBJECTION_CLOCK,
        label=_("处理异议"),
        subject_id=objection.id,
        number=objection.number,
        region=notice.region,
        role=Role.COUNTY_APPROVER,
        length=Length(rules.NoticeTerms(**notice.terms).objection_working_days, Unit.WORKING_DAYS),
        article=notice.basis,
        now=now,
    )
    tell(
        subject_id=objection.id,
        path=f"/notices/objections/{objection.id}",
        title=_("异议待处理，处理完毕前不得拨付"),
        text=f"{item.label} {objection.number}",
        to_role=Role.COUNTY_APPROVER,
        region=notice.region,
        now=now,
    )
    return objection


def _tell_objector(objection: Objection, now: datetime) -> None:
    label = OBJECTION_MACHINE.labels[ObjectionState(objection.state)]
    tell(
        subject_id=objection.id,
        path=f"/notices/objections/{objection.id}",
        title=label,
        text=objection.number,
        to_person=objection.by_person,
        now=now,
    )


def _take_back(actor: Actor, notice_id: str, action: str, why: str, now: datetime) -> Notice:
    notice = _locked(actor, notice_id)
    roles = roles_on(actor, notice)
    move = NOTICE_MACHINE.check(action, NoticeState(notice.state), roles)
    if not tidy(why):
        raise rules.ReplyMissing()
    notice.why = tidy(why)
    advance(actor, notice, move, roles=roles, now=now, saves=["why"], article=notice.basis, facts={"why": notice.why})
    return notice


def _locked(actor: Actor, notice_id: str) -> Notice:
    if not (notice := _notice_locked.first(actor, notice_id)):
        raise NotVisible
    return notice


@compiled
def _notice_locked(actor: Actor, notice_id: str) -> QuerySet[Notice]:
    return visible_notices(actor).select_for_update(of=("self",)).filter(id=notice_id)


def _locked_objection(actor: Actor, objection_id: str) -> Objection:
    if not (objection := _objection_locked.first(actor, objection_id)):
        raise NotVisible
    return objection


@compiled
def _objection_locked(actor: Actor, objection_id: str) -> QuerySet[Objection]:
    rows = visible_objections(actor).select_for_update(of=("self",)).select_related("item__notice")
    return rows.filter(id=objection_id)
