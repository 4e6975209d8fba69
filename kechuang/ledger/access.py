"""Accounts and transfers are read through the rooms whose money they are; here only offices see them whole."""

from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.ledger.models import Account

_OFFICES = (
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.AUDITOR,
)


def visible_to(actor: Actor) -> QuerySet[Account]:
    """Offices see the accounts of their regions, a provider its own; holders see theirs on the voucher's page."""
    if actor.clock:
        return Account.objects.all()
    own = Account.objects.filter(owner=actor.party_id) if actor.party_id else Account.objects.none()
    regions = actor.regions(*_OFFICES)
    return own | Account.objects.filter(region__in=regions) if regions else own
