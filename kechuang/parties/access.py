"""Who sees and who may act on parties, memberships, offices and payee accounts."""

from django.db.models import Model, Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.parties.models import BankAccount, Membership, Office, Party, PartyDecision, Substitution, Unit


def roles_on(actor: Actor, record: Model) -> frozenset[Role]:
    """Office roles over the record's region; the party itself acts as HOLDER on its register, PROVIDER on its accounts.

    Acting for one of its units only is enough for that unit's account, never for the party's own register.
    """
    roles = actor.roles_in(str(record.region))  # type: ignore[attr-defined]
    owner = str(record.pk if isinstance(record, Party) else getattr(record, "party_id", ""))
    if not actor.party_id or owner != actor.party_id:
        return roles
    if isinstance(record, BankAccount):
        return roles | {Role.PROVIDER} if _reaches(actor, record.unit_id) else roles
    return roles if actor.unit_ids else roles | {Role.HOLDER}


def visible_to(actor: Actor) -> QuerySet[Party]:
    """Own party; an office sees the organisations and makers of its regions."""
    if actor.clock:
        return Party.objects.all()
    return Party.objects.filter(Q(id=actor.party_id) | Q(region__in=actor.regions()))


def units_visible_to(actor: Actor) -> QuerySet[Unit]:
    if actor.clock:
        return Unit.objects.all()
    return Unit.objects.filter(Q(party_id=actor.party_id) | Q(region__in=actor.regions()))


def memberships_visible_to(actor: Actor) -> QuerySet[Membership]:
    if actor.clock:
        return Membership.objects.all()
    return Membership.objects.filter(Q(party_id=actor.party_id) | Q(region__in=actor.regions()))


def offices_visible_to(actor: Actor) -> QuerySet[Office]:
    """Offices are seen by who holds one in the same region; the public and parties see none here."""
    return Office.objects.all() if actor.clock else Office.objects.filter(region__in=actor.regions())


def substitutions_visible_to(actor: Actor) -> QuerySet[Substitution]:
    return Substitution.objects.all() if actor.clock else Substitution.objects.filter(region__in=actor.regions())


def accounts_visible_to(actor: Actor) -> QuerySet[BankAccount]:
    """The payee's own (a unit's member sees the unit's only), and those who confirm, pay and audit in its region."""
    if actor.clock:
        return BankAccount.objects.all()
    own = Q(party_id=actor.party_id)
    if actor.unit_ids:
        own &= Q(unit_id__in=actor.unit_ids)
    offices = actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE, Role.AUDITOR)
    return BankAccount.objects.filter(own | Q(region__in=offices))


def decisions_visible_to(actor: Actor) -> QuerySet[PartyDecision]:
    """Decisions about parties: for the offices of the region; the party itself reads what came of them in its history."""
    return PartyDecision.objects.all() if actor.clock else PartyDecision.objects.filter(region__in=actor.regions())


def decision_roles_on(actor: Actor, row: PartyDecision) -> frozenset[Role]:
    """The offices over the party's seat, nobody else."""
    return actor.roles_in(row.region)


def _reaches(actor: Actor, unit_id: str | None) -> bool:
    return not actor.unit_ids or unit_id in actor.unit_ids
