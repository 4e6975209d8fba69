"""Appointing officers, and who stands in for them (岗位与代理)."""

from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import ROLE_LABELS, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries, rules
from kechuang.parties.access import offices_visible_to, substitutions_visible_to
from kechuang.parties.commands.registering import register_person
from kechuang.parties.models import Office, Substitution
from kechuang.trail.commands import record
from kechuang.ui import clock


@transaction.atomic
def appoint(
    actor: Actor,
    *,
    person_id: str,
    role: Role,
    region: str,
    now: datetime,
    department: str = "",
    document: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Office:
    """A person gets an office over a region, from today unless said, by a document; asked twice, the first answers.

    Nobody appoints themselves. Raises MayNotAppoint, OwnAppointment, DocumentMissing, WrongPeriod.
    """
    by, on = _appoints(actor, role, region), valid_from or clock.day(now)
    _refuse_own(actor, person_id)
    kept = document.strip() if by is Role.CLOCK else rules.document(document)
    if on < clock.day(now) or (valid_until and valid_until <= on):
        raise rules.WrongPeriod(valid_from=on.isoformat(), valid_until=valid_until.isoformat() if valid_until else "")
    queries.region_in_force(region, on=on)
    same = Office.objects.filter(person_id=person_id, role=role, region=region, department=department)
    if known := same.filter(valid_until__isnull=True).first():
        return known
    office = Office.objects.create(
        person_id=person_id,
        role=role,
        region=region,
        department=department,
        document=kept,
        valid_from=on,
        valid_until=valid_until,
    )
    facts = {"person": person_id, "role": str(role), "document": kept, "from": on.isoformat()}
    record(actor, office, "appoint", label=_("任命岗位"), role=by, now=now, facts=facts)
    return office


@transaction.atomic
def appoint_officer(
    actor: Actor,
    *,
    name: str,
    identity: str,
    phone: str = "",
    role: Role,
    region: str,
    document: str,
    valid_from: date,
    valid_until: date | None,
    now: datetime,
) -> Office:
    """Appoints somebody by name and identity number (任命岗位): the person who is known by it, else a new one, who
    signs in by ticket. Raises what `appoint` and `register_person` raise."""
    _appoints(actor, role, region)
    person = register_person(actor, name=name, identity=identity, phone=phone, now=now)
    return appoint(
        actor,
        person_id=person.id,
        role=role,
        region=region,
        document=document,
        valid_from=valid_from,
        valid_until=valid_until,
        now=now,
    )


@transaction.atomic
def dismiss(actor: Actor, *, office_id: str, now: datetime) -> Office:
    """The office ends today; ended twice it stays as first ended. One that has not begun never begins.

    Raises NotVisible, MayNotAppoint, OwnAppointment.
    """
    office = offices_visible_to(actor).filter(id=office_id).select_for_update(of=("self",)).first()
    if office is None:
        raise NotVisible
    by, on = _appoints(actor, Role(office.role), office.region), clock.day(now)
    _refuse_own(actor, office.person_id)
    if office.valid_until is None or office.valid_until > on:
        office.valid_until = max(on, office.valid_from)
        office.save(update_fields=["valid_until"])
        record(actor, office, "dismiss", label=_("免去岗位"), role=by, now=now)
    return office


def _refuse_own(actor: Actor, person_id: str) -> None:
    if not actor.clock and person_id in queries.same_persons({actor.person_id}):
        raise rules.OwnAppointment()


def _appoints(actor: Actor, role: Role, region: str) -> Role:
    """Whoever installs appoints anybody; the city's science bureau the county posts below it."""
    held = actor.roles_in(region)
    if Role.CLOCK in held:
        return Role.CLOCK
    if role in rules.APPOINTED_BY_CITY and Role.CITY_SCIENCE in held:
        return Role.CITY_SCIENCE
    raise rules.MayNotAppoint(region_name=queries.region_name(region), role_label=ROLE_LABELS[role])


@transaction.atomic
def substitute(
    actor: Actor,
    *,
    office_id: str,
    substitute_id: str,
    valid_from: date,
    valid_until: date,
    reason: str,
    now: datetime,
) -> Substitution:
    """An absent officer names who exercises the office for a period, until exclusive (代理).

    The substitute must hold an office in the same region. Four eyes still hold: checks of "not the same person" see
    both names. Asked twice, answers with the first. Raises NotYourOffice, WrongPeriod, SubstituteNotOfficer.
    """
    office = offices_visible_to(actor).filter(id=office_id).select_for_update(of=("self",)).first()
    if office is None:
        raise NotVisible
    if not (actor.clock or actor.person_id == office.person_id or actor.holds(Role.CITY_SCIENCE)):
        raise rules.NotYourOffice
    if not valid_from < valid_until or valid_until <= clock.day(now):
        raise rules.WrongPeriod(valid_from=valid_from.isoformat(), valid_until=valid_until.isoformat())
    if not _eligible(office, substitute_id, valid_from):
        raise rules.SubstituteNotOfficer
    same = Substitution.objects.filter(office=office, substitute_id=substitute_id, ended=False)
    if known := same.filter(valid_from=valid_from, valid_until=valid_until).first():
        return known
    made = Substitution.objects.create(
        office=office,
        absent_id=office.person_id,
        substitute_id=substitute_id,
        region=office.region,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=reason,
    )
    facts = {"office": office_id, "substitute": substitute_id, "until": valid_until.isoformat()}
    role = _by(actor, office)
    record(actor, made, "substitute", label=_("指定代理人"), role=role, now=now, target="", facts=facts)
    return made


def _eligible(office: Office, substitute_id: str, on: date) -> bool:
    if substitute_id == office.person_id:
        return False
    posts = queries.actor_for(substitute_id, on=on).posts
    return any(not post.stands_in_for and office.region in post.covers | {post.region} for post in posts)


def _by(actor: Actor, office: Office) -> Role:
    held = actor.roles_in(office.region)
    return Role(office.role) if office.role in held else min(held)


@transaction.atomic
def end_substitution(actor: Actor, *, substitution_id: str, now: datetime) -> Substitution:
    """The officer is back before the period's end; ended twice it stays ended. Raises NotVisible, NotYourOffice."""
    row = substitutions_visible_to(actor).filter(id=substitution_id).select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    if not (actor.clock or actor.person_id == row.absent_id or actor.holds(Role.CITY_SCIENCE)):
        raise rules.NotYourOffice
    if not row.ended:
        row.ended = True
        row.save(update_fields=["ended"])
        record(actor, row, "end", label=_("结束代理"), role=_by(actor, row.office), now=now)
    return row
