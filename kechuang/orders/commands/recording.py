"""What a settled order leaves on record: one service record, made by the clock (订单自动形成服务记录)."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kechuang.catalog.states import ServiceClass, Unit
from kechuang.kernel.actor import CLOCK
from kechuang.orders.models import Delivery, Order, OrderVersion
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.usage import commands as usage
from kechuang.usage.rules import minutes_of


def record_service(order: Order, *, now: datetime) -> None:
    """Hands a settled order to the service records, voucher or not; asked twice, there is one record."""
    on = clock.day(now)
    deliveries = _deliveries(order.id)
    usage.record_order(
        CLOCK,
        served=usage.Served(
            order_id=order.id,
            number=order.number,
            offer_id=order.offer_id,
            holder_id=order.holder_id,
            title=order.title,
            price_fen=order.price_fen,
            voucher_fen=order.captured_fen,
            from_on=order.started_on or order.placed_on or on,
            until_on=order.delivered_on or on,
            minutes=_charged_minutes(order),
            reports=sum(len(files) for files, _by in deliveries),
            operator_id=deliveries[-1][1] if deliveries else "",
            booking_id=order.booking_id or "",
        ),
        now=now,
    )


@compiled
def _deliveries(order_id: str) -> QuerySet[Delivery, tuple[list[Any], str]]:
    return Delivery.objects.filter(order_id=order_id).order_by("id").values_list("files", "by")


@compiled
def _agreed(order_id: str) -> QuerySet[OrderVersion]:
    return OrderVersion.objects.filter(order_id=order_id, agreed_on__isnull=False).order_by("-version")[:1]


def _charged_minutes(order: Order) -> int:
    """Machine hours of the agreed lines; lines by the sample or piece say nothing about hours."""
    if order.service != ServiceClass.INSTRUMENT:
        return 0
    agreed = _agreed.first(order.id)
    lines = agreed.lines if agreed else []
    return minutes_of(sum(line["quantity"] for line in lines if line["unit"] == Unit.HOUR))
