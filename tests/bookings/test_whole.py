"""Hundreds of random acts of everybody: whatever is refused is refused by name, and after all of it the house stands."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from kechuang.bookings import commands, jobs, queries
from kechuang.bookings.models import Block, Booking
from kechuang.bookings.rules import ceiling
from kechuang.bookings.states import BlockState, BookingState
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.trail.queries import altered_rows, repeated_acts
from tests.bookings.conftest import Lab, overlaps

pytestmark = pytest.mark.django_db
ACTS = 400
LONG_DAYS = [[[360, 1_320]]] * 7


class Crowd:
    """People who do whatever comes to their mind, on three instruments of different rules."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab, self.dice = lab, Random(seed)
        self.instruments = [
            lab.instrument(gap_minutes=30, day_minutes_max=240, strikes_max=2, no_show_after_minutes=15),
            lab.instrument(hours=LONG_DAYS, overnight=True, confirmation="provider", confirm_within_minutes=600),
            lab.instrument(cancel_minutes=120, open_bookings_max=6),
        ]
        self.people = [lab.firm, lab.other, lab.colleague(lab.firm), lab.staff]

    def act(self) -> str:
        name, call = self.dice.choice([
            *[("book", self.book)] * 6, ("cancel", self.cancel), ("move", self.move), ("confirm", self.confirm),
            ("start", self.start), ("finish", self.finish), ("no_show", self.no_show), ("block", self.block),
            ("break_down", self.break_down), ("unblock", self.unblock), ("accept", self.accept), ("clock", self.clock),
            ("hand_over", self.hand_over), ("override", self.override), ("refuse", self.refuse),
        ])  # fmt: skip
        try:
            call()
        except Refusal as refusal:
            return f"{name}:{refusal.code}" if refusal.remedy else f"{name}: no remedy"
        except NotVisible:
            return f"{name}:not visible"
        return name

    def _span(self) -> dict[str, Any]:
        first = ceiling(self.lab.now, 30)
        begin = first + timedelta(minutes=30 * self.dice.randrange(0, 60))
        return {"from_at": begin, "until_at": begin + timedelta(minutes=30 * self.dice.randrange(1, 7))}

    def _one(self, *states: BookingState) -> dict[str, Any]:
        rows = Booking.objects.filter(state__in=states or list(BookingState)).order_by("id")
        ids = list(rows.values_list("id", flat=True)) or ["bkg_none"]
        return {"booking_id": self.dice.choice(ids), "now": self.lab.now}

    def _who(self) -> Actor:
        return self.dice.choice(self.people)

    def _some(self) -> list[str]:
        return [offer.id for offer in self.dice.sample(self.instruments, self.dice.choice([1, 1, 1, 2, 3]))]

    def book(self) -> None:
        who = self._who()
        inside = {"group": "组", "fund_number": "F"} if who is self.lab.staff else {}
        commands.book(who, instrument_ids=self._some(), now=self.lab.now, **inside, **self._span())

    def override(self) -> None:
        given = {"holder_id": self.lab.firm.party_id, "person_id": self.lab.firm.person_id, "now": self.lab.now}
        commands.override(self.lab.staff, instrument_ids=self._some(), reason="急用", **given, **self._span())

    def move(self) -> None:
        commands.reschedule(self._who(), reason="改", **self._one(), **self._span())

    def accept(self) -> None:
        given = self._one(BookingState.DISPLACED)
        row = Booking.objects.filter(id=given["booking_id"]).first()
        offers = queries.offers_of(row) if row else []
        if offers:
            commands.accept_offer(self.lab.firm, from_at=self.dice.choice(offers).from_at, **given)

    def cancel(self) -> None:
        commands.cancel(self._who(), reason="不用了", **self._one())

    def confirm(self) -> None:
        commands.confirm(self.lab.staff, **self._one(BookingState.REQUESTED))

    def refuse(self) -> None:
        commands.refuse(self.lab.staff, reason="不便", **self._one(BookingState.REQUESTED))

    def start(self) -> None:
        commands.start(self._who(), **self._one(BookingState.CONFIRMED))

    def finish(self) -> None:
        commands.finish(self._who(), **self._one(BookingState.IN_USE))

    def no_show(self) -> None:
        commands.no_show(self.lab.staff, **self._one(BookingState.CONFIRMED))

    def hand_over(self) -> None:
        commands.hand_over(self._who(), person_id=self._who().person_id, **self._one())

    def block(self) -> None:
        kind = self.dice.choice(["maintenance", "blackout", "busy"])
        offer = self.dice.choice(self.instruments)
        commands.block(self.lab.staff, instrument_id=offer.id, kind=kind, now=self.lab.now, **self._span())

    def break_down(self) -> None:
        offer = self.dice.choice(self.instruments)
        commands.break_down(self.lab.staff, instrument_id=offer.id, reason="坏了", now=self.lab.now, **self._span())

    def unblock(self) -> None:
        ids = list(Block.objects.filter(state=BlockState.ACTIVE).order_by("id").values_list("id", flat=True))
        commands.unblock(self.lab.staff, block_id=self.dice.choice(ids or ["blk_none"]), now=self.lab.now)

    def clock(self) -> None:
        self.lab.now += timedelta(minutes=self.dice.randrange(10, 300))
        jobs_of: list[Callable[..., int]] = [
            jobs.run_lapses,
            jobs.run_no_shows,
            jobs.run_completions,
            jobs.run_reminders,
        ]
        for job in jobs_of:
            job(now=self.lab.now)
            assert job(now=self.lab.now) == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_everybody_does_nothing_overlaps_and_every_row_is_what_was_recorded(lab: Lab, seed: int) -> None:
    crowd = Crowd(lab, seed)
    done = [crowd.act() for _ in range(ACTS)]
    assert overlaps() == 0
    assert queries.overlapping_slots(limit=5) == []
    assert altered_rows() == []
    assert repeated_acts(limit=5) == []
    assert not [act for act in done if "no remedy" in act]
    assert {"book", "cancel", "move", "clock", "break_down", "book:bookings.slot_taken"} <= set(done)
    assert Booking.objects.values("state").distinct().count() >= 6
