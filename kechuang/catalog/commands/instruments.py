"""One instrument by hand (登记与修改仪器): its sheet, its picture, its status, its customs papers."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from kechuang.catalog import rules
from kechuang.catalog.access import roles_on
from kechuang.catalog.commands.offering import add_offer, check_whole, own_carrier, ready, tell_search
from kechuang.catalog.commands.runs import Upload, keep_picture
from kechuang.catalog.models import Clearance, Instrument, Offer
from kechuang.catalog.queries import class_codes
from kechuang.catalog.states import (
    CLASS_VERSION,
    CLEARANCE_LABELS,
    INSTRUMENT_KINDS,
    OFFER_MACHINE,
    SHEET_LABELS,
    ClearanceKind,
    OfferKind,
    OfferState,
    RunStatus,
    ServiceClass,
)
from kechuang.documents import commands as documents
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy
from kechuang.parties.rules import pinyin_key
from kechuang.trail.commands import advance, record
from kechuang.ui import clock

_OF_OFFER = ("name", "class_code", "content", "process")


@transaction.atomic
def add_instrument(
    actor: Actor,
    *,
    carrier_id: str,
    kind: OfferKind,
    name: str,
    inner_number: str,
    now: datetime,
    class_code: str = "",
    values: Mapping[str, object] | None = None,
) -> Offer:
    """Writes down an instrument, centre or facility as a draft with its sheet (登记仪器设备).

    Raises NotVisible, NameMissing, NumberTaken, SheetUnfit.
    """
    carrier = own_carrier(actor, carrier_id)
    number = halfwidth(inner_number)
    rows = Offer.objects.filter(carrier=carrier, kind__in=INSTRUMENT_KINDS, inner_number=number)
    if number and (taken := rows.first()):
        raise rules.NumberTaken(number=number, name=taken.name)
    said = {"class_code": class_code, **(values or {})}
    _refuse(said, clock.day(now))
    offer = add_offer(
        actor,
        carrier_id=carrier_id,
        kind=OfferKind(kind),
        name=name,
        service_class=ServiceClass.INSTRUMENT,
        content=str(said.get("services") or said.get("functions") or ""),
        process=str(said.get("notice") or ""),
        inner_number=number,
        class_code=class_code,
        now=now,
    )
    if values:
        describe(actor, offer_id=offer.id, values=values, now=now)
    return offer


@transaction.atomic
def describe(actor: Actor, *, offer_id: str, values: Mapping[str, object], now: datetime) -> Offer:
    """Changes what an instrument's sheet says (修改仪器信息): columns of Instrument, or name, class_code, content, process.

    What is not given stays. Written and told only when something differs; an instrument that is open stays whole.
    Raises NotVisible, MoveNotOpen, SheetUnfit, StandardsMissing.
    """
    offer, sheet = _sheet(actor, offer_id)
    _refuse(_all(offer, sheet) | dict(values), clock.day(now), only=set(values))
    given = dict(values)
    if "class_code" in given and given["class_code"] != offer.class_code:
        given["class_version"] = CLASS_VERSION if given["class_code"] else ""
    of_offer = {name: given.pop(name) for name in _OF_OFFER if name in given}
    changed = _brought(sheet, given)
    if changed:
        sheet.save(update_fields=changed)
        facts = {"columns": sorted(changed)}
        record(actor, sheet, "describe", label=_("更新仪器信息"), role=Role.PROVIDER, now=now, facts=facts)
    edited = _edit(actor, offer, of_offer, now)
    if changed or edited:
        tell_search(offer, now=now)
    return offer


def set_status(actor: Actor, *, offer_id: str, status: RunStatus, now: datetime) -> Offer:
    """How the instrument runs (运行状态); one that waits for repair or scrapping is found but cannot be booked."""
    return describe(actor, offer_id=offer_id, values={"run_status": str(RunStatus(status))}, now=now)


@transaction.atomic
def set_picture(actor: Actor, *, offer_id: str, picture: Upload, now: datetime) -> Offer:
    """Shows this jpg for the instrument from now on (上传图片). Raises PictureTooLarge, PictureNotJpg, the upload's refusals."""
    offer, _sheet_row = _sheet(actor, offer_id)
    kept = keep_picture(actor, offer.carrier, picture, now=now)
    return describe(actor, offer_id=offer_id, values={"picture": kept, "picture_name": picture.name}, now=now)


