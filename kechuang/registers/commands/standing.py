"""What happens to an admission afterwards: cases, stopping and resuming orders, revocation, expiry, old stock."""

from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.parties.queries import party, unit_names
from kechuang.parties.rules import pinyin_key
from kechuang.registers import rules
from kechuang.registers.access import cases_visible_to, roles_on, roles_on_case
from kechuang.registers.commands.application import carried_until, check_class, deciding, locked, terms_of
from kechuang.registers.models import Admission, Case
from kechuang.registers.queries import articles, papers_of, terms_on
from kechuang.registers.states import (
    ADMISSION_MACHINE,
    CASE_LABELS,
    CASE_MACHINE,
    LIVE,
    AdmissionState,
    Basis,
    CaseKind,
    CaseState,
)
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@transaction.atomic
def stop_orders(actor: Actor, *, admission_id: str, reason: str, article: str, now: datetime) -> Admission:
    """No new orders until a person has decided (暂停承接新订单). Raises MoveNotOpen, ReasonMissing, ArticleMissing."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("suspend", AdmissionState(admission.state), roles)
    rules.check_reason(tidy(reason), article)
    admission.reason, admission.article = tidy(reason), article
    said = {"reason": admission.reason}
    advance(actor, admission, move, roles=roles, now=now, saves=["reason", "article"], article=article, facts=said)
    _tell_party(admission, _("已暂停承接新订单：{name}").format(name=admission.name), admission.reason, now)
    return admission


@transaction.atomic
def resume(actor: Actor, *, admission_id: str, reason: str, now: datetime) -> Admission:
    """Orders may be taken again (恢复承接订单); the certificates that carry it are looked at anew.

    Raises MoveNotOpen, ReasonMissing, CertificateExpired, CertificateMissing.
    """
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("resume", AdmissionState(admission.state), roles)
    terms = terms_of(admission, clock.day(now))
    rules.check_reason(tidy(reason), terms.article("on_listed"))
    _recertified(admission, now)
    admission.reason, admission.article = "", ""
    saves = ["reason", "article", "certified_until"]
    advance(actor, admission, move, roles=roles, now=now, saves=saves, facts={"reason": tidy(reason)})
    _tell_party(admission, _("已恢复承接订单：{name}").format(name=admission.name), tidy(reason), now)
    return admission


@transaction.atomic
def recertify(actor: Actor, *, admission_id: str, now: datetime) -> Admission:
    """The office has looked at renewed certificates (核对换发的证书). Raises MoveNotOpen, CertificateExpired, …Missing."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("recertify", AdmissionState(admission.state), roles)
    _recertified(admission, now)
    advance(actor, admission, move, roles=roles, now=now, saves=["certified_until"])
    return admission


@transaction.atomic
def revoke(actor: Actor, *, admission_id: str, ground: str, reason: str, article: str, now: datetime) -> Admission:
    """Ends the admission and the right to serve, by a person's decision (撤销入库及服务资格): no new orders at once.

    `ground` is one of the pack's (violation, complaints, dishonest). Its open cases are closed with it.
    Raises MoveNotOpen, NotAGround, ReasonMissing, ArticleMissing. Source: 三（二）4.
    """
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("revoke", AdmissionState(admission.state), roles)
    on = clock.day(now)
    terms = terms_of(admission, on)
    rules.check_reason(tidy(reason), tidy(article))
    rules.check_ground(ground, terms=terms.terms, articles=articles(terms))
    admission.reason, admission.article, admission.ended_on = tidy(reason), tidy(article), on
    admission.revocation_binds = terms.terms.revocation_binds
    admission.again_on = rules.again_on(on, terms.terms.reapply_after_months)
    saves = ["reason", "article", "ended_on", "revocation_binds", "again_on"]
    said = {"ground": ground, "reason": admission.reason, "binds": admission.revocation_binds}
    advance(actor, admission, move, roles=roles, now=now, saves=saves, article=admission.article, facts=said)
    for case in Case.objects.filter(admission=admission, state=CaseState.OPEN).select_for_update().order_by("id"):
        _close(actor, case, admission.reason, now)
    _tell_party(
        admission,
        _("已撤销入库及服务资格：{name}").format(name=admission.name),
        f"{admission.reason}（{admission.article}）",
        now,
    )
    return admission


