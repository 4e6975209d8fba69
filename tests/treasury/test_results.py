"""What the bank answers: paid is booked on its yes alone, once, in any order; unknown is asked about, never sent anew."""

import itertools
from typing import Any

import pytest

from kechuang.kernel.machine import MoveNotOpen
from kechuang.ledger.queries import money, overpaid_claims, unbalanced
from kechuang.trail.queries import altered_rows
from kechuang.treasury import commands, queries, rules
from kechuang.treasury.adapters.stand_in import SimulatedBank
from kechuang.treasury.formats import payment_file
from kechuang.treasury.models import PaymentLine, PaymentPart
from kechuang.treasury.rules import Answer, Outcome, Verdict
from kechuang.treasury.states import BatchState, LineState

pytestmark = pytest.mark.django_db
YUE = "330602"


def says(line: PaymentLine, outcome: Outcome, *, fen: int | None = None, reference: str = "") -> Answer:
    return Answer(line.number, outcome, fen or line.fen, reference=reference or f"BK{line.number}", words="银行答复")


def two_lines(county: Any) -> tuple[Any, PaymentLine, PaymentLine]:
    county.released()
    lab, other = county.paid_party(), county.paid_party("绍兴市质检院")
    county.owed(lab, 300, "a")
    county.owed(lab, 200, "b")
    county.owed(other, 50, "c")
    batch = county.sent()
    big, small = PaymentLine.objects.filter(batch=batch).order_by("-fen")
    return batch, big, small


def test_paid_is_booked_on_the_banks_yes(county: Any) -> None:
    batch, big, small = two_lines(county)
    assert (money().owed, money().paid) == (550, 0)
    (result,) = county.answer(batch, says(big, Outcome.PAID))
    assert [(claim.claim_id, claim.fen, claim.year) for claim in result.claims] == [("a", 300, 2025), ("b", 200, 2025)]
    assert (money().owed, money().paid) == (50, 500)
    county.answer(batch, says(small, Outcome.PAID))
    batch.refresh_from_db()
    assert (batch.state, money().owed, money().paid) == (BatchState.SETTLED, 0, 550)
    assert all(money().identities().values())
    for check in (altered_rows, unbalanced, overpaid_claims, queries.parts_off, queries.payments_unreconciled):
        assert check() == []


def test_the_same_answers_ten_times_in_any_order_have_one_effect(county: Any) -> None:
    batch, big, small = two_lines(county)
    answers = [says(big, Outcome.PAID), says(small, Outcome.FAILED)]
    for order in itertools.islice(itertools.cycle(itertools.permutations(answers)), 10):
        county.answer(batch, *order)
    assert (money().paid, money().owed) == (500, 50)
    repeated = county.answer(batch, *answers)
    assert {result.verdict for result in repeated} == {Verdict.REPEATED}
    assert all(result.claims == () for result in repeated)
    assert altered_rows() == []


def test_a_failed_line_is_owed_and_can_be_paid_in_a_new_batch(county: Any) -> None:
    batch, big, small = two_lines(county)
    county.answer(batch, says(big, Outcome.FAILED), says(small, Outcome.PAID))
    assert money().owed == 500
    again = county.prepared()
    assert again.total_fen == 500
    county.release(again)
    commands.send_batch(county.finance, batch_id=again.id, now=county.now)
    county.answer(again, says(PaymentLine.objects.get(batch=again), Outcome.PAID))
    assert (money().owed, money().paid) == (0, 550)
    assert queries.parts_off() == queries.payments_unreconciled() == []
    states = [payment.state for payment in queries.payments_of(["a"])["a"]]
    assert states == [LineState.FAILED, LineState.PAID]


