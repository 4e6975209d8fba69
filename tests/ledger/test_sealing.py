"""封存: what was booked is sealed once nothing can appear among it; whoever changes it later is named, column by column."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connections, transaction

from kechuang.ledger import commands, jobs, queries
from kechuang.ledger.commands import sealing
from kechuang.ledger.models import Seal, SealMark, Transfer
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.trail.models import Event
from kechuang.ui.rows import ask

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
YUE = "330602"
SOURCE, BUDGET = Place(Kind.APPROPRIATION, YUE, 2025), Place(Kind.BUDGET, YUE, 2025)
Owner = Callable[..., list[tuple[object, ...]]]

pytestmark = pytest.mark.django_db(transaction=True)


def book(number: int) -> int:
    (made,) = commands.post([Leg("release", SOURCE, BUDGET, 100 + number)], key=f"r:{number}", subject="bud_1", now=NOW)
    return made


def sealed() -> list[tuple[int, int, int]]:
    return list(Seal.objects.order_by("last_id").values_list("after_id", "last_id", "transfers_count"))


def test_one_round_marks_how_far_the_books_reach_the_next_seals_up_to_there() -> None:
    first, second = book(1), book(2)
    jobs.run_seals(now=NOW)
    assert sealed() == []
    third = book(3)
    jobs.run_seals(now=NOW)
    assert sealed() == [(0, second, 2)]
    jobs.run_seals(now=NOW)
    jobs.run_seals(now=NOW)
    assert sealed() == [(0, second, 2), (second, third, 1)]
    line = Seal.objects.get(last_id=second).lines[0]
    assert line[:8] == [first, "r:1", 0, 0, "release", f"appropriation|{YUE}|2025|", f"budget|{YUE}|2025|", 101]
    event = Event.objects.filter(action="ledger.seal").latest("seq")
    assert event.facts == {"after": second, "last": third, "transfers": 1}
    assert '"lines":{"sha256":"' in event.after
    assert queries.unbalanced() == []


def test_what_is_many_is_sealed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [book(number) for number in range(5)]
    monkeypatch.setattr(sealing, "SEALED", 2)
    jobs.run_seals(now=NOW)
    jobs.run_seals(now=NOW)
    assert sealed() == [(0, made[1], 2), (made[1], made[3], 2), (made[3], made[4], 1)]


def _with_one_under_way(then: Callable[[], None], *, later_transaction: bool = False) -> None:
    """A post that got the lower id and commits last: `then` happens while it is under way.

    `later_transaction`: its transaction got the higher number all the same.
    """
    may_begin, posted, may_end = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        try:
            may_begin.wait(20)
            with transaction.atomic():
                book(1)
                posted.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    late = threading.Thread(target=slow)
    late.start()
    try:
        with transaction.atomic():
            if later_transaction:
                ask("SELECT pg_current_xact_id()", [])
            may_begin.set()
            assert posted.wait(20)
            other = Place(Kind.BUDGET, "330603", 2025), Place(Kind.APPROPRIATION, "330603", 2025)
            commands.post([Leg("release", other[1], other[0], 5)], key="other", subject="bud_2", now=NOW)
        then()
    finally:
        may_end.set()
        late.join(20)


@pytest.mark.parametrize("later_transaction", [False, True])
def test_what_is_under_way_holds_the_seal_back_and_is_under_it_afterwards(later_transaction: bool) -> None:
    def rounds() -> None:
        for _ in range(3):
            jobs.run_seals(now=NOW)
        assert sealed() == []

    _with_one_under_way(rounds, later_transaction=later_transaction)
    jobs.run_seals(now=NOW)
    jobs.run_seals(now=NOW)
    assert [count for *_, count in sealed()] == [2]
    assert queries.unbalanced() == []


def test_control_without_looking_at_what_is_under_way_an_honest_post_would_pass_for_a_forged_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "ended_below", lambda: (1 << 62, 1 << 62))

    def rounds() -> None:
        jobs.run_seals(now=NOW)
        jobs.run_seals(now=NOW)

    _with_one_under_way(rounds)
    assert [one.what for one in queries.unbalanced()] == ["没有封存：封存之后才插入"]


def test_two_that_seal_at_once_seal_once() -> None:
    for number in range(3):
        book(number)
    jobs.run_seals(now=NOW)
    gate = threading.Barrier(4)

    def one() -> None:
        try:
            gate.wait()
            jobs.run_seals(now=NOW)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [count for *_, count in sealed()] == [3]
    assert Event.objects.filter(action="ledger.seal").count() == 1


def test_restored_into_another_server_sealing_goes_on() -> None:
    book(1)
    jobs.run_seals(now=NOW)
    SealMark.objects.update(xid=1 << 60)
    jobs.run_seals(now=NOW)
    assert [count for *_, count in sealed()] == [1]


def test_nobody_changes_what_is_sealed() -> None:
    book(1)
    jobs.run_seals(now=NOW)
    jobs.run_seals(now=NOW)
    for attempt in (lambda: Seal.objects.update(lines=[]), lambda: Seal.objects.all().delete()):
        with pytest.raises(DatabaseError):
            attempt()


TAMPERED = [
    ("UPDATE ledger_transfer SET fen = 7 WHERE key = 'r:1'", "fen 现为 7，封存为 101"),
    ("UPDATE ledger_transfer SET subject = 'bud_9', region = '330603' WHERE key = 'r:1'", "subject 现为 bud_9，封存为 bud_1"),
    ("UPDATE ledger_account SET owner = 'pty_9' WHERE kind = 'budget'", f"credit 现为 budget|{YUE}|2025|pty_9"),
    ("DELETE FROM ledger_transfer WHERE key = 'r:1'", "已封存的账目不存在"),
    (
        "INSERT INTO ledger_transfer SELECT (jsonb_populate_record(t, '{\"id\": 0, \"key\": \"late\"}')).* FROM ledger_transfer t"
        " LIMIT 1",
        "没有封存：封存之后才插入",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "what"), TAMPERED, ids=[what for _, what in TAMPERED])
def test_i1_names_what_was_changed_behind_the_seal(as_owner: Owner, statement: str, what: str) -> None:
    for number in range(3):
        book(number)
    jobs.run_seals(now=NOW)
    jobs.run_seals(now=NOW)
    assert queries.unbalanced() == []
    as_owner("ALTER TABLE ledger_transfer DISABLE TRIGGER USER")
    as_owner(statement)
    as_owner("ALTER TABLE ledger_transfer ENABLE TRIGGER USER")
    assert any(what in one.what for one in queries.unlike_sealed()), queries.unlike_sealed()
    assert Transfer.objects.exists()
