"""Two at once: one invoice on two orders, two officers on one claim, double payout; each once more without its guard."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kechuang.claims import commands, queries, rules
from kechuang.claims.access import visible_to
from kechuang.claims.commands import citing, deciding
from kechuang.claims.models import Claim, Invoice
from kechuang.kernel.actor import Actor
from kechuang.ledger.queries import money
from kechuang.trail.models import Event
from kechuang.treasury.models import PaymentBatch, PaymentPart
from kechuang.treasury.rules import Outcome
from kechuang.ui.compiled import Statements
from tests.claims.conftest import Payouts, fresh
from tests.vouchers.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)
SQL = Callable[..., list[tuple[object, ...]]]
WAIT = 5


@pytest.fixture
def payouts(book: None, transactional_db: None) -> Payouts:
    return Payouts()


class Together:
    """Holds each caller until the others are there too, so that all have looked before anybody writes."""

    def __init__(self, count: int = 2) -> None:
        self.barrier = threading.Barrier(count)

    def wait(self) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=WAIT)


def same_invoice_twice(payouts: Payouts, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of two claims on two orders got through with one number, when both looked before either wrote."""
    orders = [payouts.settled(), payouts.settled()]
    paper = payouts.invoice(orders[0])
    drafts = [payouts.made(order) for order in orders]
    for draft in drafts:
        payouts.bring(draft, paper)
    looked, own_orders = Together(), citing.own_orders

    def wait_then_ask(*given: Any) -> set[str]:
        looked.wait()
        return own_orders(*given)

    monkeypatch.setattr(citing, "own_orders", wait_then_ask)
    race(*[lambda draft=draft: payouts.submit(draft) for draft in drafts])
    return Claim.objects.filter(state="submitted").count()


def test_one_number_brought_for_two_orders_at_once_serves_one(
    payouts: Payouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert same_invoice_twice(payouts, monkeypatch) == 1
    assert Invoice.objects.count() == 1


def test_control_without_the_unique_number_it_serves_both(
    payouts: Payouts, as_owner: SQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = as_owner("SELECT conname FROM pg_constraint WHERE conrelid = 'claims_invoice'::regclass AND contype = 'u'")
    ((name,),) = found
    as_owner(f"ALTER TABLE claims_invoice DROP CONSTRAINT {name}")
    try:
        assert same_invoice_twice(payouts, monkeypatch) == 2
    finally:
        as_owner("TRUNCATE claims_invoice CASCADE")
        as_owner(f"ALTER TABLE claims_invoice ADD CONSTRAINT {name} UNIQUE (number)")


class Unlocked:
    """The guard taken out: reads without a lock, and waits until the others have read too."""

    def __init__(self) -> None:
        self.read = Together()

    def __call__(self, actor: Actor, claim_id: str) -> Claim:
        claim = visible_to(actor).get(id=claim_id)
        self.read.wait()
        return claim


def decide_at_once(payouts: Payouts, claim: Claim) -> list[object]:
    return race(
        lambda: commands.confirm(payouts.county, claim_id=claim.id, now=payouts.now),
        lambda: commands.refuse(payouts.clerk, claim_id=claim.id, reason="材料不实", now=payouts.now),
    )


def decisions(claim: Claim) -> int:
    return Event.objects.filter(object_id=claim.id, action__in=["claims.confirm", "claims.refuse"]).count()


def test_of_two_officers_on_one_claim_one_decides(payouts: Payouts) -> None:
    claim = payouts.submitted()
    decide_at_once(payouts, claim)
    assert decisions(claim) == 1
    assert fresh(claim).state in {"in_notice", "refused"}


def test_control_without_the_lock_both_decide(payouts: Payouts, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = payouts.submitted()
    monkeypatch.setattr(deciding, "locked", Unlocked())
    # the ledger would still stop the second: it is taken out too, to see that the lock alone decides between them
    monkeypatch.setattr(deciding, "give_up", lambda *_given, **_more: None)
    decide_at_once(payouts, claim)
    assert decisions(claim) == 2


def test_pressed_many_times_at_once_it_is_submitted_and_confirmed_once(payouts: Payouts) -> None:
    order = payouts.settled()
    claim = payouts.made(order)
    payouts.bring(claim, payouts.invoice(order))
    race(*[lambda: payouts.submit(claim) for _ in range(4)])
    answers = race(*[lambda: payouts.confirm(claim, seen_on_state="submitted") for _ in range(4)])
    assert not [answer for answer in answers if isinstance(answer, rules.OtherState)]
    for action in ("claims.submit", "claims.confirm", "claims.publish"):
        assert Event.objects.filter(object_id=claim.id, action=action).count() == 1


def test_one_order_claimed_many_times_at_once_has_one_claim(payouts: Payouts) -> None:
    order = payouts.settled()
    answers = race(*[lambda: payouts.made(order) for _ in range(4)])
    assert Claim.objects.count() == 1
    assert all(isinstance(answer, Claim | rules.ClaimExists) for answer in answers)


def prepare_twice(payouts: Payouts, claim: Claim) -> int:
    race(*[lambda: payouts.prepared(claim) for _ in range(2)])
    return PaymentPart.objects.filter(live=True).count()


def test_prepared_by_two_at_once_a_claim_is_paid_once(payouts: Payouts) -> None:
    claim = payouts.payable()
    assert prepare_twice(payouts, claim) == 1
    batch = PaymentBatch.objects.get()
    payouts.approve(batch)
    from kechuang.treasury import commands as treasury

    treasury.release_batch(payouts.finance, batch_id=batch.id, digest=batch.digest, now=payouts.now)
    treasury.send_batch(payouts.finance, batch_id=batch.id, now=payouts.now)
    race(*[lambda: payouts.hear(batch, Outcome.PAID) for _ in range(4)])
    assert (fresh(claim).state, money().paid) == ("paid", 400_000)
    assert Event.objects.filter(object_id=claim.id, action="claims.pay").count() == 1
    assert queries.unequal_payouts() == queries.payouts_not_single() == []


def test_control_without_lock_and_index_it_would_be_paid_twice(
    payouts: Payouts, as_owner: SQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kechuang.treasury.commands import batches

    claim = payouts.payable()
    as_owner("DROP INDEX one_live_payment_of_a_payable")
    looked, grouped = Together(), batches._grouped

    def wait_then_group(*given: Any) -> Any:
        looked.wait()
        return grouped(*given)

    monkeypatch.setattr(batches, "_grouped", wait_then_group)
    monkeypatch.setattr(Statements, "kept", False)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_: rows.all())
    try:
        assert prepare_twice(payouts, claim) == 2
    finally:
        as_owner("UPDATE treasury_paymentpart SET live = false")
        as_owner("CREATE UNIQUE INDEX one_live_payment_of_a_payable ON treasury_paymentpart (payable_id) WHERE live")
