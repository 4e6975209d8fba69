"""Odd ways of an order's price: amounts below nothing, one surcharge twice, an office elsewhere that mediates."""

import pytest

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.orders import commands
from kechuang.orders.rules import Asked
from tests.orders.conftest import Market

pytestmark = pytest.mark.django_db


def test_public_money_below_nothing_does_not_widen_the_limit(market: Market) -> None:
    with pytest.raises(Refusal):
        market.requested(other_public_fen=Fen(-1_000_000))


def test_a_rate_is_taken_once_however_often_it_is_asked(market: Market) -> None:
    order = market.requested()
    rush = market.line(1)
    lines = [market.line(), rush, Asked(rush.price_id)]
    with pytest.raises(Refusal):
        commands.quote(market.server, order_id=order.id, lines=lines, declares=True, now=market.now)
    lines = [market.line(), rush]
    quoted = commands.quote(market.server, order_id=order.id, lines=lines, declares=True, now=market.now)
    assert quoted.price_fen == 1_200_000
