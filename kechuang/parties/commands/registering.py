"""Registering people, organisations, makers, units and members (主体登记)."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import credit_code as checked_code
from kechuang.kernel.ids import new_id
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries, rules
from kechuang.parties.access import memberships_visible_to, roles_on, visible_to
from kechuang.parties.models import Membership, Party, Person, Unit
from kechuang.parties.states import Capacity, Kind, PartyState
from kechuang.trail.commands import record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import add


@transaction.atomic
def register_person(
    actor: Actor,
    *,
    name: str,
    now: datetime,
    sign_in: str = "",
    phone: str = "",
    email: str = "",
    password: str = "",
    identity: str = "",
) -> Person:
    """A natural person (自然人). The same identity number answers with the person already known.

    Without `sign_in` the person's id is the sign-in name; without `password` they enter by ticket only. The identity
    number is checked, kept as a keyed digest and forgotten. Raises SignInTaken, WrongIdentity, NameMissing.
    """
    digest = identity_digest(identity) if identity else ""
    if digest and (known := Person.objects.filter(identity_digest=digest, merged_into__isnull=True).first()):
        return known
    if sign_in and _called(sign_in):
        raise rules.SignInTaken(sign_in=sign_in)
    kept = rules.name(name)
    person = Person(
        name=kept, pinyin=rules.pinyin_key(kept), phone=phone, email=email, identity_digest=digest, sign_in=sign_in
    )
    person.sign_in = sign_in or person.id
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    return add(person)


@compiled
def _called(sign_in: str) -> QuerySet[Person, str]:
    return Person.objects.filter(sign_in=sign_in).values_list("id", flat=True)


def identity_digest(identity: str) -> str:
    """What is kept of an identity number, so that lists and tickets find the person again."""
    key = hmac.new(settings.SECRET_KEY.encode(), b"kechuang.parties.identity", hashlib.sha256).digest()
    return hmac.new(key, rules.identity_number(identity).encode(), hashlib.sha256).hexdigest()


def set_shown_password(actor: Actor, *, person_ids: Iterable[str], password: str) -> None:
    """One password for several accounts of a demonstration (演示账号的公开口令), written down as one hash.

    A hash costs time by design, and here it guards nothing: everybody is told the password. Raises NotVisible.
    """
    if not actor.clock:
        raise NotVisible
    Person.objects.filter(id__in=list(person_ids)).update(password=make_password(password))


@transaction.atomic
def set_password(actor: Actor, *, person_id: str, password: str) -> None:
    """One's own password, or anybody's by whoever installs; raises NotVisible."""
    if not actor.clock and actor.person_id != person_id:
        raise NotVisible
    person = Person.objects.select_for_update().get(id=person_id)
    person.set_password(password)
    person.save(update_fields=["password"])


@transaction.atomic
def register_organisation(
    actor: Actor,
    *,
    name: str,
    credit_code: str,
    region: str,
    now: datetime,
    legal_representative: str = "",
    contact: str = "",
    address: str = "",
    invoice_title: dict[str, str] | None = None,
) -> Party:
    """An organisation by its 统一社会信用代码; the same code and name answer with the first.

    Raises WrongCreditCode, CodeTaken (registered under another name), UnknownRegion, NameMissing.
    """
    code, kept = checked_code(credit_code), rules.name(name)
    queries.region_in_force(region, on=clock.day(now))
    if known := _living.first(code):
        if rules.same_name(known.name, kept):
            return known
        raise rules.CodeTaken(credit_code=code, registered=known.name)
    party = Party(
        kind=Kind.ORGANISATION,
        name=kept,
        pinyin=rules.pinyin_key(kept),
        credit_code=code,
        region=region,
        address=address,
        legal_representative_id=legal_representative or None,
        contact_id=contact or legal_representative or None,
        invoice_title=invoice_title or {},
        registered_on=clock.day(now),
    )
    _registered(actor, add(party), now, legal_representative)
    return party


@compiled
def _living(credit_code: str) -> QuerySet[Party]:
    return Party.objects.filter(credit_code=credit_code).exclude(state=PartyState.MERGED).order_by("id")


@transaction.atomic
def register_maker(actor: Actor, *, person_id: str, region: str, now: datetime, name: str = "") -> Party:
    """A maker without a firm (创业者个人): one party per person; asked twice, answers with the first."""
    queries.region_in_force(region, on=clock.day(now))
    mine = Party.objects.filter(kind=Kind.MAKER, legal_representative_id=person_id, state=PartyState.ACTIVE)
    if known := mine.first():
        return known
    called = rules.name(name or queries.person_names([person_id])[person_id])
    return _makers(actor, Kind.MAKER, called, region, person_id, now)


@transaction.atomic
def register_team(
    actor: Actor, *, name: str, region: str, lead_id: str, now: datetime, member_ids: Sequence[str] = ()
) -> Party:
    """A team of makers (创业团队) with one who answers for it; the same name and lead answer with the first."""
    queries.region_in_force(region, on=clock.day(now))
    kept = rules.name(name)
    known = Party.objects.filter(kind=Kind.TEAM, legal_representative_id=lead_id, name=kept, state=PartyState.ACTIVE)
    if first := known.first():
        return first
    party = _makers(actor, Kind.TEAM, kept, region, lead_id, now)
    for person_id in member_ids:
        _joined(actor, party, person_id, Capacity.STAFF, now)
    return party


def _makers(actor: Actor, kind: Kind, name: str, region: str, person_id: str, now: datetime) -> Party:
    party = Party(
        kind=kind,
        name=name,
        pinyin=rules.pinyin_key(name),
        region=region,
        legal_representative_id=person_id,
        contact_id=person_id,
        registered_on=clock.day(now),
    )
    _registered(actor, add(party), now, person_id)
    return party


def _registered(actor: Actor, party: Party, now: datetime, representative: str) -> None:
    record(
        actor,
        party,
        "register",
        label=_("登记主体"),
        role=_registrar(actor, party),
        now=now,
        target=PartyState.ACTIVE,
        facts={"kind": str(party.kind), "credit_code": party.credit_code},
    )
    if representative:
        _joined(actor, party, representative, Capacity.LEGAL_REPRESENTATIVE, now, fresh=True)


def _registrar(actor: Actor, party: Party) -> Role:
    """An office, the clock (imports), or somebody who registers themselves."""
    return min(roles_on(actor, party), default=Role.PUBLIC)


@transaction.atomic
def add_unit(actor: Actor, *, party_id: str, name: str, now: datetime, region: str = "") -> Unit:
    """A sub-unit without a code of its own (二级学院); raises UnitTaken, MayNotManage."""
    party = managed(actor, party_id, _("添加二级单位"))
    kept = rules.name(name)
    if Unit.objects.filter(party=party, name=kept, ended_on__isnull=True).exists():
        raise rules.UnitTaken(name=kept)
    unit = Unit.objects.create(party=party, name=kept, pinyin=rules.pinyin_key(kept), region=region or party.region)
    record(actor, unit, "add", label=_("添加二级单位"), role=_registrar(actor, party), now=now)
    return unit


@transaction.atomic
def add_member(
    actor: Actor,
    *,
    party_id: str,
    person_id: str,
    capacity: str,
    now: datetime,
    unit_id: str = "",
    authorisation_file: str = "",
) -> Membership:
    """A person who acts for a party or one of its units; asked twice, answers with the first.

    Raises AuthorisationMissing (被授权人 without 授权书), NotOurUnit, MayNotManage. The legal representative is changed
    by `change_legal_representative` only.
    """
    party = managed(actor, party_id, _("添加成员"))
    wanted = Capacity(capacity)
    if wanted is Capacity.AUTHORISED and not authorisation_file:
        raise rules.AuthorisationMissing
    if wanted is Capacity.LEGAL_REPRESENTATIVE and party.legal_representative_id != person_id:
        raise rules.MayNotManage(label=_("变更法定代表人"))
    if unit_id and not Unit.objects.filter(id=unit_id, party=party, ended_on__isnull=True).exists():
        raise rules.NotOurUnit
    return _joined(actor, party, person_id, wanted, now, unit_id=unit_id, authorisation_file=authorisation_file)


def _joined(
    actor: Actor,
    party: Party,
    person_id: str,
    capacity: Capacity,
    now: datetime,
    *,
    unit_id: str = "",
    authorisation_file: str = "",
    fresh: bool = False,  # of a party registered just now nobody is a member yet
) -> Membership:
    if not fresh and (known := _open.first(party.id, person_id, unit_id, capacity)):
        return known
    member = Membership(
        id=new_id("mbr"),
        party=party,
        person_id=person_id,
        unit_id=unit_id or None,
        capacity=capacity,
        region=party.region,
        valid_from=clock.day(now),
        authorisation_file=authorisation_file,
    )
    record(
        actor,
        add(member),
        "join",
        label=_("添加成员"),
        role=_registrar(actor, party),
        now=now,
        facts={"person": person_id, "capacity": str(capacity)},
    )
    return member


@compiled
def _open(party_id: str, person_id: str, unit_id: str, capacity: Capacity) -> QuerySet[Membership]:
    same = Membership.objects.filter(party_id=party_id, person_id=person_id, unit_id=unit_id or None, capacity=capacity)
    return same.filter(valid_until__isnull=True).order_by("id")


@transaction.atomic
def end_member(actor: Actor, *, membership_id: str, now: datetime) -> Membership:
    """Ends a membership from today on; ended twice it stays as first ended. Raises NotVisible, MayNotManage."""
    seen = memberships_visible_to(actor).filter(id=membership_id)
    member = seen.select_for_update(of=("self",)).first()
    if member is None:
        raise NotVisible
    party = managed(actor, member.party_id, _("终止成员"))
    if member.valid_until is None:
        ended(actor, member, party, now)
    return member


def ended(actor: Actor, member: Membership, party: Party, now: datetime) -> None:
    """Writes the end of a membership; used where people leave, change and merge."""
    member.valid_until = clock.day(now)
    member.save(update_fields=["valid_until"])
    record(actor, member, "leave", label=_("终止成员"), role=_registrar(actor, party), now=now)


def managed(actor: Actor, party_id: str, label: str) -> Party:
    """The party, locked, when the actor may run its affairs: an office of its region, the clock, or who may sign.

    Raises NotVisible when it is not the actor's to see, MayNotManage when staff try what only signatories may.
    """
    party = visible_to(actor).filter(id=party_id).select_for_update(of=("self",)).first()
    if party is None:
        raise NotVisible
    offices = actor.roles_in(party.region) & {Role.CLOCK, Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    if not offices and not rules.manages(actor, party_id):
        raise rules.MayNotManage(label=label)
    return party
