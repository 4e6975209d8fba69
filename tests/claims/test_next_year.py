"""A claim whose year is closed is paid by the next (下年支付); its money is found again wherever it lies."""

from datetime import date

import pytest

from kechuang.claims import commands
from kechuang.claims.models import Claim
from kechuang.kernel.actor import CLOCK
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.treasury import commands as treasury
from kechuang.treasury import queries
from kechuang.treasury.models import Budget
from tests.claims.conftest import REASON, Payouts, fresh, identities_hold
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
OFFSET, NEXT = 400_000, 5_000_000


def lies(payouts: Payouts, kind: Kind, year: int) -> int:
    owner = "" if kind is Kind.BUDGET else payouts.server.party_id
    return balance_at(Place(kind, YUECHENG, year, owner)).posted_fen


def drawn(payouts: Payouts, *claims: Claim) -> None:
    """2025 is closed, and 2026 bears what it still owed."""
    closed = Budget.objects.get(region=YUECHENG, year=2025)
    payouts.to(date(2026, 7, 10))
    treasury.end_year(CLOCK, budget_id=closed.id, now=payouts.now)
    treasury.close_year(CLOCK, budget_id=closed.id, now=payouts.now)
    payouts.release(NEXT, year=2026)
    served = treasury.draw_from_next_year(CLOCK, region=YUECHENG, year=2025, now=payouts.now)
    assert sorted(served) == sorted(claim.id for claim in claims)


def stopped(payouts: Payouts, claim: Claim) -> Claim:
    commands.suspend(payouts.approver, claim_id=claim.id, reason=REASON, now=payouts.now)
    return commands.stop(payouts.approver, claim_id=claim.id, reason=REASON, now=payouts.now)


def test_a_stopped_claim_gives_back_to_the_year_that_bore_it(payouts: Payouts) -> None:
    claim, other = payouts.payable(), payouts.payable()
    drawn(payouts, claim, other)
    assert (lies(payouts, Kind.OWED, 2025), lies(payouts, Kind.OWED, 2026)) == (0, 2 * OFFSET)
    assert stopped(payouts, claim).state == "refused"
    assert lies(payouts, Kind.OWED, 2026) == OFFSET, "the other claim is owed as before"
    assert lies(payouts, Kind.BUDGET, 2026) == NEXT - OFFSET
    assert (lies(payouts, Kind.OWED, 2025), lies(payouts, Kind.IN_CLAIM, 2025)) == (0, 0)
    identities_hold()
    assert queries.budgets_off() == []


def test_what_a_stopped_claim_gave_back_does_not_pay_another_of_its_year(payouts: Payouts) -> None:
    claim, other = payouts.payable(), payouts.payable()
    drawn(payouts, claim, other)
    stopped(payouts, claim)
    payouts.paid_out(fresh(other))
    assert (lies(payouts, Kind.OWED, 2026), lies(payouts, Kind.PAID, 2026)) == (0, OFFSET)
    identities_hold()
