"""Double clicks and two sides at once, each with the same race run without its guard."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kechuang.kernel.actor import Actor
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands
from kechuang.orders.access import visible_to
from kechuang.orders.commands import steps
from kechuang.orders.models import Order
from kechuang.trail.models import Event
from tests.orders.conftest import Market
from tests.vouchers.conftest import YUECHENG
from tests.vouchers.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 6


@pytest.fixture
def market(book: None, transactional_db: None) -> Iterator[Market]:
    return Market()


class _Unlocked:
    """The guard taken out: reads without a lock, and waits until the others have read too."""

    def __init__(self, racers: int) -> None:
        self.all_read = threading.Barrier(racers)

    def first(self, actor: Actor, order_id: str) -> Any:
        found = visible_to(actor).filter(id=order_id).first()
        with contextlib.suppress(threading.BrokenBarrierError):
            self.all_read.wait(timeout=5)
        return found


def settle_at_once(market: Market) -> int:
    """How often an order was settled when it was pressed by many at once."""
    order = market.paid()
    race(*[lambda: commands.settle(market.holder, order_id=order.id, now=market.now) for _ in range(RACERS)])
    return Event.objects.filter(object_id=order.id, action="orders.settle").count()


def test_settled_by_many_clicks_it_is_offset_once(market: Market) -> None:
    assert settle_at_once(market) == 1
    unclaimed = balance_at(Place(Kind.UNCLAIMED, YUECHENG, 2025, market.server.party_id))
    assert unclaimed.posted_fen == 400_000


def test_control_without_the_lock_it_is_settled_more_than_once(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    order_lock = _Unlocked(RACERS)
    order = market.paid()
    monkeypatch.setattr(steps, "_locked", order_lock)
    race(*[lambda: commands.settle(market.holder, order_id=order.id, now=market.now) for _ in range(RACERS)])
    assert Event.objects.filter(object_id=order.id, action="orders.settle").count() > 1


def test_accepting_and_cancelling_at_once_only_one_happens(market: Market) -> None:
    order = market.quoted()
    race(
        lambda: commands.place(market.holder, order_id=order.id, declares=True, now=market.now),
        lambda: commands.decline(market.server, order_id=order.id, reason="无法承接", now=market.now),
    )
    done = Order.objects.get(id=order.id)
    held = balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, market.voucher_id)).held_fen
    assert (done.state, held) in {("placed", 400_000), ("declined", 0)}


def test_control_without_the_lock_it_is_both_placed_and_declined(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = market.quoted()
    monkeypatch.setattr(steps, "_locked", _Unlocked(2))
    race(
        lambda: commands.place(market.holder, order_id=order.id, declares=True, now=market.now),
        lambda: commands.decline(market.server, order_id=order.id, reason="无法承接", now=market.now),
    )
    done = set(Event.objects.filter(object_id=order.id).values_list("action", flat=True))
    assert {"orders.place", "orders.decline"} <= done
