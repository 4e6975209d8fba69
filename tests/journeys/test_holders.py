"""A holder in the middle of an order merges, is struck off, or lets its voucher run out."""

import pytest

from kechuang.kernel.actor import CLOCK
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands as orders
from kechuang.orders.rules.refusals import PartyEnded
from kechuang.parties import commands as parties
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.models import Voucher
from kechuang.vouchers.queries import live_of
from tests.claims.conftest import fresh
from tests.journeys.conftest import Story, acts
from tests.orders.conftest import paper
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
HALF, FACE = 400_000, 10_000_000


def test_a_merged_firm_s_order_is_finished_and_paid_under_its_heir(story: Story) -> None:
    order = story.in_service()
    heir = story.firm("绍兴承继科技有限公司")
    former = story.holder.party_id
    parties.merge_parties(CLOCK, kept_id=heir.party_id, merged_id=former, reason="吸收合并", now=story.now)
    story.pass_days()
    story.holder = heir
    assert story.order(order.id).holder_id == heir.party_id
    assert [one.voucher.id for one in live_of(heir.party_id, on=story.today)] == [story.voucher_id]
    assert live_of(former, on=story.today) == []
    orders.deliver(story.server, order_id=order.id, files=[paper()], now=story.now)
    orders.accept(heir, order_id=order.id, now=story.now)
    orders.own_share(heir, order_id=order.id, fen=HALF, file=paper("回单.pdf"), now=story.now)
    claim = story.submitted(orders.settle(heir, order_id=order.id, now=story.now))
    story.confirm(claim)
    story.pass_days(9)
    story.paid_out(fresh(claim))
    assert story.lies() == {"paid": HALF}
    assert "parties.merge" in acts(former)
    story.sound()


def test_struck_off_its_order_is_cancelled_and_its_voucher_taken_back_by_decision(story: Story) -> None:
    order, quoted = story.placed(), story.quoted()
    left = balance_at(Place(Kind.BUDGET, YUECHENG, 2025)).free_fen
    parties.strike_off(story.approver, party_id=story.holder.party_id, reason="注销公告", now=story.now)
    with pytest.raises(PartyEnded):
        story.requested()
    with pytest.raises(PartyEnded):
        orders.place(story.holder, order_id=quoted.id, declares=True, now=story.now)
    orders.cancel(story.server, order_id=order.id, reason="委托方已注销", now=story.now)
    vouchers.revoke(story.approver, voucher_id=story.voucher_id, reason="企业已注销", now=story.now)
    assert story.lies() == {"returned": FACE}
    assert balance_at(Place(Kind.BUDGET, YUECHENG, 2025)).free_fen == left + FACE
    assert Voucher.objects.get(id=story.voucher_id).state == "revoked"
    story.sound()


def test_a_voucher_runs_out_while_an_order_holds_part_of_it(story: Story) -> None:
    order = story.in_service()
    voucher = Voucher.objects.get(id=story.voucher_id)
    assert voucher.valid_until is not None
    story.pass_days(60)
    orders.deliver(story.server, order_id=order.id, files=[paper()], now=story.now)
    story.to(voucher.valid_until)
    story.pass_days(1)
    voucher.refresh_from_db()
    assert voucher.state == "expired"
    found = story.money()
    assert found.expired >= FACE - HALF
    story.sound()
