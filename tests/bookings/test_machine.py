"""The whole space: a real booking in each state, each action by each role, through the real commands; so of the others."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kechuang.bookings import commands
from kechuang.bookings.models import Block, Booking, Calendar, Qualification
from kechuang.bookings.states import (
    BLOCK_MACHINE,
    CALENDAR_MACHINE,
    MACHINE,
    QUALIFICATION_MACHINE,
    BlockState,
    BookingState,
    CalendarState,
    QualificationState,
)
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.machine import Machine
from tests.bookings.conftest import Lab
from tests.vouchers.test_machine import _NO_OFFICE, outcome

pytestmark = pytest.mark.django_db
Calls = dict[str, Callable[[Actor], Any]]
MOVES = {"reschedule", "rerequest"}  # one command, which of the two by who confirms
# A breakdown displaces what it hits, by the calendar's leave; an order that ends takes its booking along, whoever ended it.
BY_ANOTHER = {"displace", "cancel_of_order"}


def everybody(lab: Lab) -> dict[Role, Actor]:
    offices = {role: lab.officer(role) for role in Role if role not in _NO_OFFICE}
    return {**offices, Role.HOLDER: lab.firm, Role.PROVIDER: lab.staff, Role.CLOCK: CLOCK, Role.PUBLIC: PUBLIC}


def check(
    machine: Machine, state: str, calls: Calls, people: dict[Role, Actor], *, apart: set[str] = frozenset()
) -> None:  # type: ignore[assignment]
    """What the table lists is open, and nothing else; every action of the table is called."""
    assert set(calls) | apart == {move.action for move in machine.moves} | (set(calls) & {"move"})
    listed = {(move.action, role) for move in machine.moves if state in move.source for role in move.by}
    listed |= {("move", role) for action, role in listed if action in MOVES}
    for (action, call), (role, actor) in itertools.product(calls.items(), people.items()):
        found = outcome(lambda call=call, actor=actor: call(actor))
        assert found == ("open" if (action, role) in listed else "refused"), (action, role)


@pytest.mark.parametrize("by_provider", [False, True], ids=["automatic", "provider"])
@pytest.mark.parametrize("state", list(BookingState))
def test_only_listed_moves_of_a_booking_are_made(lab: Lab, state: BookingState, by_provider: bool) -> None:
    sem = lab.instrument(confirmation="provider" if by_provider else "automatic")
    booking = lab.book(sem, 60, 61)
    offers = [[lab.at(70).isoformat(), lab.at(71).isoformat()]]
    Booking.objects.filter(id=booking.id).update(
        state=state, confirm_by_at=lab.at(60), reason="理由", started_at=lab.now, ended_at=lab.now, offers=offers
    )
    colleague = lab.colleague(lab.firm).person_id
    given = {"booking_id": booking.id, "now": lab.now}
    c = commands
    calls: Calls = {
        "confirm": lambda a: c.confirm(a, **given),
        "refuse": lambda a: c.refuse(a, reason="理由", **given),
        "move": lambda a: c.reschedule(a, from_at=lab.at(80), until_at=lab.at(81), reason="理由", **given),
        "accept_offer": lambda a: c.accept_offer(a, from_at=lab.at(70), **given),
        "hand_over": lambda a: c.hand_over(a, person_id=colleague, **given),
        "attach_order": lambda a: c.attach_order(a, order_id="ord_1", **given),
        "cancel": lambda a: c.cancel(a, reason="理由", **given),
        "start": lambda a: c.start(a, **given),
        "finish": lambda a: c.finish(a, **given),
        "complete": lambda a: c.complete(a, **given),
        "no_show": lambda a: c.no_show(a, **given),
        "excuse": lambda a: c.excuse(a, reason="理由", **given),
        "lapse": lambda a: c.lapse(a, **given),
        "carry_over": lambda a: c.carry_over(a, **given),
    }
    check(MACHINE, state, calls, everybody(lab), apart=MOVES | BY_ANOTHER)


@pytest.mark.parametrize("state", list(BookingState))
def test_an_order_takes_along_only_a_booking_that_is_still_ahead(lab: Lab, state: BookingState) -> None:
    booking = lab.book(lab.instrument(), 60, 61)
    Booking.objects.filter(id=booking.id).update(
        state=state, confirm_by_at=lab.at(60), reason="理由", started_at=lab.now, ended_at=lab.now, order_id="ord_1"
    )
    ended = commands.cancel_of_order(lab.officer(Role.COUNTY_OFFICER), order_id="ord_1", reason="撤销", now=lab.now)
    move = next(move for move in MACHINE.moves if move.action == "cancel_of_order")
    assert ended is not None
    assert ended.state == (BookingState.CANCELLED if state in move.source else state)


@pytest.mark.parametrize("state", list(CalendarState))
def test_only_listed_moves_of_a_calendar_are_made(lab: Lab, state: CalendarState) -> None:
    sem = lab.instrument()
    Calendar.objects.filter(instrument=sem).update(state=state)
    times = {"from_at": lab.at(9), "until_at": lab.at(10), "now": lab.now}
    c, one = commands, {"instrument_id": sem.id, "now": lab.now}
    calls: Calls = {
        "set_rules": lambda a: c.set_rules(a, horizon_days=9, **one),
        "block": lambda a: c.block(a, instrument_id=sem.id, kind="blackout", **times),
        "override": lambda a: c.override(a, instrument_ids=[sem.id], reason="理由", **times),
        "qualify": lambda a: c.qualify(a, person_id="psn_x", trained_on=lab.today, **one),
        "pause": lambda a: c.pause(a, **one),
        "reopen": lambda a: c.reopen(a, **one),
    }
    check(CALENDAR_MACHINE, state, calls, everybody(lab))


@pytest.mark.parametrize("state", list(BlockState))
def test_only_the_provider_lifts_a_block(lab: Lab, state: BlockState) -> None:
    sem = lab.instrument()
    times = {"from_at": lab.at(9), "until_at": lab.at(10), "now": lab.now}
    (block,) = commands.block(lab.staff, instrument_id=sem.id, kind="blackout", **times)
    Block.objects.filter(id=block.id).update(state=state)
    calls: Calls = {"unblock": lambda a: commands.unblock(a, block_id=block.id, now=lab.now)}
    check(BLOCK_MACHINE, state, calls, everybody(lab), apart={"let_go"})  # of a kept offer: test_waiting.py


@pytest.mark.parametrize("state", list(QualificationState))
def test_only_listed_moves_of_a_qualification_are_made(lab: Lab, state: QualificationState) -> None:
    sem = lab.instrument()
    row = commands.qualify(
        lab.staff,
        instrument_id=sem.id,
        person_id=lab.firm.person_id,
        trained_on=lab.today,
        valid_until=lab.today + timedelta(days=1),
        now=lab.now,
    )
    Qualification.objects.filter(id=row.id).update(state=state, reason="理由")
    given = {"qualification_id": row.id, "now": lab.now}
    later = {**given, "now": lab.now + timedelta(days=2)}
    c = commands
    calls: Calls = {
        "renew": lambda a: c.renew(a, valid_until=None, **given),
        "revoke": lambda a: c.revoke_qualification(a, reason="理由", **given),
        "expire": lambda a: c.expire_qualification(a, **later),
    }
    check(QUALIFICATION_MACHINE, state, calls, everybody(lab))
