"""The whole space of every machine in the house: what a table does not list is refused."""

import itertools

import pytest

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, MoveNotOpen
from kechuang.site import drawings

MACHINES = [pytest.param(machine, id=f"{room}-{machine.name}") for room, machine in drawings.machines()]


def test_machines_were_found() -> None:
    assert len(MACHINES) > 1


def test_no_two_machines_share_a_name() -> None:
    names = [machine.name for _, machine in drawings.machines()]
    assert len(names) == len(set(names)), sorted(names)


@pytest.mark.parametrize("machine", MACHINES)
def test_only_listed_moves_are_open(machine: Machine) -> None:
    listed = {(move.action, state, role) for move in machine.moves for state in move.source for role in move.by}
    actions = {move.action for move in machine.moves}
    for action, state, role in itertools.product(actions, machine.states, Role):
        if (action, state, role) in listed:
            assert machine.check(action, state, {role}).action == action
        else:
            with pytest.raises(MoveNotOpen):
                machine.check(action, state, {role})


@pytest.mark.parametrize("machine", MACHINES)
def test_nobody_without_a_role_may_do_anything(machine: Machine) -> None:
    assert not [move for state in machine.states for move in machine.open(state, set())]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_is_reached_and_waits_for_somebody_who_can_act(machine: Machine) -> None:
    reached, grown = {machine.initial}, True
    while grown:
        further = {move.lands(state) for state in reached for move in machine.moves if state in move.source}
        grown = not further <= reached
        reached |= further
    assert reached == set(machine.states), f"never reached: {set(machine.states) - reached}"
    for state, role in machine.waits.items():
        if role is Role.PUBLIC:  # the public's time to speak; who does is then an objector
            continue
        assert machine.open(state, {role}), f"{state} waits for {role}, who can do nothing there"


@pytest.mark.parametrize("machine", MACHINES)
def test_a_final_state_waits_for_nobody(machine: Machine) -> None:
    assert not machine.final & set(machine.waits)
