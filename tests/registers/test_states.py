"""The whole space of the two machines through the real commands: what the table does not list is refused, unwritten."""

import itertools
from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.registers import commands
from kechuang.registers.access import roles_on, roles_on_case
from kechuang.registers.models import Admission, Case
from kechuang.registers.states import ADMISSION_MACHINE, CASE_MACHINE, AdmissionState, CaseState
from kechuang.trail.models import Event
from tests.registers.conftest import YUECHENG, World

pytestmark = pytest.mark.django_db
ROLES = [role for role in Role if role not in {Role.PUBLIC, Role.OBJECTOR, Role.HOLDER}]
COMPLETE = {
    "basis": "review",
    "decided_on": date(2025, 3, 10),
    "submitted_on": date(2025, 3, 10),
    "valid_from": date(2025, 3, 10),
    "valid_until": date(2025, 3, 9),
    "ended_on": date(2025, 3, 10),
    "reason": "示例",
    "article": "示例",
    "revoking_role": "county_approver",
    "rounds": 1,
    "steps": ["county_officer"],
}


def calls(world: World, row: Admission) -> dict[str, Callable[[Actor], object]]:
    """Every action of the table as its real command."""
    common = {"admission_id": row.id, "now": world.now}
    said = {"reason": "理由", **common}
    certificate = {
        "kind": "cma",
        "number": "CMA-9",
        "issuer": "示例",
        "valid_from": date(2024, 1, 1),
        "valid_until": None,
        "file_id": "fil_x",
    }
    return {
        "edit": lambda a: commands.edit(a, entrant_class="qualified_firm", statement="", facts={}, **common),
        "add_certificate": lambda a: commands.add_certificate(a, **certificate, **common),
        "submit": lambda a: commands.submit(a, **common),
        "enter": lambda a: commands.submit(a, **common),
        "endorse": lambda a: commands.confirm(a, **common),
        "confirm": lambda a: commands.confirm(a, **common),
        "publish": lambda a: commands.confirm(a, **common),
        "return": lambda a: commands.return_(a, **said),
        "refuse": lambda a: commands.refuse(a, **said),
        "admit": lambda a: commands.admit_after_notice(a, **common),
        "rename": lambda a: commands.rename(a, **common),
        "recertify": lambda a: commands.recertify(a, **common),
        "suspend": lambda a: commands.stop_orders(a, article="示例", **said),
        "resume": lambda a: commands.resume(a, **said),
        "revoke": lambda a: commands.revoke(a, ground="violation", article="示例", **said),
        "expire": lambda a: commands.expire(a, **said),
        "withdraw": lambda a: commands.withdraw(a, **said),
    }


def actors(world: World, head: Actor) -> dict[Role, Actor]:
    offices = {role: world.officer(role) for role in ROLES if role not in {Role.PROVIDER, Role.CLOCK}}
    return offices | {Role.PROVIDER: head, Role.CLOCK: CLOCK}


def put(row: Admission, state: AdmissionState) -> None:
    given = COMPLETE | {"valid_until": None}
    Admission.objects.filter(id=row.id).update(state=state, **given)
    row.refresh_from_db()


def attempt(call: Callable[[Actor], object], actor: Actor) -> Exception | None:
    """What came of the command; all of it is undone."""
    try:
        with transaction.atomic():
            call(actor)
            transaction.set_rollback(True)
    except (Refusal, NotVisible) as refusal:
        return refusal
    return None


def test_admissions_move_only_as_the_table_lists(world: World) -> None:
    head, row = world.submitted()
    commanded = calls(world, row)
    assert set(commanded) == {move.action for move in ADMISSION_MACHINE.moves}
    everyone = actors(world, head)
    passed = set()
    for state in AdmissionState:
        put(row, state)
        for action, (role, actor) in itertools.product(commanded, everyone.items()):
            listed = _listed(row, action, state, actor)
            before = Event.objects.count()
            came = attempt(commanded[action], actor)
            if not listed:
                assert isinstance(came, MoveNotOpen | NotVisible), (state, action, role, came)
            elif came is None:
                passed.add(action)
            assert Event.objects.count() == before
            assert Admission.objects.get(id=row.id).state == state
    # In the library nothing waits behind a notice, and nothing here has run out.
    assert passed == set(commanded) - {"admit", "expire"}


def _listed(row: Admission, action: str, state: AdmissionState, actor: Actor) -> bool:
    """Whether the table lists the act, or another that the same command does."""
    sent, passing = {"submit", "enter"}, {"endorse", "confirm", "publish"}
    together = dict.fromkeys(sent, frozenset(sent)) | dict.fromkeys(passing, frozenset(passing))
    roles = roles_on(actor, row)
    return any(
        move.action in together.get(action, {action}) and state in move.source and roles & move.by
        for move in ADMISSION_MACHINE.moves
    )


def test_cases_move_only_as_the_table_lists(world: World) -> None:
    head, admission = world.admitted()
    world.lists("dishonest", world.code_of(head))
    case = commands.open_case(
        CLOCK,
        admission_id=admission.id,
        kind="violation",
        source="举报",
        source_key="k",
        article="示例",
        now=world.now,  # type: ignore[arg-type]
    )
    commanded: dict[str, Callable[[Actor], object]] = {
        "note": lambda a: commands.note_case(a, case_id=case.id, note="核实", now=world.now),
        "close": lambda a: commands.close_case(a, case_id=case.id, outcome="不属实", now=world.now),
    }
    assert set(commanded) == {move.action for move in CASE_MACHINE.moves}
    for state in CaseState:
        Case.objects.filter(id=case.id).update(state=state, closed_on=world.today, outcome="x")
        case.refresh_from_db()
        for action, (role, actor) in itertools.product(commanded, actors(world, head).items()):
            roles = roles_on_case(actor, case)
            listed = any(m.action == action and state in m.source and roles & m.by for m in CASE_MACHINE.moves)
            came = attempt(commanded[action], actor)
            assert (came is None) == listed, (state, action, role, came)


def test_the_office_of_another_step_or_county_has_no_role(world: World) -> None:
    _head, row = world.submitted()
    assert roles_on(world.officer(Role.COUNTY_APPROVER), row) == frozenset()
    assert roles_on(world.officer(Role.COUNTY_OFFICER), row) == {Role.COUNTY_OFFICER}
    assert roles_on(world.officer(Role.COUNTY_OFFICER, "330603"), row) == frozenset()
    put(row, AdmissionState.ADMITTED)
    assert roles_on(world.officer(Role.COUNTY_APPROVER), row) == {Role.COUNTY_APPROVER}
    assert row.region == YUECHENG
