"""Whole files taken over at once: the national instrument workbook and the list of services. All or nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction

from kechuang.catalog import rules
from kechuang.catalog.commands.offering import NewOffer, add_offers, own_carrier, set_prices
from kechuang.catalog.formats.workbook import Instrument, parse
from kechuang.catalog.models import Carrier, Import, Offer
from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import OFFER_MACHINE, OfferKind, OfferState, PriceGroup, ServiceClass
from kechuang.documents.rules import read_table
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.rules import pinyin_key
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or why nothing of it was done (导入报告)."""

    file_name: str
    rows: int
    added: int
    changed: int
    same: int
    faults: tuple[rules.Fault, ...]
    import_id: str = ""

    @property
    def done(self) -> bool:
        return not self.faults


@transaction.atomic
def import_workbook(
    actor: Actor, *, carrier_id: str, file_name: str, content: bytes, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Takes over the national instrument workbook (仪器信息表) for a carrier: every row or none.

    An instrument already there by its 仪器编号 is updated, never doubled. With findings, or in a dry run, nothing is
    written and the report says what is wrong by row and column. Raises NotVisible and the workbook's own refusals.
    """
    carrier = own_carrier(actor, carrier_id)
    book = parse(file_name, content, today=clock.day(now))
    if book.findings or dry_run:
        faults = tuple(rules.Fault(f.row, f.column, f.name, f.value, f.rule, f.remedy) for f in book.findings)
        return _report(file_name, len(book.rows), [], [], faults)
    offers = [_from_instrument(row) for row in book.rows]
    return _take_over(actor, carrier, OfferKind.INSTRUMENT, offers, file_name, content, now)


@transaction.atomic
def import_services(
    actor: Actor, *, carrier_id: str, file_name: str, content: bytes, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Takes over a list of services with prices (服务清单, CSV or workbook) for a carrier: every row or none.

    A service already there by its 服务编号 is updated; prices that differ follow from today on.
    """
    carrier = own_carrier(actor, carrier_id)
    table = read_table(file_name, content, Kind.IMPORT)
    found = rules.read_services(file_name, table.rows)
    if found.faults or dry_run:
        return _report(file_name, len(found.services), [], [], found.faults)
    offers = [
        NewOffer(
            kind=OfferKind.SERVICE,
            name=one.name,
            service_class=one.service_class,
            content=one.content,
            process=one.process,
            inner_number=one.number,
            prices=one.prices,
        )
        for one in found.services
    ]
    return _take_over(actor, carrier, OfferKind.SERVICE, offers, file_name, content, now)


def _take_over(
    actor: Actor,
    carrier: Carrier,
    kind: OfferKind,
    offers: Sequence[NewOffer],
    file_name: str,
    content: bytes,
    now: datetime,
) -> ImportReport:
    numbers = [new.inner_number for new in offers]
    rows = Offer.objects.select_for_update().filter(carrier=carrier, kind=kind, inner_number__in=numbers)
    known = {row.inner_number: row for row in rows.order_by("id")}
    fresh = [new for new in offers if new.inner_number not in known]
    changed = [
        row.id for new in offers if (row := known.get(new.inner_number)) is not None and _update(actor, row, new, now)
    ]
    made = add_offers(actor, carrier_id=carrier.id, offers=fresh, now=now)
    taken = Import.objects.create(
        carrier=carrier,
        region=carrier.region,
        kind=kind,
        file_name=file_name[: Import._meta.get_field("file_name").max_length],
        digest=hashlib.sha256(content).hexdigest(),
        rows=len(offers),
        added=len(made),
        changed=len(changed),
        by=actor.person_id,
        at=now,
    )
    said = {"digest": taken.digest, "added": taken.added, "changed": taken.changed, "rows": taken.rows}
    record(actor, taken, "import", label=_("批量导入"), role=Role.PROVIDER, now=now, facts=said)
    return _report(file_name, len(offers), made, changed, (), taken.id)


def _update(actor: Actor, row: Offer, new: NewOffer, now: datetime) -> bool:
    """Brings one offer up to the file; a cell left empty keeps what the provider wrote here. Answers whether it changed."""
    if row.state == OfferState.CLOSED:
        return False
    said: Mapping[str, object] = {
        "name": new.name,
        "pinyin": pinyin_key(new.name),
        "service_class": new.service_class,
        "content": new.content or row.content,
        "process": new.process or row.process,
        "class_code": new.class_code,
        "sheet": new.sheet,
    }
    differs = [name for name, value in said.items() if getattr(row, name) != value]
    if differs:
        for name in differs:
            setattr(row, name, said[name])
        roles = frozenset({Role.PROVIDER})
        move = OFFER_MACHINE.check("edit", OfferState(row.state), roles)
        advance(actor, row, move, roles=roles, now=now, saves=differs, facts={"columns": sorted(differs)})
    ends, begins = rules.changed(price_lines(row.id, on=clock.day(now), group=PriceGroup.ALL), new.prices)
    if not new.prices or not (ends or begins):
        return bool(differs)
    set_prices(actor, offer_id=row.id, lines=new.prices, valid_from=clock.day(now), now=now)
    return True


def _from_instrument(row: Instrument) -> NewOffer:
    """A row of the national workbook as an offer; every column is kept in `sheet` as it was read."""
    return NewOffer(
        kind=OfferKind.INSTRUMENT,
        name=row.name,
        service_class=ServiceClass.INSTRUMENT,
        content=row.services or row.functions,
        process=row.notice,
        inner_number=row.number,
        class_code=row.class_code,
        sheet={field.name: _kept(getattr(row, field.name)) for field in fields(row) if field.name != "row"},
    )


def _kept(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _report(
    file_name: str,
    rows: int,
    made: Sequence[object],
    changed: Sequence[object],
    faults: tuple[rules.Fault, ...],
    import_id: str = "",
) -> ImportReport:
    same = rows - len(made) - len(changed) if import_id else 0
    return ImportReport(file_name, rows, len(made), len(changed), same, faults, import_id)
