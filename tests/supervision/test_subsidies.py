"""A subsidy that was settled or paid and is looked into: held, let go, ended, asked back, by the same path as a claim."""

from collections.abc import Iterator

import pytest

from kechuang.kernel.actor import Actor
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, unbalanced
from kechuang.ledger.rules import Kind, Place
from kechuang.parties.rules import SameHands
from kechuang.subsidies import commands as subsidies
from kechuang.subsidies import jobs as subsidies_jobs
from kechuang.subsidies.models import Settlement, Statement
from kechuang.subsidies.queries import unequal
from kechuang.subsidies.queries.redeemed import other_subsidies
from kechuang.subsidies.rules import HeldByCase
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Case, Clawback, Item
from kechuang.supervision.states.cases import Source
from kechuang.trail.queries import altered_rows
from kechuang.treasury.rules import Outcome
from kechuang.ui import clock
from tests.claims.conftest import book, shaoxing
from tests.subsidies.conftest import CITY_OFFICE, Subsidised, threshold
from tests.supervision.test_pages import browser

__all__ = ["book", "shaoxing"]
pytestmark = pytest.mark.django_db

WHY = "补助依据的兑付已认定虚构"


class Looked(Subsidised):
    """绍兴市本级, that looks into what it has paid."""

    def opened(self, statement: Statement, by: Actor | None = None) -> Case:
        return commands.open_on_statement(
            by or self.city_clerk, statement_id=statement.id, title=WHY, source=Source.OFFICE, now=self.now
        )

    def answered(self, case: Case) -> Case:
        commands.ask(self.city_clerk, case_id=case.id, text="请说明兑付情况", now=self.now)
        return commands.reply(self.server, case_id=case.id, text="情况属实，愿意退回", now=self.now)

    def held(self, case: Case) -> Case:
        return commands.suspend(self.city_approver, case_id=case.id, reason="待核实兑付真实性", now=self.now)

    def upheld(self, case: Case, **back: Fen) -> Case:
        given = {"text": "认定虚构服务", "clawbacks": back, "now": self.now}
        return commands.uphold(self.city_approver, case_id=case.id, **given)

    def paid_subsidy(self) -> Statement:
        statement = self.passed()
        self.hear_subsidy(self.sent_subsidy(statement), Outcome.PAID)
        return fresh(statement)

    def lies(self, kind: Kind, owner: str = "") -> int:
        return balance_at(Place(kind, CITY_OFFICE, self.today.year, owner or self.server.party_id)).posted_fen


def fresh(statement: Statement) -> Statement:
    return Statement.objects.get(id=statement.id)


@pytest.fixture
def looked(book: None, db: None) -> Iterator[Looked]:
    office = Looked()
    office.redeemed(2)
    office.next_year()
    with threshold(400_000):
        yield office


def test_what_a_case_holds_is_not_paid_and_goes_on_when_the_case_lets_it(looked: Looked) -> None:
    statement = looked.passed()
    case = looked.held(looked.opened(statement))
    assert fresh(statement).state == "suspended"
    with pytest.raises(MoveNotOpen):
        looked.batch_of(statement)
    for act in (subsidies.resume, subsidies.stop):
        with pytest.raises(HeldByCase) as said:
            act(looked.city_approver, statement_id=statement.id, reason="先行恢复", case="", now=looked.now)
        assert case.number in str(said.value)
    commands.clear(looked.city_approver, case_id=case.id, text="未发现违规", now=looked.now)
    looked.hear_subsidy(looked.sent_subsidy(fresh(statement)), Outcome.PAID)
    assert fresh(statement).state == "paid"
    assert unequal() == []
    assert altered_rows() == []


def test_control_who_names_the_case_gets_through(looked: Looked) -> None:
    """Without the guard the approver would have: it is the case's number that opens."""
    statement = looked.passed()
    case = looked.held(looked.opened(statement))
    given = {"statement_id": statement.id, "reason": "恢复", "case": case.number, "now": looked.now}
    assert subsidies.resume(looked.city_approver, **given).state == "payable"


def test_what_is_still_in_notice_is_stopped_as_soon_as_it_is_payable(looked: Looked) -> None:
    row = looked.publish()
    statement = Statement.objects.get(settlement=row)
    looked.held(looked.opened(statement))
    assert Item.objects.get().holding == "asked"
    looked.days(10)
    subsidies_jobs.run_gates(now=looked.now)
    jobs.run_holds(now=looked.now)
    assert (fresh(statement).state, Item.objects.get().holding) == ("suspended", "suspended")


