"""Double payout, from both doors, with negative controls; and what the checks find when the owner breaks a row."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from kechuang.kernel.errors import Refusal
from kechuang.ledger.queries import money, overpaid_claims
from kechuang.policy import book
from kechuang.trail.models import Event
from kechuang.treasury import commands, queries
from kechuang.treasury.models import PaymentLine, PaymentPart
from kechuang.treasury.rules import Answer, Outcome
from kechuang.ui.compiled import Statements

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
SQL = Callable[..., list[tuple[object, ...]]]


def at_once(act: Callable[[], object], count: int = THREADS) -> tuple[int, list[Exception]]:
    start, done, errors, policies = threading.Barrier(count), [], [], book.current()

    def one() -> None:
        assert book.current() is policies
        start.wait()
        try:
            done.append(act())
        except (Refusal, DatabaseError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done), errors


def paid(line: PaymentLine) -> Answer:
    return Answer(line.number, Outcome.PAID, line.fen, reference=f"BK{line.number}")


def test_a_claim_enters_one_batch_however_many_prepare(county: Any) -> None:
    county.released()
    due = county.owed(county.paid_party(), 300, "a")
    done, errors = at_once(lambda: county.prepared([due]))
    assert done == 1
    assert {type(error).__name__ for error in errors} == {"NotWaiting"}
    assert PaymentPart.objects.count() == 1


def test_without_the_guards_a_claim_enters_several_batches(
    county: Any, as_owner: SQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: no unique live part, and everybody looks before anybody has written."""
    county.released()
    due = county.owed(county.paid_party(), 300, "a")
    as_owner("DROP INDEX one_live_payment_of_a_payable")
    from kechuang.treasury.commands import batches

    looked = threading.Barrier(2)
    grouped = batches._grouped

    def wait_for_the_other(*given: Any) -> Any:
        looked.wait(timeout=10)
        return grouped(*given)

    monkeypatch.setattr(batches, "_grouped", wait_for_the_other)
    monkeypatch.setattr(Statements, "kept", False)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_: rows.all())
    try:
        done, _ = at_once(lambda: county.prepared([due]), count=2)
        assert done == 2
        assert PaymentPart.objects.filter(live=True).count() == 2
        assert "同时有 2 笔有效支付" in [broken.what for broken in queries.parts_off()]
    finally:
        as_owner("UPDATE treasury_paymentpart SET live = false")
        as_owner("CREATE UNIQUE INDEX one_live_payment_of_a_payable ON treasury_paymentpart (payable_id) WHERE live")


def test_answers_at_once_book_one_payment(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.sent()
    line = PaymentLine.objects.get()
    done, errors = at_once(lambda: county.answer(batch, paid(line)))
    assert (done, errors) == (THREADS, [])
    assert money().paid == 300
    assert Event.objects.filter(object_id=line.id, action="treasury.pay").count() == 1
    assert overpaid_claims() == queries.parts_off() == []


def test_without_the_lock_each_answer_has_its_effect(county: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both have read the line before either has written; only the ledger's key still holds the money."""
    from kechuang.treasury.commands import results

    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.sent()
    line = PaymentLine.objects.get()
    looked, parts_of = threading.Barrier(2), results._parts_of

    def wait_for_the_other(*given: Any) -> Any:
        found = parts_of(*given)
        looked.wait(timeout=10)
        return found

    monkeypatch.setattr(results, "_parts_of", wait_for_the_other)
    monkeypatch.setattr(Statements, "kept", False)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_: rows.all())
    at_once(lambda: county.answer(batch, paid(line)), count=2)
    assert Event.objects.filter(object_id=line.id, action="treasury.pay").count() == 2


def test_two_finance_officers_send_once(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    done, errors = at_once(lambda: commands.send_batch(county.finance, batch_id=batch.id, now=county.now))
    assert done == 1
    assert {type(error).__name__ for error in errors} == {"MoveNotOpen"}


def test_one_document_releases_once_however_often_it_is_sent(county: Any) -> None:
    budget = county.approved(1_000)
    document = county.document()
    done, errors = at_once(
        lambda: commands.release(county.finance, budget_id=budget.id, fen=400, document=document, now=county.now)
    )
    assert (done, errors) == (THREADS, [])
    assert money().released == 400


@pytest.mark.parametrize(
    ("check", "statements", "table"),
    [
        (
            "budgets_off",
            ["UPDATE treasury_budget SET released_fen = released_fen - 1, state = 'partly'"],
            "treasury_budget",
        ),
        ("parts_off", ["UPDATE treasury_paymentpart SET fen = fen + 1"], "treasury_paymentpart"),
        ("parts_off", ["UPDATE treasury_paymentpart SET live = false"], "treasury_paymentpart"),
        ("parts_off", ["UPDATE treasury_paymentline SET state = 'unknown'"], "treasury_payable"),
        ("parts_off", ["UPDATE treasury_payable SET taken = false"], "treasury_payable"),
        ("parts_off", ["UPDATE treasury_paymentbatch SET total_fen = total_fen + 1"], "treasury_paymentbatch"),
        (
            "lone_hands",
            [
                "ALTER TABLE treasury_paymentbatch DROP CONSTRAINT batch_approver_not_preparer",
                "UPDATE treasury_paymentbatch SET approved_by = prepared_by",
            ],
            "treasury_paymentbatch",
        ),
        (
            "lone_hands",
            [
                "ALTER TABLE treasury_budget DROP CONSTRAINT budget_four_eyes",
                "UPDATE treasury_budget SET approved_by = drafted_by",
            ],
            "treasury_budget",
        ),
        ("payments_unreconciled", ["UPDATE treasury_paymentline SET remark = '改'"], "treasury_paymentbatch"),
        ("payments_unreconciled", ["UPDATE treasury_paymentline SET bank_reference = ''"], "treasury_paymentline"),
        ("payments_unreconciled", ["UPDATE treasury_paymentline SET state = 'waiting'"], "treasury_paymentline"),
    ],
)
def test_what_is_broken_as_the_owner_is_named(
    county: Any, as_owner: SQL, check: str, statements: list[str], table: str
) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.sent()
    county.answer(batch, paid(PaymentLine.objects.get()))
    asked = getattr(queries, check)
    assert asked() == []
    for statement in statements:
        as_owner(statement)
    assert table in [broken.table for broken in asked()]
    assert all(broken.row for broken in asked())
