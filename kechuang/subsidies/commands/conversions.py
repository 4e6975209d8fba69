"""Bringing conversion results in (导入成果转化实绩): whole or not at all, checked by another person; never changed, only followed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from kechuang.documents.rules import read_table
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import areas, covers, party_by_code
from kechuang.subsidies import rules
from kechuang.subsidies.access import conversions_visible_to, may_act, roles_on
from kechuang.subsidies.commands.judging import judge
from kechuang.subsidies.commands.locked import tell_office
from kechuang.subsidies.commands.paying_places import province_of
from kechuang.subsidies.formats.conversions import read_rows
from kechuang.subsidies.models import Conversion
from kechuang.subsidies.queries.conversions import in_force, waiting
from kechuang.subsidies.states import CONVERSION_MACHINE, ConversionState
from kechuang.trail.commands import record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the results come from: who says so, and over which period."""

    source: str
    from_on: date
    last_on: date


@transaction.atomic
def bring_conversions(
    actor: Actor, *, region: str, year: int, origin: Origin, name: str, content: bytes, now: datetime
) -> Conversion:
    """Reads a table of results by city or county with the payee of each award; it holds once another person has checked it.

    The file that waits or is in force answers with itself; an earlier file again is a new import, which follows the later.
    Raises OriginMissing, ConversionWaits, ConversionsRefused, PlacesElsewhere, PlacesTwice, NotPayersPlace, NotVisible.
    """
    role, scope = may_act(actor, region), province_of(region)
    if not tidy(origin.source) or origin.last_on < origin.from_on:
        raise rules.OriginMissing()
    digest = hashlib.sha256(content).hexdigest()
    waits = waiting(region=region, year=year)
    for there in (waits, in_force(region=region, year=year)):
        if there and there.digest == digest:
            return there
    if waits:
        raise rules.ConversionWaits(number=waits.number)
    made = Conversion(
        number=public_number("ZH"),
        region=region,
        year=year,
        source=tidy(origin.source),
        from_on=origin.from_on,
        last_on=origin.last_on,
        name=name,
        digest=digest,
        rows=_read(name, content, scope),
        brought_by=actor.person_id,
        brought_on=clock.day(now),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise rules.ConversionWaits(number="—") from error
    facts: dict[str, object] = {"digest": digest, "rows": len(made.rows), "source": made.source, "year": year}
    record(actor, made, "bring", label=_("导入成果转化实绩"), role=role, now=now, target=made.state, facts=facts)
    tell_office(made, Role.COUNTY_APPROVER, _("成果转化实绩待核对"), now=now)
    return made


def _read(name: str, content: bytes, scope: str) -> list[dict[str, Any]]:
    """Every row of the table, each place once, none within another, all within the payer's; or all faults by their rows."""
    rows: list[dict[str, Any]] = []
    unread, elsewhere = [], []
    for one in read_rows(read_table(name, content, Kind.IMPORT).rows):
        payee = party_by_code(one.credit_code)
        if one.fault or one.region not in areas() or payee is None:
            unread.append(one.number)
        elif one.region not in covers(scope) - {scope}:
            elsewhere.append(one.number)
        else:
            rows.append({"region": one.region, "fen": one.fen, "party": payee.id})
    if unread or not (rows or elsewhere):
        raise rules.ConversionsRefused(rows=_listed(unread) or _("没有数据"))
    if elsewhere:
        raise rules.PlacesElsewhere(rows=_listed(elsewhere))
    places = [row["region"] for row in rows]
    if twice := sorted({one for one in places for other in _others(places, one) if one in covers(other)}):
        raise rules.PlacesTwice(places=_listed(twice))
    return rows


def _others(places: Sequence[str], one: str) -> list[str]:
    """The same list without one mention of a place."""
    found = list(places)
    found.remove(one)
    return found


def _listed(found: Sequence[object]) -> str:
    return "、".join(map(str, found))


@transaction.atomic
def check_conversions(actor: Actor, *, conversion_id: str, now: datetime) -> Conversion:
    """Another person holds the import against its source (核对); from then on it is in force. Raises SameHands, MoveNotOpen."""
    return _judged(actor, conversion_id, "check", "", now)


@transaction.atomic
def reject_conversions(actor: Actor, *, conversion_id: str, reason: str, now: datetime) -> Conversion:
    """The import is not believed (不采信); the one checked before it is in force again. Raises ReasonMissing, SameHands."""
    return _judged(actor, conversion_id, "reject", reason, now)


def _judged(actor: Actor, conversion_id: str, action: str, reason: str, now: datetime) -> Conversion:
    row = conversions_visible_to(actor).select_for_update(of=("self",)).filter(id=conversion_id).first()
    if row is None:
        raise NotVisible
    move = CONVERSION_MACHINE.check(action, ConversionState(row.state), roles_on(actor, row))
    sides = {one["party"] for one in row.rows}
    return judge(actor, row, move, reason, brought_by=row.brought_by, sides=sides, now=now, digest=row.digest)
