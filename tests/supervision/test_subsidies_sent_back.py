"""A subsidy in a case at odd moments: sent back by the bank, looked into twice, decided at length."""

import pytest

from kechuang.claims import commands as claims
from kechuang.deadlines.queries import clocks
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, unbalanced
from kechuang.ledger.rules import Kind, Place
from kechuang.outbox.models import Message
from kechuang.subsidies import commands as subsidies
from kechuang.subsidies import jobs as subsidies_jobs
from kechuang.subsidies.models import Counted, Settlement, Statement
from kechuang.subsidies.queries import statement_sheet, unequal
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Case, Clawback, Item
from kechuang.trail.queries import altered_rows
from kechuang.treasury.models import PaymentLine
from kechuang.treasury.rules import Outcome
from kechuang.ui import clock
from tests.claims.conftest import book, shaoxing
from tests.subsidies.conftest import CITY_OFFICE
from tests.supervision.test_pages import browser
from tests.supervision.test_subsidies import Looked, fresh, looked

__all__ = ["book", "looked", "shaoxing"]
pytestmark = pytest.mark.django_db

LONG = "认定虚构服务，" * 140


def sent_back(looked: Looked, statement: Statement) -> Statement:
    """The payee's bank returns the money."""
    line = PaymentLine.objects.get(batch=looked.only_batch())
    said = {"reference": "TH-1", "words": "账户已销户", "now": looked.now}
    subsidies.bounce(looked.city_finance, line_id=line.id, fen=Fen(line.fen), **said)
    return fresh(statement)


def given(looked: Looked) -> int:
    """What lies where the money comes from."""
    return balance_at(Place(Kind.APPROPRIATION, CITY_OFFICE, looked.today.year)).posted_fen


def test_what_is_ended_after_its_settlement_was_done_goes_back_to_where_it_came_from(looked: Looked) -> None:
    statement = looked.paid_subsidy()
    subsidies_jobs.run_endings(now=looked.now)
    row = Settlement.objects.get()
    assert row.state == "closed"
    outside = given(looked)
    statement = sent_back(looked, statement)
    looked.upheld(looked.answered(looked.held(looked.opened(statement))))
    assert fresh(statement).state == "refused"
    assert (looked.lies(Kind.SUBSIDY_OWED), looked.lies(Kind.SUBSIDY_POT, row.id)) == (0, 0)
    assert abs(given(looked) - outside) == statement.fen
    assert unequal() == unbalanced() == altered_rows() == []


def test_what_was_paid_before_the_hold_and_came_back_is_ended_with_the_decision(looked: Looked) -> None:
    """The hold found it paid; that was not letting it go."""
    statement = looked.passed()
    batch = looked.sent_subsidy(statement)
    case = looked.held(looked.opened(statement))
    looked.hear_subsidy(batch, Outcome.PAID)
    jobs.run_holds(now=looked.now)
    assert Item.objects.get().holding == "none"
    looked.answered(case)
    assert sent_back(looked, statement).state == "payment_failed"
    looked.upheld(case)
    assert fresh(statement).state == "refused"
    assert looked.lies(Kind.SUBSIDY_OWED) == 0


def test_control_what_the_case_let_go_while_it_ran_is_left_alone(looked: Looked) -> None:
    statement = looked.passed()
    case = looked.held(looked.opened(statement))
    item = Item.objects.get()
    commands.resume(looked.city_approver, case_id=case.id, item_id=item.id, reason="兑付属实", now=looked.now)
    looked.upheld(looked.answered(case))
    assert fresh(statement).state == "payable"


