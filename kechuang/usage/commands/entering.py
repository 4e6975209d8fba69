"""Entering, correcting and voiding service records by hand (录入、更正、作废服务记录)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from kechuang.bookings import queries as bookings
from kechuang.bookings.states import MACHINE as BOOKING_MACHINE
from kechuang.bookings.states import BookingState
from kechuang.catalog import queries as catalog
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import credit_code
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import PartyCard, parties, party_by_code, person_names
from kechuang.trail.commands import record as record_event
from kechuang.ui import clock
from kechuang.usage import rules
from kechuang.usage.access import roles_on, visible_to
from kechuang.usage.commands.writing import Entry, Seat, normalised, write
from kechuang.usage.models import ServiceRecord, Standing
from kechuang.usage.queries.drafts import draft_of, lives
from kechuang.usage.rules import Draft
from kechuang.usage.states import RECORD_MACHINE, Grade, Origin, RecordState

# A booking in these states was not used: nothing was served under it.
UNUSED = (
    BookingState.REFUSED,
    BookingState.CANCELLED,
    BookingState.LAPSED,
    BookingState.NO_SHOW,
)


@transaction.atomic
def enter(actor: Actor, *, draft: Draft, now: datetime) -> ServiceRecord:
    """Enters one service (登记服务记录): hours of grade C. The same again answers with the first.

    Raises NotVisible for another's carrier, and every refusal of rules: times, hours, overlap, existence, client,
    customs, cancelled booking, number taken, an order that has its record already.
    """
    seat = own_seat(actor, draft.carrier_id)
    draft = checked(actor, draft, seat, now=now)
    if standing := _same_number(draft):
        row = standing.record
        if draft_of(row) == replace(draft, order_id=row.order_id, order_line=row.order_line):
            return row
        raise rules.NumberTaken(number=draft.internal_number)
    refuse_order(draft)
    entry = Entry(draft, seat, Origin.TYPED, Grade.TYPED)
    (made,) = write([entry], by=actor.person_id, now=now)
    assert made.record is not None
    told(actor, made.record, "enter", _("登记服务记录"), Role.PROVIDER, now)
    return made.record


@transaction.atomic
def correct(actor: Actor, *, record_id: str, changes: Mapping[str, Any], reason: str, now: datetime) -> ServiceRecord:
    """Corrects a record (更正): a new version that names the former, which stays. Raises Superseded, NothingChanged,
    OrderFixed, ReasonMissing and what `enter` raises."""
    standing, former, move = _begun(actor, record_id, "correct", reason)
    before = draft_of(former)
    fresh = normalised(rules.corrected(before, changes))
    seat = own_seat(actor, fresh.carrier_id)
    after = checked(actor, fresh, seat, now=now)
    if after == before:
        raise rules.NothingChanged
    if after.internal_number != before.internal_number and _same_number(after):
        raise rules.NumberTaken(number=after.internal_number)
    if after.order_number != before.order_number:
        refuse_order(after)
    grade = Grade(standing.grade) if _same_hours(before, after) else Grade.TYPED
    state = RecordState(str(move.lands(RecordState(former.state))))
    entry = Entry(after, seat, Origin.TYPED, grade, former, state, reason)
    (made,) = write([entry], by=actor.person_id, now=now)
    assert made.record is not None
    facts = {"former": former.id, "columns": rules.differences(before, after)}
    told(actor, made.record, "correct", move.label, Role.PROVIDER, now, facts)
    return made.record


@transaction.atomic
def void(actor: Actor, *, record_id: str, reason: str, now: datetime) -> ServiceRecord:
    """Voids a record that should not be there (作废): it stays readable and counts nowhere. Raises as `correct`."""
    standing, former, move = _begun(actor, record_id, "void", reason)
    if former.order_id:
        raise rules.OrderFixed(number=former.order_number)
    seat = Seat(former.carrier_id, former.party_id, former.unit_id or "", former.region)
    entry = Entry(draft_of(former), seat, Origin.TYPED, Grade(standing.grade), former, RecordState.VOIDED, reason)
    (made,) = write([entry], by=actor.person_id, now=now)
    assert made.record is not None
    told(actor, made.record, "void", move.label, Role.PROVIDER, now, {"former": former.id})
    return made.record


def _begun(actor: Actor, record_id: str, action: str, reason: str) -> tuple[Standing, ServiceRecord, Move]:
    standing = visible_to(actor).select_for_update(of=("self",)).filter(record_id=record_id).first()
    if standing is None:
        if ServiceRecord.objects.filter(id=record_id, root_id__in=visible_to(actor).values("id")).exists():
            raise rules.Superseded
        raise NotVisible
    former = ServiceRecord.objects.get(id=record_id)
    move = RECORD_MACHINE.check(action, RecordState(former.state), roles_on(actor, standing))
    if not reason.strip():
        raise rules.ReasonMissing
    return standing, former, move


def own_seat(actor: Actor, carrier_id: str) -> Seat:
    """The carrier as its own people enter for it; raises NotVisible."""
    row = catalog.carrier(actor, carrier_id)
    return Seat(row.id, row.party_id, row.unit_id or "", row.region)


def checked(actor: Actor, draft: Draft, seat: Seat, *, now: datetime) -> Draft:
    """The draft made whole (client by code, operator's name) and checked; raises what cannot be."""
    draft = named(normalised(draft), now=now)
    if draft.instrument_id:
        card = catalog.offer(actor, draft.instrument_id)
        if card.carrier_id != seat.carrier_id:
            raise rules.NotOfCarrier(name=card.name, carrier=catalog.carrier(actor, seat.carrier_id).name)
    if draft.booking_id:
        refuse_booking(actor, draft, now=now)
    known = lives([draft.instrument_id], on=clock.day(draft.until_at)) if draft.instrument_id else {}
    own = draft.client_id == seat.party_id
    rules.check(draft, life=known.get(draft.instrument_id), provider_name=draft.client_name, own=own, now=now)
    return draft


def named(draft: Draft, *, now: datetime) -> Draft:
    """A client given by code is the party with that code, when it is known here; names and seats follow from it."""
    client: PartyCard | None = None
    code = credit_code(draft.client_code) if draft.client_code else ""
    if draft.client_id:
        client = parties([draft.client_id]).get(draft.client_id)
    elif code:
        client = party_by_code(code)
    if client:
        draft = replace(draft, client_id=client.id, client_name=client.name, client_region=client.region)
    if draft.operator_id and not draft.operator_name:
        draft = replace(draft, operator_name=person_names([draft.operator_id]).get(draft.operator_id, ""))
    return replace(draft, client_code=client.credit_code if client else code)


def refuse_booking(actor: Actor, draft: Draft, *, now: datetime) -> None:
    """No record for a booking that was not used, nor for one of another instrument; raises NotVisible for another's."""
    row = bookings.booking(actor, draft.booking_id, now=now).booking
    state = BookingState(row.state)
    if state in UNUSED:
        raise rules.BookingCancelled(number=row.number, state_label=BOOKING_MACHINE.labels[state])
    if draft.instrument_id and draft.instrument_id not in row.instruments:
        raise rules.BookingOfOther(number=row.number)


def refuse_order(draft: Draft) -> None:
    """An order that has settled on the platform has its record already."""
    if not draft.order_number or draft.order_id:
        return
    made = Standing.objects.filter(carrier_id=draft.carrier_id, order_number=draft.order_number, active=True)
    if found := made.exclude(order_id="").first():
        raise rules.AlreadyFromOrder(number=draft.order_number, record=found.internal_number)


def told(
    actor: Actor,
    row: ServiceRecord,
    action: str,
    label: str,
    role: Role,
    now: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    """The event of a version: figures and ids, no personal data."""
    said = {
        "internal_number": row.internal_number,
        "instrument_id": row.instrument_id or "",
        "minutes": row.minutes,
        "amount_fen": row.amount_fen,
        "audience": row.audience,
        "origin": row.origin,
    }
    record_event(actor, row, action, label=label, role=role, now=now, target=row.state, facts=said | dict(facts or {}))


def _same_number(draft: Draft) -> Standing | None:
    if not draft.internal_number:
        return None
    rows = Standing.objects.select_related("record")
    return rows.filter(carrier_id=draft.carrier_id, internal_number=draft.internal_number).first()


def _same_hours(before: Draft, after: Draft) -> bool:
    """Hours typed anew are typed hours, also where an operator's run had said otherwise."""
    names = ("instrument_id", "from_at", "until_at", "minutes")
    return all(getattr(before, name) == getattr(after, name) for name in names)
