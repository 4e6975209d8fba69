"""公示的闸门: when it opens, what an objection holds, refuses or returns, and a notice that is taken back or corrected."""

import pytest

from kechuang.claims import commands, jobs
from kechuang.ledger.rules import Kind
from tests.claims.conftest import Payouts, fresh, identities_hold, reading
from tests.claims.test_deciding import at, confirmation

pytestmark = pytest.mark.django_db

OFFSET = 400_000


def test_the_gate_opens_neither_early_nor_twice(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    payouts.days(7)
    assert jobs.run_gates(now=payouts.now) == 0
    assert fresh(claim).state == "in_notice"
    payouts.days(1)
    assert (jobs.run_gates(now=payouts.now), jobs.run_gates(now=payouts.now)) == (1, 0)
    assert (fresh(claim).state, fresh(claim).cleared_on) == ("payable", payouts.today)
    assert at(Kind.OWED, payouts) == OFFSET


def test_an_objection_holds_only_its_own_claim(payouts: Payouts) -> None:
    claims = [payouts.submitted(), payouts.submitted()]
    commands.confirm_many(payouts.county, claim_ids=[claim.id for claim in claims], now=payouts.now)
    objection = payouts.object_to(fresh(claims[0]))
    payouts.after_notice()
    assert [fresh(claim).state for claim in claims] == ["in_notice", "payable"]
    payouts.answer(objection, upheld=False)
    jobs.run_gates(now=payouts.now)
    assert fresh(claims[0]).state == "payable"


@pytest.mark.parametrize(
    ("outcome", "state", "unclaimed"), [("refused", "refused", 0), ("returned", "returned", OFFSET)]
)
def test_an_objection_upheld_refuses_or_returns(payouts: Payouts, outcome: str, state: str, unclaimed: int) -> None:
    with reading(on_objection_upheld=outcome):
        claim = payouts.in_notice()
        payouts.answer(payouts.object_to(claim), upheld=True)
        payouts.after_notice()
    assert (fresh(claim).state, at(Kind.UNCLAIMED, payouts), at(Kind.IN_CLAIM, payouts)) == (state, unclaimed, 0)
    identities_hold()


def test_returned_by_an_objection_it_is_confirmed_and_published_anew(payouts: Payouts) -> None:
    with reading(on_objection_upheld="returned"):
        claim = payouts.in_notice()
        first = claim.notice_id
        payouts.answer(payouts.object_to(claim), upheld=True)
        payouts.after_notice()
        payouts.submit(claim)
        again = payouts.confirm(fresh(claim))
        assert again.notice_id not in {"", first}
        payouts.after_notice()
    assert fresh(claim).state == "payable"


def test_taken_back_the_claims_wait_for_another_notice(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    commands.unpublish(payouts.county, notice_id=claim.notice_id, why="金额有误", now=payouts.now)
    assert (fresh(claim).state, fresh(claim).notice_id) == ("confirmed", "")
    payouts.after_notice()
    assert fresh(claim).state == "confirmed"


def test_corrected_the_period_begins_anew(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    payouts.days(5)
    commands.correct_notice(
        payouts.county, notice_id=claim.notice_id, title="更正公示", why="标题有误", now=payouts.now
    )
    payouts.days(9)  # 22 March is a Saturday: the period ends on Monday the 24th
    jobs.run_gates(now=payouts.now)
    assert fresh(claim).state == "in_notice"
    payouts.days(1)
    jobs.run_gates(now=payouts.now)
    assert fresh(claim).state == "payable"


@pytest.mark.parametrize(
    ("covers", "after_confirming", "after_publishing", "at_the_end"),
    [
        ("confirmation", "met", "met", "met"),
        ("notice_started", "running", "met", "met"),
        ("notice_ended", "running", "running", "met"),
    ],
)
def test_the_ten_working_days_end_where_the_reading_says(
    payouts: Payouts, covers: str, after_confirming: str, after_publishing: str, at_the_end: str
) -> None:
    with reading(confirm_covers=covers):
        claim = payouts.confirm(payouts.submitted(), publish=False)
        assert confirmation(claim).state == after_confirming
        commands.publish(payouts.county, claim_ids=[claim.id], now=payouts.now)
        assert confirmation(claim).state == after_publishing
        payouts.after_notice()
        assert confirmation(claim).state == at_the_end


def test_an_objection_that_returns_stops_the_clock_where_it_still_runs(payouts: Payouts) -> None:
    with reading(confirm_covers="notice_ended", on_objection_upheld="returned"):
        claim = payouts.in_notice()
        payouts.answer(payouts.object_to(claim), upheld=True)
        payouts.after_notice()
        assert confirmation(claim).state == "suspended"
        payouts.submit(claim)
        assert confirmation(claim).state == "running"
