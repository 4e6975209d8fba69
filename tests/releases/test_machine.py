"""The whole space: a real release and a real entry in each state, each action by each role, through the real commands."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.releases import commands, rules
from kechuang.releases.models import Entry, Pool, Release
from kechuang.releases.states import ENTRY_MACHINE, MACHINE, EntryState, ReleaseState
from tests.releases.conftest import Square
from tests.vouchers.test_machine import outcome

pytestmark = pytest.mark.django_db
_NO_OFFICE = (Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK)


def actors(square: Square, holder: Actor) -> dict[Role, Actor]:
    offices = {role: square.officer(role) for role in Role if role not in _NO_OFFICE}
    return {**offices, Role.HOLDER: holder, Role.CLOCK: CLOCK, Role.PUBLIC: PUBLIC}


def acts(square: Square) -> dict[str, Callable[[Actor, str], Any]]:
    said = {"reason": "理由", "now": square.now}
    return {
        "edit": lambda a, r: commands.edit(a, release_id=r, plan=square.plan(), now=square.now),
        "submit": lambda a, r: commands.submit(a, release_id=r, now=square.now),
        "return": lambda a, r: commands.return_(a, release_id=r, **said),
        "announce": lambda a, r: commands.announce(a, release_id=r, now=square.now),
        "enter": lambda a, r: commands.enter(a, release_id=r, now=square.now),
        "close": lambda a, r: commands.close(a, release_id=r, now=square.now),
        "rank": lambda a, r: commands.rank(a, release_id=r, seed_value="03 05 08 + 01", now=square.now),
        "free_held_back": lambda a, r: commands.free_held_back(a, release_id=r, fen=Fen(1), **said),
        "finish": lambda a, r: commands.finish(a, release_id=r, now=square.now),
        "call_off": lambda a, r: commands.call_off(a, release_id=r, **said),
        "withdraw": lambda a, r: commands.withdraw(a, release_id=r, **said),
    }


def closed_is_no(call: Callable[[Actor, str], Any], actor: Actor, release_id: str) -> Any:
    """A closed release says when it closed, instead of only that the move is not open."""
    try:
        return call(actor, release_id)
    except rules.Closed as closed:
        raise NotVisible from closed


def planted(release: Release, state: ReleaseState, square: Square) -> None:
    """The row in a state with what the state requires, as the commands would have left it."""
    Release.objects.filter(id=release.id).update(
        state=state,
        checked_by="" if state in ("draft", "submitted") else square.checker.person_id,
        entries_digest="0" * 64,
        closed_at=square.now,
        ranked_at=square.now,
        ranked_by=square.checker.person_id,
        waits_until=square.now,
        seed="0" * 64,
        seed_value="3",
        reason="理由",
    )


@pytest.mark.parametrize("state", ReleaseState)
def test_only_listed_moves_of_a_release_are_made(state: ReleaseState, square: Square) -> None:
    square.release(500_000_000)
    release = square.announced("lottery", grants=1)
    holder = square.firm()
    square.now = release.opens_at + timedelta(minutes=1)
    commands.publishing.publish_entries(release, [], square.now)
    planted(release, state, square)
    what, who = acts(square), actors(square, holder)
    assert set(what) == {move.action for move in MACHINE.moves}
    listed = {(m.action, s, role) for m in MACHINE.moves for s in m.source for role in m.by}
    for (action, call), (role, actor) in itertools.product(what.items(), who.items()):
        if action == "close" and state is ReleaseState.CLOSED:
            continue  # closed already: it answers with the closed one and does nothing
        found = outcome(lambda call=call, actor=actor: closed_is_no(call, actor, release.id))  # type: ignore[misc]
        assert found == ("open" if (action, state, role) in listed else "refused"), (action, state, role)


@pytest.mark.parametrize("state", EntryState)
def test_only_listed_moves_of_an_entry_are_made(state: EntryState, square: Square) -> None:
    square.release(500_000_000)
    release = square.opened("lottery", grants=1)
    holder = square.firm()
    entry = square.enter(holder, release)
    pool = Pool.objects.get(release=release, key="general")
    Pool.objects.filter(id=pool.id).update(taken_fen=entry.fen)
    voucher = commands.serving.grant(entry, release, square.now) if state is EntryState.GRANTED else None
    Entry.objects.filter(id=entry.id).update(
        state=state, pool=pool, kept_until=square.now, voucher=voucher, reason="理由"
    )
    what: dict[str, Callable[[Actor], Any]] = {
        "accept": lambda a: commands.accept(a, entry_id=entry.id, now=square.now),
        "lapse": lambda a: commands.lapse(a, entry_id=entry.id, now=square.now),
        "leave": lambda a: commands.leave(a, entry_id=entry.id, now=square.now),
        "carry_over": lambda a: commands.carry_over(a, entry_id=entry.id, now=square.now),
    }
    by_the_queue = {"grant", "offer", "wait", "miss"}  # made for many at once, by the clock, inside other commands
    assert set(what) | by_the_queue == {move.action for move in ENTRY_MACHINE.moves}
    listed = {(m.action, s, role) for m in ENTRY_MACHINE.moves for s in m.source for role in m.by}
    answered = {("accept", EntryState.GRANTED), ("lapse", EntryState.LAPSED), ("leave", EntryState.LEFT)}
    for (action, call), (role, actor) in itertools.product(what.items(), actors(square, holder).items()):
        if (action, state) in answered:
            continue  # done already: it answers with what became of it and does nothing
        found = outcome(lambda call=call, actor=actor: call(actor))  # type: ignore[misc]
        assert found == ("open" if (action, state, role) in listed else "refused"), (action, state, role)