def test_an_unknown_line_is_never_sent_under_another_number(county: Any) -> None:
    batch, big, small = two_lines(county)
    county.answer(batch, says(big, Outcome.UNKNOWN), says(small, Outcome.PAID))
    assert (money().owed, batch.state) == (500, BatchState.SENT)
    with pytest.raises(rules.NothingToPay):
        county.prepared()
    county.answer(batch, says(big, Outcome.PAID))
    batch.refresh_from_db()
    assert (batch.state, money().paid) == (BatchState.SETTLED, 550)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda line: says(line, Outcome.PAID, fen=line.fen + 1), "金额与支付指令不符"),
        (
            lambda line: Answer(line.number, Outcome.PAID, line.fen, reference="x", account_masked="****9"),
            "收款账户与支付指令不符",
        ),
        (lambda line: Answer("ZF-OTHER-001", Outcome.PAID, line.fen, reference="x"), "本批次没有这个流水号"),
    ],
)
def test_an_answer_that_differs_from_the_instruction_is_not_believed(county: Any, answer: Any, why: str) -> None:
    batch, big, _ = two_lines(county)
    (result,) = county.answer(batch, answer(big))
    assert (result.verdict, result.why, result.claims) == (Verdict.REFUSED, why, ())
    assert money().paid == 0


def test_one_bank_reference_pays_one_line(county: Any) -> None:
    batch, big, small = two_lines(county)
    county.answer(batch, says(big, Outcome.PAID, reference="BK1"))
    (result,) = county.answer(batch, says(small, Outcome.PAID, reference="BK1"))
    assert (result.verdict, money().paid) == (Verdict.REFUSED, 500)


def test_an_answer_against_an_earlier_one_is_left_to_a_person(county: Any) -> None:
    batch, big, _ = two_lines(county)
    county.answer(batch, says(big, Outcome.FAILED))
    (result,) = county.answer(batch, says(big, Outcome.PAID))
    assert (result.verdict, money().paid) == (Verdict.REFUSED, 0)


def test_an_answer_before_anything_was_sent_is_refused(county: Any) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    with pytest.raises(MoveNotOpen):
        county.answer(batch, says(PaymentLine.objects.get(), Outcome.PAID))
    assert money().paid == 0


def test_money_that_bounced_is_owed_again(county: Any) -> None:
    batch, big, small = two_lines(county)
    county.answer(batch, says(big, Outcome.PAID), says(small, Outcome.PAID))
    with pytest.raises(rules.BounceDiffers):
        commands.bounce_line(county.finance, line_id=big.id, fen=1, reference="r", words="账户已销", now=county.now)
    for _ in range(2):
        commands.bounce_line(county.finance, line_id=big.id, fen=500, reference="r", words="账户已销", now=county.now)
    assert (money().owed, money().paid) == (500, 50)
    assert county.prepared().total_fen == 500
    assert altered_rows() == queries.parts_off() == overpaid_claims() == []


def test_the_banks_file_is_read_back(county: Any) -> None:
    batch, big, small = two_lines(county)
    rows = [
        payment_file.Result(n, line.number, line.fen, outcome, reference, county.today, "户名不符")
        for n, (line, outcome, reference) in enumerate(
            [(big, payment_file.Outcome.PAID, "BK9"), (small, payment_file.Outcome.FAILED, "")]
        )
    ]
    content = payment_file.results_xlsx(rows)
    results = commands.read_result_file(
        county.finance, batch_id=batch.id, name="结果.xlsx", content=content, now=county.now
    )
    assert [(r.outcome, r.verdict) for r in results] == [
        (Outcome.PAID, Verdict.APPLIED),
        (Outcome.FAILED, Verdict.APPLIED),
    ]
    assert (money().paid, money().owed) == (500, 50)


def test_a_connected_bank_pays_and_answers(county: Any, bank: SimulatedBank) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    answers = commands.transmit(county.finance, batch_id=batch.id, bank=bank, now=county.now)
    county.answer(batch, *answers)
    assert (money().paid, bank.paid_fen, bank.name) == (300, 300, "模拟银行")


