"""What stands in a calendar (周视图): one statement, whatever the number of events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from kechuang.bookings.access import visible_to
from kechuang.bookings.models import Slot
from kechuang.bookings.states import OCCUPYING, BookingState, SlotKind
from kechuang.catalog.states import OfferState
from kechuang.kernel.actor import Actor
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One bar of a calendar. Of a booking that is not the actor's to see only its time is told."""

    id: str  # of the slot
    instrument_id: str
    kind: str  # booking or block
    from_at: datetime
    until_at: datetime
    mine: bool = False
    serves: bool = False  # the actor's party is the provider
    booking_id: str = ""
    block_id: str = ""
    number: str = ""
    state: str = ""
    block_kind: str = ""
    holder_name: str = ""
    person_id: str = ""
    purpose: str = ""
    version: int = 0
    order_id: str = ""


_COLUMNS = (
    "id", "instrument_id", "kind", "from_at", "until_at", "booking_id", "booking__number", "booking__state",
    "booking__from_at", "booking__until_at", "booking__holder_id", "booking__holder__name", "booking__person_id",
    "booking__purpose", "booking__provider_id", "booking__unit_id", "booking__version", "booking__order_id",
    "block_id", "block__kind", "block__reason", "block__party_id", "block__unit_id",
)  # fmt: skip


def week(
    actor: Actor,
    *,
    from_: datetime,
    until: datetime,
    instrument_ids: Iterable[str] = (),
    person_id: str = "",
) -> list[CalendarEvent]:
    """What occupies these instruments, or what a person has booked, between two instants. One statement."""
    ids = list(instrument_ids)
    if not ids and not person_id:
        return []
    return [
        _event(actor, dict(zip(_COLUMNS, row, strict=True))) for row in _occupied(actor, from_, until, ids, person_id)
    ]


@compiled
def _occupied(
    actor: Actor, from_: datetime, until: datetime, instrument_ids: list[str], person_id: str
) -> QuerySet[Slot, tuple[Any, ...]]:
    rows = Slot.objects.filter(active=True, until_at__gt=from_, from_at__lt=until)
    if person_id:
        seen = visible_to(actor).filter(person_id=person_id, state__in=OCCUPYING)
        rows = rows.filter(kind=SlotKind.BOOKING, booking__in=seen)
    if instrument_ids:
        published = ~Q(instrument__state=OfferState.DRAFT)
        own = Q(instrument__party_id=actor.party_id) if actor.party_id else Q()
        rows = rows.filter(published | own, instrument_id__any=instrument_ids)
    return rows.order_by("from_at", "id").values_list(*_COLUMNS)


def _event(actor: Actor, row: dict[str, Any]) -> CalendarEvent:
    block = row["kind"] == SlotKind.BLOCK
    party, unit = (row["block__party_id"], row["block__unit_id"]) if block else _provider(row)
    serves = bool(actor.party_id) and party == actor.party_id and (not actor.unit_ids or unit in actor.unit_ids)
    mine = bool(actor.party_id) and row["booking__holder_id"] == actor.party_id
    bare = {"id": row["id"], "instrument_id": row["instrument_id"], "kind": row["kind"], "serves": serves, "mine": mine}
    if block:
        why = row["block__reason"] if serves else ""
        return CalendarEvent(
            **bare,
            from_at=row["from_at"],
            until_at=row["until_at"],
            block_id=row["block_id"],
            block_kind=row["block__kind"],
            purpose=why,
        )
    time = {"from_at": row["booking__from_at"], "until_at": row["booking__until_at"]}
    if not (mine or serves or actor.clock):
        hidden = BookingState.CONFIRMED if row["booking__state"] != BookingState.REQUESTED else BookingState.REQUESTED
        return CalendarEvent(**bare, **time, state=hidden)
    return CalendarEvent(
        **bare,
        **time,
        booking_id=row["booking_id"],
        number=row["booking__number"],
        state=row["booking__state"],
        holder_name=row["booking__holder__name"],
        person_id=row["booking__person_id"],
        purpose=row["booking__purpose"],
        version=row["booking__version"],
        order_id=row["booking__order_id"],
    )


def _provider(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["booking__provider_id"], row["booking__unit_id"]
