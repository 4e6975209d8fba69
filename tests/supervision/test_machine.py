"""The whole space: a real case and a real clawback in each state, each action by each role, through the real commands."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kechuang.credit import commands as credit
from kechuang.credit.models import CreditEvent
from kechuang.credit.states import EVENT_MACHINE, EventState
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.parties.queries import party
from kechuang.supervision import commands
from kechuang.supervision.models import Case, Clawback, Complaint, Item, Plan, Sanction, Visit
from kechuang.supervision.rules import Part
from kechuang.supervision.states import (
    CASE_MACHINE,
    CLAWBACK_MACHINE,
    COMPLAINT_MACHINE,
    PLAN_MACHINE,
    SANCTION_MACHINE,
    VISIT_MACHINE,
)
from kechuang.supervision.states.cases import CaseState, ClawbackState
from kechuang.supervision.states.checks import PlanState, VisitState
from kechuang.supervision.states.sanctions import ComplaintKind, ComplaintState, Rung, SanctionState
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
        "countersign": lambda a: commands.countersign(a, **said),
        "strike": lambda a: commands.strike(a, reason="没有查到", **said),
        "settle": lambda a: commands.countersign(a, **said),  # the last part settles
        "withdraw": lambda a: commands.withdraw(a, reason="复核撤销", **said),
        "void": lambda a: commands.void(a, **said),  # nothing came back: it stays as it is
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


@pytest.mark.parametrize("state", ComplaintState)
def test_only_listed_moves_of_a_complaint_are_made(state: ComplaintState, checks: Checks) -> None:
    citizen = Actor(person_id=checks.person("钱七"))
    code = party(checks.server.party_id).credit_code
    text = "送样后迟迟不出报告，多次催促无人答复"
    row = commands.complain(citizen, credit_code=code, kind=ComplaintKind.DELAY, text=text, now=checks.now)
    Complaint.objects.filter(id=row.id).update(
        state=state,
        accepted_by="psn_one",
        accepted_on=checks.today,
        answer="答复",
        handled_by="psn_two",
        handled_on=checks.today,
    )
    said: dict[str, Any] = {"complaint_id": row.id, "now": checks.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "accept": lambda a: commands.accept_complaint(a, **said),
        "reject": lambda a: commands.reject_complaint(a, text="不属受理范围", **said),
        "reply": lambda a: commands.reply_complaint(a, text="情况如下所述", **said),
        "lapse": lambda a: commands.lapse_complaint(a, **said),
        "uphold": lambda a: commands.decide_complaint(a, upheld=True, text="情况属实", **said),
        "dismiss": lambda a: commands.decide_complaint(a, upheld=False, text="没有依据", **said),
        "withdraw": lambda a: commands.withdraw_complaint(a, **said),
    }
    who = everybody(checks) | {Role.OBJECTOR: citizen}
    compared(COMPLAINT_MACHINE, state, what, who, {Role.PROVIDER})


@pytest.mark.parametrize("state", SanctionState)
def test_only_listed_moves_of_a_sanction_are_made(state: SanctionState, checks: Checks) -> None:
    case = checks.upheld(checks.paid_out(), 100_000).case
    row = commands.propose(checks.clerk, case_id=case.id, rung=Rung.WARN, grounds="虚构服务", now=checks.now)
    Sanction.objects.filter(id=row.id).update(
        state=state, decision="决定", decided_by="psn_two", decided_on=checks.today
    )
    said: dict[str, Any] = {"sanction_id": row.id, "now": checks.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "reply": lambda a: commands.reply_sanction(a, text="情况如下所述", **said),
        "lapse": lambda a: commands.lapse_sanction(a, **said),
        "impose": lambda a: commands.impose(a, text="予以警示", **said),
        "drop": lambda a: commands.drop(a, text="不予处罚", **said),
        "lift": lambda a: commands.lift(a, text="已经改正", **said),
    }
    compared(SANCTION_MACHINE, state, what, everybody(checks), {Role.PROVIDER})


@pytest.mark.parametrize("state", EventState)
def test_only_listed_moves_of_a_credit_event_are_made(state: EventState, checks: Checks) -> None:
    case = checks.upheld(checks.paid_out(), 100_000).case
    proposed = commands.propose(checks.clerk, case_id=case.id, rung=Rung.WARN, grounds="虚构服务", now=checks.now)
    commands.reply_sanction(checks.server, sanction_id=proposed.id, text="情况如下所述", now=checks.now)
    commands.impose(checks.approver, sanction_id=proposed.id, text="予以警示", now=checks.now)
    row = CreditEvent.objects.get()
    CreditEvent.objects.filter(id=row.id).update(
        state=state, answer="决定", in_force_on=checks.today, counts_until=checks.today
    )
    said: dict[str, Any] = {"event_id": row.id, "words": "理由如下", "now": checks.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "reply": lambda a: credit.reply_event(a, **said),
        "confirm": lambda a: credit.confirm_event(a, **said),
        "lift": lambda a: credit.lift_event(a, **said),
        "ask_repair": lambda a: credit.ask_repair(a, **said),
        "repair": lambda a: credit.answer_repair(a, granted=True, **said),
        "refuse_repair": lambda a: credit.answer_repair(a, granted=False, **said),
        "spend": lambda a: credit.spend_event(a, event_id=row.id, now=checks.now),
    }
    compared(EVENT_MACHINE, state, what, everybody(checks), {Role.PROVIDER})
