"""The whole space: a real record in each state, each action by each role, through the real commands."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Post, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import Machine, MoveNotOpen
from kechuang.subsidies import commands
from kechuang.subsidies.commands import Redemption
from kechuang.subsidies.models import Conversion, Outside, Settlement, Statement
from kechuang.subsidies.states import (
    CONVERSION_MACHINE,
    MACHINE,
    OUTSIDE_MACHINE,
    STATEMENT_MACHINE,
    ConversionState,
    OutsideState,
    StatementState,
    SubsidyState,
)
from kechuang.trail.models import Event
from kechuang.treasury.models import PaymentLine
from kechuang.treasury.rules import Answer
from kechuang.treasury.rules import Outcome as BankOutcome
from tests.subsidies.conftest import CITY_OFFICE, Subsidised, threshold
from tests.vouchers.conftest import YUECHENG

WITH_SETTLEMENT = {"leave_out", "publish", "unpublish", "withdraw"}  # steps of the settlement's own acts
GATE = {"clear", "uphold"}  # one command of the clock, by what the gate says: see test_settling


def who(region: str) -> dict[Role, Actor]:
    relational = {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR}
    offices = set(Role) - relational - {Role.PUBLIC, Role.CLOCK}
    return {
        **{role: Actor(f"psn_{role}", posts=frozenset({Post(role, region, frozenset({region}))})) for role in offices},
        **{role: Actor("psn_firm", party_id="pty_firm") for role in relational},
        Role.PUBLIC: PUBLIC,
        Role.CLOCK: CLOCK,
    }


def outcome(call: Callable[[], Any]) -> str:
    """What a command answers; whatever it wrote is taken back. A refusal after the move was found open is open."""
    before = Event.objects.count()
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except (MoveNotOpen, NotVisible):
        assert Event.objects.count() == before
        return "refused"
    except Refusal:
        assert Event.objects.count() == before
    return "open"


def disagreements(machine: Machine, state: Any, what: dict[str, Callable[[Actor], Any]], region: str) -> list[str]:
    """Where the commands answer otherwise than the table says."""
    wrong = []
    for action, call in what.items():
        for role, actor in who(region).items():
            listed = any(move.action == action for move in machine.open(state, {role}))
            if outcome(lambda call=call, actor=actor: call(actor)) != ("open" if listed else "refused"):  # type: ignore[misc]
                wrong.append(f"{action} {role} in {state}")
    return wrong


@pytest.mark.parametrize("state", list(SubsidyState))
def test_only_listed_moves_of_a_settlement_are_made(subsidised: Subsidised, state: SubsidyState) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(400_000):
        row, empty = subsidised.publish(), subsidised.fund(year=2024)
        known = state in (SubsidyState.PUBLISHED, SubsidyState.CLOSED)
        Statement.objects.update(state=StatementState.IN_NOTICE if known else StatementState.COUNTED)
        Settlement.objects.filter(id=row.id).update(state=state)
        at = {"settlement_id": row.id, "now": subsidised.now}
        what: dict[str, Callable[[Actor], Any]] = {
            "edit": lambda a: commands.edit(a, decision=subsidised.decision(), **at),
            "decide": lambda a: commands.decide(a, **at),
            "fund": lambda a: commands.fund(a, fen=100_000_000, document_number="文", **at),
            "settle": lambda a: commands.settle(
                a, **{**at, "settlement_id": empty.id if state == SubsidyState.FUNDED else row.id}
            ),
            "publish": lambda a: commands.publish(a, **at),
            "unpublish": lambda a: commands.unpublish(a, why="理由", **at),
            "withdraw": lambda a: commands.withdraw(a, reason="理由", **at),
            "finish": lambda a: commands.finish(a, **at),
        }
        assert {move.action for move in MACHINE.moves} == set(what)
        assert disagreements(MACHINE, state, what, CITY_OFFICE) == []


@pytest.mark.parametrize("state", list(StatementState))
def test_only_listed_moves_of_a_statement_are_made(subsidised: Subsidised, state: StatementState) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(400_000):
        statement = subsidised.passed()
        batch = subsidised.sent_subsidy(statement)
        line = PaymentLine.objects.get(batch=batch)
        Statement.objects.update(state=state, paid_on=subsidised.today)
        now, one = subsidised.now, {"statement_id": statement.id, "now": subsidised.now}

        def heard(answer: BankOutcome) -> Callable[[Actor], Any]:
            answers = [Answer(line.number, answer, line.fen, reference="BK1", words="答复")]
            return lambda a: commands.read_results(a, batch_id=batch.id, answers=answers, now=now)

        what: dict[str, Callable[[Actor], Any]] = {
            "prepare": lambda a: commands.prepare(
                a, region=CITY_OFFICE, title="批次", statement_ids=[statement.id], now=now
            ),
            "retry": lambda a: commands.retry(a, **one),
            "suspend": lambda a: commands.suspend(a, reason="理由", case="AJ-1", **one),
            "resume": lambda a: commands.resume(a, reason="理由", case="", **one),
            "stop": lambda a: commands.stop(a, reason="理由", case="", **one),
        }
        by_batch: dict[str, Callable[[Actor], Any]] = {
            "unprepare": lambda a: commands.return_batch(a, batch_id=batch.id, reason="理由", now=now),
            "pay": heard(BankOutcome.PAID),
            "fail": heard(BankOutcome.FAILED),
            "bounce": lambda a: commands.bounce(
                a,
                line_id=line.id,
                fen=line.fen,
                reference="TH",
                words="退汇",
                now=now,  # type: ignore[arg-type]
            ),
        }
        assert {move.action for move in STATEMENT_MACHINE.moves} == {*what, *by_batch, *WITH_SETTLEMENT, *GATE}
        assert disagreements(STATEMENT_MACHINE, state, what, CITY_OFFICE) == []
        found = disagreements(STATEMENT_MACHINE, state, by_batch, CITY_OFFICE)
        passed = [one for one in found if not _listed(one, state)]
        assert passed == [], "nothing unlisted passes"


def _listed(said: str, state: StatementState) -> bool:
    action, role, *_rest = said.split()
    return any(move.action == action for move in STATEMENT_MACHINE.open(state, {Role(role)}))


@pytest.mark.parametrize("state", list(OutsideState))
def test_only_listed_moves_of_a_redemption_from_elsewhere_are_made(subsidised: Subsidised, state: OutsideState) -> None:
    code = subsidised.credit_code(subsidised.server.party_id)
    entry = Redemption(code, subsidised.today, 100, 200, "越财〔2025〕9号")  # type: ignore[arg-type]
    row = commands.enter_outside(subsidised.clerk, region=YUECHENG, redemption=entry, now=subsidised.now)
    Outside.objects.update(state=state, checked_by="psn_someone")
    at = {"outside_id": row.id, "now": subsidised.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "check": lambda a: commands.check_outside(a, **at),
        "reject": lambda a: commands.reject_outside(a, reason="理由", **at),
    }
    assert {move.action for move in OUTSIDE_MACHINE.moves} == set(what)
    assert disagreements(OUTSIDE_MACHINE, state, what, YUECHENG) == []


@pytest.mark.parametrize("state", list(ConversionState))
def test_only_listed_moves_of_an_import_are_made(subsidised: Subsidised, state: ConversionState) -> None:
    row = Conversion.objects.create(
        number="ZH-试", region=YUECHENG, year=2025, source="示例", from_on=subsidised.today, last_on=subsidised.today,
        name="表.csv", digest="0" * 64, rows=[], brought_by=subsidised.clerk.person_id, brought_on=subsidised.today,
        state=state, checked_by="psn_someone",
    )  # fmt: skip
    at = {"conversion_id": row.id, "now": subsidised.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "check": lambda a: commands.check_conversions(a, **at),
        "reject": lambda a: commands.reject_conversions(a, reason="理由", **at),
    }
    assert {move.action for move in CONVERSION_MACHINE.moves} == set(what)
    assert disagreements(CONVERSION_MACHINE, state, what, YUECHENG) == []


def test_the_database_holds_four_eyes_and_the_pot_without_the_commands(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(400_000):
        row = subsidised.settle()
    changes: list[dict[str, Any]] = [
        {"checked_by": row.drafted_by},
        {"funded_by": row.checked_by},
        {"pot_fen": row.total_fen - 1},
        {"settled_on": None},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Settlement.objects.filter(id=row.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.update(fen=row.total_fen + 1)
    assert date(2026, 1, 5) == subsidised.today
