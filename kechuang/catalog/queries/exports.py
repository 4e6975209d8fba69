"""One entry, many reports (导出): instruments as the national workbook, the provincial JSON, Uniquip, PIDINST and DataCite."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.catalog.access import carriers_of, offices_see
from kechuang.catalog.formats import national, provincial, workbook, worldwide
from kechuang.catalog.models import BATCH, Instrument, Offer
from kechuang.catalog.queries.classes import class_name
from kechuang.catalog.states import INSTRUMENT_KINDS, ExportFormat, OfferKind, OfferState
from kechuang.documents.rules import stream_csv
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import covers

_COLUMNS = tuple(field.attname for field in Instrument._meta.concrete_fields if not field.primary_key)


def exportable(actor: Actor, *, carrier_id: str = "", region: str = "", least_fen: int = 0) -> QuerySet[Offer]:
    """What this actor may export: a carrier's for its provider, a region's for the offices that watch over it.

    Everything but what has left the catalogue, or only what is worth `least_fen` or more. Raises NotVisible.
    """
    rows = Offer.objects.filter(kind__in=INSTRUMENT_KINDS).exclude(state=OfferState.CLOSED)
    if carrier_id:
        if not carriers_of(actor).filter(id=carrier_id).exists():
            raise NotVisible
        rows = rows.filter(carrier_id=carrier_id)
    elif region:
        wanted = set(covers(region)) & offices_see(actor)
        if not wanted:
            raise NotVisible
        rows = rows.filter(region__in=wanted)
    else:
        rows = rows.filter(carrier__in=carriers_of(actor))
    if least_fen:
        rows = rows.filter(instrument__original_value_fen__gte=least_fen)
    return rows.select_related("instrument", "carrier", "party").order_by("carrier_id", "inner_number", "id")


def exported(rows: QuerySet[Offer], kind: ExportFormat, *, site: str, on: date) -> Iterator[bytes]:
    """The file in pieces; `site` is where our pages stand (https://…). Never holds more than a few hundred rows."""
    return _WRITERS[kind](rows.iterator(chunk_size=BATCH), site, on)


def export_file(kind: ExportFormat) -> tuple[str, str]:
    """Name and media type of an export."""
    return _FILES[kind]


def sheet_values(row: Offer) -> dict[str, object]:
    """All columns of an instrument with what its offer keeps of it, by our names."""
    sheet = row.instrument
    values: dict[str, object] = {name: getattr(sheet, name) for name in _COLUMNS}
    return values | {"number": row.inner_number, "name": row.name, "class_code": row.class_code}


def _national(rows: Iterator[Offer], site: str, on: date, *, as_csv: bool = False) -> Iterator[bytes]:
    return workbook.streamed((national.cells_of(sheet_values(row)) for row in rows), as_csv=as_csv)


def _provincial(rows: Iterator[Offer], site: str, on: date) -> Iterator[bytes]:
    def one(row: Offer) -> dict[str, object]:
        picture = site + reverse("catalog:picture", args=[row.id]) if row.instrument.picture else ""
        values = sheet_values(row)
        return provincial.item_of(
            values, company=row.party.credit_code or "", carrier_code=row.carrier.code, picture_url=picture
        )

    return _json(one(row) for row in rows)


def _uniquip(rows: Iterator[Offer], site: str, on: date) -> Iterator[bytes]:
    def table() -> Iterator[list[str]]:
        yield list(worldwide.UNIQUIP)
        for row in rows:
            yield worldwide.uniquip(sheet_values(row), _known(row, site, on))

    return stream_csv(table())


def _worldwide(
    rows: Iterator[Offer],
    site: str,
    on: date,
    *,
    record: Callable[[dict[str, object], worldwide.Known], dict[str, object]],
) -> Iterator[bytes]:
    return _json(record(sheet_values(row), _known(row, site, on)) for row in rows)


def _known(row: Offer, site: str, on: date) -> worldwide.Known:
    page = site + reverse("portal:instrument", args=[row.id])
    return worldwide.Known(
        identifier=page,
        landing_page=page,
        owner=row.party.name,
        owner_code=row.party.credit_code or "",
        department=row.instrument.department or row.carrier.name,
        class_name=class_name(row.class_code, row.instrument.class_version),
        facility=row.kind != OfferKind.INSTRUMENT,
        published_year=(row.opened_on or on).year,
    )


def _json(records: Iterator[dict[str, object]]) -> Iterator[bytes]:
    """A list of objects, one on each line."""
    before = "["
    for one in records:
        yield f"{before}\n{json.dumps(one, ensure_ascii=False)}".encode()
        before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


_WRITERS: dict[ExportFormat, Callable[[Iterator[Offer], str, date], Iterator[bytes]]] = {
    ExportFormat.NATIONAL: _national,
    ExportFormat.NATIONAL_CSV: partial(_national, as_csv=True),
    ExportFormat.PROVINCIAL: _provincial,
    ExportFormat.UNIQUIP: _uniquip,
    ExportFormat.PIDINST: partial(_worldwide, record=worldwide.pidinst),
    ExportFormat.DATACITE: partial(_worldwide, record=worldwide.datacite),
}
_FILES: dict[ExportFormat, tuple[str, str]] = {
    ExportFormat.NATIONAL: ("instruments.xlsx", str(Media.XLSX)),
    ExportFormat.NATIONAL_CSV: ("instruments.csv", str(Media.CSV)),
    ExportFormat.PROVINCIAL: ("instruments-provincial.json", "application/json"),
    ExportFormat.UNIQUIP: ("instruments-uniquip.csv", str(Media.CSV)),
    ExportFormat.PIDINST: ("instruments-pidinst.json", "application/json"),
    ExportFormat.DATACITE: ("instruments-datacite.json", "application/json"),
}
