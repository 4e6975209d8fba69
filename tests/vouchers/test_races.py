"""Money limits under concurrency, each with the same race run without its guard."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import connection

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.vouchers import commands
from kechuang.vouchers.commands import granting, using
from kechuang.vouchers.commands.caps import Year
from kechuang.vouchers.models import Hold, HolderYear, Voucher
from kechuang.vouchers.rules import OrderFacts
from tests.vouchers.conftest import SCHEME, YUECHENG, Town

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 8
CAP = 20_000_000  # the year's cap of an enterprise in the pack


@pytest.fixture
def town(book: None, transactional_db: None) -> Iterator[Town]:
    return Town()


def race(*calls: Callable[[], object]) -> list[object]:
    """All at once; answers each call's result or Refusal."""
    start, answers = threading.Barrier(len(calls)), [object()] * len(calls)

    def run(n: int, call: Callable[[], object]) -> None:
        try:
            start.wait()
            answers[n] = call()
        except Refusal as refusal:
            answers[n] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def years_without_lock(racers: int) -> Callable[[set[tuple[str, str, int]]], dict[tuple[str, str, int], Year]]:
    read = read_without_lock(racers)
    return lambda holders: {holder: read(*holder) for holder in holders}


def read_without_lock(racers: int) -> Callable[[str, str, int], Year]:
    """The guard taken out: reads the row, and waits until the others have read it too."""
    all_read = threading.Barrier(racers)

    def read(party_id: str, scheme: str, year: int) -> Year:
        row, _made = HolderYear.objects.get_or_create(party_id=party_id, scheme=scheme, year=year)
        found = Year(Fen(row.granted_fen), row.granted_count, Fen(row.used_fen))
        with contextlib.suppress(threading.BrokenBarrierError):
            all_read.wait(timeout=5)
        return found

    return read


def many_vouchers(town: Town, holder: Actor) -> list[str]:
    author = town.officer(Role.BUDGET_AUTHOR)
    return [
        commands.import_live(
            author,
            party_id=holder.party_id,
            scheme=SCHEME,
            region=YUECHENG,
            number=f"旧券-{n}",
            face_fen=Fen(3_000_000),
            balance_fen=Fen(3_000_000),
            valid_from=date(2025, 1, 1),
            valid_until=date(2025, 12, 31),
            now=town.now,
        ).id
        for n in range(RACERS)
    ]


def hold_all(town: Town, holder: Actor, vouchers: list[str]) -> int:
    def one(n: int, voucher: str) -> object:
        facts = OrderFacts(provider_id="pty_provider")
        return commands.hold(
            holder, voucher_id=voucher, order_id=f"ord_{n}", price_fen=Fen(8_000_000), facts=facts, now=town.now
        )

    race(*[lambda n=n, voucher=voucher: one(n, voucher) for n, voucher in enumerate(vouchers)])
    return sum(Hold.objects.values_list("fen", flat=True))


def test_orders_on_many_vouchers_at_once_never_pass_the_yearly_cap(town: Town) -> None:
    holder = town.firm()
    vouchers = many_vouchers(town, holder)
    assert hold_all(town, holder, vouchers) == CAP
    assert HolderYear.objects.get(party_id=holder.party_id, scheme=SCHEME, year=2025).used_fen == CAP


def test_control_without_the_lock_the_cap_is_passed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = town.firm()
    vouchers = many_vouchers(town, holder)
    monkeypatch.setattr(using, "year_locked", read_without_lock(RACERS))
    assert hold_all(town, holder, vouchers) > CAP


def submit_all(town: Town, holder: Actor) -> int:
    HolderYear.objects.create(party_id=holder.party_id, scheme=SCHEME, year=2025)  # or its making would be the lock
    drafts = [town.draft(holder, 1_000_000).id for _ in range(RACERS)]
    # Each by itself, as two processes would send them: in one process they would be a group.
    race(*[lambda v=v: commands.submit_all([commands.Sending(holder, v, town.now)]) for v in drafts])
    return Voucher.objects.filter(party_id=holder.party_id, state="issued").count()


def test_many_applications_at_once_are_granted_once(town: Town) -> None:
    town.release()
    assert submit_all(town, town.firm()) == 1
    assert town.budget().free_fen == 99_000_000


def test_control_without_the_lock_several_are_granted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.release()
    monkeypatch.setattr(granting, "years_locked", years_without_lock(RACERS))
    assert submit_all(town, town.firm()) > 1


def test_a_short_budget_is_never_overdrawn(town: Town) -> None:
    town.release(3_000_000)
    holders = [town.firm(f"企业{n}") for n in range(RACERS)]
    drafts = [(holder, town.draft(holder, 1_000_000).id) for holder in holders]
    sent = race(*[lambda h=h, v=v: commands.submit_all([commands.Sending(h, v, town.now)])[0] for h, v in drafts])
    assert Voucher.objects.filter(state="issued").count() == 3
    assert town.budget().free_fen == 0
    assert sorted(type(one).__name__ for one in sent) == ["BudgetShort"] * 5 + ["Voucher"] * 3


def test_one_voucher_under_many_orders_holds_no_more_than_it_has(town: Town) -> None:
    town.release()
    holder = town.firm()
    voucher = town.voucher(holder, 5_000_000)
    hold_all(town, holder, [voucher.id] * RACERS)
    found = balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, voucher.id))
    assert (found.free_fen, found.held_fen) == (0, 5_000_000)


def test_one_order_asked_many_times_at_once_is_held_once(town: Town) -> None:
    town.release()
    holder = town.firm()
    voucher = town.voucher(holder)
    facts = OrderFacts(provider_id="pty_provider")
    given = {"voucher_id": voucher.id, "order_id": "ord_1", "price_fen": Fen(800_000), "facts": facts, "now": town.now}
    race(*[lambda: commands.hold(holder, **given) for _ in range(RACERS)])  # type: ignore[arg-type]
    assert Hold.objects.count() == 1


def test_control_without_lock_and_index_one_order_is_held_twice(
    town: Town, as_owner: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    town.release()
    holder = town.firm()
    voucher = town.voucher(holder)
    given = {"voucher_id": voucher.id, "order_id": "ord_1", "price_fen": Fen(800_000), "now": town.now}
    facts = OrderFacts(provider_id="pty_provider")
    as_owner("DROP INDEX hold_one_per_order")
    looked, in_date = threading.Barrier(2), using.rules.refuse_out_of_date

    def wait_for_the_other(*period: date | None, on: date) -> None:
        looked.wait(timeout=10)
        in_date(*period, on=on)

    monkeypatch.setattr(using.rules, "refuse_out_of_date", wait_for_the_other)
    monkeypatch.setattr(using, "locked", lambda _actor, voucher_id: Voucher.objects.get(id=voucher_id))
    try:
        race(*[lambda: commands.hold(holder, facts=facts, **given) for _ in range(2)])  # type: ignore[arg-type]
        assert Hold.objects.filter(order_id="ord_1", state="held").count() == 2
    finally:
        as_owner("UPDATE vouchers_hold SET order_id = id")
        as_owner("CREATE UNIQUE INDEX hold_one_per_order ON vouchers_hold (order_id) WHERE state = 'held'")
