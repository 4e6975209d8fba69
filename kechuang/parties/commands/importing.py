"""Organisations that were there before the platform: read from a table, all or none (企业、服务机构导入)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.parties import queries, rules
from kechuang.parties.commands.registering import register_organisation, register_person
from kechuang.parties.formats import organisations
from kechuang.parties.formats.organisations import Fault
from kechuang.parties.models import Party
from kechuang.parties.states import PartyState
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did, or would do; with faults it does nothing."""

    registered: int
    known: int
    faults: tuple[Fault, ...] = ()


@transaction.atomic
def import_organisations(
    actor: Actor, *, rows: Sequence[Sequence[str]], now: datetime, dry_run: bool = False
) -> Brought:
    """Registers every organisation of a table whose first row is the heading; one fault and none is registered.

    Those already known by code and name are left as they are, so the same table twice brings nothing new; a known
    code under another name is a fault. An officer brings organisations of their own regions and those seated outside
    the province; the report names row and column. Raises MayNotRegister.
    """
    if not (actor.clock or actor.holds(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE)):
        raise rules.MayNotRegister
    on = clock.day(now)
    good, faults = organisations.read(rows, places=queries.places_by_name(on=on))
    known = _known([row.credit_code for _number, row in good])
    fresh = []
    for number, row in good:
        name = known.get(row.credit_code)
        if name is None:
            fresh.append(row)
        elif not rules.same_name(name, row.name):
            taken = rules.taken_by_another_name(name)
            faults.append(Fault(number, organisations.COLUMNS["name"][0], taken))
    report = Brought(len(fresh), len(good) - len(fresh), tuple(sorted(faults, key=lambda fault: fault.row)))
    if faults or dry_run:
        return report
    for row in fresh:
        head = register_person(actor, name=row.representative, now=now).id if row.representative else ""
        register_organisation(
            actor,
            name=row.name,
            credit_code=row.credit_code,
            region=row.region,
            address=row.address,
            legal_representative=head,
            now=now,
        )
    return report


def _known(codes: Sequence[str]) -> dict[str, str]:
    rows = Party.objects.filter(credit_code__in=list(codes)).exclude(state=PartyState.MERGED)
    return dict(rows.values_list("credit_code", "name"))
