"""Bringing conversion results in (导入成果转化实绩): whole or not at all, with source, period and digest; never changed, only followed."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kechuang.documents.rules import read_table
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import areas, party_by_code
from kechuang.subsidies import rules
from kechuang.subsidies.access import may_act
from kechuang.subsidies.formats.conversions import read_rows
from kechuang.subsidies.models import Conversion
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
    """Reads a table of results by city or county with the payee of each award. The same file again answers with the first.

    Raises OriginMissing, ConversionsRefused with every row at fault, NotVisible.
    """
    role = may_act(actor, region)
    if not tidy(origin.source) or origin.last_on < origin.from_on:
        raise rules.OriginMissing()
    digest = hashlib.sha256(content).hexdigest()
    if there := Conversion.objects.filter(region=region, year=year, digest=digest).first():
        return there
    rows, faults = [], []
    for one in read_rows(read_table(name, content, Kind.IMPORT).rows):
        payee = party_by_code(one.credit_code)
        if one.fault or one.region not in areas() or payee is None:
            faults.append(one.number)
            continue
        rows.append({"region": one.region, "fen": one.fen, "party": payee.id})
    if faults or not rows:
        raise rules.ConversionsRefused(rows="、".join(map(str, faults)) or _("没有数据"))
    made = Conversion.objects.create(
        number=public_number("ZH"),
        region=region,
        year=year,
        source=tidy(origin.source),
        from_on=origin.from_on,
        last_on=origin.last_on,
        name=name,
        digest=digest,
        rows=rows,
        brought_by=actor.person_id,
        brought_on=clock.day(now),
    )
    facts: dict[str, object] = {"digest": digest, "rows": len(rows), "source": made.source, "year": year}
    record(actor, made, "bring", label=_("导入成果转化实绩"), role=role, now=now, target="brought", facts=facts)
    return made
