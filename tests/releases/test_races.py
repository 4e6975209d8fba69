"""Many at once, each race with the same race run without its guard."""

import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import F

from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for
from kechuang.releases import commands, rules
from kechuang.releases.commands import entering, planning, serving
from kechuang.releases.models import Entry, Mark, Pool, Release
from kechuang.vouchers.models import Voucher
from tests.releases.conftest import FACE, Square
from tests.vouchers.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)
RACERS, GRANTS = 10, 3


@pytest.fixture
def square(book: None, transactional_db: None) -> Square:
    return Square()


class EachAlone:
    """As if every one came to a web process of its own: nobody is grouped with another."""

    def join(self, item: Any) -> Entry:
        try:
            (outcome,) = entering._enter_all([item])
        except IntegrityError as broken:  # the constraint: nothing of it stands
            raise rules.SoldOut(article="") from broken
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture(params=["one process", "a process each"])
def ways_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "a process each":
        monkeypatch.setattr(entering, "GROUP", EachAlone())


def all_enter(square: Square) -> Release:
    square.release(500_000_000)
    release = square.opened(grants=GRANTS)
    holders = square.firms(RACERS)
    race(*[lambda h=holder: square.enter(h, release) for holder in holders])
    return release


def test_many_who_come_at_once_get_exactly_what_there_is(square: Square, ways_in: None) -> None:
    release = all_enter(square)
    assert Voucher.objects.filter(state="issued").count() == GRANTS
    assert Pool.objects.get(release=release, key="general").taken_fen == GRANTS * FACE
    assert Entry.objects.filter(state="waiting").count() == RACERS - GRANTS
    rows = Entry.objects.filter(release=release)
    granted = [row.place for row in rows if row.state == "granted"]
    waiting = [row.place for row in rows if row.state == "waiting"]
    assert max(granted) < min(waiting)  # who is granted came before who waits


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard taken out: nobody has the release alone, parts are read without being locked, each serves itself."""
    looked = threading.Barrier(RACERS)

    def beside(_actor: Actor, release_id: str) -> Release:
        return Release.objects.get(id=release_id)

    def unlocked(release: Release) -> dict[str, Pool]:
        found = {pool.key: pool for pool in Pool.objects.filter(release=release).order_by("position")}
        with contextlib.suppress(threading.BrokenBarrierError):
            looked.wait(timeout=3)  # all have read what is left
        return found

    monkeypatch.setattr(entering, "GROUP", EachAlone())
    monkeypatch.setattr(entering, "alone", beside)
    monkeypatch.setattr(serving, "pools_of", unlocked)


def test_control_without_the_lock_more_is_given_than_there_is(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_lock(monkeypatch)
    all_enter(square)
    assert Voucher.objects.filter(state="issued").count() > GRANTS


def test_without_the_lock_the_constraint_still_keeps_a_part_from_giving_more(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts are then counted in the database, as somebody might write it who forgets the lock."""
    without_the_lock(monkeypatch)
    monkeypatch.setattr(serving, "save_pools", counted_in_the_database)
    all_enter(square)
    assert Voucher.objects.filter(state="issued").count() <= GRANTS


