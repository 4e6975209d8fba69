"""The provider's own acts: applying, certificates, submitting (with 免审入库 on a match), leaving."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kechuang.credit.queries import commitment_in_force, entries_of
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.outbox.commands import tell
from kechuang.parties.queries import PartyCard, areas, city_of, party, payee_account, units_of
from kechuang.parties.rules import pinyin_key
from kechuang.policy.book import InForce, in_force
from kechuang.registers import rules
from kechuang.registers.access import roles_on, visible_to
from kechuang.registers.models import Admission, Step
from kechuang.registers.queries import articles, list_title, papers_of
from kechuang.registers.states import ADMISSION_MACHINE, CONFIRM_CLOCK, LIVE, AdmissionState, Basis
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled

Terms = InForce[rules.AdmissionTerms]


@transaction.atomic
def apply(
    actor: Actor,
    *,
    party_id: str,
    scheme: str,
    entrant_class: str,
    now: datetime,
    unit_id: str = "",
    region: str = "",
    statement: str = "",
    facts: Mapping[str, int] | None = None,
) -> Admission:
    """Begins an application for a register (申请入库) as a draft; asked twice, it answers with the first one alive.

    `region` is the county applied to: needed of providers from outside the city. `facts` are the figures that the
    scheme's conditions ask for. Raises NotVisible for another's party, NotAnEntrant, OutsideRegions, UnknownClass,
    NotACounty, UnitOfAnother, RevocationBinds, policy's NoTermsInForce.
    """
    if actor.party_id != party_id or (actor.unit_ids and unit_id not in actor.unit_ids):
        raise NotVisible
    rows = Admission.objects.filter(scheme=scheme, party_id=party_id, unit_id=unit_id or None)
    if alive := rows.filter(state__in=LIVE).first():
        return alive
    on = clock.day(now)
    terms = in_force(scheme, rules.AdmissionTerms, on=on)
    who = party(party_id)
    rules.check_entrant(kind=who.kind, region=who.region, terms=terms.terms, articles=articles(terms))
    check_class(entrant_class, terms)
    here, revoked_by = deciding(who, region, terms)
    _check_not_revoked(party_id, scheme, here, on)
    name = f"{who.name}{_unit_name(party_id, unit_id)}"
    draft = Admission(
        number=public_number("RK"),
        scheme=scheme,
        party_id=party_id,
        unit_id=unit_id or None,
        name=name,
        pinyin=pinyin_key(name),
        region=here,
        revoking_region=revoked_by,
        entrant_class=entrant_class,
        statement=tidy(statement),
        facts=dict(facts or {}),
        opening_required=terms.terms.price_list_required,
    )
    admission = _kept_once(draft)
    if admission is not draft:
        return admission
    said = {"entrant_class": entrant_class, "scheme": scheme}
    record(
        actor,
        admission,
        "create",
        label=_("填写入库申请"),
        role=Role.PROVIDER,
        now=now,
        target=admission.state,
        facts=said,
    )
    return admission


@transaction.atomic
def edit(
    actor: Actor, *, admission_id: str, entrant_class: str, statement: str, facts: Mapping[str, int], now: datetime
) -> Admission:
    """Changes a draft or returned application (修改入库申请). Raises MoveNotOpen, UnknownClass."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("edit", AdmissionState(admission.state), roles)
    check_class(entrant_class, terms_of(admission, clock.day(now)))
    admission.entrant_class, admission.statement, admission.facts = entrant_class, tidy(statement), dict(facts)
    saves = ["entrant_class", "statement", "facts"]
    advance(actor, admission, move, roles=roles, now=now, saves=saves, facts={"entrant_class": entrant_class})
    return admission


