"""Posting (记账). One call to the database per command: it locks, checks, writes, and answers a code per line.

Python never reads a balance to write it back. None of these opens a transaction of its own: one call is one already,
and the caller's command is the transaction that matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from kechuang.ledger.models import Account, Phase, Transfer
from kechuang.ledger.rules import (
    KIND_LABELS,
    RULES,
    AboveHold,
    AlreadyReversed,
    HoldResolved,
    KeyReused,
    Kind,
    Leg,
    NotEnough,
    Place,
)
from kechuang.ui import clock

_TYPES = "text[] int[] int[] text[] text[] text[] text[] text[] boolean[] bigint[] bigint[] text[] timestamptz date"
_MARKS = ", ".join(f"%s::{name}" for name in _TYPES.split())
_POST = f"SELECT transfer, code, account, fen, free FROM ledger_post({_MARKS})"
_DONE = ("ok", "replayed")


class WrongPostingError(Exception):
    """A post that no person could have asked for: an unknown account or hold, or kinds that the rule does not name."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Linked legs of one act, under the key of its caller: they succeed or fail together."""

    key: str
    subject: str
    legs: Sequence[Leg]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line for the database: a leg, or the resolution of an earlier transfer."""

    phase: Phase
    leg: Leg | None = None
    pending: int | None = None
    fen: int | None = None


def account(kind: Kind | str, *, region: str, year: int, owner: str = "") -> int:
    """The account's id; it is opened at its first use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_account_id(%s, %s, %s, %s)", [str(Kind(kind)), region, year, owner])
        (found,) = cursor.fetchone()
    return int(found)


def post(legs: Sequence[Leg], *, key: str, subject: str, now: datetime) -> list[int]:
    """Posts linked legs, all or none; answers the transfers' ids.

    The same key with the same legs answers with the first transfers. Raises NotEnough, KeyReused.
    """
    return post_many([Posting(key, subject, legs)], now=now)


def post_many(postings: Sequence[Posting], *, now: datetime) -> list[int]:
    """Posts several acts, each under its own key, all or none, in one call (批量记账)."""
    lines = [(p.key, n, p.subject, _Line(Phase.POST, leg)) for p in postings for n, leg in enumerate(p.legs)]
    return _post(lines, now)


def hold(leg: Leg, *, key: str, subject: str, now: datetime) -> int:
    """Sets `leg.fen` aside in its debit account (占用) until captured or released; raises NotEnough."""
    return hold_all([leg], key=key, subject=subject, now=now)[0]


def hold_all(legs: Sequence[Leg], *, key: str, subject: str, now: datetime) -> list[int]:
    """Linked holds: one order on several vouchers takes all of them or none."""
    return _post([(key, n, subject, _Line(Phase.HOLD, leg)) for n, leg in enumerate(legs)], now)


def capture(hold_id: int, fen: int, *, key: str, now: datetime) -> int:
    """Posts `fen` of a hold, the rest is free again (结清占用); raises HoldResolved, AboveHold."""
    return capture_all([(hold_id, fen)], key=key, now=now)[0]


def capture_all(parts: Sequence[tuple[int, int]], *, key: str, now: datetime) -> list[int]:
    """Linked captures, each of a hold and the fen of it that are posted; a part of nothing is released."""
    lines = [
        _Line(Phase.CAPTURE, pending=hold_id, fen=fen) if fen else _Line(Phase.RELEASE, pending=hold_id)
        for hold_id, fen in parts
    ]
    return _post([(key, n, None, line) for n, line in enumerate(lines)], now)


def release(hold_id: int, *, key: str, now: datetime) -> int:
    """Gives a hold back (释放占用); raises HoldResolved."""
    return _post([(key, 0, None, _Line(Phase.RELEASE, pending=hold_id))], now)[0]


def change(hold_id: int, fen: int, *, key: str, now: datetime) -> int:
    """Another amount for a hold (变更占用): the old is released and the new taken together. Answers the new hold.

    Raises NotEnough when the account cannot bear the higher amount; the old hold then stands.
    """
    old = Transfer.objects.get(id=hold_id)
    leg = Leg(old.rule, old.debit_id, old.credit_id, fen)
    lines = [_Line(Phase.RELEASE, pending=hold_id), _Line(Phase.HOLD, leg)]
    return _post([(key, n, old.subject, line) for n, line in enumerate(lines)], now)[-1]


def reverse(transfer_ids: Sequence[int], *, key: str, now: datetime) -> list[int]:
    """Posts the opposite of these transfers (冲销), all or none; nothing is ever changed or deleted.

    Raises AlreadyReversed, and NotEnough when the money has moved on since.
    """
    return _post([(key, n, None, _Line(Phase.REVERSAL, pending=done)) for n, done in enumerate(transfer_ids)], now)


def _post(lines: Sequence[tuple[str, int, str | None, _Line]], now: datetime) -> list[int]:
    rows = [line for *_, line in lines]
    rules = [RULES[row.leg.rule] if row.leg else None for row in rows]
    arguments: list[Any] = [
        [key for key, *_ in lines],
        [number for _, number, *_ in lines],
        [int(row.phase) for row in rows],
        [rule and rule.code for rule in rules],
        [_written(row.leg.debit) if row.leg else None for row in rows],
        [_written(row.leg.credit) if row.leg else None for row in rows],
        [str(rule.debit) if rule else None for rule in rules],
        [str(rule.credit) if rule else None for rule in rules],
        [bool(rule and rule.crosses) for rule in rules],
        [row.leg.fen if row.leg else row.fen for row in rows],
        [row.pending for row in rows],
        [subject for _, _, subject, _ in lines],
        now,
        clock.day(now),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, arguments)
        answers = cursor.fetchall()
    for (key, *_), (_, code, account_id, fen, free) in zip(lines, answers, strict=True):
        if code not in _DONE:
            raise _refusal(code, key=key, account_id=account_id, fen=fen, free=free)
    return [transfer for transfer, *_ in answers]


def _written(place: int | Place) -> str:
    return place.written() if isinstance(place, Place) else str(place)


def _refusal(code: str, *, key: str, account_id: int | None, fen: int | None, free: int | None) -> Exception:
    if code == "not_enough" and account_id is not None:
        short = Account.objects.get(id=account_id)
        label = KIND_LABELS[Kind(short.kind)]
        return NotEnough(
            account_label=label,
            region=short.region,
            year=short.year,
            owner=short.owner,
            available_fen=free,
            asked_fen=fen,
        )
    if code == "above_hold":
        return AboveHold(asked_fen=fen)
    if code == "key_reused":
        return KeyReused(key=key)
    if code == "resolved":
        return HoldResolved()
    if code == "reversed":
        return AlreadyReversed()
    return WrongPostingError(f"{code}: {key}, account {account_id}, {fen} fen")
