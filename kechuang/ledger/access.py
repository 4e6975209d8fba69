"""Accounts and transfers are read through the rooms whose money they are; here only offices see them whole."""

from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
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


def closer(actor: Actor, region: str) -> Role:
    """Only the county's finance bureau closes its books; raises NotVisible."""
    if Role.COUNTY_FINANCE not in actor.roles_in(region):
        raise NotVisible
    return Role.COUNTY_FINANCE


def keeps_books(actor: Actor) -> list[str]:
    """The regions whose accounts the actor may list: those that hold an office with sight of money there."""
    return sorted(actor.regions(*_OFFICES))
