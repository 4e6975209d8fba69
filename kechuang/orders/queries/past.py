"""The orders of a past year, as upper rooms count them (历年订单)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from kechuang.orders.models import Order
from kechuang.orders.states import READ_TOGETHER, OrderState

_WITHOUT_SERVICE = (OrderState.DECLINED, OrderState.WITHDRAWN, OrderState.CANCELLED, OrderState.LAPSED)

FIELDS = ("id", "holder_id", "region", "service", "channel", "price_fen", "placed_on", "state")


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One order that was placed; `standing` is one that did not end without service."""

    id: str
    holder_id: str
    region: str
    service: str
    channel: str
    price_fen: int
    placed_on: date
    standing: bool


def placed(scheme: str, regions: Collection[str], *, since: date, until: date) -> list[PastOrder]:
    """What was placed under a scheme in some counties from `since` until `until` (exclusive). One statement."""
    rows = Order.objects.filter(scheme=scheme, region__in=regions, placed_on__gte=since, placed_on__lt=until)
    found = rows.order_by("id").only(*FIELDS).iterator(READ_TOGETHER)
    return [
        PastOrder(
            id=row.id,
            holder_id=row.holder_id,
            region=row.region,
            service=row.service,
            channel=row.channel,
            price_fen=row.price_fen,
            placed_on=row.placed_on or since,
            standing=row.state not in _WITHOUT_SERVICE,
        )
        for row in found
    ]
