"""A list of services taken over at once, every row or none; and what any import reports."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kechuang.catalog import rules
from kechuang.catalog.commands.indexing import index
from kechuang.catalog.commands.offering import NewOffer, add_offers, own_carrier, set_prices
from kechuang.catalog.models import Carrier, Import, Offer
from kechuang.catalog.models import import_id as new_import_id
from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import OFFER_MACHINE, OfferKind, OfferState, PriceGroup
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
    faults: tuple[rules.Fault, ...]  # the first ones, where there are very many
    import_id: str = ""
    wrong_rows: int = 0
    fault_count: int = 0

    @property
    def done(self) -> bool:
        """Taken over, or found to be without a fault that stops a row."""
        return bool(self.import_id) or not any(fault.blocking for fault in self.faults)


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
    index([row.id for row in made] + changed, now=now)
    counts = {"rows": len(offers), "added": len(made), "changed": len(changed)}
    taken = remember(actor, carrier, kind, file_name=file_name, content=content, counts=counts, now=now)
    return _report(file_name, len(offers), made, changed, (), taken.id)


def remember(
    actor: Actor,
    carrier: Carrier,
    kind: OfferKind,
    *,
    file_name: str,
    content: bytes,
    counts: Mapping[str, int],
    now: datetime,
    import_id: str = "",
) -> Import:
    """Writes down which file was taken over and what it did (导入留痕). `counts`: rows, added, changed."""
    taken = Import(
        id=import_id or new_import_id(),
        carrier=carrier,
        region=carrier.region,
        kind=kind,
        file_name=file_name[: Import._meta.get_field("file_name").max_length],
        digest=hashlib.sha256(content).hexdigest(),
        by=actor.person_id,
        at=now,
        **counts,
    )
    taken.save(force_insert=True)
    said = {"digest": taken.digest, **counts}
    record(actor, taken, "import", label=_("批量导入"), role=Role.PROVIDER, now=now, facts=said)
    return taken


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
