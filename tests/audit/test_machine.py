"""The whole space: a real task, sample and sheet in each state, each action by each role, through the commands."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from kechuang.audit import commands, queries
from kechuang.audit.models import Sample, Sheet, Task
from kechuang.audit.states import (
    SAMPLE_MACHINE,
    SHEET_MACHINE,
    TASK_MACHINE,
    Result,
    SampleState,
    SheetState,
    TaskState,
)
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Post, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import Machine, MoveNotOpen
from kechuang.trail.models import Event
from tests.audit.conftest import PLAN, SEED, Audited
from tests.vouchers.conftest import YUECHENG

_PARTIES = {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR}
WHO: dict[Role, Actor] = {
    **{
        role: Actor(f"psn_{role}", posts=frozenset({Post(role, YUECHENG, frozenset({YUECHENG}))}))
        for role in set(Role) - _PARTIES - {Role.PUBLIC, Role.CLOCK}
    },
    **{role: Actor("psn_firm", party_id="pty_firm") for role in _PARTIES},
    Role.PUBLIC: PUBLIC,
    Role.CLOCK: CLOCK,
}


def outcome(call: Callable[[], Any]) -> str:
    """What a command answers; whatever it wrote is taken back. A refusal that comes after the move was found open is open."""
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


def agrees(machine: Machine, state: Any, what: dict[str, Callable[[Actor], Any]]) -> list[str]:
    """Where the commands answer otherwise than the table says."""
    wrong = []
    for action, call in what.items():
        for role, actor in WHO.items():
            listed = any(move.action == action for move in machine.open(state, {role}))
            if outcome(lambda call=call, actor=actor: call(actor)) != ("open" if listed else "refused"):  # type: ignore[misc]
                wrong.append(f"{action} {role} in {state}")
    return wrong


def test_only_listed_moves_of_a_task_are_made(audited: Audited) -> None:
    task, now = audited.task(), audited.now
    found = queries.Subject(audited.submitted().id, "claims.claim", "DF", YUECHENG)
    for state in TaskState:
        Task.objects.filter(id=task.id).update(state=state, conclusion="完", closed_on=audited.today)
        at = {"task_id": task.id, "now": now}
        what: dict[str, Callable[[Actor], Any]] = {
            "look": lambda a, at=at: commands.look_at(a, found=found, page="p", **at),
            "reread": lambda a, at=at: commands.look_at(a, found=found, page="p", action="reread", **at),
            "plan": lambda a, at=at: commands.plan_sample(a, title="抽样", plan=PLAN, seed=SEED, **at),
            "pack": lambda a, at=at: commands.freeze_pack(a, title="证据", numbers=["DF"], **at),
            "close": lambda a, at=at: commands.close_task(a, conclusion="完", **at),
        }
        assert {move.action for move in TASK_MACHINE.moves} == set(what)
        assert agrees(TASK_MACHINE, state, what) == []


@pytest.mark.parametrize("state", list(SampleState))
def test_only_listed_moves_of_a_sample_and_its_sheets_are_made(audited: Audited, state: SampleState) -> None:
    audited.claims(2)
    sample, now = audited.drawn(audited.task()), audited.now
    Sample.objects.filter(id=sample.id).update(state=state, conclusion="完")
    at = {"sample_id": sample.id, "now": now}
    what: dict[str, Callable[[Actor], Any]] = {
        "freeze": lambda a: commands.freeze_frame(a, **at) if state != "planned" else _frame_anew(a, sample, audited),
        "draw": lambda a: commands.draw_sample(a, **at) if state != "frozen" else _draw_anew(a, sample, audited),
        "conclude": lambda a: commands.conclude_sample(a, conclusion="完", **at),
    }
    assert {move.action for move in SAMPLE_MACHINE.moves} == set(what)
    assert agrees(SAMPLE_MACHINE, state, what) == []
    for one in Sheet.objects.filter(sample=sample):
        written = {
            "write": lambda a, one=one: commands.write_sheet(
                a, sheet_id=one.id, result=Result.SOUND, findings="一致。", now=now
            )
        }
        assert {move.action for move in SHEET_MACHINE.moves} == set(written)
        assert agrees(SHEET_MACHINE, SheetState(one.state), written) == []


def _frame_anew(actor: Actor, sample: Sample, audited: Audited) -> Sample:
    """A sample that was only planned has no frame yet: another of the same task stands for it."""
    other = audited.planned(sample.task)
    return commands.freeze_frame(actor, sample_id=other.id, now=audited.now)


def _draw_anew(actor: Actor, sample: Sample, audited: Audited) -> Sample:
    """As above: a frozen one has no sheets."""
    other = audited.frozen(sample.task)
    return commands.draw_sample(actor, sample_id=other.id, now=audited.now)
