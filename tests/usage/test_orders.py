"""A settled order leaves one service record, whoever typed it before."""

from datetime import timedelta

import pytest

from kechuang.kernel.actor import CLOCK
from kechuang.trail.queries import altered_rows, way
from kechuang.usage import commands, rules
from kechuang.usage.commands import Served
from kechuang.usage.models import Hours, ServiceMonth, ServiceRecord, Standing
from tests.orders.conftest import Market
from tests.usage.conftest import Lab, agree, pieces, statements

pytestmark = pytest.mark.django_db


def served(lab: Lab, offer_id: str, **said: object) -> Served:
    given = {
        "order_id": "ord_1", "number": "DD-1", "offer_id": offer_id, "holder_id": lab.far.party_id, "title": "材料检测",
        "price_fen": 80_000, "voucher_fen": 40_000, "from_on": lab.today - timedelta(days=5),
        "until_on": lab.today - timedelta(days=4), "operator_id": lab.staff.person_id, "reports": 2,
    } | said  # fmt: skip
    return Served(**given)  # type: ignore[arg-type]


def test_an_order_leaves_one_record_however_often_it_is_asked(lab: Lab) -> None:
    offer = lab.offer(lab.staff, lab.house)
    asked = served(lab, offer.id)
    row = commands.record_order(CLOCK, served=asked, now=lab.now)
    assert commands.record_order(CLOCK, served=asked, now=lab.now).id == row.id
    assert (row.amount_fen, row.voucher_fen, row.client_name, row.client_region) == (
        80_000,
        40_000,
        "柯桥示例企业",
        "330603",
    )
    assert (row.minutes, row.instrument_id, row.reports) == (0, None, 2)
    assert Standing.objects.get().delay_days is None
    assert ServiceMonth.objects.get().enterprises == 1
    assert agree()
    other = served(lab, offer.id, order_id="ord_2", number="DD-2")
    assert statements(lambda: commands.record_order(CLOCK, served=other, now=lab.now)) <= 9


def test_charged_machine_hours_lie_between_the_days_of_the_order(lab: Lab) -> None:
    offer = lab.instrument()
    commands.record_order(CLOCK, served=served(lab, offer.id, minutes=600), now=lab.now)
    assert pieces(offer) == [("C", 600, True)]


def test_a_settlement_does_not_wait_for_hours_that_have_no_room(lab: Lab) -> None:
    offer = lab.instrument()
    lab.inside(0, 48, days=-5, instrument=offer)
    row = commands.record_order(CLOCK, served=served(lab, offer.id, minutes=600), now=lab.now)
    assert (row.minutes, row.amount_fen) == (0, 80_000)
    assert agree()


def test_what_was_typed_before_under_the_orders_number_takes_its_money_over(lab: Lab) -> None:
    offer = lab.instrument()
    typed = lab.enter(9, 11, instrument=offer, order_number="DD-1", amount_fen=1, client_name="写错的名字")
    row = commands.record_order(CLOCK, served=served(lab, offer.id, minutes=60), now=lab.now)
    assert (row.root_id, row.version, row.former_id) == (typed.id, 2, typed.id)
    assert (row.amount_fen, row.client_name, row.minutes) == (80_000, "柯桥示例企业", 120)
    assert Standing.objects.count() == 1
    assert commands.record_order(CLOCK, served=served(lab, offer.id), now=lab.now).id == row.id
    assert agree()


def test_an_orders_record_is_not_typed_again_nor_its_price_changed(lab: Lab) -> None:
    offer = lab.instrument()
    row = commands.record_order(CLOCK, served=served(lab, offer.id, minutes=60), now=lab.now)
    with pytest.raises(rules.AlreadyFromOrder):
        lab.enter(9, 11, order_number="DD-1")
    for act, said in ((commands.correct, {"changes": {"amount_fen": 1}}), (commands.void, {})):
        with pytest.raises(rules.OrderFixed):
            act(lab.staff, record_id=row.id, reason="价格不对", now=lab.now, **said)  # type: ignore[operator]
    begins, ends = lab.at(9, days=-5), lab.at(12, days=-5)
    changes = {"from_at": begins, "until_at": ends, "minutes": 180}
    commands.correct(lab.staff, record_id=row.id, changes=changes, reason="补写起止时间", now=lab.now)
    assert pieces(offer) == [("C", 180, True)]
    assert ServiceRecord.objects.filter(order_id="ord_1").count() == 2
    assert Hours.objects.get().external
    assert agree()


def test_settling_an_order_leaves_its_record_in_the_same_transaction(lab: Lab) -> None:
    """Through the real command, voucher and all; settled twice by a double click there is one."""
    market = Market()
    order = market.settled()
    market.settled()
    row = Standing.objects.select_related("record").get(order_id=order.id)
    assert (row.amount_fen, row.voucher_fen, row.external) == (order.price_fen, order.captured_fen, True)
    assert (row.record.client_id, row.record.order_number, row.delay_days) == (order.holder_id, order.number, None)
    assert row.record.reports >= 1
    assert [event.action for event in way([row.record_id])] == ["usage.record_order"]
    assert Standing.objects.exclude(order_id="").count() == 2
    assert altered_rows() == []
    assert agree()