@transaction.atomic
def submit(actor: Actor, *, admission_id: str, now: datetime) -> Admission:
    """Hands the application in (提交入库申请). An exempt class with a match is in at once; the others wait for review.

    Raises MoveNotOpen and, each with its article: NotAnEntrant, OutsideRegions, CommitmentMissing, AccountMissing,
    OnDishonestList, ConditionsUnmet, CertificateMissing, CertificateExpired.
    """
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    state, on = AdmissionState(admission.state), clock.day(now)
    ADMISSION_MACHINE.check("submit", state, roles)
    terms = terms_of(admission, on)
    who = party(admission.party_id)
    entries = entries_on(admission.party_id, on)
    check_duties(admission, who, entries, terms, on)
    papers = papers_of(admission.id)
    match = rules.proof(
        entrant_class=admission.entrant_class,
        entries=entries,
        papers=papers,
        on=on,
        terms=terms.terms,
    )
    _write_submission(admission, terms, on)
    saves = ["rounds", "submitted_on", "steps", "step", "terms", "revoking_role"]
    if match:
        take_in(admission, match, terms, on)
        saves += TAKEN_IN
    else:
        rules.check_papers(
            entrant_class=admission.entrant_class, papers=papers, on=on, terms=terms.terms, articles=articles(terms)
        )
    move = ADMISSION_MACHINE.check("enter" if match else "submit", state, roles)
    article = terms.article("entry_route")
    advance(actor, admission, move, roles=roles, now=now, saves=saves, article=article, facts=_said(admission))
    Step.objects.create(
        admission=admission, round=admission.rounds, step=0, person_id=actor.person_id, role=Role.PROVIDER, at=now
    )
    _start_clock(admission, terms, now)
    _tell_office(admission, now)
    return admission


@transaction.atomic
def withdraw(actor: Actor, *, admission_id: str, reason: str, now: datetime) -> Admission:
    """Takes the application back, or leaves the register (撤回申请、退出名录). Raises MoveNotOpen."""
    admission = locked(actor, admission_id)
    roles = roles_on(actor, admission)
    move = ADMISSION_MACHINE.check("withdraw", AdmissionState(admission.state), roles)
    admission.ended_on, admission.reason = clock.day(now), tidy(reason)
    advance(actor, admission, move, roles=roles, now=now, saves=["ended_on", "reason"])
    deadlines.cancel(admission.id, now=now)
    return admission


TAKEN_IN = ["basis", "basis_id", "decided_on", "valid_from", "valid_until", "certified_until", "reason"]


def take_in(admission: Admission, match: rules.Match, terms: Terms, on: date) -> None:
    """Fills what an admitted row must bear; the caller advances with `TAKEN_IN` among its saves."""
    admission.basis, admission.basis_id = match.basis, match.id
    admission.decided_on = admission.valid_from = on
    admission.valid_until = rules.valid_until(on, terms.terms)
    admission.certified_until = carried_until(admission, terms, on)
    admission.reason = ""


def carried_until(admission: Admission, terms: Terms, on: date) -> date | None:
    """Until when certificates carry the admission; a match with a list needs none (证书有效至)."""
    if admission.basis == Basis.LIST:
        return None
    kinds = terms.terms.class_certificates.pick(provider_kind=admission.entrant_class)
    return rules.certified_until(kinds, papers_of(admission.id), on)


def locked(actor: Actor, admission_id: str) -> Admission:
    """The admission, locked; raises NotVisible when not the actor's to see."""
    row = _locked.first(actor, admission_id)
    if row is None:
        raise NotVisible
    return row


@compiled
def _locked(actor: Actor, admission_id: str) -> QuerySet[Admission]:
    return visible_to(actor).select_for_update(of=("self",)).filter(id=admission_id)


def terms_of(admission: Admission, on: date) -> Terms:
    return in_force(admission.scheme, rules.AdmissionTerms, on=on)


def deciding(who: PartyCard, applied: str, terms: Terms) -> tuple[str, str]:
    """The counties that decide on admission and on revocation (管辖), by the readings of the scheme."""
    home = terms.terms.home_region
    inside = who.region.startswith(home)
    if applied and (applied not in areas() or not applied.startswith(home) or city_of(applied) == applied):
        raise rules.NotACounty(article=terms.article("admission_office"))
    offices = terms.terms.admission_office, terms.terms.revoking_office
    first, second = (
        rules.deciding_region(
            office, own=who.region, applied=applied, inside=inside, terms=terms.terms, articles=articles(terms)
        )
        for office in offices
    )
    return first, second


