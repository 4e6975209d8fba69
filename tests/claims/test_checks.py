"""I4 and I8: broken by SQL as the owner, found with table and row."""

from collections.abc import Callable

import pytest

from kechuang.claims import queries
from tests.claims.conftest import Payouts

pytestmark = pytest.mark.django_db(transaction=True)
SQL = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def payouts(book: None, transactional_db: None) -> Payouts:
    return Payouts()


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("unequal_payouts", "UPDATE claims_claim SET confirmed_fen = confirmed_fen - 1"),
        ("unequal_payouts", "UPDATE treasury_paymentpart SET fen = fen - 1"),
        ("unequal_payouts", "UPDATE treasury_paymentpart SET live = false"),
        ("payouts_not_single", "UPDATE claims_claim SET state = 'payment_failed'"),
        ("passed_early", "UPDATE claims_claim SET cleared_on = cleared_on - 3"),
        ("passed_early", "UPDATE notices_objection SET state = 'filed'"),
        ("passed_early", "UPDATE treasury_paymentbatch SET approved_by = (SELECT confirmed_by FROM claims_claim)"),
    ],
)
def test_what_the_owner_breaks_is_named(payouts: Payouts, as_owner: SQL, check: str, statement: str) -> None:
    claim = payouts.in_notice()
    payouts.answer(payouts.object_to(claim), upheld=False)
    payouts.after_notice()
    claim.refresh_from_db()
    payouts.paid_out(claim)
    asked = getattr(queries, check)
    assert asked() == []
    as_owner(statement)
    (broken, *_more) = asked()
    assert (broken.table, broken.row) == ("claims_claim", claim.id)
    assert broken.what
