"""What a booked time comes to by the inside prices (内部价)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from kechuang.bookings.models import Booking
from kechuang.catalog.queries import price_lists
from kechuang.catalog.rules.booked import charge_of
from kechuang.catalog.states import UNIT_HUNDREDTHS, PriceGroup
from kechuang.kernel.money import Fen


@dataclass(frozen=True, slots=True)
class InsideCharge:
    """One instrument's share of what a booking costs its own house."""

    instrument_id: str
    item: str
    unit: str
    hundredths: int
    price_fen: int | None
    fen: Fen

    @property
    def counted(self) -> str:
        """The quantity in words: 2.5."""
        whole, rest = divmod(self.hundredths, UNIT_HUNDREDTHS)
        return f"{whole}.{rest:02}".rstrip("0").rstrip(".")

    def kept(self) -> dict[str, object]:
        """As the booking keeps it."""
        return asdict(self)


def inside_charges(instrument_ids: Sequence[str], *, minutes: int, on: date) -> list[InsideCharge]:
    """By the inside lines of the day's price lists (or those for all); what no line counts costs nothing. One statement."""
    lists = price_lists(instrument_ids, on=on, group=PriceGroup.INSIDE)
    found = []
    for instrument_id in instrument_ids:
        if charge := charge_of(lists[instrument_id], minutes=minutes):
            line = charge.line
            price = None if line.price_fen is None else int(line.price_fen)
            found.append(InsideCharge(instrument_id, line.item, str(line.unit), charge.hundredths, price, charge.fen))
    return found


def kept_charges(row: Booking) -> list[InsideCharge]:
    """Those a booking keeps."""
    return [InsideCharge(**charge) for charge in row.charges or []]


def charge_fen_of(booking_id: str) -> int:
    """What the house itself is charged for a booking, 0 for nothing: where the record of its use begins."""
    return Booking.objects.filter(id=booking_id).values_list("charge_fen", flat=True).first() or 0