def test_a_second_case_asks_back_the_rest_only_when_the_first_is_paid(looked: Looked) -> None:
    """Of one payout one debt is open at a time: whoever decides the other is told which, and loses nothing that was typed."""
    statement = looked.paid_subsidy()
    first, second = (looked.answered(looked.opened(statement)) for _ in range(2))
    looked.upheld(first, **{statement.id: Fen(1_000)})
    with pytest.raises(rules.AskedAlready) as said:
        looked.upheld(second, **{statement.id: Fen(500)})
    assert Clawback.objects.get().number in str(said.value)
    with clock.at(looked.now):
        page = browser(looked.city_approver).post(
            f"/supervision/cases/{second.id}/act/uphold", {"text": "认定虚构服务两次", "back_0": "5.00"}
        )
    assert page.status_code == 409
    assert "认定虚构服务两次" in page.content.decode()
    assert Case.objects.get(id=second.id).state == "replied"


def test_a_long_decision_ends_a_payout_that_keeps_less_of_it(looked: Looked) -> None:
    statement = looked.passed()
    case = looked.answered(looked.held(looked.opened(statement)))
    commands.uphold(looked.city_approver, case_id=case.id, text=LONG, clawbacks={}, now=looked.now)
    ended = fresh(statement)
    assert (ended.state, Case.objects.get().decision) == ("refused", LONG)
    assert ended.reason.endswith("…")
    assert case.number in ended.reason


def test_what_is_longer_than_can_be_kept_is_said_at_the_field(looked: Looked) -> None:
    case = looked.answered(looked.opened(looked.passed()))
    with clock.at(looked.now):
        approver = browser(looked.city_approver)
        for act, typed in (
            ("suspend", {"reason": LONG}),
            ("clear", {"text": LONG * 2}),
            ("uphold", {"text": LONG * 2}),
        ):
            page = approver.post(f"/supervision/cases/{case.id}/act/{act}", typed)
            assert page.status_code == 422, act
            assert LONG[:400] in page.content.decode()


def test_a_case_is_offered_to_who_may_open_it(looked: Looked) -> None:
    statement = looked.passed()
    page, there = f"/subsidies/statements/{statement.id}", f"/supervision/cases/on-statement/{statement.id}"
    with clock.at(looked.now):
        for actor in (looked.city_clerk, looked.city_approver, looked.city_finance, looked.server):
            reader = browser(actor)
            assert (there in reader.get(page).content.decode()) == (reader.get(there).status_code == 200)


def test_what_was_asked_back_since_is_shown_to_offices_alone(looked: Looked) -> None:
    """A payee is told of what is asked back by its own decision; people of one unit, and who is paid on another's, are not."""
    statement = looked.passed()
    claim_id = Counted.objects.values_list("claim_id", flat=True).first()
    claims.ask_back(claim_id=str(claim_id), clawback_id="clb_1", fen=Fen(1_000), now=looked.now)
    page = f"/subsidies/statements/{statement.id}"
    with clock.at(looked.now):
        for actor in (looked.city_clerk, looked.city_approver, looked.city_finance):
            assert "按原规则重算" in browser(actor).get(page).content.decode()
        shown = browser(looked.server).get(page).content.decode()
    assert statement.number in shown
    assert "按原规则重算" not in shown
    assert "计入后被追回的兑付" not in shown


def asked_back(looked: Looked, fen: int = 0) -> Statement:
    """A paid subsidy that a decision asks back, and that the payee's bank has returned since."""
    statement = looked.paid_subsidy()
    case = looked.answered(looked.opened(statement))
    looked.upheld(case, **{statement.id: Fen(fen or statement.fen)})
    return sent_back(looked, statement)


def test_what_is_asked_back_in_full_and_sent_back_by_the_bank_is_not_paid_again(looked: Looked) -> None:
    statement = asked_back(looked)
    assert jobs.run_holds(now=looked.now) == 1
    assert (fresh(statement).state, Clawback.objects.get().state) == ("refused", "withdrawn")
    assert not clocks([Clawback.objects.get().id], on=looked.today)
    with pytest.raises(MoveNotOpen):
        subsidies.retry(looked.city_clerk, statement_id=statement.id, now=looked.now)
    assert (looked.lies(Kind.SUBSIDY_OWED), looked.lies(Kind.SUBSIDY_PAID)) == (0, 0)
    assert jobs.run_holds(now=looked.now) == 0
    assert unequal() == unbalanced() == altered_rows() == []


