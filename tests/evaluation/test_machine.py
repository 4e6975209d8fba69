"""The whole space: a real evaluation and a real sheet in each state, each action by each role, through the real commands."""

from collections.abc import Callable
from typing import Any

import pytest

from kechuang.evaluation import commands
from kechuang.evaluation.models import Evaluation, Sheet
from kechuang.evaluation.states import (
    MACHINE,
    PRIORITY_MACHINE,
    SHEET_MACHINE,
    EvaluationState,
    PriorityState,
    SheetState,
)
from kechuang.kernel.actor import CLOCK, Actor, Role
from tests.evaluation.conftest import JUDGED, REPORTED, Evaluated
from tests.subsidies.conftest import CITY_OFFICE
from tests.subsidies.test_machine import disagreements, outcome, who

WITH_EVALUATION = {"grade", "leave_out", "publish", "withdraw"}  # steps of the evaluation's own acts
WITH_ANSWER = {"regrade"}  # a step that others take with an appeal that is upheld; the evaluation's is "prolong"


@pytest.mark.parametrize("state", list(EvaluationState))
def test_only_listed_moves_of_an_evaluation_are_made(evaluated: Evaluated, state: EvaluationState) -> None:
    evaluated.next_year()
    row = evaluated.graded()
    if state == EvaluationState.OPEN:
        Sheet.objects.filter(evaluation=row).update(state=SheetState.REVIEWED)
    evaluated.after_term()
    said = (
        {"published_by": "psn_another", "published_on": evaluated.today} if state == EvaluationState.PUBLISHED else {}
    )
    Evaluation.objects.filter(id=row.id).update(state=state, **said)
    at = {"evaluation_id": row.id, "now": evaluated.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "grade": lambda a: commands.grade(a, **at),
        "publish": lambda a: commands.publish(a, **at),
        "withdraw": lambda a: commands.withdraw(a, reason="理由", **at),
    }
    assert {move.action for move in MACHINE.moves} == {*what, "prolong"}
    assert disagreements(MACHINE, state, what, CITY_OFFICE) == []


@pytest.mark.parametrize("state", list(SheetState))
def test_only_listed_moves_of_a_sheet_are_made(evaluated: Evaluated, state: SheetState) -> None:
    evaluated.next_year()
    sheet = evaluated.own(evaluated.graded())
    Sheet.objects.filter(id=sheet.id).update(state=state, appeal="不服", appealed_by="psn_another")
    at = {"sheet_id": sheet.id, "now": evaluated.now}
    paper = {"name": "附件.pdf", "content": b"%PDF-1.4\n%%EOF", "kind": "evidence"}
    what: dict[str, Callable[[Actor], Any]] = {
        "attach": lambda a: commands.attach(a, **paper, **at),
        "report": lambda a: commands.report(a, values=REPORTED, statement="自评", **at),
        "return": lambda a: commands.return_(a, reason="理由", **at),
        "review": lambda a: commands.review(a, judged=JUDGED, opinion="好", **at),
        "appeal": lambda a: commands.appeal(a, words="不服", **at),
        "answer": lambda a: commands.answer(a, words="维持", **at),
    }
    assert {move.action for move in SHEET_MACHINE.moves} == {*what, *WITH_EVALUATION, *WITH_ANSWER}
    own = {**who(CITY_OFFICE), Role.PROVIDER: evaluated.server}
    wrong = []
    for action, call in what.items():
        for role, actor in own.items():
            listed = any(move.action == action for move in SHEET_MACHINE.open(state, {role}))
            if outcome(lambda call=call, actor=actor: call(actor)) != ("open" if listed else "refused"):  # type: ignore[misc]
                wrong.append(f"{action} {role} in {state}")
    assert wrong == []


@pytest.mark.parametrize("state", list(PriorityState))
def test_a_certificate_is_revoked_once_by_its_office_or_the_clock(evaluated: Evaluated, state: PriorityState) -> None:
    one = evaluated.preferred()
    if state == PriorityState.REVOKED:
        commands.revoke_priority(CLOCK, priority_id=one.id, reason="理由", now=evaluated.now)
    what = {"revoke": lambda a: commands.revoke_priority(a, priority_id=one.id, reason="理由", now=evaluated.now)}
    assert {move.action for move in PRIORITY_MACHINE.moves} == set(what)
    assert disagreements(PRIORITY_MACHINE, state, what, CITY_OFFICE) == []
