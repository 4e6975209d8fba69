"""Claims that do not go straight on: returned, refused, taken back, objected to, never made; where the money goes."""

import pytest

from kechuang.claims import commands as claims
from kechuang.claims.queries import invoice_files
from kechuang.claims.rules import NothingToClaim
from kechuang.kernel.machine import MoveNotOpen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands as orders
from tests.claims.conftest import REASON, fresh
from tests.journeys.conftest import Story, acts
from tests.orders.conftest import paper
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
HALF = 400_000


def test_returned_for_a_wrong_invoice_it_is_corrected_and_paid(story: Story) -> None:
    claim = story.doubtful()
    assert not claim.clean
    story.returned(claim)
    assert story.lies() == {"unclaimed": HALF}
    story.pass_days(3)
    for file_id in list(invoice_files(claim.id)):
        claims.set_aside(story.server, claim_id=claim.id, file_id=file_id, now=story.now)
    order = story.order(claim.order_id)
    story.bring(claim, story.invoice(order))
    again = story.submit(claim)
    assert again.clean
    assert story.lies() == {"in_claim": HALF}
    story.confirm(again)
    story.pass_days(9)
    story.paid_out(fresh(claim))
    assert story.lies() == {"paid": HALF}
    assert acts(claim.id)[1:5] == ["claims.submit", "claims.return", "claims.set_aside", "claims.submit"]
    story.sound()


def test_not_corrected_in_time_it_counts_as_taken_back_and_may_be_made_again(story: Story) -> None:
    claim = story.returned()
    story.pass_days(16)
    assert fresh(claim).state == "withdrawn"
    assert story.lies() == {"unclaimed": HALF}
    order = story.order(claim.order_id)
    second = story.submitted(order)
    assert second.id != claim.id
    assert story.lies() == {"in_claim": HALF}
    story.sound()


def test_refused_the_provider_bears_it_and_the_county_has_it_again(story: Story) -> None:
    before = balance_at(Place(Kind.BUDGET, YUECHENG, 2025)).free_fen
    story.refused()
    assert story.lies() == {"returned": HALF}
    assert balance_at(Place(Kind.BUDGET, YUECHENG, 2025)).free_fen == before + HALF
    story.sound()


def test_taken_back_before_it_was_confirmed_it_can_be_claimed_again(story: Story) -> None:
    claim = story.submitted()
    claims.withdraw(story.server, claim_id=claim.id, reason="发票需要重开", now=story.now)
    assert story.lies() == {"unclaimed": HALF}
    order = story.order(claim.order_id)
    story.confirm(story.submitted(order))
    assert story.lies() == {"in_claim": HALF}
    story.sound()


def test_an_objection_stops_its_own_claim_and_the_rest_of_the_notice_is_paid(story: Story) -> None:
    held, free = story.submitted(), story.submitted()
    claims.confirm_many(story.county, claim_ids=[held.id, free.id], now=story.now)
    objection = story.object_to(fresh(held))
    story.pass_days(8)
    assert (fresh(held).state, fresh(free).state) == ("in_notice", "payable")
    story.answer(objection, upheld=True)
    story.pass_days()
    assert fresh(held).state == "refused"
    story.paid_out(fresh(free))
    assert story.lies() == {"paid": HALF, "returned": HALF}
    story.sound()


def test_never_claimed_it_goes_back_to_the_budget(story: Story) -> None:
    order = story.settled()
    story.pass_days(91)
    assert story.lies() == {"returned": HALF}
    with pytest.raises(NothingToClaim):
        claims.make(story.server, order_id=order.id, now=story.now)
    story.sound()


def test_cancelled_after_the_own_share_was_paid_the_voucher_is_free_and_the_firm_refunded(story: Story) -> None:
    order = story.in_service()
    orders.own_share(story.holder, order_id=order.id, fen=200_000, file=paper("回单.pdf"), now=story.now)
    orders.cancel(story.server, order_id=order.id, reason="仪器故障，短期无法修复", now=story.now)
    assert story.lies() == {}
    assert story.money().voucher_available == 10_000_000
    orders.refund_share(story.server, order_id=order.id, fen=200_000, file=paper("回单.pdf"), now=story.now)
    story.sound()


def test_no_claim_is_decided_twice_by_two_officers(story: Story) -> None:
    claim = story.submitted()
    story.refused(claim)
    with pytest.raises(MoveNotOpen):
        claims.return_(story.clerk, claim_id=claim.id, reason=REASON, now=story.now)
    assert story.lies() == {"returned": HALF}
