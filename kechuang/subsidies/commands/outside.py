"""Redemptions off the platform (平台外兑付): entered with their document, checked by another person, never by the same."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import covers, party_by_code, units_of
from kechuang.registers.queries import ever_admitted
from kechuang.subsidies import rules
from kechuang.subsidies.access import may_act, outside_visible_to, roles_on
from kechuang.subsidies.commands.judging import judge
from kechuang.subsidies.commands.locked import tell_office
from kechuang.subsidies.models import Outside, Settlement
from kechuang.subsidies.states import OUTSIDE_MACHINE, OutsideState, SubsidyState
from kechuang.trail.commands import record
from kechuang.ui import clock

_COUNTED = (SubsidyState.SETTLED, SubsidyState.PUBLISHED, SubsidyState.CLOSED)


@dataclass(frozen=True, slots=True)
class Redemption:
    """One redemption that was paid elsewhere: for whom, when, how much of which price, by which document."""

    credit_code: str
    redeemed_on: date
    fen: Fen
    price_fen: Fen
    document_number: str
    note: str = ""
    unit_name: str = ""


@transaction.atomic
def enter_outside(actor: Actor, *, region: str, redemption: Redemption, now: datetime) -> Outside:
    """Enters a redemption of the county that was not paid by the platform (登记平台外兑付).

    It counts once another person has checked it. Raises UnknownProvider, UnknownUnit, OutsideYear, AlreadyEntered, YearSettled.
    """
    role = may_act(actor, region)
    on = clock.day(now)
    if redemption.redeemed_on > on:
        raise rules.OutsideYear(on=redemption.redeemed_on.isoformat())
    provider = party_by_code(redemption.credit_code)
    if provider is None or not ever_admitted(provider.id):
        raise rules.UnknownProvider(typed=redemption.credit_code)
    unit = _unit(provider.id, tidy(redemption.unit_name))
    _refuse_settled(region, redemption.redeemed_on.year)
    row = Outside(
        number=public_number("WD"),
        region=region,
        party=provider.id,
        unit=unit,
        redeemed_on=redemption.redeemed_on,
        fen=redemption.fen,
        price_fen=redemption.price_fen,
        document_number=tidy(redemption.document_number),
        note=tidy(redemption.note),
        entered_by=actor.person_id,
        entered_on=on,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise rules.AlreadyEntered(document_number=row.document_number) from error
    facts = {"fen": row.fen, "document": row.document_number, "redeemed_on": row.redeemed_on.isoformat()}
    label = _("登记平台外兑付")
    record(actor, row, "enter", label=label, role=role, now=now, target=row.state, facts=facts)
    tell_office(row, Role.COUNTY_APPROVER, _("平台外兑付待核实"), now=now)
    return row


def _unit(party_id: str, name: str) -> str:
    """The provider's unit of this name (二级单位); "" where none is named. Raises UnknownUnit."""
    found = [unit for unit, called in units_of(party_id).items() if called == name]
    if name and not found:
        raise rules.UnknownUnit(typed=name)
    return found[0] if name else ""


@transaction.atomic
def check_outside(actor: Actor, *, outside_id: str, now: datetime) -> Outside:
    """Another person holds the entry against its document (核实). Raises SameHands, YearSettled, MoveNotOpen."""
    return _judged(actor, outside_id, "check", "", now)


@transaction.atomic
def reject_outside(actor: Actor, *, outside_id: str, reason: str, now: datetime) -> Outside:
    """The entry is not believed (不采信), with a reason. Raises ReasonMissing, SameHands, YearSettled, MoveNotOpen."""
    return _judged(actor, outside_id, "reject", reason, now)


def _judged(actor: Actor, outside_id: str, action: str, reason: str, now: datetime) -> Outside:
    row = outside_visible_to(actor).select_for_update(of=("self",)).filter(id=outside_id).first()
    if row is None:
        raise NotVisible
    move = OUTSIDE_MACHINE.check(action, OutsideState(row.state), roles_on(actor, row))
    _refuse_settled(row.region, row.redeemed_on.year)
    return judge(actor, row, move, reason, brought_by=row.entered_by, sides=[row.party], now=now)


def _refuse_settled(region: str, year: int) -> None:
    """What a settled year was made of does not change under it."""
    for row in Settlement.objects.filter(year=year, state__in=_COUNTED):
        if region in covers(row.scope):
            raise rules.YearSettled(year=year, number=row.number)
