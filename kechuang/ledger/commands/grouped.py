"""Many callers' posts to one hot account at once (热点账户合并记账): within a process, or across processes in the database.

Commands that write more than a post form groups of their own (`ui.grouping`), with their rows and events in the same
transaction; these two are for whoever has nothing to write but the post itself. Both answer after the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from kechuang.ledger.commands.posting import Posting, answered, post_each, written
from kechuang.ledger.models import GROUPED
from kechuang.ledger.rules import RULES, Leg
from kechuang.ui import clock
from kechuang.ui.grouping import Group
from kechuang.ui.rows import ask

_WAIT = (
    'INSERT INTO ledger_waiting (key, rule, debit, credit, debit_kind, credit_kind, crosses, fen, subject, at, "on")'
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
)
_COMBINE = "SELECT transfer, code, account, fen, free FROM ledger_combine(%s, %s)"


_LOST: tuple[Any, ...] = (None, "lost")


@dataclass(frozen=True, slots=True)
class _Wanted:
    posting: Posting
    now: datetime


def post_grouped(legs: Sequence[Leg], *, key: str, subject: str, now: datetime) -> list[int]:
    """As `post`, together with whoever else posts in this process; by one of the callers, in arrival order."""
    return _GROUP.join(_Wanted(Posting(key, subject, legs), now))


def post_combined(leg: Leg, *, key: str, subject: str, now: datetime) -> int:
    """As `post` of one leg, together with whoever else posts in any process: what waits is kept in the database.

    Not within a transaction, since nobody could see what waits there.
    """
    assert not connection.in_atomic_block, "what waits must be committed to be seen"
    rule = RULES[leg.rule]
    sides = [written(leg.debit), written(leg.credit), rule.debit.value, rule.credit.value, rule.crosses]
    waiting, found = 0, _LOST
    while found[1] in (None, "lost"):
        if found[1] == "lost":
            (waiting,) = ask(_WAIT, [key, rule.code, *sides, leg.fen, subject, now, clock.day(now)])
        found = ask(_COMBINE, [waiting, GROUPED])
    return answered(key, now, *found)


def _post_all(wanted: Sequence[_Wanted]) -> list[list[int] | Exception]:
    """Of one day, at the instant of the latest; a group over midnight is posted day by day."""
    found: dict[int, list[int] | Exception] = {}
    days = sorted({clock.day(one.now) for one in wanted})
    with transaction.atomic():
        for on in days:
            mine = {n: one for n, one in enumerate(wanted) if clock.day(one.now) == on}
            first: dict[str, int] = {}
            for n, one in mine.items():
                first.setdefault(one.posting.key, n)
            alone = [mine[n].posting for n in first.values()]
            found |= dict(zip(first.values(), post_each(alone, now=max(one.now for one in mine.values())), strict=True))
    # One key twice in a group: the second asks again by itself, and is told that it was replayed or that it differs.
    return [found[n] if n in found else _again(one) for n, one in enumerate(wanted)]


def _again(wanted: _Wanted) -> list[int] | Exception:
    return post_each([wanted.posting], now=wanted.now)[0]


_GROUP: Group[_Wanted, list[int]] = Group(_post_all, most=GROUPED)
