"""Instruments taken over by the hundred (批量登记): what is new is added, what is known is brought up to what is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from kechuang.catalog.formats.national import Coarse
from kechuang.catalog.models import NAMES_KEPT, Carrier, Instrument, Offer
from kechuang.catalog.states import (
    CLASS_VERSION,
    INSTRUMENT_KINDS,
    OFFER_MACHINE,
    OfferKind,
    OfferState,
    ServiceClass,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.rules import pinyin_key
from kechuang.trail.commands import Act, record_many
from kechuang.ui.rows import insert_many, update_many

_key = lru_cache(maxsize=NAMES_KEPT)(pinyin_key)  # a file says the same name for many instruments


@dataclass(frozen=True, slots=True)
class Given:
    """One instrument as a file or another platform says it. `values` are columns of Instrument; those missing stay.

    `content` and `process` fill what the offer says only where it follows the sheet or says nothing yet.
    """

    row: int
    number: str
    name: str
    class_code: str
    values: Mapping[str, object]
    content: str = ""
    process: str = ""


@dataclass(slots=True)
class Taken:
    """What became of them."""

    added: list[Offer] = field(default_factory=list)
    changed: list[Offer] = field(default_factory=list)
    same: int = 0
    closed: list[Given] = field(default_factory=list)  # their number stands with an offer that has left the catalogue


def known(carrier: Carrier, numbers: Iterable[str]) -> dict[str, Offer]:
    """The carrier's instruments by 仪器编号, locked, with their sheets."""
    rows = Offer.objects.filter(carrier=carrier, kind__in=INSTRUMENT_KINDS, inner_number__in=list(numbers))
    rows = rows.select_related("instrument").select_for_update(of=("self",)).order_by("id")
    found = {row.inner_number: row for row in rows}
    for row in found.values():
        row.carrier = carrier
    return found


def take(
    actor: Actor,
    carrier: Carrier,
    given: Sequence[Given],
    *,
    facts: Mapping[str, object],
    now: datetime,
    standing: Mapping[str, Offer] | None = None,
) -> Taken:
    """Adds or updates them in a few statements, one event per row that was written. The caller holds the carrier's lock."""
    held = known(carrier, [one.number for one in given]) if standing is None else standing
    taken = Taken()
    fresh: list[tuple[Offer, Instrument]] = []
    news: list[_News] = []
    for one in given:
        row = held.get(one.number)
        if row is None:
            fresh.append(_new(carrier, one))
        elif row.state == OfferState.CLOSED:
            taken.closed.append(one)
        elif found := _compared(row, one):
            news.append(found)
        else:
            taken.same += 1
    _add(actor, fresh, facts, now)
    _change(actor, news, facts, now)
    taken.added = [offer for offer, _sheet in fresh]
    taken.changed = [found.row for found in news]
    return taken


@dataclass(frozen=True, slots=True)
class _News:
    """What differs: fields of the offer, fields of its sheet."""

    row: Offer
    of_offer: list[str]
    of_sheet: list[str]


def _new(carrier: Carrier, one: Given) -> tuple[Offer, Instrument]:
    offer = Offer(
        number=public_number("FW"),
        carrier=carrier,
        party_id=carrier.party_id,
        unit_id=carrier.unit_id,
        region=carrier.region,
        state=OfferState.DRAFT,
        kind=OfferKind.INSTRUMENT,
        name=one.name,
        pinyin=_key(one.name),
        service_class=ServiceClass.INSTRUMENT,
        content=one.content,
        process=one.process,
        inner_number=one.number,
        class_code=one.class_code,
    )
    values = {name: value.value if isinstance(value, Coarse) else value for name, value in one.values.items()}
    return offer, Instrument(offer=offer, class_version=CLASS_VERSION, **values)


def _compared(row: Offer, one: Given) -> _News | None:
    """Brings the row in memory up to what is given; None when it says the same already."""
    sheet = row.instrument
    followed = (sheet.services or sheet.functions, sheet.notice)
    said: dict[str, object] = {"class_code": one.class_code}
    if row.name != one.name:
        said |= {"name": one.name, "pinyin": _key(one.name)}
    if one.content and row.content in ("", followed[0]):
        said["content"] = one.content
    if one.process and row.process in ("", followed[1]):
        said["process"] = one.process
    of_offer = _brought(row, said)
    values = dict(one.values)
    if "class_code" in of_offer or not sheet.class_version:
        values["class_version"] = CLASS_VERSION
    of_sheet = _brought(sheet, values)
    sheet.offer = row
    return _News(row, of_offer, of_sheet) if of_offer or of_sheet else None


def _brought(row: Offer | Instrument, said: Mapping[str, object]) -> list[str]:
    differs = []
    for name, value in said.items():
        held = getattr(row, name)
        if isinstance(value, Coarse):
            if value.agrees(held):
                continue
            value = value.value
        if held != value and not _same_text(held, value):
            setattr(row, name, value)
            differs.append(name)
    return differs


def _same_text(held: object, value: object) -> bool:
    """Spaces and line ends get lost in tables; they are no news."""
    return isinstance(held, str) and isinstance(value, str) and held.split() == value.split()


def _add(actor: Actor, fresh: Sequence[tuple[Offer, Instrument]], facts: Mapping[str, object], now: datetime) -> None:
    insert_many(Offer, [offer for offer, _sheet in fresh])
    insert_many(Instrument, [sheet for _offer, sheet in fresh])
    said = {**facts, "carrier": fresh[0][0].carrier_id} if fresh else {}
    acts = [Act(offer, said, target=offer.state) for offer, _sheet in fresh]
    record_many(actor, acts, "add_offer", label=_("登记仪器设备"), role=Role.PROVIDER, now=now)
    acts = [Act(sheet, facts) for _offer, sheet in fresh]
    record_many(actor, acts, "describe", label=_("登记仪器信息"), role=Role.PROVIDER, now=now)


def _change(actor: Actor, news: Sequence[_News], facts: Mapping[str, object], now: datetime) -> None:
    """Every offer that differs goes over its own `edit`; every sheet that differs is told with its columns."""
    offers = [one for one in news if one.of_offer]
    sheets = [one for one in news if one.of_sheet]
    roles = frozenset({Role.PROVIDER})
    acts = []
    for one in offers:
        move = OFFER_MACHINE.check("edit", OfferState(one.row.state), roles)
        columns = sorted(one.of_offer)
        acts.append(Act(one.row, {**facts, "columns": columns}, source=one.row.state, target=one.row.state))
    update_many(Offer, [one.row for one in offers], sorted({name for one in offers for name in one.of_offer}))
    changed = sorted({name for one in sheets for name in one.of_sheet})
    update_many(Instrument, [one.row.instrument for one in sheets], changed)
    if offers:
        record_many(actor, acts, "edit", label=move.label, role=Role.PROVIDER, now=now)
    told = [Act(one.row.instrument, {**facts, "columns": sorted(one.of_sheet)}) for one in sheets]
    record_many(actor, told, "describe", label=_("更新仪器信息"), role=Role.PROVIDER, now=now)
