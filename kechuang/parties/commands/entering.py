"""Who comes in with a ticket of 浙江政务网 becomes a person, and a member of their organisation (首次登录)."""

from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import CLOCK
from kechuang.parties import queries
from kechuang.parties.adapters.zjzwfw import Profile, TicketKind
from kechuang.parties.commands.changes import change_legal_representative
from kechuang.parties.commands.registering import add_member, register_organisation, register_person
from kechuang.parties.models import Person
from kechuang.parties.states import Capacity


@transaction.atomic
def enter(profile: Profile, *, now: datetime) -> tuple[Person, str]:
    """The person of a profile and the party they came in for ("" for a personal ticket); the second time the same.

    The service is the authority on who somebody is: an organisation not yet known is registered, an operator becomes
    staff, and one who represents the organisation by law becomes its legal representative here too. An organisation
    that was renamed keeps the name it has here until the change is made with its proof. Raises WrongCreditCode,
    WrongIdentity, UnknownRegion.
    """
    person = register_person(CLOCK, name=profile.name, identity=profile.identity, phone=profile.phone, now=now)
    if profile.kind is TicketKind.PERSON:
        return person, ""
    known = queries.party_by_code(profile.credit_code)
    if known is None:
        party = register_organisation(
            CLOCK,
            name=profile.organisation,
            credit_code=profile.credit_code,
            region=profile.region,
            legal_representative=person.id if profile.represents else "",
            contact=person.id,
            now=now,
        )
        party_id, head = party.id, party.legal_representative_id
    else:
        party_id, head = known.id, known.legal_representative_id
    if profile.represents and head != person.id:
        change_legal_representative(CLOCK, party_id=party_id, person_id=person.id, now=now)
    elif not profile.represents and not _acts_for(person, party_id):
        add_member(CLOCK, party_id=party_id, person_id=person.id, capacity=Capacity.STAFF, now=now)
    return person, party_id


def _acts_for(person: Person, party_id: str) -> bool:
    return person.id in queries.members_now(party_id)
