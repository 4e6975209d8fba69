"""What orders ask of bookings: one as it is ordered, and those that came to nothing under an open order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kechuang.bookings.access import visible_to
from kechuang.bookings.models import Booking
from kechuang.bookings.states import BATCH, MACHINE, SECONDS_IN_MINUTE, BookingState
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.ui.compiled import compiled

CAME_TO_NOTHING = (BookingState.REFUSED, BookingState.LAPSED)


@dataclass(frozen=True, slots=True)
class BookingForOrder:
    """A booking as an order is made of it. Minutes are those booked, in whole ones."""

    id: str
    number: str
    state: str
    instrument_id: str
    holder_id: str
    provider_id: str
    from_at: datetime
    until_at: datetime
    order_id: str
    samples: int

    @property
    def minutes(self) -> int:
        return int((self.until_at - self.from_at).total_seconds()) // SECONDS_IN_MINUTE

    @property
    def state_label(self) -> str:
        return MACHINE.labels[BookingState(self.state)]


@dataclass(frozen=True, slots=True)
class Ended:
    order_id: str
    why: str


def for_order(actor: Actor, booking_id: str) -> BookingForOrder:
    """One's own booking, to order by; raises NotVisible, also to whoever is not its holder."""
    row = visible_to(actor).filter(id=booking_id, holder_id=actor.party_id or None).first()
    if row is None:
        raise NotVisible
    return of_row(row)


def refuse_stranger(actor: Actor, booking_id: str) -> None:
    """Who may not see a booking learns nothing of its order either; raises NotVisible."""
    if not visible_to(actor).filter(id=booking_id).exists():
        raise NotVisible


def of_row(row: Booking) -> BookingForOrder:
    return BookingForOrder(
        id=row.id,
        number=row.number,
        state=row.state,
        instrument_id=row.instrument_id,
        holder_id=row.holder_id,
        provider_id=row.provider_id,
        from_at=row.from_at,
        until_at=row.until_at,
        order_id=row.order_id,
        samples=0,
    )


@compiled
def _ended() -> QuerySet[Booking]:
    return Booking.objects.filter(state__in=CAME_TO_NOTHING).exclude(order_id="").order_by("-id")[:BATCH]


def ended_with_order() -> Iterator[Ended]:
    """Bookings with an order that were refused or ran out (预约未成), the newest first."""
    for row in _ended():
        yield Ended(row.order_id, row.reason or MACHINE.labels[BookingState(row.state)])
