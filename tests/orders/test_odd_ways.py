"""Odd ways of an order's price: amounts below nothing, one surcharge twice, an office elsewhere that mediates."""

from dataclasses import replace

import pytest

from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands
from kechuang.orders.commands.asking import _mediating
from kechuang.orders.models import Order
from kechuang.orders.rules import Asked, OrderTerms
from kechuang.parties.queries import party
from kechuang.policy.book import in_force
from kechuang.trail.queries import altered_rows
from tests.claims.conftest import reading
from tests.orders.conftest import Market
from tests.vouchers.conftest import KEQIAO, SCHEME, YUECHENG

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


@pytest.mark.parametrize(
    ("outcome", "state", "voucher", "held"),
    [
        ("accept", "accepted", 400_000, 400_000),
        ("part", "accepted", 150_000, 150_000),
        ("cancel", "cancelled", 400_000, 0),
    ],
)
def test_an_office_elsewhere_mediates_to_every_end(
    market: Market, outcome: str, state: str, voucher: int, held: int
) -> None:
    """协调争议的机关: by another reading the provider's county, which does not see the issuing county's vouchers."""
    with reading(dispute_office="provider_county"):
        market.server = market.provider("柯桥示例检测有限公司", KEQIAO)
        market.offer_id = market.offer(market.server)
        order = market.delivered()
        commands.dispute(market.holder, order_id=order.id, reason="报告数据有误", now=market.now)
        given = {"order_id": order.id, "outcome": outcome, "reason": "双方同意", "price_fen": Fen(300_000)}
        with pytest.raises((MoveNotOpen, NotVisible)):
            commands.resolve(market.county, now=market.now, **given)
        done = commands.resolve(market.officer(region=KEQIAO), now=market.now, **given)
    assert (done.dispute_region, done.state, done.voucher_fen) == (KEQIAO, state, voucher)
    assert balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, market.voucher_id)).held_fen == held
    assert altered_rows() == []


def test_for_a_provider_from_outside_the_office_it_applied_to_mediates(market: Market) -> None:
    """A county outside the city has no office under this scheme."""
    terms = in_force(SCHEME, OrderTerms, on=market.today).terms
    order = Order(region=YUECHENG)
    outside = replace(party(market.server.party_id), region="330100")
    for asked, region in (("provider_county", YUECHENG), ("issuing_county", YUECHENG)):
        assert _mediating(order, outside, None, replace(terms, dispute_office=asked)) == region