def test_control_without_the_clock_it_would_be_paid_again(looked: Looked) -> None:
    statement = asked_back(looked)
    subsidies.retry(looked.city_clerk, statement_id=statement.id, now=looked.now)
    assert fresh(statement).state == "payable"


def test_of_what_is_asked_back_in_part_the_rest_may_be_paid(looked: Looked) -> None:
    """The decision left the rest to the payee: only who decides again takes it."""
    statement = asked_back(looked, 1_000)
    assert jobs.run_holds(now=looked.now) == 0
    assert (fresh(statement).state, Clawback.objects.get().state) == ("payment_failed", "owed")


def test_interest_runs_from_the_payout_that_stands(looked: Looked) -> None:
    """Between the first payout and the second the money lay here."""
    statement = asked_back(looked, 100_000)
    looked.days(60)
    subsidies.retry(looked.city_clerk, statement_id=statement.id, now=looked.now)
    batch = looked.sent_subsidy(fresh(statement))
    looked.hear_subsidy(batch, Outcome.PAID)
    sheet = queries.clawback_sheet(looked.city_finance, Clawback.objects.get().id, on=looked.today)
    assert sheet.paid_on == looked.today
    assert queries.interest_of_row(sheet, on=looked.today) == 0
    slip = {"clawback_id": sheet.row.id, "position": 1, "on": looked.today, "reference": "BK-1", "now": looked.now}
    commands.receive(looked.city_finance, fen=Fen(100_000), **slip)
    commands.countersign(looked.city_approver, clawback_id=sheet.row.id, now=looked.now)
    assert (looked.lies(Kind.SUBSIDY_BACK), looked.lies(Kind.INTEREST)) == (100_000, 0)


def test_what_came_back_already_is_not_reckoned_as_too_much_again(looked: Looked) -> None:
    statement = looked.paid_subsidy()
    claim_id = str(Counted.objects.values_list("claim_id", flat=True).first())
    claims.ask_back(claim_id=claim_id, clawback_id="clb_1", fen=Fen(100_000), now=looked.now)
    on = looked.today
    before = statement_sheet(looked.city_clerk, statement.id, on=on).recount
    assert before is not None
    assert (before.back_fen, before.over_fen) == (0, statement.fen - before.fen)
    looked.upheld(looked.answered(looked.opened(statement)), **{statement.id: Fen(before.over_fen)})
    row = Clawback.objects.get()
    slip = {"clawback_id": row.id, "position": 1, "on": on, "reference": "BK-1", "now": looked.now}
    commands.receive(looked.city_finance, fen=Fen(before.over_fen), **slip)
    commands.countersign(looked.city_approver, clawback_id=row.id, now=looked.now)
    after = statement_sheet(looked.city_clerk, statement.id, on=on).recount
    assert after is not None
    assert (after.fen, after.back_fen, after.over_fen) == (before.fen, before.over_fen, 0)


def test_of_a_hold_that_falls_with_its_statement_the_office_is_told(looked: Looked) -> None:
    """The year is settled anew, and the new statement lies in no case."""
    row = looked.publish()
    case = looked.held(looked.opened(Statement.objects.get(settlement=row)))
    subsidies.unpublish(looked.city_clerk, settlement_id=row.id, why="名单有误", now=looked.now)
    subsidies.withdraw(looked.city_clerk, settlement_id=row.id, reason="重新核算", now=looked.now)
    jobs.run_holds(now=looked.now)
    assert Item.objects.get().holding == "ended"
    assert (
        Message.objects.filter(subject_id=case.id, to_role="county_officer", title__contains="请列入案卷").count() == 1
    )