def test_control_without_lock_and_constraint_it_does_not(
    square: Square, as_owner: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_owner("ALTER TABLE releases_pool DROP CONSTRAINT pool_never_gives_more")
    without_the_lock(monkeypatch)
    monkeypatch.setattr(serving, "save_pools", counted_in_the_database)
    try:
        all_enter(square)
        assert Voucher.objects.filter(state="issued").count() > GRANTS
    finally:
        as_owner("UPDATE releases_pool SET taken_fen = 0")
        as_owner(
            "ALTER TABLE releases_pool ADD CONSTRAINT pool_never_gives_more"
            " CHECK (taken_fen >= 0 AND taken_fen <= amount_fen)"
        )


def counted_in_the_database(pools: Iterable[Pool]) -> None:
    for pool in pools:
        if pool.taken_fen:
            Pool.objects.filter(id=pool.id).update(taken_fen=F("taken_fen") + FACE)


def one_enterprise_by_all_its_members(square: Square) -> Release:
    square.release(500_000_000)
    release = square.opened(grants=GRANTS)
    holder = square.firm()
    members = [holder]
    for n in range(RACERS - 1):
        person = square.person(f"成员{n}")
        parties.add_member(holder, party_id=holder.party_id, person_id=person, capacity="finance", now=square.now)
        members.append(actor_for(person, party_id=holder.party_id, on=square.today))
    race(*[lambda m=member: square.enter(m, release) for member in members])
    return release


def test_one_enterprise_by_ten_members_at_once_enters_once(square: Square, ways_in: None) -> None:
    one_enterprise_by_all_its_members(square)
    assert Entry.objects.count() == 1
    assert Voucher.objects.filter(state="issued").count() == 1


def test_control_without_lock_and_marks_it_enters_ten_times(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_lock(monkeypatch)
    looked = threading.Barrier(RACERS)
    there = entering._there

    def look(release: Release, party_id: str) -> Entry | None:
        found = there(release, party_id)
        with contextlib.suppress(threading.BrokenBarrierError):
            looked.wait(timeout=3)
        return found

    monkeypatch.setattr(entering, "_there", look)
    monkeypatch.setattr(entering, "claim_marks", lambda *_: True)
    one_enterprise_by_all_its_members(square)
    assert Entry.objects.count() > 1
    assert not Mark.objects.exists()


def test_the_marks_alone_keep_it_to_one_place(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_lock(monkeypatch)
    one_enterprise_by_all_its_members(square)
    assert Entry.objects.count() == 1


def test_a_place_that_is_accepted_and_lapses_at_once_is_one_of_both(square: Square) -> None:
    square.release(500_000_000)
    release = square.opened(grants=1)
    first, second = square.firms(2)
    square.enter(first, release)
    waits = square.enter(second, release)
    commands.free_held_back(square.checker, release_id=release.id, fen=Fen(1_000_000), reason="放", now=square.now)
    assert Entry.objects.get(id=waits.id).state == "waiting"  # a tenth of a face: nothing for anybody yet
    race(
        lambda: commands.leave(second, entry_id=waits.id, now=square.now),
        lambda: commands.free_held_back(
            square.checker, release_id=release.id, fen=Fen(1_000_000), reason="放", now=square.now
        ),
    )
    assert Entry.objects.get(id=waits.id).state == "left"
    assert Pool.objects.get(release=release, key="general").taken_fen == FACE


def two_announced_at_once(square: Square) -> int:
    """A budget for ten; two plans for six each, checked in the same moment. Answers how many were announced."""
    square.release(FACE * 10)
    plans = [square.drafted(amount_fen=Fen(FACE * 6), title=title) for title in ("第一批", "第二批")]
    for plan in plans:
        commands.submit(square.author, release_id=plan.id, now=square.now)

    def announced(plan: Release) -> None:
        with contextlib.suppress(rules.BudgetTooSmall):
            commands.announce(square.checker, release_id=plan.id, now=square.now)

    race(*[lambda plan=plan: announced(plan) for plan in plans])
    return Release.objects.filter(state="announced").count()


def _asked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ask what is planned before either has announced, unless something keeps them apart."""
    gate, asked = threading.Barrier(2), planning.planned_fen

    def at_once(region: str, year: int) -> Fen:
        found = asked(region, year)
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(2)
        return found

    monkeypatch.setattr(planning, "planned_fen", at_once)


def test_two_releases_announced_at_once_do_not_promise_one_budget_twice(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked_together(monkeypatch)
    assert two_announced_at_once(square) == 1


def test_control_without_the_lock_they_do(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    _asked_together(monkeypatch)
    monkeypatch.setattr(planning, "planning_alone", lambda *_: None)
    assert two_announced_at_once(square) == 2