def check_class(entrant_class: str, terms: Terms) -> None:
    if entrant_class not in rules.classes(terms.terms):
        raise rules.UnknownClass(entrant_class=entrant_class)


def check_duties(admission: Admission, who: PartyCard, entries: Sequence[rules.Entry], terms: Terms, on: date) -> None:
    """What every class owes, exempt ones too: integrity, commitment, account, conditions (三（二）3)."""
    given = articles(terms)
    rules.check_entrant(kind=who.kind, region=who.region, terms=terms.terms, articles=given)
    rules.check_integrity(entries, terms=terms.terms, articles=given)
    if terms.terms.commitment_required and not commitment_in_force(admission.party_id, "provider", on=on):
        raise rules.CommitmentMissing(article=given["commitment_required"])
    if terms.terms.bank_account_required:
        unit = admission.unit_id or ""
        if payee_account(admission.party_id, unit_id=unit, on=on) is None:
            raise rules.AccountMissing(article=given["bank_account_required"])
    rules.check_conditions(admission.facts, terms=terms.terms, articles=given)


def _kept_once(draft: Admission) -> Admission:
    """The draft, written; or the one that another click has written meanwhile."""
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        alive = Admission.objects.filter(scheme=draft.scheme, party_id=draft.party_id, unit_id=draft.unit_id)
        return alive.get(state__in=LIVE)
    return draft


def _check_not_revoked(party_id: str, scheme: str, region: str, on: date) -> None:
    """A revocation is not got round by applying again: it binds the city's library, or the county that revoked."""
    for row in Admission.objects.filter(scheme=scheme, party_id=party_id, state=AdmissionState.REVOKED):
        reaches = row.revocation_binds != "county" or row.revoking_region == region
        if reaches and (row.again_on is None or on < row.again_on):
            raise rules.RevocationBinds(ended_on=row.ended_on, again_on=row.again_on or "—", article=row.article)


def _unit_name(party_id: str, unit_id: str) -> str:
    if not unit_id:
        return ""
    names = units_of(party_id)
    if unit_id not in names:
        raise rules.UnitOfAnother
    return names[unit_id]


def entries_on(party_id: str, on: date) -> list[rules.Entry]:
    """What imported lists say of the party today, also under a former code (名单比对)."""
    return [
        rules.Entry(row.id, row.list_code, row.last_import.issuer, list_title(row.list_code))
        for row in entries_of(party_id, on=on)
    ]


def _write_submission(admission: Admission, terms: Terms, on: date) -> None:
    admission.rounds += 1
    admission.submitted_on = on
    admission.steps, admission.step = list(terms.terms.review_steps), 0
    admission.revoking_role = terms.terms.revoking_role
    admission.terms = dict(terms.record)


def _said(admission: Admission) -> dict[str, object]:
    return {"entrant_class": admission.entrant_class, "basis": admission.basis, "round": admission.rounds}


def _start_clock(admission: Admission, terms: Terms, now: datetime) -> None:
    """The time to confirm runs from submission; after a return it goes on with what was left."""
    if admission.state != AdmissionState.SUBMITTED:
        deadlines.meet(admission.id, CONFIRM_CLOCK, now=now)
        return
    if admission.returns:
        deadlines.resume(admission.id, CONFIRM_CLOCK, now=now)
        return
    deadlines.start(
        kind=CONFIRM_CLOCK,
        label=_("确认入库"),
        subject_id=admission.id,
        number=admission.number,
        region=admission.region,
        role=Role(admission.steps[admission.step]),
        length=Length(terms.terms.confirm_working_days, Unit.WORKING_DAYS),
        article=terms.article("confirm_working_days"),
        party_id=admission.party_id,
        now=now,
    )


def _tell_office(admission: Admission, now: datetime) -> None:
    if admission.state != AdmissionState.SUBMITTED:
        return
    tell(
        subject_id=admission.id,
        path=f"/registers/{admission.id}",
        title=_("入库申请待确认：{name}").format(name=admission.name),
        text=_("申请材料已提交，请核对资质证书后确认入库、退回补正或不予入库。"),
        to_role=Role(admission.steps[admission.step]),
        region=admission.region,
        now=now,
    )