@pytest.mark.parametrize("how", ["drops", "deaf"])
def test_a_bank_that_does_not_answer_is_asked_and_nobody_is_paid_twice(
    county: Any, bank: SimulatedBank, how: str
) -> None:
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    serial = PaymentLine.objects.get().number
    getattr(bank, how).add(serial)
    county.answer(batch, *commands.transmit(county.finance, batch_id=batch.id, bank=bank, now=county.now))
    assert (PaymentLine.objects.get().state, money().owed) == (LineState.UNKNOWN, 300)
    assert queries.unanswered_batches() == [batch.id]
    bank.deaf.clear()
    bank.drops.clear()
    for _ in range(3):
        county.answer(batch, *commands.query_unknown(county.finance, batch_id=batch.id, bank=bank))
    assert (money().paid, bank.paid_fen, list(bank.taken)) == (300, 300, [serial])


def test_without_the_guard_an_unknown_payment_is_made_twice(county: Any, bank: SimulatedBank) -> None:
    """Negative control of F10: with the live mark taken off, the same claim is sent under a second number and paid twice."""
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = county.release(county.prepared())
    bank.drops.add(PaymentLine.objects.get().number)
    county.answer(batch, *commands.transmit(county.finance, batch_id=batch.id, bank=bank, now=county.now))
    PaymentPart.objects.update(live=False)  # the guard
    second = county.release(county.prepared())
    commands.transmit(county.finance, batch_id=second.id, bank=bank, now=county.now)
    assert bank.paid_fen == 600
    assert [broken.table for broken in queries.parts_off()] == ["treasury_paymentpart"]


def test_a_settlement_sheet_lists_by_laboratory_what_was_paid(county: Any) -> None:
    county.released()
    lab = county.paid_party()
    county.owed(lab, 300, "a", unit="unt_x")
    county.owed(lab, 200, "b")
    batch = county.sent()
    county.answer(batch, says(PaymentLine.objects.get(), Outcome.PAID))
    from datetime import date

    from kechuang.kernel.actor import Actor

    period = {"party_id": lab.id, "since": date(2025, 2, 1), "until": date(2025, 3, 1)}
    rows = queries.settlement_sheet(Actor("psn_l", party_id=lab.id), **period)
    assert [(row.unit_name, row.claim_number, row.order_number, row.fen) for row in rows] == [
        ("", "SD-b", "DD-b", 200),
        ("分析测试中心", "SD-a", "DD-a", 300),
    ]
    unit_only = Actor("psn_u", party_id=lab.id, unit_ids=frozenset({"unt_x"}))
    assert [row.fen for row in queries.settlement_sheet(unit_only, **period)] == [300]
    assert queries.settlement_sheet(Actor("psn_o", party_id="pty_other"), **period) == []


def test_a_closed_year_queues_for_the_next_budget_in_order(county: Any) -> None:
    from kechuang.treasury import jobs

    county.released(1_000)
    lab = county.paid_party()
    for claim, fen in (("a", 300), ("b", 500), ("c", 100)):
        county.owed(lab, fen, claim)
    county.go_to(2026, 1, 1)
    jobs.run_year_ends(now=county.now)
    county.go_to(2026, 4, 1)
    jobs.run_closings(now=county.now)
    with pytest.raises(rules.NothingToPay):
        county.prepared()
    place = queries.queue_place("b")
    assert place
    assert (place.position, place.ahead_fen) == (2, 300)
    assert jobs.run_next_year_queues(now=county.now) == []
    county.released(350, year=2026)
    assert jobs.run_next_year_queues(now=county.now) == ["a"]  # b does not fit, and c does not overtake it
    assert (queries.year_of("a"), queries.year_of("b")) == (2026, 2025)
    batch = county.sent()
    county.answer(batch, says(PaymentLine.objects.get(), Outcome.PAID))
    lies = money()
    assert (lies.paid, lies.owed) == (300, 600)
    assert all(lies.identities().values())
    assert queries.budgets_off() == queries.parts_off() == unbalanced() == overpaid_claims() == altered_rows() == []
