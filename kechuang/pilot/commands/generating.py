"""Large volumes for measuring (批量数据): closed vouchers of a played year, with all that hangs on them, written again and again.

Set-based: one INSERT … SELECT per table and run of copies, as the owner of the tables, since the application may not
write balances. Ids and numbers of a copy carry its own four characters, everything that names them follows; papers are
those of the models, and of the trail the last act of each record is written, with the digests of the copy.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from kechuang.kernel.actor import Role
from kechuang.parties.queries import actor_for, people_in
from kechuang.pilot.commands.copying import (
    ACCOUNTS,
    AGAIN,
    BATCH_EVENTS,
    BATCHES,
    CODES,
    EVENTS,
    LINE_EVENTS,
    LINES,
    MODELS,
    MOVED,
    NEEDED,
    OTHERS,
    PARTS,
    PREPARED,
    SOURCES,
    TABLES,
    TOGETHER,
    TRANSFERS,
    YEARS,
    clone,
)
from kechuang.trail.queries import evidence_of
from kechuang.treasury import commands as treasury
from kechuang.treasury.queries import budget_of, file_digests
from kechuang.ui import clock

Progress = Callable[[int, int, str], None]
OWNER = "owner"


class NothingToCopy(Exception):
    """No closed voucher with a paid claim was played into this database yet: play a year first."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many orders were written, in how many copies of how many models."""

    orders: int
    copies: int
    models: int


def generate(*, orders: int, seed: int, progress: Progress) -> Written:
    """Writes at least `orders` more orders; all invariants hold afterwards. `seed` chooses which models come first.

    Raises NothingToCopy.
    """
    models = _models(seed)
    if not models:
        raise NothingToCopy(NothingToCopy.__doc__)
    chosen, held = [], 0
    for voucher_id, count in models:  # as many as are needed, and all of them when one copy is not enough
        chosen.append(voucher_id)
        held += count
        if held >= orders:
            break
    copies = -(-orders // held)
    first = _first_code()
    with transaction.atomic(using=OWNER), _sources(chosen):
        needed = _all("SELECT region, year, fen FROM pilot_needed")
    for region, year, fen in needed:
        _release(region, year, fen * copies, tag=first)
    together = max(TOGETHER // held, 1)
    for done in range(0, copies, together):
        part = range(first + done, first + min(done + together, copies))
        with transaction.atomic(using=OWNER), _sources(chosen):
            _copy(part)
        progress(done + len(part), copies, f"{(done + len(part)) * held:,}")
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")
    return Written(orders=copies * held, copies=copies, models=held)


def _models(seed: int) -> list[tuple[str, int]]:
    """Vouchers whose orders are all closed, by preference run out, and how many orders each has."""
    for states in (["expired"], ["expired", "issued", "withdrawn"]):
        if found := _all(MODELS, [states, str(seed)]):
            return found
    return []


def _first_code() -> int:
    """Copies of an earlier call have taken the codes before it."""
    ((taken,),) = _all("SELECT count(DISTINCT substr(id, 5, 4)) FROM orders_order WHERE id LIKE 'ord\\_U%%'")
    return int(taken)


@contextmanager
def _sources(voucher_ids: list[str]) -> Iterator[None]:
    """Which rows are copied, in temporary tables of this transaction."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(AGAIN)
        cursor.execute("CREATE TEMP TABLE pilot_voucher AS SELECT unnest(%s::text[]) AS id", [voucher_ids])
        for name, sql in SOURCES:
            cursor.execute(f"CREATE TEMP TABLE {name} AS {sql}")
            cursor.execute(f"ANALYZE {name}")
        cursor.execute(f"CREATE TEMP TABLE pilot_needed AS {NEEDED}")
        yield
        for name in ("pilot_needed", *[name for name, _sql in reversed(SOURCES)], "pilot_voucher"):
            cursor.execute(f"DROP TABLE {name}")


def _release(region: str, year: int, fen: int, *, tag: int) -> None:
    """What the copies are granted has to come from somewhere: the county's budget is raised and released by command."""
    if fen <= 0:
        return
    now = clock.now()
    finance = actor_for(people_in(Role.COUNTY_FINANCE, region, on=clock.day(now))[0], on=clock.day(now))
    budget = budget_of(region, year)
    assert budget is not None, "what was granted came from a budget"
    number = f"批量数据{tag}号"
    ground = treasury.Ground(reason="批量数据（示例）", document_number=number)
    treasury.raise_(finance, budget_id=budget.id, fen=fen, ground=ground, now=now)
    document = treasury.Document(number=number, on=clock.day(now), fund_line="2060499")
    treasury.release(finance, budget_id=budget.id, fen=fen, document=document, now=now)


def _copy(part: range) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(CODES, [[code(number) for number in part], list(part)])
        for sql in (ACCOUNTS, TRANSFERS, MOVED, OTHERS, YEARS):
            cursor.execute(sql)
        for table in TABLES:
            cursor.execute(clone(table))
        for sql in (PREPARED, BATCHES, LINES, PARTS):
            cursor.execute(sql)
        _seal(cursor)
        for table in TABLES:
            if table.acts:
                cursor.execute(EVENTS.format(table=table.name, evidence=evidence_of(table.name, row="n")))
        cursor.execute(BATCH_EVENTS.format(evidence=evidence_of("treasury_paymentbatch", row="n")))
        cursor.execute(LINE_EVENTS.format(evidence=evidence_of("treasury_paymentline", row="n")))
        for name in ("pilot_part", "pilot_moved", "pilot_account", "pilot_code"):
            cursor.execute(f"DROP TABLE {name}")


def _seal(cursor: Any) -> None:
    """Each new batch bears the digest of its payment file."""
    cursor.execute("SELECT DISTINCT batch FROM pilot_part")
    ids = [batch_id for (batch_id,) in cursor.fetchall()]
    digests = file_digests(ids, using=OWNER)
    cursor.execute(
        "UPDATE treasury_paymentbatch b SET digest = d.digest FROM unnest(%s::text[], %s::text[]) AS d (id, digest)"
        " WHERE b.id = d.id",
        [list(digests), list(digests.values())],
    )


def code(number: int) -> str:
    """Four characters that no id and no number of a play begins with: U is not in their alphabet (Crockford)."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    digits = ""
    for _ in range(3):
        number, digit = divmod(number, len(alphabet))
        digits = alphabet[digit] + digits
    return f"U{digits}"


def _all(sql: str, given: list[Any] | None = None) -> list[Any]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(sql, given or [])
        return list(cursor.fetchall())
