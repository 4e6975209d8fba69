"""The whole space: a real case and a real clawback in each state, each action by each role, through the real commands."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.supervision import commands
from kechuang.supervision.models import Case, Clawback, Item, Plan, Visit
from kechuang.supervision.rules import Part
from kechuang.supervision.states import CASE_MACHINE, CLAWBACK_MACHINE, PLAN_MACHINE, VISIT_MACHINE
from kechuang.supervision.states.cases import CaseState, ClawbackState
from kechuang.supervision.states.checks import PlanState, VisitState
from tests.supervision.conftest import Checks, Watch
from tests.vouchers.test_machine import outcome

pytestmark = pytest.mark.django_db


def everybody(watch: Watch) -> dict[Role, Actor]:
    bystander = watch.firm("旁观企业")
    return {
        **watch.roles(),
        Role.PROVIDER: watch.server,
        Role.HOLDER: bystander,
        Role.CLOCK: CLOCK,
        Role.PUBLIC: PUBLIC,
    }


def compared(
    machine: Any, state: Any, what: dict[str, Callable[[Actor], Any]], who: dict[Role, Actor], own: set[Role]
) -> None:
    assert set(what) == {move.action for move in machine.moves}
    listed = {(m.action, s, role) for m in machine.moves for s in m.source for role in m.by}
    for (action, call), (role, actor) in itertools.product(what.items(), who.items()):
        allowed = (action, state, role) in listed and (role in own or role not in (Role.HOLDER, Role.PROVIDER))
        found = outcome(lambda call=call, actor=actor: call(actor))  # type: ignore[misc]
        assert found == ("open" if allowed else "refused"), (action, state, role)


@pytest.mark.parametrize("state", CaseState)
def test_only_listed_moves_of_a_case_are_made(state: CaseState, watch: Watch) -> None:
    claim, more = watch.payable(), watch.payable()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务", now=watch.now)
    item = Item.objects.get()
    said: dict[str, Any] = {"case_id": case.id, "now": watch.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "add": lambda a: commands.add_claim(a, number=more.number, **said),
        "ask": lambda a: commands.ask(a, text="请说明情况", **said),
        "reply": lambda a: commands.reply(a, text="情况如下所述", **said),
        "lapse": lambda a: commands.lapse(a, **said),
        "suspend": lambda a: commands.suspend(a, reason="待核实服务", **said),
        "resume": lambda a: commands.resume(a, item_id=item.id, reason="已经核实", **said),
        "clear": lambda a: commands.clear(a, text="未发现违规", **said),
        "uphold": lambda a: commands.uphold(a, text="认定违规", clawbacks={}, **said),
    }
    Case.objects.filter(id=case.id).update(
        state=state,
        asked_on=watch.today,
        decision="决定",
        decided_by=watch.approver.person_id,
        decided_on=watch.today,
    )
    compared(CASE_MACHINE, state, what, everybody(watch), {Role.PROVIDER})


@pytest.mark.parametrize("state", ClawbackState)
def test_only_listed_moves_of_a_clawback_are_made(state: ClawbackState, watch: Watch) -> None:
    row = watch.upheld(watch.paid_out(), 200_000)
    whole = row.principal_fen if state is ClawbackState.SETTLED else 0
    Clawback.objects.filter(id=row.id).update(state=state, received_fen=whole, reason="理由")
    parts = [Part(Fen(200_000), watch.today + timedelta(days=9))]
    said: dict[str, Any] = {"clawback_id": row.id, "now": watch.now}
    slip: dict[str, Any] = {"position": 1, "fen": Fen(200_000), "on": watch.today, "reference": "BK"}
    what: dict[str, Callable[[Actor], Any]] = {
        "instal": lambda a: commands.instal(a, parts=parts, **said),
        "receive": lambda a: commands.receive(a, **slip, **said),
        "settle": lambda a: commands.receive(a, **slip, **said),  # the last part settles
        "withdraw": lambda a: commands.withdraw(a, reason="复核撤销", **said),
    }
    compared(CLAWBACK_MACHINE, state, what, everybody(watch), set())


def test_a_case_closed_by_one_office_is_open_to_no_other(watch: Watch) -> None:
    case = watch.answered(watch.opened())
    commands.clear(watch.approver, case_id=case.id, text="未发现违规", now=watch.now)
    assert CaseState(Case.objects.get().state) in CASE_MACHINE.final


@pytest.mark.parametrize("state", PlanState)
def test_only_listed_moves_of_a_plan_are_made(state: PlanState, checks: Checks) -> None:
    plan = checks.drawn(claims=1)
    Visit.objects.update(
        state="sound",
        recorded_by=checks.clerk.person_id,
        recorded_on=checks.today,
        signed_by=checks.approver.person_id,
        signed_on=checks.today,
    )
    Plan.objects.filter(id=plan.id).update(state=state, reason="理由")
    said: dict[str, Any] = {"plan_id": plan.id, "now": checks.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "fix": lambda a: commands.fix(a, **said),
        "draw": lambda a: commands.draw(a, seed_value=" ", **said),
        "publish": lambda a: commands.publish(a, **said),
        "withdraw": lambda a: commands.withdraw_plan(a, reason="计划有变", **said),
    }
    compared(PLAN_MACHINE, state, what, everybody(checks), set())


@pytest.mark.parametrize("state", VisitState)
def test_only_listed_moves_of_a_visit_are_made(state: VisitState, checks: Checks) -> None:
    visit = Visit.objects.get(plan=checks.drawn(claims=1))
    given: dict[str, Any] = {"recorded_by": "psn_one", "recorded_on": checks.today}
    Visit.objects.filter(id=visit.id).update(
        state=state, visit_on=checks.today, demand="补齐", signed_by="psn_two", signed_on=checks.today, **given
    )
    said: dict[str, Any] = {"visit_id": visit.id, "now": checks.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "recuse": lambda a: commands.recuse(a, reason="新近任职", **said),
        "date": lambda a: commands.set_day(a, on=checks.today, **said),
        "record": lambda a: commands.record_visit(a, findings={}, **said),
        "pass": lambda a: commands.sign_sound(a, **said),
        "demand": lambda a: commands.demand(a, text="补齐原始记录", **said),
        "report": lambda a: commands.report(a, text="已经补齐", **said),
        "miss": lambda a: commands.miss(a, **said),
        "accept": lambda a: commands.accept(a, text="符合要求", **said),
        "again": lambda a: commands.again(a, text="仍缺记录", **said),
    }
    compared(VISIT_MACHINE, state, what, everybody(checks), {Role.PROVIDER})
