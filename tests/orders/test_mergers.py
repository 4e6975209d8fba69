"""Firms merge and are struck off: vouchers and orders carry over, or end by decision; history stays."""

import pytest

from kechuang.kernel.actor import CLOCK, Actor
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands, queries
from kechuang.orders.jobs import run_mergers
from kechuang.orders.models import Order
from kechuang.parties import commands as parties
from kechuang.parties.models import Party
from kechuang.trail.queries import altered_rows
from kechuang.vouchers.jobs import run_mergers as run_voucher_mergers
from kechuang.vouchers.models import HolderYear, Voucher
from tests.orders.conftest import Market
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db


def merge(market: Market, merged: Actor, name: str) -> Actor:
    heir = market.party(name)
    parties.merge_parties(CLOCK, kept_id=heir.id, merged_id=merged.party_id, reason="吸收合并", now=market.now)
    return market.head(Party.objects.get(id=heir.id))


def unclaimed(party_id: str) -> tuple[int, int]:
    found = balance_at(Place(Kind.UNCLAIMED, YUECHENG, 2025, party_id))
    return found.posted_fen, found.held_fen


def test_a_merged_holders_voucher_and_orders_go_on_with_who_took_it_over(market: Market) -> None:
    placed, settled = market.placed(), market.settled()
    heir = merge(market, market.holder, "承继企业")
    assert run_mergers(now=market.now) == 1
    assert run_voucher_mergers(now=market.now) == 0  # it went over with its order
    assert Voucher.objects.get(id=market.voucher_id).party_id == heir.party_id
    assert HolderYear.objects.get(party_id=heir.party_id).used_fen == 800_000
    assert HolderYear.objects.get(party_id=market.holder.party_id).used_fen == 0
    done = commands.cancel(heir, order_id=placed.id, reason="不再需要", now=market.now)
    assert done.holder_id == heir.party_id
    assert Order.objects.get(id=settled.id).holder_id == market.holder.party_id  # what is over stays as it was
    assert altered_rows() == []


def test_a_merged_providers_orders_and_the_money_on_them_go_on(market: Market) -> None:
    order = market.delivered()
    heir = merge(market, market.server, "承继机构")
    assert run_mergers(now=market.now) == 1
    assert run_mergers(now=market.now) == 0
    commands.accept(market.holder, order_id=order.id, now=market.now)
    share = Order.objects.get(id=order.id).own_share_fen
    commands.own_share(market.holder, order_id=order.id, fen=share, reference="DEMO-1", now=market.now)
    commands.settle(market.holder, order_id=order.id, now=market.now)
    assert unclaimed(heir.party_id)[0] == 400_000
    assert unclaimed(market.server.party_id)[0] == 0
    assert [row.id for row in queries.unclaimed(heir.party_id)] == [order.id]
    assert altered_rows() == []


def test_an_order_between_two_that_become_one_ends(market: Market) -> None:
    order = market.placed()
    provider = market.server.party_id
    parties.merge_parties(CLOCK, kept_id=provider, merged_id=market.holder.party_id, reason="吸收合并", now=market.now)
    run_mergers(now=market.now)
    done = Order.objects.get(id=order.id)
    assert (done.state, done.reason) == ("cancelled", "双方已合并为同一单位")


def test_an_order_of_a_struck_off_side_ends_by_decision_of_the_office(market: Market) -> None:
    order = market.placed()
    parties.strike_off(CLOCK, party_id=market.server.party_id, reason="注销", now=market.now)
    done = commands.terminate(market.county, order_id=order.id, reason="服务机构已注销", now=market.now)
    assert done.state == "cancelled"
    held = balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, market.voucher_id)).held_fen
    assert held == 0
