"""Samples (送样): announced, sent, taken in with a picture or rejected with a reason, tested, returned or disposed of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on, samples_visible_to, visible_to
from kechuang.bookings.models import Booking, Sample, SampleStep
from kechuang.bookings.rules import samples as declared
from kechuang.bookings.rules.samples import Afterwards, Hazard, Keeper, Storage
from kechuang.bookings.states import SAMPLE_MACHINE, SampleState
from kechuang.catalog.queries import OfferCard, customs_cleared, instruments
from kechuang.catalog.queries import offer as offer_of
from kechuang.catalog.states import OpenMode, ShareMode
from kechuang.documents.commands import keep
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.trail.commands import advance, record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Declared:
    """What the sender says of a sample (送样单)."""

    name: str
    expected_on: date
    count: int = 1
    wanted: str = ""
    hazard: Hazard = Hazard.NONE
    hazard_note: str = ""
    storage: Storage = Storage.ROOM
    afterwards: Afterwards = Afterwards.RETURN
    return_address: str = ""
    group: str = ""
    fund_number: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as it was uploaded."""

    name: str
    content: bytes


@transaction.atomic
def announce_sample(
    actor: Actor, *, instrument_id: str, sample: Declared, booking_id: str = "", key: str = "", now: datetime
) -> Sample:
    """Announces a sample (登记送样), which takes its place in the queue; asked again with one `key`, the first answers.

    Raises SamplesNotTaken, InternalOnly, GroupMissing, CustomsNotCleared, and what a declaration may lack.
    """
    if not actor.party_id:
        raise NotVisible
    if key and (found := Sample.objects.filter(person_id=actor.person_id, request_key=key).first()):
        return found
    offer = offer_of(actor, instrument_id)
    _refuse_not_taken(actor, offer, sample, on=clock.day(now))
    declared.refuse_undeclared(
        hazard=Hazard(sample.hazard),
        hazard_note=tidy(sample.hazard_note),
        afterwards=Afterwards(sample.afterwards),
        return_address=tidy(sample.return_address),
        expected_on=sample.expected_on,
        on=clock.day(now),
    )
    row = _announced(actor, offer, sample)
    row.booking, row.request_key, row.made_at = _own_booking(actor, booking_id, offer.id), key or None, now
    row.save(force_insert=True)
    _step(row, actor, now=now)
    facts = {"instrument_id": offer.id, "booking_id": booking_id, "hazard": row.hazard, "count": row.count}
    label = _("登记送样")
    record(actor, row, "announce", label=label, role=Role.HOLDER, now=now, target=row.state, facts=facts)
    _tell_provider(row, _("有样品将送达，请准备收样"), now)
    return row


def _refuse_not_taken(actor: Actor, offer: OfferCard, sample: Declared, *, on: date) -> None:
    sheet = instruments([offer.id]).get(offer.id)
    if not offer.is_open or (sheet is not None and OpenMode.SAMPLE not in sheet.open_modes):
        raise declared.SamplesNotTaken(name=offer.name)
    if offer.party_id == actor.party_id:
        if not tidy(sample.group) or not tidy(sample.fund_number):
            raise rules.GroupMissing()
        return
    if sheet is not None and sheet.share_mode != ShareMode.EXTERNAL:
        raise rules.InternalOnly(name=offer.name)
    if not customs_cleared(offer.id, on):
        raise rules.CustomsNotCleared(name=offer.name)


def _announced(actor: Actor, offer: OfferCard, sample: Declared) -> Sample:
    return Sample(
        region=offer.region,
        holder_id=actor.party_id,
        person_id=actor.person_id,
        provider_id=offer.party_id,
        unit_id=offer.unit_id or None,
        instrument_id=offer.id,
        name=tidy(sample.name),
        count=sample.count,
        wanted=tidy(sample.wanted),
        hazard=sample.hazard,
        hazard_note=tidy(sample.hazard_note),
        storage=sample.storage,
        afterwards=sample.afterwards,
        return_address=tidy(sample.return_address),
        group=tidy(sample.group),
        fund_number=tidy(sample.fund_number),
        expected_on=sample.expected_on,
    )


def _own_booking(actor: Actor, booking_id: str, instrument_id: str) -> Booking | None:
    """The booking a sample belongs to, if any: one's own, of the same instrument."""
    if not booking_id:
        return None
    found = visible_to(actor).filter(id=booking_id, holder_id=actor.party_id).first()
    if found is None or instrument_id not in found.instruments:
        raise NotVisible
    return found


@transaction.atomic
def ship_sample(actor: Actor, *, sample_id: str, courier: str, number: str, now: datetime) -> Sample:
    """The sender has handed it to a courier (登记寄出); raises CourierMissing."""
    declared.refuse_unshipped(courier=tidy(courier), number=tidy(number))

    def change(row: Sample) -> None:
        row.courier, row.courier_number, row.keeper = tidy(courier), tidy(number), Keeper.COURIER

    row = _moved(actor, sample_id, "ship", change, ["courier", "courier_number", "keeper"], now=now, who=number)
    _tell_provider(row, _("样品已寄出"), now)
    return row


@transaction.atomic
def receive_sample(
    actor: Actor,
    *,
    sample_id: str,
    photo: Picture | None = None,
    place: str = "",
    note: str = "",
    ready_on: date | None = None,
    now: datetime,
) -> Sample:
    """The provider has it (收样登记), with a picture of how it came and the day by which it should be tested."""
    if ready_on is not None:
        declared.refuse_past(ready_on, on=clock.day(now))

    def change(row: Sample) -> None:
        row.received_at, row.keeper, row.place, row.ready_on = now, Keeper.PROVIDER, tidy(place), ready_on

    saves = ["received_at", "keeper", "place", "ready_on"]
    row = _moved(actor, sample_id, "receive", change, saves, now=now, note=note, photo=photo)
    _tell_holder(row, _("样品已收到"), now)
    return row


