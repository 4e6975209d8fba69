"""A real row in each state, each action by each role through the real command: unlisted ones write nothing."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import Machine
from kechuang.parties import commands
from kechuang.parties.models import BankAccount, Party
from kechuang.parties.states import ACCOUNT_MACHINE, PARTY_MACHINE, AccountState, PartyState
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows

pytestmark = pytest.mark.django_db

PARTY_ACTS: dict[str, Callable[[Any, Actor, Party, Party], object]] = {
    "change": lambda w, a, p, o: commands.rename(a, party_id=p.id, name="新名公司", now=w.now),
    "merge": lambda w, a, p, o: commands.merge_parties(a, kept_id=o.id, merged_id=p.id, reason="合并", now=w.now),
    "strike_off": lambda w, a, p, o: commands.strike_off(a, party_id=p.id, reason="注销", now=w.now),
}
ACCOUNT_ACTS: dict[str, Callable[[Any, Actor, BankAccount], object]] = {
    "confirm": lambda w, a, r: commands.confirm_account(a, account_id=r.id, cool_off_days=1, now=w.now),
    "refuse": lambda w, a, r: commands.refuse_account(a, account_id=r.id, reason="不符", now=w.now),
    "tell": lambda w, a, r: commands.mark_told(a, account_id=r.id, now=w.now),
    "retire": lambda w, a, r: commands.retire_account(a, account_id=r.id, now=w.now),
}


def _cases(machine: Machine, acts: Any) -> list[Any]:
    return [
        pytest.param(state, action, role, id=f"{state}-{action}-{role}")
        for state, action, role in product(machine.states, acts, Role)
    ]


def _actor(world: Any, role: Role, party: Party) -> Actor:
    if role is Role.CLOCK:
        return CLOCK
    if role in {Role.HOLDER, Role.PROVIDER}:
        return world.head_of(party)
    if role in {Role.OBJECTOR, Role.PUBLIC}:
        return Actor(world.person("路人").id)
    return world.officer(role)


def _listed(machine: Machine, state: Any, action: str, role: Role) -> bool:
    return any(move.action == action and state in move.source and role in move.by for move in machine.moves)


def _tried(act: Callable[[], object]) -> bool:
    before = Event.objects.count()
    try:
        act()
    except (Refusal, NotVisible):
        assert Event.objects.count() == before, "refused, and yet something was written"
        return False
    return True


@pytest.mark.parametrize(("state", "action", "role"), _cases(PARTY_MACHINE, PARTY_ACTS))
def test_a_party(world: Any, state: PartyState, action: str, role: Role) -> None:
    party, other = world.firm("甲公司"), world.firm("乙公司")
    actor = _actor(world, role, party)
    if state is PartyState.MERGED:
        third = world.firm("丙公司")
        commands.merge_parties(CLOCK, kept_id=third.id, merged_id=party.id, reason="合并", now=world.now)
    elif state is PartyState.STRUCK_OFF:
        commands.strike_off(CLOCK, party_id=party.id, reason="注销", now=world.now)
    # A party acts on its own register as holder, whichever of the two it is elsewhere.
    acting = Role.HOLDER if role is Role.PROVIDER else role
    done = _tried(lambda: PARTY_ACTS[action](world, actor, party, other))
    assert done is _listed(PARTY_MACHINE, state, action, acting)
    assert altered_rows() == []


@pytest.mark.parametrize(("state", "action", "role"), _cases(ACCOUNT_MACHINE, ACCOUNT_ACTS))
def test_a_payee_account(world: Any, state: AccountState, action: str, role: Role) -> None:
    party = world.firm("甲公司")
    account = world.account(party)
    actor, officer = _actor(world, role, party), world.officer()
    if state is AccountState.CONFIRMED:
        ACCOUNT_ACTS["confirm"](world, officer, account)
    elif state is AccountState.REFUSED:
        ACCOUNT_ACTS["refuse"](world, officer, account)
    elif state is AccountState.RETIRED:
        ACCOUNT_ACTS["retire"](world, officer, account)
    acting = Role.PROVIDER if role is Role.HOLDER else role
    done = _tried(lambda: ACCOUNT_ACTS[action](world, actor, account))
    assert done is _listed(ACCOUNT_MACHINE, state, action, acting)
    assert altered_rows() == []