def test_a_violation_ends_the_payout_and_the_money_goes_back(looked: Looked) -> None:
    statement = looked.passed()
    case = looked.answered(looked.held(looked.opened(statement)))
    assert looked.lies(Kind.SUBSIDY_OWED) == statement.fen
    looked.upheld(case)
    assert (fresh(statement).state, looked.lies(Kind.SUBSIDY_OWED)) == ("refused", 0)
    subsidies_jobs.run_endings(now=looked.now)
    row = Settlement.objects.get()
    assert row.state == "closed", "what is left of the money goes back with the end of the settlement"
    assert looked.lies(Kind.SUBSIDY_POT, row.id) == 0
    assert unequal() == unbalanced() == []


def test_what_was_paid_is_asked_back_with_interest_and_posted_and_never_above_it(looked: Looked) -> None:
    statement = looked.paid_subsidy()
    case = looked.answered(looked.opened(statement))
    with pytest.raises(rules.AbovePaid):
        looked.upheld(case, **{statement.id: Fen(statement.fen + 1)})
    looked.upheld(case, **{statement.id: Fen(50_000)})
    row = Clawback.objects.get()
    assert (row.paid_number, row.paid_on, row.party_id) == (statement.number, statement.paid_on, statement.party)
    looked.days(20)
    sheet = queries.clawback_sheet(looked.city_finance, row.id, on=looked.today)
    interest = queries.interest_of_row(sheet, on=looked.today)
    assert interest > 0
    slip = {"clawback_id": row.id, "position": 1, "on": looked.today, "reference": "BK-1", "now": looked.now}
    commands.receive(looked.city_finance, fen=Fen(50_000 + interest), **slip)
    with pytest.raises(SameHands):
        commands.countersign(looked.city_finance, clawback_id=row.id, now=looked.now)
    assert looked.lies(Kind.SUBSIDY_BACK) == 0
    commands.countersign(looked.city_approver, clawback_id=row.id, now=looked.now)
    assert (looked.lies(Kind.SUBSIDY_BACK), looked.lies(Kind.INTEREST)) == (50_000, interest)
    assert looked.lies(Kind.SUBSIDY_PAID) == statement.fen - 50_000
    stacks = other_subsidies(settlement="another", year=Settlement.objects.get().year)
    assert stacks == {statement.party: statement.fen - 50_000}, "what came back stacks on no price any more"
    assert Clawback.objects.get().state == "settled"
    assert unequal() == unbalanced() == altered_rows() == []


def test_what_was_asked_back_once_is_not_asked_back_again(looked: Looked) -> None:
    statement = looked.paid_subsidy()
    first, second = (looked.answered(looked.opened(statement)) for _ in range(2))
    looked.upheld(first, **{statement.id: Fen(statement.fen)})
    with pytest.raises(rules.AbovePaid):
        looked.upheld(second, **{statement.id: Fen(1)})


def test_a_statement_is_laid_into_a_case_about_its_payee_alone(looked: Looked) -> None:
    statement = looked.passed()
    case = looked.opened(statement)
    assert commands.add_claim(looked.city_clerk, case_id=case.id, number=statement.number, now=looked.now).fen == (
        statement.fen
    )
    assert Item.objects.filter(case=case).count() == 1, "it lies there already"
    Case.objects.filter(id=case.id).update(party_id=looked.holder.party_id)
    with pytest.raises(rules.OtherParty):
        commands.add_claim(looked.city_clerk, case_id=case.id, number=statement.number, now=looked.now)


def test_the_statement_leads_to_its_case_and_the_case_to_the_statement(looked: Looked) -> None:
    statement = looked.passed()
    page, there = f"/subsidies/statements/{statement.id}", f"/supervision/cases/on-statement/{statement.id}"
    with clock.at(looked.now):
        officer, approver, payee = map(browser, (looked.city_clerk, looked.city_approver, looked.server))
        assert there in officer.get(page).content.decode()
        assert there not in payee.get(page).content.decode()
        assert payee.get(there).status_code == 404
        opened = officer.post(there, {"title": WHY, "source": "office", "side": "provider"})
        case = Case.objects.get()
        assert opened.headers["Location"] == f"/supervision/cases/{case.id}"
        assert page in officer.get(f"/supervision/cases/{case.id}").content.decode()
        approver.post(f"/supervision/cases/{case.id}/act/suspend", {"reason": "待核实兑付真实性"})
        shown = approver.get(page).content.decode()
        assert case.number in shown
        assert f"/supervision/cases/holding/{statement.id}" in shown
        assert there not in shown
        assert approver.get(f"/supervision/cases/holding/{statement.id}").status_code == 302
