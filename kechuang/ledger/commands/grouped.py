"""Many callers' posts to one hot account at once (热点账户合并记账): within a process, or across processes in the database.

Commands that write more than a post form groups of their own (`ui.grouping`), with their rows and events in the same
transaction; these two are for whoever has nothing to write but the post itself. Both answer after the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from kechuang.kernel.errors import Refusal
from kechuang.ledger.commands.posting import Posting, WrongPostingError, answered, post_each, written
from kechuang.ledger.models import GROUPED
from kechuang.ledger.rules import RULES, Leg
from kechuang.ui import clock
from kechuang.ui.grouping import Group
from kechuang.ui.rows import ask

_WAITING = 'key, rule, debit, credit, debit_kind, credit_kind, crosses, fen, subject, at, "on"'
_WAIT = (
    f"WITH said AS (INSERT INTO ledger_waiting ({_WAITING})"
    f" SELECT {_WAITING} FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[],"
    f" %s::bigint[], %s::text[], %s::timestamptz[], %s::date[]) WITH ORDINALITY AS u ({_WAITING}, n) ORDER BY n RETURNING id)"
    " SELECT array_agg(id ORDER BY id) FROM said"
)
_COMBINE = (
    "SELECT array_agg(id), array_agg(transfer), array_agg(code), array_agg(account), array_agg(fen), array_agg(free)"
    " FROM ledger_combine(%s::bigint[], %s)"
)
_LOST = "lost"


@dataclass(frozen=True, slots=True)
class _Wanted:
    posting: Posting
    now: datetime


def post_grouped(legs: Sequence[Leg], *, key: str, subject: str, now: datetime) -> list[int]:
    """As `post`, together with whoever else posts in this process; by one of the callers, in arrival order."""
    return _GROUP.join(_Wanted(Posting(key, subject, legs), now))


def post_combined(leg: Leg, *, key: str, subject: str, now: datetime) -> int:
    """As `post` of one leg, together with whoever else posts in any process: what waits is kept in the database.

    In the order of arrival across all processes; who asks at once within one of them waits there as one.
    Not within a transaction, since nobody could see what waits there. Raises as `post`, and TooManyWaiting.
    """
    assert not connection.in_atomic_block, "what waits must be committed to be seen"
    return _COMBINED.join(_Wanted(Posting(key, subject, [leg]), now))


def _combine_all(wanted: Sequence[_Wanted]) -> list[int | Exception]:
    """Each waits in the database in the order given, until somebody's group has posted it; a lost one waits again."""
    found: dict[int, int | Exception] = {}
    waiting: dict[int, int] = {}  # by its id which of those wanted
    while len(found) < len(wanted):
        known = {*found, *waiting.values()}
        if unheard := [n for n in range(len(wanted)) if n not in known]:
            (ids,) = ask(_WAIT, _columns([wanted[n] for n in unheard]))
            waiting |= dict(zip(ids, unheard, strict=True))
        ids, *answers = ask(_COMBINE, [list(waiting), GROUPED])
        if ids is None:  # others' posts filled the group
            continue
        for id_, transfer, code, *where in zip(ids, *answers, strict=True):
            n = waiting.pop(id_)
            if code != _LOST:
                found[n] = _outcome(wanted[n], transfer, code, *where)
    return [found[n] for n in range(len(wanted))]


def _columns(wanted: Sequence[_Wanted]) -> list[list[Any]]:
    rows = []
    for one in wanted:
        (leg,), rule = one.posting.legs, RULES[one.posting.legs[0].rule]
        sides = (written(leg.debit), written(leg.credit), rule.debit.value, rule.credit.value, rule.crosses)
        rows.append((one.posting.key, rule.code, *sides, leg.fen, one.posting.subject, one.now, clock.day(one.now)))
    return [list(column) for column in zip(*rows, strict=True)]


def _outcome(one: _Wanted, transfer: int | None, code: str, *where: int | None) -> int | Exception:
    try:
        return answered(one.posting.key, one.now, transfer, code, *where)
    except (Refusal, WrongPostingError) as no:
        return no


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
_COMBINED: Group[_Wanted, int] = Group(_combine_all, most=GROUPED)