@transaction.atomic
def rename(actor: Actor, *, admission_id: str, now: datetime) -> Admission:
    """The register follows a change of the party's name (名称变更); the former one stays in the way so far."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("rename", AdmissionState(admission.state), roles)
    former, unit = admission.name, admission.unit_id or ""
    admission.name = f"{party(admission.party_id).name}{unit_names([unit]).get(unit, '')}"
    admission.pinyin = pinyin_key(admission.name)
    advance(actor, admission, move, roles=roles, now=now, saves=["name", "pinyin"], facts={"former": former})
    return admission


@transaction.atomic
def expire(actor: Actor, *, admission_id: str, reason: str, now: datetime) -> Admission:
    """Its time has run out, or its party is no more (入库期满、机构注销). Raises MoveNotOpen, StillValid."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("expire", AdmissionState(admission.state), roles)
    on = clock.day(now)
    over = admission.valid_until is not None and on >= admission.valid_until
    if not over and party(admission.party_id).active:
        raise rules.StillValid(valid_until=admission.valid_until or "—")
    admission.ended_on, admission.reason = on, tidy(reason)
    advance(actor, admission, move, roles=roles, now=now, saves=["ended_on", "reason"])
    _tell_party(
        admission,
        _("入库已期满：{name}").format(name=admission.name),
        _("如需继续承接创新券订单，请重新申请入库。"),
        now,
    )
    return admission


@transaction.atomic
def open_case(
    actor: Actor, *, admission_id: str, kind: CaseKind, source: str, source_key: str, article: str, now: datetime
) -> Case:
    """Opens a case against an admission (立案核查) and tells both sides; the same source opens it once.

    A hit on an integrity list or certificates run out stop new orders when the pack says so; only a person revokes.
    """
    admission = locked(actor, admission_id)
    if known := Case.objects.filter(admission=admission, kind=kind, source_key=source_key).first():
        return known
    on = clock.day(now)
    case = Case.objects.create(
        number=public_number("HC"),
        admission=admission,
        region=admission.revoking_region,
        kind=kind,
        source=source,
        source_key=source_key,
        article=article,
        opened_on=on,
    )
    role = Role.CLOCK if actor.clock else min(roles_on(actor, admission), default=Role.PUBLIC)
    said = {"admission": admission.id, "kind": str(kind), "source_key": source_key}
    record(
        actor,
        case,
        "open",
        label=_("立案核查"),
        role=role,
        now=now,
        target=case.state,
        article=article,
        facts=said,
    )
    if rules.stops(kind, terms_of(admission, on).terms) and admission.state == AdmissionState.ADMITTED:
        stop_orders(actor, admission_id=admission.id, reason=f"{CASE_LABELS[kind]}：{source}", article=article, now=now)
    tell(
        subject_id=case.id,
        path=f"/registers/cases/{case.id}",
        title=_("待核查：{name}").format(name=admission.name),
        text=f"{CASE_LABELS[kind]}：{source}",
        to_role=Role(admission.revoking_role),
        region=admission.revoking_region,
        now=now,
    )
    return case


@transaction.atomic
def note_case(actor: Actor, *, case_id: str, note: str, now: datetime) -> Case:
    """Adds what was found out (补充核查情况). Raises MoveNotOpen, ReasonMissing."""
    case = _locked_case(actor, case_id)
    roles = roles_on_case(actor, case)
    move = CASE_MACHINE.check("note", CaseState(case.state), roles)
    if not tidy(note):
        raise rules.ReasonMissing
    advance(actor, case, move, roles=roles, now=now, article=case.article, facts={"note": tidy(note)})
    return case


@transaction.atomic
def mark_lifted(actor: Actor, *, case_id: str, now: datetime) -> Case:
    """The list no longer names the party (移出名单): noted and told to the office, which decides. Raises MoveNotOpen."""
    case = _locked_case(actor, case_id)
    roles = roles_on_case(actor, case)
    move = CASE_MACHINE.check("note", CaseState(case.state), roles)
    if case.lifted_on is not None:
        return case
    case.lifted_on = clock.day(now)
    said = {"lifted_on": case.lifted_on.isoformat()}
    advance(actor, case, move, roles=roles, now=now, saves=["lifted_on"], article=case.article, facts=said)
    tell(
        subject_id=case.id,
        path=f"/registers/cases/{case.id}",
        title=_("已移出名单，请决定是否恢复接单：{name}").format(name=case.admission.name),
        text=case.source,
        to_role=Role(case.admission.revoking_role),
        region=case.region,
        now=now,
    )
    return case