@transaction.atomic
def reject_sample(actor: Actor, *, sample_id: str, reason: str, photo: Picture | None = None, now: datetime) -> Sample:
    """The provider does not take it (拒收样品), with the reason and a picture if it helps; raises ReasonMissing."""
    why = tidy(reason)
    if not why:
        raise rules.ReasonMissing()

    def change(row: Sample) -> None:
        row.reason = why

    row = _moved(actor, sample_id, "reject", change, ["reason"], now=now, note=why, photo=photo)
    _tell_holder(row, _("样品被拒收，请查看理由"), now)
    return row


@transaction.atomic
def pass_on_sample(actor: Actor, *, sample_id: str, who: str, place: str = "", note: str = "", now: datetime) -> Sample:
    """From one hand to the next within the provider (交接样品): who has it and where it lies."""

    def change(row: Sample) -> None:
        row.place = tidy(place)

    return _moved(actor, sample_id, "pass_on", change, ["place"], now=now, who=who, note=note)


@transaction.atomic
def begin_sample(actor: Actor, *, sample_id: str, now: datetime) -> Sample:
    """Testing begins (开始检测)."""
    return _moved(actor, sample_id, "begin", _nothing, [], now=now)


@transaction.atomic
def finish_sample(actor: Actor, *, sample_id: str, settle_by_on: date, note: str = "", now: datetime) -> Sample:
    """Tested (检测完成); by `settle_by_on` it goes back or is disposed of. Raises SettleDayPast."""
    declared.refuse_past(settle_by_on, on=clock.day(now))

    def change(row: Sample) -> None:
        row.settle_by_on = settle_by_on

    row = _moved(actor, sample_id, "finish", change, ["settle_by_on"], now=now, note=note)
    _tell_holder(row, _("样品检测完成"), now)
    return row


@transaction.atomic
def return_sample(actor: Actor, *, sample_id: str, courier: str, number: str, now: datetime) -> Sample:
    """Sent back (退还样品), or handed over: by whom and under which number. Raises CourierMissing."""
    declared.refuse_unshipped(courier=tidy(courier), number=tidy(number))

    def change(row: Sample) -> None:
        row.keeper, row.back_number = Keeper.HOLDER, f"{tidy(courier)} {tidy(number)}"

    row = _moved(actor, sample_id, "give_back", change, ["keeper", "back_number"], now=now, who=number)
    _tell_holder(row, _("样品已退还"), now)
    return row


@transaction.atomic
def dispose_sample(actor: Actor, *, sample_id: str, note: str, now: datetime) -> Sample:
    """Disposed of (处置样品): how, for the record. Raises ReasonMissing."""
    if not tidy(note):
        raise rules.ReasonMissing()

    def change(row: Sample) -> None:
        row.keeper = Keeper.NOBODY

    row = _moved(actor, sample_id, "dispose", change, ["keeper"], now=now, note=note)
    _tell_holder(row, _("样品已处置"), now)
    return row


@transaction.atomic
def withdraw_sample(actor: Actor, *, sample_id: str, now: datetime) -> Sample:
    """The sender does not send it after all (撤回送样)."""
    row = _moved(actor, sample_id, "withdraw", _nothing, [], now=now)
    _tell_provider(row, _("送样已撤回"), now)
    return row


def _moved(
    actor: Actor,
    sample_id: str,
    action: str,
    change: Callable[[Sample], None],
    saves: list[str],
    *,
    now: datetime,
    who: str = "",
    note: str = "",
    photo: Picture | None = None,
) -> Sample:
    """Lock, check, change, record; a link of the chain is written whenever the sample or its keeper moves."""
    row = samples_visible_to(actor).select_for_update(of=("self",)).filter(id=sample_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on(actor, row)
    move: Move = SAMPLE_MACHINE.check(action, SampleState(row.state), roles)
    change(row)
    file_id = _kept(actor, row, photo, now)
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts={"file_id": file_id} if file_id else {})
    _step(row, actor, who=who, note=note, file_id=file_id, now=now)
    return row


def _nothing(_row: Sample) -> None:
    """A move that changes the state only."""


def _kept(actor: Actor, row: Sample, photo: Picture | None, now: datetime) -> str:
    if photo is None:
        return ""
    readers = [row.holder_id, row.provider_id, row.unit_id or ""]
    file = keep(
        actor,
        name=photo.name,
        content=photo.content,
        kind=Kind.IMAGE,
        subject_id=row.id,
        region=row.region,
        readers=readers,
        role=Role.PROVIDER,
        now=now,
    )
    return str(file.id)


def _step(row: Sample, actor: Actor, *, who: str = "", note: str = "", file_id: str = "", now: datetime) -> None:
    SampleStep.objects.create(
        sample=row,
        at=now,
        keeper=row.keeper,
        person_id=actor.person_id,
        who=tidy(who),
        place=row.place,
        note=tidy(note),
        file_id=file_id,
    )


def _tell_holder(row: Sample, title: str, now: datetime) -> None:
    path = f"/bookings/samples/{row.id}/"
    tell(subject_id=row.id, path=path, title=title, text=row.number, to_person=row.person_id, now=now)


def _tell_provider(row: Sample, title: str, now: datetime) -> None:
    path = f"/bookings/samples/{row.id}/"
    due_on = row.expected_on
    tell(subject_id=row.id, path=path, title=title, text=row.number, to_party=row.provider_id, due_on=due_on, now=now)
