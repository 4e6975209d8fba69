"""What an order must be like that was settled before this platform (期初订单). Pure."""

from datetime import date

from kechuang.orders.rules.refusals import OpeningDaysOff, OpeningOffsetOff, OrderNumberTaken


def refuse_taken(number: str, *, new: bool, undone: bool) -> None:
    """A number is free, or its order was taken over here before and taken back again; raises OrderNumberTaken."""
    if not (new or undone):
        raise OrderNumberTaken(number=number)


def refuse_opening(*, price_fen: int, offset_fen: int, placed_on: date, settled_on: date, on: date) -> None:
    """Placed before it was settled, settled before it is taken over, and offset in part only (自付款大于零).

    Raises OpeningDaysOff, OpeningOffsetOff.
    """
    if not placed_on <= settled_on <= on:
        raise OpeningDaysOff(placed_on=placed_on.isoformat(), settled_on=settled_on.isoformat())
    if not 0 < offset_fen < price_fen:
        raise OpeningOffsetOff()
