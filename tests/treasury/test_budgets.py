"""A budget on its way: drafted, approved, released, raised, cut, moved, ended."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.ledger.queries import balance_at, money
from kechuang.ledger.rules import Kind, NotEnough
from kechuang.outbox.models import Message
from kechuang.parties.rules import SameHands
from kechuang.trail.queries import altered_rows
from kechuang.treasury import commands, jobs, queries, rules
from kechuang.treasury.models import Budget, Release
from kechuang.treasury.states import BUDGET_MACHINE, BudgetState

pytestmark = pytest.mark.django_db
YUE, KE = "330602", "330603"


def test_the_county_drafts_finance_approves_and_releases_in_parts(county: Any) -> None:
    budget = county.approved(1_000_000)
    commands.release(county.finance, budget_id=budget.id, fen=400_000, document=county.document("甲"), now=county.now)
    budget.refresh_from_db()
    assert (budget.state, budget.released_fen) == (BudgetState.PARTLY, 400_000)
    commands.release(county.finance, budget_id=budget.id, fen=600_000, document=county.document("乙"), now=county.now)
    budget.refresh_from_db()
    assert (budget.state, budget.released_fen) == (BudgetState.RELEASED, 1_000_000)
    assert balance_at(county.place(Kind.BUDGET)).free_fen == 1_000_000
    assert altered_rows() == []


def test_a_document_releases_once(county: Any) -> None:
    budget = county.approved()
    first = commands.release(
        county.finance, budget_id=budget.id, fen=400_000, document=county.document(), now=county.now
    )
    again = commands.release(
        county.finance, budget_id=budget.id, fen=400_000, document=county.document(), now=county.now
    )
    assert (again.id, Release.objects.count(), money().released) == (first.id, 1, 400_000)
    with pytest.raises(rules.DocumentReused):
        commands.release(county.finance, budget_id=budget.id, fen=1, document=county.document(), now=county.now)


def test_no_more_is_released_than_was_approved(county: Any) -> None:
    budget = county.approved(100)
    with pytest.raises(rules.ReleaseAboveBudget) as refusal:
        commands.release(county.finance, budget_id=budget.id, fen=101, document=county.document(), now=county.now)
    assert refusal.value.facts == {"left_fen": 100, "asked_fen": 101}


def test_nobody_approves_what_they_drafted(county: Any) -> None:
    both = county.author.__class__(person_id="psn_author", posts=county.author.posts | county.finance.posts)
    drafted = commands.draft_budget(
        both, scheme="shaoxing/voucher-2021", region=YUE, year=2025, amount_fen=1, basis="", now=county.now
    )
    commands.submit_budget(both, budget_id=drafted.id, now=county.now)
    with pytest.raises(SameHands):
        commands.approve_budget(both, budget_id=drafted.id, now=county.now)
    row = Budget.objects.get(id=drafted.id)
    with pytest.raises(IntegrityError, match="budget_four_eyes"), transaction.atomic():
        Budget.objects.filter(id=row.id).update(approved_by=row.drafted_by)


def test_one_budget_for_a_county_and_year(county: Any) -> None:
    county.approved()
    with pytest.raises(rules.BudgetExists):
        county.approved(5)


def test_a_late_release_is_a_clock(county: Any) -> None:
    budget = county.approved()
    county.go_to(2025, 4, 3)
    late = clocks([budget.id], on=county.today)[budget.id]
    assert (late.due_on, late.left, late.is_overdue) == (date(2025, 3, 31), -3, True)
    assert late.article == "示例参数"
    (row,) = queries.progress(county.city_finance, year=2025, on=county.today)
    assert row.clock == late
    commands.remind(county.city_finance, budget_id=budget.id, now=county.now)
    assert Message.objects.filter(title="请及时下达预算", to_role=Role.COUNTY_FINANCE, region=YUE).exists()
    commands.release(county.finance, budget_id=budget.id, fen=1_000_000, document=county.document(), now=county.now)
    assert clocks([budget.id], on=county.today) == {}


def test_a_returned_draft_is_changed_and_sent_again(county: Any) -> None:
    drafted = commands.draft_budget(
        county.author, scheme="shaoxing/voucher-2021", region=YUE, year=2025, amount_fen=5, basis="一", now=county.now
    )
    commands.submit_budget(county.author, budget_id=drafted.id, now=county.now)
    commands.return_budget(county.finance, budget_id=drafted.id, reason="测算依据不足", now=county.now)
    commands.edit_budget(county.author, budget_id=drafted.id, amount_fen=7, basis="二", now=county.now)
    sent = commands.submit_budget(county.author, budget_id=drafted.id, now=county.now)
    assert (sent.state, sent.amount_fen) == (BudgetState.SUBMITTED, 7)
    assert altered_rows() == []


def test_another_county_does_not_see_it(county: Any) -> None:
    budget = county.approved()
    stranger = county.finance.__class__(
        person_id="psn_x", posts=frozenset(p for p in county.finance.posts if p.region == KE)
    )
    with pytest.raises(NotVisible):
        queries.budget(stranger, budget.id, on=county.today)
    with pytest.raises(NotVisible):
        commands.release(stranger, budget_id=budget.id, fen=1, document=county.document(), now=county.now)


def test_a_raise_is_released_like_the_first_money(county: Any) -> None:
    budget = county.released(100)
    for _ in range(2):  # a double click
        commands.raise_(county.finance, budget_id=budget.id, fen=50, ground=county.ground(), now=county.now)
    budget.refresh_from_db()
    assert (budget.state, budget.amount_fen, budget.released_fen) == (BudgetState.PARTLY, 150, 100)


def test_a_cut_takes_first_what_was_not_released_then_what_was_not_granted(county: Any) -> None:
    budget = county.approved(100)
    commands.release(county.finance, budget_id=budget.id, fen=60, document=county.document(), now=county.now)
    commands.cut(county.finance, budget_id=budget.id, fen=40, ground=county.ground("一"), now=county.now)
    budget.refresh_from_db()
    assert (budget.state, budget.amount_fen, money().cut) == (BudgetState.RELEASED, 60, 0)
    county.granted(50)
    commands.cut(county.finance, budget_id=budget.id, fen=10, ground=county.ground("二"), now=county.now)
    assert money().cut == 10
    with pytest.raises(NotEnough):
        commands.cut(county.finance, budget_id=budget.id, fen=1, ground=county.ground("三"), now=county.now)
    assert queries.budgets_off() == []


def test_money_moves_between_counties_with_reason(county: Any) -> None:
    giver, taker = county.released(100), county.released(50, KE)
    for _ in range(2):
        commands.move(
            county.city_finance,
            budget_id=giver.id,
            to_budget_id=taker.id,
            fen=30,
            ground=county.ground(),
            now=county.now,
        )
    giver.refresh_from_db()
    taker.refresh_from_db()
    assert (giver.released_fen, taker.released_fen) == (70, 80)
    assert (money().moved, money(region=KE).moved, money(region=YUE).moved) == (0, 30, -30)
    for region in ("", YUE, KE):
        held = money(region=region).identities()
        assert all(ok for name, ok in held.items() if name != "moved = 0" or not region)
    assert queries.budgets_off() == []
    with pytest.raises(MoveNotOpen):
        commands.move(
            county.finance, budget_id=giver.id, to_budget_id=taker.id, fen=1, ground=county.ground("b"), now=county.now
        )


def test_children_are_never_above_a_parent_that_allots(county: Any) -> None:
    parent = county.released(100, KE)
    make = {"scheme": "shaoxing/voucher-2021", "region": YUE, "year": 2025, "basis": "", "now": county.now}
    with pytest.raises(rules.ChildrenAboveParent):
        commands.draft_budget(county.author, amount_fen=101, parent_id=parent.id, **make)
    child = commands.draft_budget(county.author, amount_fen=100, parent_id=parent.id, **make)
    commands.submit_budget(county.author, budget_id=child.id, now=county.now)
    commands.approve_budget(county.finance, budget_id=child.id, now=county.now)
    county.granted(1, region=KE)  # the parent has spent some of it meanwhile
    with pytest.raises(NotEnough):
        commands.release(county.finance, budget_id=child.id, fen=100, document=county.document("x"), now=county.now)
    commands.release(county.finance, budget_id=child.id, fen=99, document=county.document("x"), now=county.now)
    assert (money(region=YUE).unallocated, money(region=KE).unallocated) == (99, 0)
    assert queries.budgets_off() == []


def test_the_year_ends_and_gives_back_what_was_not_granted(county: Any) -> None:
    budget = county.released(100)
    county.granted(60)
    with pytest.raises(rules.YearNotOver):
        commands.end_year(county.finance, budget_id=budget.id, now=county.now)
    assert jobs.run_year_ends(now=county.now) == 0
    county.go_to(2026, 1, 1)
    assert (jobs.run_year_ends(now=county.now), jobs.run_year_ends(now=county.now)) == (1, 0)
    budget.refresh_from_db()
    assert (budget.state, money().cut, money().unallocated) == (BudgetState.ENDED, 40, 0)
    assert queries.budgets_off() == []
    assert all(money().identities().values())


def test_what_expires_after_the_year_is_swept_and_the_year_closes_after_its_last_claim_day(county: Any) -> None:
    from kechuang.ledger import commands as ledger
    from kechuang.ledger.rules import Leg

    budget = county.released(100)
    county.granted(60)
    county.go_to(2026, 1, 1)
    jobs.run_year_ends(now=county.now)
    leg = Leg("expire", county.place(Kind.VOUCHER, "vch_1"), county.place(Kind.BUDGET), 60)
    ledger.post([leg], key="e", subject="vch_1", now=county.now)
    county.go_to(2026, 1, 5)
    assert (jobs.run_sweeps(now=county.now), jobs.run_sweeps(now=county.now)) == (1, 0)
    assert money().cut == 100
    county.go_to(2026, 3, 31)
    assert jobs.run_closings(now=county.now) == 0
    county.go_to(2026, 4, 1)
    assert jobs.run_closings(now=county.now) == 1
    budget.refresh_from_db()
    assert budget.state == BudgetState.CLOSED
    assert altered_rows() == []


def test_a_state_is_only_left_by_a_listed_act_of_a_listed_role(county: Any) -> None:
    """The whole space: each action by each role on a real row in each state; what is not listed changes nothing."""
    budget, other = county.released(100), county.released(100, KE)
    acts = _acts(county, other)
    assert {move.action for move in BUDGET_MACHINE.moves} == {name for names, _ in acts.values() for name in names} | {
        "carry_in"  # made by the year's end of the budget before, never asked for
    }
    listed = {(m.action, s, r) for m in BUDGET_MACHINE.moves for s in m.source for r in m.by}
    for state in BudgetState:
        _put(budget, state)
        for names, act in acts.values():
            for role in set(Role) - {Role.CLOCK}:
                if not any((name, state, role) in listed for name in names):
                    before = Budget.objects.filter(id=budget.id).values().get()
                    with pytest.raises((MoveNotOpen, NotVisible)):
                        act(_as(role), budget.id)
                    assert Budget.objects.filter(id=budget.id).values().get() == before


def _acts(county: Any, other: Budget) -> dict[str, Any]:
    now, ground, document = county.now, county.ground("p"), county.document("p")
    c = commands
    return {
        "edit": (["edit"], lambda a, b: c.edit_budget(a, budget_id=b, amount_fen=100, basis="", now=now)),
        "submit": (["submit"], lambda a, b: c.submit_budget(a, budget_id=b, now=now)),
        "return": (["return"], lambda a, b: c.return_budget(a, budget_id=b, reason="x", now=now)),
        "approve": (["approve"], lambda a, b: c.approve_budget(a, budget_id=b, now=now)),
        "release": (
            ["release_part", "release_all"],
            lambda a, b: c.release(a, budget_id=b, fen=1, document=document, now=now),
        ),
        "raise": (["raise", "raise_released"], lambda a, b: c.raise_(a, budget_id=b, fen=1, ground=ground, now=now)),
        "cut": (["cut", "cut_to_released"], lambda a, b: c.cut(a, budget_id=b, fen=1, ground=ground, now=now)),
        "move": (
            ["move_out", "move_in"],
            lambda a, b: c.move(a, budget_id=b, to_budget_id=other.id, fen=1, ground=ground, now=now),
        ),
        "remind": (["remind"], lambda a, b: c.remind(a, budget_id=b, now=now)),
        "end_year": (["end_year"], lambda a, b: c.end_year(a, budget_id=b, now=now)),
        "sweep": (["sweep"], lambda a, b: c.sweep(a, budget_id=b, now=now)),
        "close": (["close"], lambda a, b: c.close_year(a, budget_id=b, now=now)),
    }


def _put(budget: Budget, state: BudgetState) -> None:
    with connection.cursor() as cursor:
        released = {BudgetState.RELEASED: 100}.get(state, 50)
        cursor.execute(
            "UPDATE treasury_budget SET state = %s, released_fen = %s WHERE id = %s", [state, released, budget.id]
        )


def _as(role: Role) -> Any:
    from kechuang.kernel.actor import Actor, Post

    return Actor("psn_any", posts=frozenset(Post(role, region, frozenset({region})) for region in (YUE, KE)))
