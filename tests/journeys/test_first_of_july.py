"""A changed number on 1 July affects only what was priced from 1 July (Shown by 7)."""

from datetime import date

import pytest

from kechuang.orders import commands as orders
from kechuang.orders.rules import UNIT_HUNDREDTHS
from kechuang.policy.book import in_force
from kechuang.vouchers.rules import OffsetTerms
from tests.claims.conftest import fresh
from tests.journeys.conftest import Story
from tests.orders.conftest import paper
from tests.vouchers.conftest import SCHEME

pytestmark = pytest.mark.django_db
LAST_OF_JUNE, FIRST_OF_JULY = date(2025, 6, 30), date(2025, 7, 1)
BIG = 100 * UNIT_HUNDREDTHS  # a hundred samples of 1,000 yuan: half of it is above either cap
JUNE_CAP, JULY_CAP = 3_000_000, 4_000_000


def test_the_pack_raises_the_cap_of_one_order_on_the_first_of_july(book: None) -> None:
    caps = [in_force(SCHEME, OffsetTerms, on=day).terms.order_cap_fen.pick() for day in (LAST_OF_JUNE, FIRST_OF_JULY)]
    assert caps == [JUNE_CAP, JULY_CAP]


def test_what_was_priced_in_june_stays_priced_as_in_june(story: Story) -> None:
    story.to(LAST_OF_JUNE)
    before = story.placed(BIG)
    quoted_before = story.quoted(BIG)
    story.until(FIRST_OF_JULY)
    placed_after = orders.place(story.holder, order_id=quoted_before.id, declares=True, now=story.now)
    assert (before.voucher_fen, placed_after.voucher_fen) == (JUNE_CAP, JULY_CAP)
    before.refresh_from_db()
    assert before.voucher_fen == JUNE_CAP
    assert before.terms["params"] != {}
    story.sound()


def test_final_lines_in_july_are_reckoned_by_the_terms_of_the_june_order(story: Story) -> None:
    story.to(LAST_OF_JUNE)
    order = story.in_service(BIG)
    story.until(date(2025, 7, 7))
    more = [story.line(samples=BIG + UNIT_HUNDREDTHS)]
    orders.propose_final(story.server, order_id=order.id, lines=more, note="按实际样品数", now=story.now)
    order = orders.agree_final(story.holder, order_id=order.id, now=story.now)
    assert (order.price_fen, order.voucher_fen) == (10_100_000, JUNE_CAP)
    story.sound()


def test_settled_claimed_and_paid_in_july_it_is_paid_as_priced_in_june(story: Story) -> None:
    story.to(LAST_OF_JUNE)
    order = story.in_service(BIG)
    story.until(date(2025, 7, 3))
    orders.deliver(story.server, order_id=order.id, files=[paper()], now=story.now)
    order = orders.accept(story.holder, order_id=order.id, now=story.now)
    slip = paper("回单.pdf")
    orders.own_share(story.holder, order_id=order.id, fen=order.own_share_fen, file=slip, now=story.now)
    order = orders.settle(story.holder, order_id=order.id, now=story.now)
    claim = story.submitted(order)
    story.confirm(claim)
    story.pass_days(9)
    story.paid_out(fresh(claim))
    assert story.lies() == {"paid": JUNE_CAP}
    story.sound()
