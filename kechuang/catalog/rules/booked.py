"""How much of a unit a booked time is (预约计价数量). Pure."""

from collections.abc import Sequence

from kechuang.catalog.rules.prices import Charge, PriceLine, charges
from kechuang.catalog.states import BOOKED_MINUTES, UNIT_HUNDREDTHS, ItemKind, Unit


def quantity(unit: str, *, minutes: int, samples: int = 0) -> int:
    """In hundredths: hours to the hundredth, rounded up; days begun whole; 样品 and 件 by the samples, 次 and 份 once.

    0 where a booked time is not counted by the unit.
    """
    match Unit(unit):
        case Unit.HOUR:
            return -(-minutes * UNIT_HUNDREDTHS // BOOKED_MINUTES[Unit.HOUR])
        case Unit.DAY:
            return -(-minutes // BOOKED_MINUTES[Unit.DAY]) * UNIT_HUNDREDTHS
        case Unit.SAMPLE | Unit.PIECE:
            return samples * UNIT_HUNDREDTHS
        case Unit.TIMES | Unit.REPORT:
            return UNIT_HUNDREDTHS
    return 0


def charge_of(lines: Sequence[PriceLine], *, minutes: int) -> Charge | None:
    """What a booked time comes to by the first base line that counts it; None when no line does."""
    for line in lines:
        if line.kind is ItemKind.BASE and (hundredths := quantity(line.unit, minutes=minutes)):
            return charges([(line, hundredths)])[0]
    return None
