"""The whole space: a real voucher in each state, each action by each role, through the real commands."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.trail.models import Event
from kechuang.vouchers import commands
from kechuang.vouchers.commands import Declared
from kechuang.vouchers.models import LIVE, Hold, Voucher
from kechuang.vouchers.rules import OrderFacts
from kechuang.vouchers.states import HOLD_MACHINE, MACHINE, HoldState, VoucherState
from tests.vouchers.conftest import Town

pytestmark = pytest.mark.django_db
FACTS = OrderFacts(provider_id="pty_provider")


def calls(town: Town) -> dict[str, Callable[[Actor, str], Any]]:
    said, heir = {"reason": "理由", "now": town.now}, town.party("承继单位").id
    return {
        "edit": lambda a, v: commands.edit(a, voucher_id=v, requested_fen=Fen(1), declared=Declared(), now=town.now),
        "submit": lambda a, v: commands.submit(a, voucher_id=v, now=town.now),
        "issue": lambda a, v: commands.issue(a, voucher_id=v, now=town.now),
        "return": lambda a, v: commands.return_(a, voucher_id=v, **said),
        "refuse": lambda a, v: commands.refuse(a, voucher_id=v, **said),
        "offset": lambda a, v: commands.hold(
            a, voucher_id=v, order_id="ord_1", price_fen=Fen(100_000), facts=FACTS, now=town.now
        ),
        "withdraw": lambda a, v: commands.withdraw(a, voucher_id=v, **said),
        "revoke": lambda a, v: commands.revoke(a, voucher_id=v, **said),
        "carry_over": lambda a, v: commands.carry_over(a, voucher_id=v, to_party=heir, now=town.now),
        "expire": lambda a, v: commands.expire(a, voucher_id=v, now=town.now),
        "undo_import": lambda a, v: commands.undo_import(a, voucher_id=v, now=town.now),
    }


def actors(town: Town, holder: Actor) -> dict[Role, Actor]:
    offices = {role: town.officer(role) for role in Role if role not in _NO_OFFICE}
    return {
        **offices,
        Role.HOLDER: holder,
        Role.PROVIDER: town.firm("服务机构"),
        Role.CLOCK: CLOCK,
        Role.PUBLIC: PUBLIC,
    }


_NO_OFFICE = (Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK)


class _Undone(Exception):
    """Rolls back what a listed move did."""


def outcome(call: Callable[[], Any]) -> str:
    """refused (nothing written), or open: done, or refused for another reason than the machine's."""
    before = Event.objects.count()
    try:
        with transaction.atomic():
            call()
            raise _Undone
    except _Undone:
        return "open"
    except (MoveNotOpen, NotVisible):
        assert Event.objects.count() == before
        return "refused"
    except Refusal:
        return "open"


def test_only_listed_moves_of_a_voucher_are_made(town: Town) -> None:
    town.release()
    holder = town.firm()
    voucher = town.voucher(holder)
    who, what = actors(town, holder), calls(town)
    assert set(what) | {"import"} == {move.action for move in MACHINE.moves}
    listed = {(move.action, state, role) for move in MACHINE.moves for state in move.source for role in move.by}
    for state in VoucherState:
        # decided and applied for by others, so that nothing counts as done before by the one who asks
        Voucher.objects.filter(id=voucher.id).update(state=state, reason="理由", applied_by="psn_other", decided_by="")
        for (action, call), (role, actor) in itertools.product(what.items(), who.items()):
            found = outcome(lambda call=call, actor=actor: call(actor, voucher.id))
            assert found == ("open" if (action, state, role) in listed else "refused"), (action, state, role)


def test_only_who_may_import_imports(town: Town) -> None:
    party = town.party("老用户")
    for role, actor in actors(town, town.firm()).items():
        found = outcome(
            lambda actor=actor: commands.import_live(
                actor,
                party_id=party.id,
                scheme="shaoxing/voucher-2021",
                region="330602",
                number=f"旧券-{actor.person_id}",
                face_fen=Fen(2),
                balance_fen=Fen(1),
                valid_from=town.today,
                valid_until=town.today.replace(year=2026),
                now=town.now,
            )
        )
        assert found == ("open" if role is Role.BUDGET_AUTHOR else "refused"), role


def test_only_listed_moves_of_a_hold_are_made(town: Town) -> None:
    town.release()
    holder, server = town.firm(), town.firm("服务机构")
    voucher = town.voucher(holder)
    facts = OrderFacts(provider_id=server.party_id)
    commands.hold(holder, voucher_id=voucher.id, order_id="ord_1", price_fen=Fen(800_000), facts=facts, now=town.now)
    commands.capture(holder, order_id="ord_1", fen=Fen(400_000), now=town.now)
    hold = Hold.objects.get()
    who = {**actors(town, holder), Role.PROVIDER: server}
    said = {"order_id": "ord_1", "now": town.now}
    what: dict[str, Callable[[Actor], Any]] = {
        "replace": lambda a: commands.change_hold(a, price_fen=Fen(10_000), **said),
        "capture": lambda a: commands.capture(a, fen=Fen(300_000), **said),
        "carry_over": lambda a: commands.change_provider(a, to_party="pty_heir", **said),
        "release": lambda a: commands.release_hold(a, **said),
        "restore": lambda a: commands.restore(a, fen=Fen(1), **said),
        "restore_all": lambda a: commands.restore(a, fen=Fen(400_000), **said),
    }
    assert set(what) == {move.action for move in HOLD_MACHINE.moves}
    listed = {(m.action, state, role) for m in HOLD_MACHINE.moves for state in m.source for role in m.by}
    for state in HoldState:
        Hold.objects.filter(id=hold.id).update(state=state)
        for (action, call), (role, actor) in itertools.product(what.items(), who.items()):
            if action == "carry_over" and state not in LIVE:
                continue  # nothing is held or offset: nothing to do, and nothing is done
            if action == "release" and state is not HoldState.HELD:
                continue  # nothing is held any more: nothing to do, and nothing is done
            found = _outcome_of_hold(lambda call=call, actor=actor: call(actor))
            assert found == ("open" if (action, state, role) in listed else "refused"), (action, state, role)


def _outcome_of_hold(call: Callable[[], Any]) -> str:
    from kechuang.ledger.rules import HoldResolved

    try:
        return outcome(call)
    except HoldResolved:  # the planted state and the ledger disagree; the machine had let it pass
        return "open"