@transaction.atomic
def close_case(actor: Actor, *, case_id: str, outcome: str, now: datetime) -> Case:
    """Closes a case without revocation (办结核查事项); a stop of orders is lifted by `resume`, a decision of its own."""
    case = _locked_case(actor, case_id)
    CASE_MACHINE.check("close", CaseState(case.state), roles_on_case(actor, case))
    if not tidy(outcome):
        raise rules.ReasonMissing
    return _close(actor, case, tidy(outcome), now)


@transaction.atomic
def bring_in(
    actor: Actor,
    *,
    party_id: str,
    scheme: str,
    entrant_class: str,
    valid_from: date,
    valid_until: date | None,
    source: str,
    now: datetime,
    region: str = "",
) -> Admission:
    """Takes over an admission from before this platform (存量导入), by the office that decides; asked twice, the first.

    Raises NotVisible when the place is not the actor's, NotACounty, UnknownClass, NotAnEntrant, OutsideRegions.
    """
    if alive := Admission.objects.filter(scheme=scheme, party_id=party_id, unit=None, state__in=LIVE).first():
        return alive
    on, who = clock.day(now), party(party_id)
    terms = terms_on(scheme, on)
    rules.check_entrant(kind=who.kind, region=who.region, terms=terms.terms, articles=articles(terms))
    check_class(entrant_class, terms)
    here, revoked_by = deciding(who, region, terms)
    allowed = actor.roles_in(here) & {Role(terms.terms.review_steps[-1]), Role.CLOCK}
    if not allowed:
        raise NotVisible
    admission = Admission.objects.create(
        number=public_number("RK"),
        scheme=scheme,
        party_id=party_id,
        name=who.name,
        pinyin=pinyin_key(who.name),
        region=here,
        revoking_region=revoked_by,
        revoking_role=terms.terms.revoking_role,
        state=AdmissionState.ADMITTED,
        entrant_class=entrant_class,
        basis=Basis.BROUGHT_IN,
        statement=tidy(source),
        steps=list(terms.terms.review_steps),
        terms=dict(terms.record),
        decided_on=on,
        valid_from=valid_from,
        valid_until=valid_until,
        opening_required=terms.terms.price_list_required,
    )
    record(
        actor,
        admission,
        "bring_in",
        label=_("导入在库机构"),
        role=min(allowed),
        now=now,
        target=admission.state,
        facts={"source": tidy(source), "entrant_class": entrant_class},
    )
    return admission


def _recertified(admission: Admission, now: datetime) -> None:
    on = clock.day(now)
    terms = terms_of(admission, on)
    if admission.basis in {Basis.LIST, Basis.BROUGHT_IN}:
        return
    rules.check_papers(
        entrant_class=admission.entrant_class,
        papers=papers_of(admission.id),
        on=on,
        terms=terms.terms,
        articles=articles(terms),
    )
    admission.certified_until = carried_until(admission, terms, on)


def _close(actor: Actor, case: Case, outcome: str, now: datetime) -> Case:
    roles = roles_on_case(actor, case)
    move = CASE_MACHINE.check("close", CaseState(case.state), roles)
    case.outcome, case.closed_on = outcome, clock.day(now)
    said = {"outcome": outcome}
    advance(actor, case, move, roles=roles, now=now, saves=["outcome", "closed_on"], article=case.article, facts=said)
    return case


def _locked_case(actor: Actor, case_id: str) -> Case:
    row = cases_visible_to(actor).select_for_update(of=("self",)).filter(id=case_id).first()
    if row is None:
        raise NotVisible
    return row


def _tell_party(admission: Admission, title: str, text: str, now: datetime) -> None:
    tell(
        subject_id=admission.id,
        path=f"/registers/{admission.id}",
        title=title,
        text=text,
        to_party=admission.party_id,
        now=now,
    )
