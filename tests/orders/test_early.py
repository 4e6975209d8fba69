"""The other readings: settled when ordered, refunds after, revocation of a provider, waiting lists, statements counted."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands, queries
from kechuang.orders.jobs import run_revocations
from kechuang.orders.models import Order
from kechuang.orders.states import ContractKind
from kechuang.policy.book import Book, Pack, current, installed
from kechuang.registers import commands as registers
from kechuang.registers.models import Admission
from kechuang.trail.queries import altered_rows
from kechuang.vouchers import queries as vouchers
from kechuang.vouchers.models import Hold, HolderYear
from kechuang.vouchers.queries import Price
from kechuang.vouchers.rules import OrderFacts
from tests.orders.conftest import Market, paper
from tests.vouchers.conftest import SCHEME, YUECHENG

pytestmark = pytest.mark.django_db


def reading(**changes: str) -> Book:
    """The pack with other values of some parameters, from its first day."""
    pack: Pack = current().packs[SCHEME]
    parameters = dict(pack.parameters)
    for name, value in changes.items():
        first = parameters[name].values[0]
        parameters[name] = replace(parameters[name], values=(replace(first, is_=value, until=None),))
    return Book({**current().packs, SCHEME: replace(pack, parameters=parameters)})


@pytest.fixture
def early(market: Market) -> Iterator[Market]:
    with installed(reading(settle_at="order")):
        yield market


def free(market: Market) -> int:
    return balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, market.voucher_id)).free_fen


def unclaimed(market: Market) -> int:
    return balance_at(Place(Kind.UNCLAIMED, YUECHENG, 2025, market.server.party_id)).posted_fen


def test_settled_at_the_order_it_is_offset_when_placed(early: Market) -> None:
    order = early.placed()
    assert (order.captured_fen, unclaimed(early)) == (400_000, 400_000)
    paid = commands.own_share(early.holder, order_id=order.id, fen=Fen(400_000), reference="DEMO-1", now=early.now)
    assert paid.paid_fen == 400_000  # no bound on the first instalment then
    assert altered_rows() == []


def test_fewer_final_lines_put_a_part_of_the_early_offset_back(early: Market) -> None:
    order = early.delivered()
    commands.propose_final(early.server, order_id=order.id, lines=[early.line(samples=200)], now=early.now)
    done = commands.agree_final(early.holder, order_id=order.id, now=early.now)
    assert (done.voucher_fen, done.captured_fen, unclaimed(early)) == (100_000, 100_000, 100_000)
    assert free(early) == 9_900_000
    assert HolderYear.objects.get(party_id=early.holder.party_id).used_fen == 100_000


def test_more_final_lines_offset_more_at_once(early: Market) -> None:
    order = early.delivered()
    commands.propose_final(early.server, order_id=order.id, lines=[early.line(samples=1_000)], now=early.now)
    done = commands.agree_final(early.holder, order_id=order.id, now=early.now)
    assert (done.voucher_fen, done.captured_fen, unclaimed(early)) == (500_000, 500_000, 500_000)
    assert Hold.objects.filter(order_id=order.id, state="captured").count() == 2
    commands.accept(early.holder, order_id=order.id, now=early.now)
    share = Fen(done.own_share_fen)
    commands.own_share(early.holder, order_id=order.id, fen=share, reference="DEMO-1", now=early.now)
    settled = commands.settle(early.holder, order_id=order.id, now=early.now)
    assert (settled.captured_fen, unclaimed(early)) == (500_000, 500_000)
    assert altered_rows() == []


@pytest.mark.parametrize(
    ("after", "to_voucher"),
    [("restored", 10_000_000), ("returned", 9_600_000)],
)
def test_a_cancelled_early_order_gives_back_as_the_terms_say(market: Market, after: str, to_voucher: int) -> None:
    with installed(reading(settle_at="order", refund_after_settlement=after)):
        order = market.placed()
        done = commands.cancel(market.server, order_id=order.id, reason="设备故障", now=market.now)
    assert (done.captured_fen, free(market), unclaimed(market)) == (0, to_voucher, 0)
    assert altered_rows() == []


@pytest.mark.parametrize(
    ("rule", "states"),
    [
        ("finish_started", ["cancelled", "cancelled", "in_service"]),
        ("cancel_all", ["cancelled", "cancelled", "cancelled"]),
        ("finish_all", ["cancelled", "placed", "in_service"]),
    ],
)
def test_what_a_revocation_does_to_open_orders(market: Market, rule: str, states: list[str]) -> None:
    with installed(reading(on_revocation=rule)):
        orders = [market.quoted(), market.placed(), market.in_service()]
        admission = Admission.objects.get(party_id=market.server.party_id)
        bureau = market.officer(Role(admission.revoking_role), admission.revoking_region)
        registers.revoke(
            bureau,
            admission_id=admission.id,
            ground="violation",
            reason="出具虚假报告",
            article="三（二）4",
            now=market.now,
        )
        run_revocations(now=market.now)
        assert run_revocations(now=market.now) == 0
    assert [Order.objects.get(id=order.id).state for order in orders] == states
    held = balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, market.voucher_id)).held_fen
    assert held == 400_000 * sum(state in ("placed", "in_service") for state in states)


def test_silence_may_bring_the_office_instead(market: Market) -> None:
    with installed(reading(on_accept_silence="escalate")):
        order = market.delivered()
        market.days(16)
        assert commands.time_out(CLOCK, order_id=order.id, now=market.now).state == "disputed"
    assert [row.subject_id for row in queries.waiting_for(market.county, on=market.today)] == [order.id]


def test_each_side_sees_what_waits_for_it(market: Market) -> None:
    asked, delivered = market.requested(), market.delivered()
    mine = queries.waiting_for(market.holder, on=market.today)
    theirs = queries.waiting_for(market.server, on=market.today)
    assert [(row.subject_id, row.title) for row in mine] == [(delivered.id, "验收服务")]
    assert [(row.subject_id, row.title) for row in theirs] == [(asked.id, "报价")]
    assert mine[0].due_on == queries.sheet(market.holder, delivered.id, on=market.today).order.due_on


def test_a_contract_waits_for_who_draws_and_who_seals_it(market: Market) -> None:
    def titles(actor: Actor) -> list[str]:
        return [row.title for row in queries.waiting_for(actor, on=market.today)]

    order = market.placed()
    assert (titles(market.holder), titles(market.server)) == ([], ["提交服务合同"])
    commands.contract(market.server, order_id=order.id, kind=ContractKind.TEMPLATE, now=market.now)
    assert (titles(market.holder), titles(market.server)) == (["合同用印"], ["合同用印"])
    commands.seal(market.server, order_id=order.id, now=market.now)
    commands.start(market.server, order_id=order.id, now=market.now)
    assert (titles(market.holder), titles(market.server)) == (["合同用印"], ["交付服务报告"])
    commands.seal(market.holder, order_id=order.id, now=market.now)
    assert titles(market.holder) == []
    commands.deliver(market.server, order_id=order.id, files=[paper()], now=market.now)
    assert (titles(market.holder), titles(market.server)) == (["验收服务"], [])
    commands.accept(market.holder, order_id=order.id, now=market.now)
    assert titles(market.holder) == ["登记自付款凭证"]
    share = Fen(Order.objects.get(id=order.id).own_share_fen)
    commands.own_share(market.holder, order_id=order.id, fen=share, file=paper("回单.pdf"), now=market.now)
    assert titles(market.holder) == ["结算订单"]


def test_a_list_of_prices_needs_no_more_statements_than_one(market: Market) -> None:
    def statements(count: int) -> int:
        prices = [Price(str(n), Fen(100_000 + n), OrderFacts()) for n in range(count)]
        with CaptureQueriesContext(connection) as seen:
            after = vouchers.prices_after(market.holder.party_id, SCHEME, prices, on=market.today)
        assert after["0"].voucher_fen == 50_000
        assert after["0"].bound_label == "抵扣比例"
        return len(seen)

    statements(1)  # what is kept in the process is read once
    assert statements(1) == statements(200) <= 4


def test_no_command_needs_many_statements(market: Market) -> None:
    """The pilot plays 25,000 of them. Savepoints are counted too."""
    order = market.paid()
    with CaptureQueriesContext(connection) as seen:
        commands.settle(market.holder, order_id=order.id, now=market.now)
    assert len(seen) <= 22, [query["sql"][:90] for query in seen.captured_queries]
