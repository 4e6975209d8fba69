"""Many at once. Each race has its negative control: with the guard taken out as the owner, the same race goes wrong."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from kechuang.kernel.errors import Refusal
from kechuang.ledger import commands, queries
from kechuang.ledger.commands import grouped
from kechuang.ledger.commands.grouped import _combine_all as combine_all
from kechuang.ledger.commands.grouped import _Wanted as Wanted
from kechuang.ledger.models import Account, Transfer
from kechuang.ledger.rules import Kind, Leg, Place

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
YUE = "330602"
BUDGET = Place(Kind.BUDGET, YUE, 2025)
VOUCHER = Place(Kind.VOUCHER, YUE, 2025, "vch_1")
UNCLAIMED = Place(Kind.UNCLAIMED, YUE, 2025, "pty_lab")
THREADS = 16
SQL = Callable[..., list[tuple[object, ...]]]


def at_once(act: Callable[[int], object], count: int = THREADS) -> tuple[int, list[Exception]]:
    """Runs `act` in `count` threads that start together; answers how many succeeded, and what stopped the others."""
    start, errors, done = threading.Barrier(count), [], []

    def one(n: int) -> None:
        start.wait()
        try:
            act(n)
            done.append(n)
        except (Refusal, DatabaseError, commands.WrongPostingError) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done), errors


def released(fen: int) -> None:
    source = Place(Kind.APPROPRIATION, YUE, 2025)
    commands.post([Leg("release", source, BUDGET, fen)], key="release", subject="bud_1", now=NOW)


def grant(n: int) -> None:
    voucher = Place(Kind.VOUCHER, YUE, 2025, f"vch_{n}")
    commands.post([Leg("grant", BUDGET, voucher, 100)], key=f"grant:{n}", subject=f"vch_{n}", now=NOW)


def test_a_budget_is_never_overrun() -> None:
    released(700)
    granted, errors = at_once(grant)
    assert granted == 7
    assert {type(error).__name__ for error in errors} == {"NotEnough"}
    assert queries.balance_at(BUDGET).free_fen == 0
    assert queries.unbalanced() == queries.overcommitted_budgets() == []


def test_without_the_guard_the_budget_is_overrun(as_owner: SQL) -> None:
    """The control: the account may be overdrawn, so the same race grants more than there is."""
    released(700)
    as_owner("ALTER TABLE ledger_account DISABLE TRIGGER account_is_sound")
    as_owner("UPDATE ledger_account SET no_overdraft = false WHERE kind = 'budget'")
    try:
        granted, _ = at_once(grant)
    finally:
        as_owner("ALTER TABLE ledger_account ENABLE TRIGGER account_is_sound")
    assert granted == THREADS
    assert [broken.table for broken in queries.overcommitted_budgets()] == ["ledger_account"]


def test_reading_first_and_writing_back_overruns_and_loses(as_owner: SQL) -> None:
    """The control of posting in the database: the naive way grants too much and forgets what others wrote."""
    released(700)
    as_owner("GRANT UPDATE ON ledger_account TO kechuang_app")
    account = Account.objects.get(kind=Kind.BUDGET)
    read = threading.Barrier(THREADS)

    def naive(n: int) -> None:
        row = Account.objects.get(id=account.id)
        read.wait()
        if row.posted >= 100:
            Account.objects.filter(id=account.id).update(posted=row.posted - 100)

    try:
        granted, _ = at_once(naive)
    finally:
        as_owner("REVOKE UPDATE ON ledger_account FROM kechuang_app")
    assert granted == THREADS
    assert Account.objects.get(id=account.id).posted == 600  # sixteen times 100 left it, one of them is remembered


def test_one_key_at_once_has_one_effect() -> None:
    released(10_000)
    leg = Leg("grant", BUDGET, VOUCHER, 100)
    done, errors = at_once(lambda n: commands.post([leg], key="same", subject="vch_1", now=NOW))
    assert (done, errors) == (THREADS, [])
    assert queries.balance_at(VOUCHER).free_fen == 100


def test_a_hold_is_captured_once_however_many_try() -> None:
    released(10_000)
    grant(1)
    hold = commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 60), key="hold", subject="ord_1", now=NOW)

    def resolve(n: int) -> None:
        if n % 2:
            commands.release(hold, key=f"release:{n}", now=NOW)
        else:
            commands.capture(hold, 60, key=f"capture:{n}", now=NOW)

    done, errors = at_once(resolve)
    assert done == 1
    assert {type(error).__name__ for error in errors} == {"HoldResolved"}
    assert queries.balance_at(VOUCHER).held_fen == 0
    assert queries.unbalanced() == []


def test_without_the_guard_a_hold_is_captured_twice(as_owner: SQL) -> None:
    """The control: with the lock on the account and the unique resolution gone, two captures of one hold both stand."""
    released(10_000)
    grant(1)
    hold = commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 50), key="hold", subject="ord_1", now=NOW)
    commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 50), key="other", subject="ord_2", now=NOW)
    as_owner("DROP INDEX transfer_resolves_or_undoes_once")
    ((body,),) = as_owner("SELECT pg_get_functiondef('ledger_judge'::regproc)")
    guard = "l.again > 1 OR EXISTS (SELECT FROM ledger_transfer r WHERE r.pending_id = l.pending)"
    assert guard in str(body)
    as_owner(str(body).replace(guard, "false"))
    done, _ = at_once(lambda n: commands.capture(hold, 50, key=f"capture:{n}", now=NOW), count=2)
    assert done == 2
    assert Transfer.objects.filter(pending_id=hold).count() == 2


def test_holds_on_two_vouchers_taken_crosswise_do_not_wait_for_each_other() -> None:
    released(10_000)
    grant(1)
    grant(2)
    one, two = VOUCHER, Place(Kind.VOUCHER, YUE, 2025, "vch_2")

    def both(n: int) -> None:
        order = [one, two] if n % 2 else [two, one]
        legs = [Leg("offset", place, UNCLAIMED, 1) for place in order]
        commands.hold_all(legs, key=f"hold:{n}", subject=f"ord_{n}", now=NOW)

    done, errors = at_once(both)
    assert (done, errors) == (THREADS, [])
    assert queries.balance_at(one).held_fen == queries.balance_at(two).held_fen == THREADS


def test_new_accounts_opened_at_once_are_opened_once() -> None:
    released(10_000)

    def opens(n: int) -> None:
        owners = [f"vch_{k}" for k in range(6)]
        owners = owners if n % 2 else owners[::-1]
        legs = [Leg("grant", BUDGET, Place(Kind.VOUCHER, YUE, 2025, owner), 1) for owner in owners]
        commands.post(legs, key=f"grant:{n}", subject="x", now=NOW)

    done, errors = at_once(opens)
    assert (done, errors) == (THREADS, [])
    assert Account.objects.filter(kind=Kind.VOUCHER).count() == 6


def post_together(way: str, leg: Leg, *, key: str, subject: str) -> object:
    """In this process; in the database by way of it; in the database, as if each thread were a process."""
    if way == "grouped":
        return commands.post_grouped([leg], key=key, subject=subject, now=NOW)
    if way == "combined":
        return commands.post_combined(leg, key=key, subject=subject, now=NOW)
    (outcome,) = combine_all([Wanted(commands.Posting(key, subject, [leg]), NOW)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


WAYS = ["grouped", "combined", "processes"]


@pytest.mark.parametrize("way", WAYS)
def test_posted_together_a_budget_is_never_overrun(way: str) -> None:
    released(700)

    def together(n: int) -> object:
        leg = Leg("grant", BUDGET, Place(Kind.VOUCHER, YUE, 2025, f"vch_{n}"), 100)
        return post_together(way, leg, key=f"grant:{n}", subject=f"vch_{n}")

    done, errors = at_once(together)
    assert done == 7
    assert {type(error).__name__ for error in errors} == {"NotEnough"}
    assert queries.balance_at(BUDGET).free_fen == 0
    assert queries.unbalanced() == queries.overcommitted_budgets() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_waiting")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("way", WAYS)
def test_one_key_posted_together_has_one_effect(way: str) -> None:
    released(10_000)
    leg = Leg("grant", BUDGET, VOUCHER, 100)

    def together(n: int) -> object:
        fen = leg if n % 4 else Leg("grant", BUDGET, VOUCHER, 99)
        return post_together(way, fen, key="same", subject="vch_1")

    done, errors = at_once(together)
    assert {type(error).__name__ for error in errors} == {"KeyReused"}
    assert (done, len(errors)) in {(12, 4), (4, 12)}
    assert queries.balance_at(VOUCHER).free_fen in {99, 100}
    assert queries.unbalanced() == []


def test_what_waited_together_and_was_lost_in_a_crash_waits_again(
    as_owner: SQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is in an unlogged table: a crash empties it, and nobody's post is forgotten or done twice."""
    released(10_000)
    asked = grouped.ask
    crashes = iter([True, False])

    def crashing(statement: str, values: list[object]) -> tuple[object, ...]:
        if statement == grouped._COMBINE and next(crashes, False):
            as_owner("TRUNCATE ledger_waiting")
        return asked(statement, values)

    monkeypatch.setattr(grouped, "ask", crashing)
    wanted = [
        Wanted(commands.Posting(f"grant:{n}", f"vch_{n}", [Leg("grant", BUDGET, VOUCHER, 100)]), NOW) for n in range(3)
    ]
    assert len(set(combine_all(wanted))) == 3
    assert queries.balance_at(VOUCHER).free_fen == 300


def test_many_accounts_are_opened_at_once_and_each_but_once() -> None:
    places = [Place(Kind.VOUCHER, YUE, 2025, f"vch_{n % 20}") for n in range(60)]
    found: list[list[int]] = []
    done, errors = at_once(lambda n: found.append(commands.accounts(places[n:] + places[:n])))
    assert (done, errors) == (THREADS, [])
    assert Account.objects.filter(kind=Kind.VOUCHER).count() == 20
    assert {len(set(ids)) for ids in found} == {20}
    assert [commands.account(Kind.VOUCHER, region=YUE, year=2025, owner=p.owner) for p in places] == commands.accounts(
        places
    )