@transaction.atomic
def clear_customs(
    actor: Actor,
    *,
    offer_id: str,
    kind: ClearanceKind,
    number: str,
    valid_from: date,
    now: datetime,
    valid_until: date | None = None,
    paper: Upload | None = None,
) -> Clearance:
    """Writes down by what a duty-free instrument may serve others (登记补税记录、《通知书》); the same number again is the first.

    `valid_until` is exclusive. Raises NotVisible, ClearanceUnfit, ClearanceNumberMissing, PeriodEmpty.
    """
    offer, sheet = _sheet(actor, offer_id)
    if not sheet.under_customs:
        raise rules.ClearanceUnfit
    if not tidy(number):
        raise rules.ClearanceNumberMissing
    rules.check_period(valid_from, valid_until)
    known = Clearance.objects.filter(offer=offer, kind=kind, number=tidy(number)).first()
    if known is not None:
        return known
    row = Clearance(
        offer=offer,
        region=offer.region,
        kind=ClearanceKind(kind),
        number=tidy(number),
        valid_from=valid_from,
        valid_until=valid_until,
        entered_by=actor.person_id,
        at=now,
    )
    if paper is not None:
        row.file_id = _kept(actor, offer, paper, now)
    row.save(force_insert=True)
    facts = {"offer": offer.id, "kind": str(row.kind), "from": valid_from.isoformat()}
    record(
        actor,
        row,
        "clear_customs",
        label=CLEARANCE_LABELS[ClearanceKind(kind)],
        role=Role.PROVIDER,
        now=now,
        facts=facts,
    )
    return row


def _kept(actor: Actor, offer: Offer, paper: Upload, now: datetime) -> str:
    kept = documents.keep(
        actor,
        name=paper.name,
        content=paper.content,
        kind=Kind.EVIDENCE,
        subject_id=offer.id,
        region=offer.region,
        now=now,
        role=Role.PROVIDER,
    )
    return kept.id


def _sheet(actor: Actor, offer_id: str) -> tuple[Offer, Instrument]:
    """One's own instrument, locked, and its sheet; raises NotVisible, MoveNotOpen."""
    offer, _roles, _move = ready(actor, offer_id, "edit")
    sheet = Instrument.objects.filter(offer=offer).first()
    if sheet is None:
        raise NotVisible
    sheet.offer = offer
    return offer, sheet


def _edit(actor: Actor, offer: Offer, said: Mapping[str, object], now: datetime) -> bool:
    """The part of it that the offer keeps, over its own `edit`."""
    if "name" in said:
        said = {**said, "name": tidy(str(said["name"]))}
        if not said["name"]:
            raise rules.NameMissing
        said = {**said, "pinyin": pinyin_key(str(said["name"]))}
    changed = _brought(offer, said)
    if not changed:
        return False
    if offer.state == OfferState.OPEN:
        check_whole(offer, clock.day(now))
    roles = roles_on(actor, offer)
    move = OFFER_MACHINE.check("edit", OfferState(offer.state), roles)
    advance(actor, offer, move, roles=roles, now=now, saves=changed, facts={"columns": sorted(changed)})
    return True


def _brought(row: Offer | Instrument, said: Mapping[str, object]) -> list[str]:
    changed = []
    for name, value in said.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed


def _all(offer: Offer, sheet: Instrument) -> dict[str, object]:
    held: dict[str, object] = {
        field.attname: getattr(sheet, field.attname)
        for field in Instrument._meta.concrete_fields
        if not field.primary_key
    }
    return held | {"class_code": offer.class_code}


def _refuse(values: Mapping[str, object], on: date, *, only: set[str] | None = None) -> None:
    """Faults of what is given now; what was taken over earlier is not held against who changes something else."""
    faults = [*rules.sheet_faults(values, on=on, classes=class_codes()), *rules.customs_faults(values)]
    asked = only if only is None or "under_customs" not in only else None
    rules.refuse_unfit([fault for fault in faults if asked is None or fault.field in asked], SHEET_LABELS)
