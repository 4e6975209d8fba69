"""One claim from the release of the budget to the bank (使用者申领、服务者申兑、属地补助), the money counted at each step."""

import pytest

from kechuang.claims import commands as claims
from kechuang.ledger.queries import transfers_of
from kechuang.orders import commands as orders
from kechuang.orders.states import ContractKind
from kechuang.trail.models import Event
from kechuang.treasury import commands as treasury
from kechuang.treasury.rules import Outcome
from tests.claims.conftest import fresh
from tests.journeys.conftest import Story, acts
from tests.orders.conftest import paper

pytestmark = pytest.mark.django_db
HALF = 400_000  # of an order of 8,000 yuan


def test_a_claim_is_paid_and_every_fen_is_found_at_every_step(story: Story) -> None:
    assert story.lies() == {}
    assert story.money().voucher_available == 10_000_000
    order = story.placed()
    assert story.lies() == {"held": HALF}
    orders.contract(story.server, order_id=order.id, kind=ContractKind.TEMPLATE, now=story.now)
    orders.seal(story.server, order_id=order.id, now=story.now)
    orders.seal(story.holder, order_id=order.id, now=story.now)
    orders.start(story.server, order_id=order.id, now=story.now)
    story.pass_days(3)
    orders.deliver(story.server, order_id=order.id, files=[paper()], now=story.now)
    orders.accept(story.holder, order_id=order.id, now=story.now)
    assert story.lies() == {"held": HALF}
    orders.own_share(story.holder, order_id=order.id, fen=HALF, file=paper("回单.pdf"), now=story.now)
    order = orders.settle(story.holder, order_id=order.id, now=story.now)
    assert story.lies() == {"unclaimed": HALF}
    claim = story.submitted(order)
    assert story.lies() == {"in_claim": HALF}
    story.confirm(claim)
    assert story.lies() == {"in_claim": HALF}
    story.pass_days(8)
    assert fresh(claim).state == "payable"
    assert story.lies() == {"owed": HALF}
    batch = story.sent(fresh(claim))
    assert story.lies() == {"owed": HALF}, "sent is not paid: the bank has not answered"
    story.hear(batch, Outcome.PAID)
    assert story.lies() == {"paid": HALF}
    assert fresh(claim).state == "paid"
    story.sound()


def test_every_step_of_the_money_has_its_act_its_office_and_its_article(story: Story) -> None:
    claim = story.paid_out()
    stations = transfers_of([claim.order_id, claim.id])
    assert [station.fen for station in stations] == [HALF] * len(stations)
    assert [station.rule for station in stations] == ["offset", "offset", "submit", "approve", "pay"]
    told = Event.objects.filter(object_id=claim.id).order_by("seq")
    assert [event.action for event in told] == [
        "claims.make",
        "claims.submit",
        "claims.confirm",
        "claims.publish",
        "claims.clear",
        "claims.prepare",
        "claims.pay",
    ]
    assert [event.role for event in told] == [
        "provider",
        "provider",
        "county_officer",
        "county_officer",
        "clock",
        "county_officer",
        "county_finance",
    ]
    assert {event.action for event in told if event.article} >= {"claims.submit", "claims.confirm", "claims.publish"}
    assert "vouchers.offset" not in acts(claim.id)


def test_what_the_bank_could_not_pay_is_paid_by_the_next_batch_once(story: Story) -> None:
    claim = story.payable()
    story.hear(story.sent(claim), Outcome.FAILED)
    assert fresh(claim).state == "payment_failed"
    assert story.lies() == {"owed": HALF}
    claims.retry(story.county, claim_id=claim.id, now=story.now)
    second = story.sent(fresh(claim))
    story.hear(second, Outcome.UNKNOWN)
    assert story.lies() == {"owed": HALF}
    story.pass_days()
    story.hear(second, Outcome.PAID)
    story.hear(second, Outcome.PAID)
    assert story.lies() == {"paid": HALF}
    story.sound()


def test_two_claims_of_one_provider_make_one_payment(story: Story) -> None:
    first, second = story.in_notice(), story.in_notice()
    story.pass_days(8)
    batch = story.prepared(fresh(first), fresh(second))
    assert (batch.lines_count, batch.total_fen) == (1, 2 * HALF)
    story.approve(batch)
    treasury.release_batch(story.finance, batch_id=batch.id, digest=batch.digest, now=story.now)
    batch = treasury.send_batch(story.finance, batch_id=batch.id, now=story.now)
    story.hear(batch, Outcome.PAID)
    assert {fresh(first).state, fresh(second).state} == {"paid"}
    assert story.lies() == {"paid": 2 * HALF}
    story.sound()
