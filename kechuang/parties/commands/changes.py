"""Parties change and end; duplicates merge; what was stays readable (变更、合并、注销)."""

from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import credit_code as checked_code
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries, rules
from kechuang.parties.access import roles_on, visible_to
from kechuang.parties.commands.registering import add_member, ended, managed
from kechuang.parties.models import Membership, Office, Party, PartyChange, Person, PersonMerge
from kechuang.parties.states import PARTY_MACHINE, Capacity, PartyState
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@transaction.atomic
def rename(
    actor: Actor, *, party_id: str, name: str, now: datetime, on: date | None = None, proof_file: str = ""
) -> Party:
    """A new name from a day on (更名); papers of earlier days keep the old one. Raises NothingChanged."""
    party = managed(actor, party_id, _("变更名称"))
    before, party.name = party.name, rules.name(name)
    party.pinyin = rules.pinyin_key(party.name)
    _changed(actor, party, "name", before, party.name, now, on, proof_file, saves=["name", "pinyin"])
    return party


@transaction.atomic
def change_credit_code(
    actor: Actor, *, party_id: str, credit_code: str, now: datetime, on: date | None = None, proof_file: str = ""
) -> Party:
    """A new 统一社会信用代码 of the same organisation; raises CodeTaken, WrongCreditCode, NothingChanged."""
    party, code = managed(actor, party_id, _("变更统一社会信用代码")), checked_code(credit_code)
    taken = Party.objects.filter(credit_code=code).exclude(state=PartyState.MERGED).exclude(id=party_id).first()
    if taken:
        raise rules.CodeTaken(credit_code=code, registered=taken.name)
    before, party.credit_code = party.credit_code, code
    _changed(actor, party, "credit_code", before, code, now, on, proof_file, saves=["credit_code"])
    return party


@transaction.atomic
def change_legal_representative(
    actor: Actor, *, party_id: str, person_id: str, now: datetime, on: date | None = None, proof_file: str = ""
) -> Party:
    """A new 法定代表人: the old one's membership ends, commitments must be signed again. Raises NothingChanged."""
    party = managed(actor, party_id, _("变更法定代表人"))
    before = party.legal_representative_id or ""
    party.legal_representative_id = person_id
    changed = ["legal_representative"]
    _changed(actor, party, "legal_representative", before, person_id, now, on, proof_file, saves=changed)
    old = Membership.objects.filter(
        party=party, person_id=before, capacity=Capacity.LEGAL_REPRESENTATIVE, valid_until__isnull=True
    )
    for member in old.select_for_update(of=("self",)):
        ended(actor, member, party, now)
    capacity = Capacity.LEGAL_REPRESENTATIVE
    add_member(actor, party_id=party_id, person_id=person_id, capacity=capacity, now=now)
    return party


@transaction.atomic
def move_region(
    actor: Actor, *, party_id: str, region: str, now: datetime, on: date | None = None, proof_file: str = ""
) -> Party:
    """A new seat (迁址): later decisions belong to the new county, earlier records keep theirs."""
    party = managed(actor, party_id, _("变更注册地"))
    queries.region_in_force(region, on=on or clock.day(now))
    before, party.region = party.region, region
    _changed(actor, party, "region", before, region, now, on, proof_file, saves=["region"])
    return party


@transaction.atomic
def set_invoice_title(actor: Actor, *, party_id: str, invoice_title: dict[str, str], now: datetime) -> Party:
    """开票信息 as it is copied onto later orders."""
    party = managed(actor, party_id, _("更新开票信息"))
    if party.invoice_title == invoice_title:
        return party
    party.invoice_title = invoice_title
    roles = roles_on(actor, party)
    move = PARTY_MACHINE.check("change", PartyState(party.state), roles)
    advance(actor, party, move, roles=roles, now=now, saves=["invoice_title"], facts={"what": "invoice_title"})
    return party


def _changed(
    actor: Actor,
    party: Party,
    what: str,
    before: str,
    after: str,
    now: datetime,
    on: date | None,
    proof_file: str,
    *,
    saves: list[str],
) -> None:
    if before == after:
        raise rules.NothingChanged
    roles = roles_on(actor, party)
    move = PARTY_MACHINE.check("change", PartyState(party.state), roles)
    PartyChange.objects.create(
        party=party, what=what, before=before, after=after, on=on or clock.day(now), proof_file=proof_file
    )
    advance(actor, party, move, roles=roles, now=now, saves=saves, facts={"what": what, "proof": proof_file})


@transaction.atomic
def merge_parties(actor: Actor, *, kept_id: str, merged_id: str, reason: str, now: datetime) -> Party:
    """One party goes into another (合并): its people act for the other from today, its history stays its own.

    What hangs on the merged party is found by `queries.absorbed_by` and carried over or closed by upper rooms. Asked
    twice, answers with the first. Raises SameRecord, NotVisible, MoveNotOpen.
    """
    if kept_id == merged_id:
        raise rules.SameRecord
    both = visible_to(actor).filter(id__in=[kept_id, merged_id]).order_by("id").select_for_update(of=("self",))
    found = {party.id: party for party in both}
    if len(found) <= 1:
        raise NotVisible
    kept, merged = found[kept_id], found[merged_id]
    if merged.merged_into_id == kept_id:
        return kept
    roles = roles_on(actor, merged)
    move = PARTY_MACHINE.check("merge", PartyState(merged.state), roles)
    PARTY_MACHINE.check("merge", PartyState(kept.state), roles_on(actor, kept))
    on = clock.day(now)
    merged.merged_into, merged.ended_on = kept, on
    PartyChange.objects.create(party=merged, what="merged", before=merged_id, after=kept_id, on=on)
    facts = {"kept": kept_id, "reason": rules.reason(reason)}
    advance(actor, merged, move, roles=roles, now=now, saves=["merged_into", "ended_on"], facts=facts)
    _carry_members(actor, merged, kept, now)
    return kept


