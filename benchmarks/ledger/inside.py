"""What is done within kechuang, in a process of its own: `fill`, `check`, `settle <count> <with events>`, or
`<case> <threads> <seconds> <seed>`, which waits until it is told to begin.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count

from kechuang.site import processes

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
YUE, YEAR = "330602", 2025
ACCOUNTS, RICH, HOT_FEN = 5_000, 10**11, 100
CHUNK = 1_000
SUBJECT = "vch_01HZZZZZZZZZZZZZZZZZZZZZZZ"
Act = Callable[[], int]


def main(what: str, *more: str) -> None:
    processes.start_django(database=False)
    if what == "fill":
        fill()
    elif what == "check":
        check()
    elif what == "settle":
        settle(int(more[0]), with_events=bool(int(more[1])))
    else:
        threads, seconds, seed = int(more[0]), float(more[1]), int(more[2])
        run(what, threads, seconds, seed)


def fill() -> None:
    """One budget that never runs out, vouchers and providers' accounts with money."""
    processes.migrate()
    from django.db import connections

    from kechuang.ledger import commands
    from kechuang.ledger.rules import Kind, Leg, Place

    source, budget = Place(Kind.APPROPRIATION, YUE, YEAR), Place(Kind.BUDGET, YUE, YEAR)
    commands.post([Leg("release", source, budget, 10 * ACCOUNTS * RICH)], key="release", subject="bud_bench", now=NOW)
    for first in range(0, ACCOUNTS, CHUNK):
        vouchers = [Place(Kind.VOUCHER, YUE, YEAR, f"vch_{n}") for n in range(first, first + CHUNK)]
        grants = [commands.Posting(f"grant:{v.owner}", v.owner, [Leg("grant", budget, v, 2 * RICH)]) for v in vouchers]
        commands.post_many(grants, now=NOW)
        offsets = [
            Leg("offset", v, Place(Kind.UNCLAIMED, YUE, YEAR, f"pty_{first + n}"), RICH) for n, v in enumerate(vouchers)
        ]
        commands.post_many(
            [commands.Posting(f"o:{first + n}", SUBJECT, [leg]) for n, leg in enumerate(offsets)], now=NOW
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def check() -> None:
    from kechuang.ledger import queries

    print("; ".join(map(str, [*queries.unbalanced(), *queries.overcommitted_budgets(), *queries.overused_vouchers()])))


def run(case: str, threads: int, seconds: float, seed: int) -> None:
    """All threads act until the time is over; the count and the time are printed."""
    from django.db import connection

    random.seed(seed)
    acts = [_acts(case, f"{seed}.{n}.{time.time_ns()}") for n in range(threads)]
    for act in acts[:1]:
        act()  # the rules are read and the statements prepared
    connection.close()  # back into the pool, for one of the threads
    counts, start = [0] * threads, threading.Barrier(threads + 1)

    def work(n: int) -> None:
        act = acts[n]
        start.wait()
        done = 0
        while time.perf_counter() < until[0]:
            done += act()
        counts[n] = done

    until = [float("inf")]
    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    until[0] = began + seconds
    start.wait()
    for worker in workers:
        worker.join()
    print(json.dumps({"count": sum(counts), "seconds": time.perf_counter() - began}), flush=True)


def _acts(case: str, name: str) -> Act:
    """What one caller does again and again; answers how many transfers, pairs or grants it made."""
    from kechuang.ledger import commands
    from kechuang.ledger.rules import Leg

    vouchers, providers, budget = _accounts()
    numbers, pick = count(), random.Random(name)
    said: dict[str, object] = {"subject": SUBJECT, "now": NOW}

    def leg() -> Leg:
        return Leg("offset", pick.choice(vouchers), pick.choice(providers), pick.randint(1, 500))

    def hot() -> Leg:
        return Leg("grant", budget, pick.choice(vouchers), HOT_FEN)

    def key() -> str:
        return f"{name}.{next(numbers)}"

    def pair() -> int:
        hold = commands.hold(leg(), key=key(), subject=SUBJECT, now=NOW)
        commands.capture(hold, 1, key=key(), now=NOW)
        return 1

    def batch(size: int) -> int:
        return len(commands.post_many([commands.Posting(key(), SUBJECT, [leg()]) for _ in range(size)], now=NOW))

    kind, _, size = case.partition("-")
    return {
        "single": lambda: len(commands.post([leg()], key=key(), **said)),  # type: ignore[arg-type]
        "pairs": pair,
        "batch": lambda: batch(int(size)),
        "grouped": lambda: len(commands.post_grouped([leg() if size == "spread" else hot()], key=key(), **said)),  # type: ignore[arg-type]
        "combined": lambda: bool(commands.post_combined(hot(), key=key(), **said)),  # type: ignore[arg-type]
        "grants": lambda: bool(_grants().join(key())),
    }[kind]


def _accounts() -> tuple[list[int], list[int], int]:
    from kechuang.ledger import commands
    from kechuang.ledger.rules import Kind, Place

    if not _KNOWN:
        places = [Place(Kind.VOUCHER, YUE, YEAR, f"vch_{n}") for n in range(ACCOUNTS)]
        others = [Place(Kind.UNCLAIMED, YUE, YEAR, f"pty_{n}") for n in range(ACCOUNTS)]
        budget = commands.account(Kind.BUDGET, region=YUE, year=YEAR)
        _KNOWN.append((commands.accounts(places), commands.accounts(others), budget))
    return _KNOWN[0]


_KNOWN: list[tuple[list[int], list[int], int]] = []
_GROUPS: list[object] = []
_PARTY: list[str] = []


def _grants():  # type: ignore[no-untyped-def]
    """Whole commands: the voucher's row, its transfer out of the one budget, its event."""
    from kechuang.ui.grouping import Group

    if not _GROUPS:
        from kechuang.kernel.actor import CLOCK
        from kechuang.parties import commands as parties

        maker = parties.register_person(CLOCK, name="基准", now=NOW)
        party = parties.register_maker(CLOCK, person_id=maker.id, region=YUE, now=NOW)
        _PARTY.append(party.id)
        _GROUPS.append(Group(_granted))
    return _GROUPS[0]


def _granted(keys: Sequence[str]) -> list[object]:
    from datetime import timedelta

    from django.db import transaction

    from kechuang.kernel.actor import CLOCK, Role
    from kechuang.ledger import commands as ledger
    from kechuang.ledger.rules import Kind, Leg, Place
    from kechuang.trail.commands import Act, record_many
    from kechuang.ui import clock
    from kechuang.ui.rows import insert_many
    from kechuang.vouchers.models import Voucher

    (party,), on = _PARTY, clock.day(NOW)
    fixed = {"party_id": party, "scheme": "bench", "region": YUE, "year": YEAR, "state": "issued", "applied_by": party}
    fixed |= {"requested_fen": HOT_FEN, "face_fen": HOT_FEN, "valid_from": on, "valid_until": on + timedelta(days=180)}
    rows = [Voucher(**fixed) for _ in keys]
    budget = Place(Kind.BUDGET, YUE, YEAR)
    with transaction.atomic():
        for row, account in zip(
            rows, ledger.accounts([Place(Kind.VOUCHER, YUE, YEAR, r.id) for r in rows]), strict=True
        ):
            row.account = account
        insert_many(Voucher, rows)
        acts = [Act(row, {"face_fen": HOT_FEN}, "submitted", "issued") for row in rows]
        record_many(CLOCK, acts, "issue", label="核发创新券", role=Role.CLOCK, now=NOW)
        legs = [ledger.Posting(f"{r.id}:grant", r.id, [Leg("grant", budget, r.account or 0, HOT_FEN)]) for r in rows]
        ledger.post_many(legs, now=NOW)
    return list(rows)


def settle(total: int, *, with_events: bool) -> None:
    """`total` holds are taken, then settled in chunks, each chunk in a transaction of its own; only settling is timed."""
    from kechuang.ledger import commands

    chunks = [_held(CHUNK) for _ in range(total // CHUNK)]
    longest, began = 0.0, time.perf_counter()
    for number, holds in enumerate(chunks):
        start = time.perf_counter()
        parts = [commands.Capture(f"settle:{hold}", hold, 60) for hold in holds]
        if with_events:
            _settled_with_events(number, parts)
        else:
            assert all(isinstance(done, list) for done in commands.settle(parts, now=NOW))
        longest = max(longest, time.perf_counter() - start)
    seconds = time.perf_counter() - began
    print(json.dumps({"count": total, "seconds": seconds, "longest_ms": 1_000 * longest}))


def _held(size: int) -> list[int]:
    from kechuang.ledger import commands
    from kechuang.ledger.rules import Leg

    vouchers, providers, _ = _accounts()
    legs = [Leg("offset", random.choice(vouchers), random.choice(providers), 100) for _ in range(size)]
    return commands.hold_all(legs, key=f"held:{time.time_ns()}", subject=SUBJECT, now=NOW)


_ROWS: list[object] = []


def _settled_with_events(number: int, parts: Sequence[object]) -> None:
    """Each item with an event of its own, on the row of a record: one statement for the captures, one for the events."""
    from django.db import transaction

    from kechuang.kernel.actor import CLOCK, Role
    from kechuang.ledger import commands
    from kechuang.trail.commands import Act, record_many
    from kechuang.vouchers.models import Voucher

    if not _ROWS:
        _grants()
        _ROWS.extend(_granted([str(n) for n in range(CHUNK)]))
    rows: list[Voucher] = _ROWS  # type: ignore[assignment]
    with transaction.atomic():
        acts = [Act(row, {"fen": 60, "chunk": number}, "held", "captured") for row in rows]
        record_many(CLOCK, acts, "capture", label="抵扣", role=Role.CLOCK, now=NOW)
        assert all(isinstance(done, list) for done in commands.settle(parts, now=NOW))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