def _carry_members(actor: Actor, merged: Party, kept: Party, now: datetime) -> None:
    open_ones = Membership.objects.filter(party=merged, valid_until__isnull=True).order_by("id")
    for member in open_ones.select_for_update(of=("self",)):
        ended(actor, member, merged, now)
        signs = Capacity(member.capacity) is Capacity.LEGAL_REPRESENTATIVE
        # Whoever represented the merged party represents it no more; they remain as staff of the other.
        add_member(
            actor,
            party_id=kept.id,
            person_id=member.person_id,
            capacity=Capacity.STAFF if signs else member.capacity,
            authorisation_file=member.authorisation_file,
            now=now,
        )


@transaction.atomic
def strike_off(actor: Actor, *, party_id: str, reason: str, now: datetime, on: date | None = None) -> Party:
    """The party is no more (注销、吊销): nothing new can begin; what is open is closed by decision above."""
    party = visible_to(actor).filter(id=party_id).select_for_update(of=("self",)).first()
    if party is None:
        raise NotVisible
    roles = roles_on(actor, party)
    move = PARTY_MACHINE.check("strike_off", PartyState(party.state), roles)
    party.ended_on = on or clock.day(now)
    PartyChange.objects.create(party=party, what="struck_off", before=party.name, after="", on=party.ended_on)
    advance(actor, party, move, roles=roles, now=now, saves=["ended_on"], facts={"reason": rules.reason(reason)})
    return party


@transaction.atomic
def merge_persons(actor: Actor, *, kept_id: str, merged_id: str, reason: str, now: datetime) -> PersonMerge:
    """Two records of one natural person become one: the second can sign in no more (人员合并).

    Open memberships and offices go over to the first from today; events keep the person id they were written with.
    Asked twice, answers with the first. Raises SameRecord, NotVisible.
    """
    if kept_id == merged_id:
        raise rules.SameRecord
    if known := PersonMerge.objects.filter(kept_id=kept_id, merged_id=merged_id).first():
        return known
    people = Person.objects.filter(id__in=[kept_id, merged_id], merged_into__isnull=True).order_by("id")
    found = {person.id: person for person in people.select_for_update()}
    homes = Membership.objects.filter(person_id=merged_id).values_list("region", flat=True)
    region = actor.regions(Role.COUNTY_APPROVER) & set(homes)
    if len(found) <= 1 or not (actor.clock or region):
        raise NotVisible
    _take_over(actor, found[kept_id], found[merged_id], now)
    done = PersonMerge.objects.create(
        kept_id=kept_id,
        merged_id=merged_id,
        region=min(region, default=""),
        on=clock.day(now),
        reason=rules.reason(reason),
    )
    role = min(actor.roles_in(done.region))
    record(actor, done, "merge", label=_("合并重复人员"), role=role, now=now, facts={"merged": merged_id})
    return done


def _take_over(actor: Actor, kept: Person, merged: Person, now: datetime) -> None:
    for member in Membership.objects.filter(person=merged, valid_until__isnull=True).order_by("id"):
        party = Party.objects.select_for_update().get(id=member.party_id)
        ended(actor, member, party, now)
        if party.legal_representative_id == merged.id:
            change_legal_representative(actor, party_id=party.id, person_id=kept.id, now=now)
        else:
            add_member(
                actor,
                party_id=party.id,
                person_id=kept.id,
                capacity=member.capacity,
                unit_id=member.unit_id or "",
                authorisation_file=member.authorisation_file,
                now=now,
            )
    _take_over_offices(actor, kept, merged, now)
    identity, merged.identity_digest = merged.identity_digest, ""
    merged.merged_into, merged.is_active = kept, False
    merged.save(update_fields=["identity_digest", "merged_into", "is_active"])
    if identity and not kept.identity_digest:
        kept.identity_digest = identity
        kept.save(update_fields=["identity_digest"])


def _take_over_offices(actor: Actor, kept: Person, merged: Person, now: datetime) -> None:
    on = clock.day(now)
    for office in Office.objects.filter(person=merged, valid_until__isnull=True).order_by("id"):
        role = min(actor.roles_in(office.region))
        office.valid_until = on
        office.save(update_fields=["valid_until"])
        record(actor, office, "dismiss", label=_("免去岗位"), role=role, now=now)
        post = {"role": office.role, "region": office.region, "department": office.department}
        if not Office.objects.filter(person=kept, valid_until__isnull=True, **post).exists():
            fresh = Office.objects.create(person=kept, valid_from=on, **post)
            record(actor, fresh, "appoint", label=_("任命岗位"), role=role, now=now, facts={"person": kept.id})
