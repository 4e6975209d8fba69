"""Posting (记账). One call to the database per command: it locks, checks, writes, and answers a code per line.

Python never reads a balance to write it back. None of these opens a transaction of its own: one call is one already,
and the caller's command is the transaction that matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from kechuang.kernel.errors import Refusal
from kechuang.ledger.models import Account, Closing, Phase, Transfer
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
    PeriodClosed,
    Place,
)
from kechuang.ui import clock
from kechuang.ui.rows import ask

_MANY = (
    "SELECT transfers, codes, accounts, fens, frees FROM ledger_post(%s, %s::text[], %s::int[], %s::int[], %s::int[],"
    " %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
    " %s::boolean[], %s, %s)"
)
_ONE = (
    "SELECT transfer, code, account, fen, free"
    " FROM ledger_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::timestamptz, %s::date)"
)
_RESOLVE = "SELECT transfer, code, account, fen, free FROM ledger_resolve_one(%s, %s, %s, %s::bigint, %s::timestamptz, %s::date)"
_PLACES = "SELECT ledger_places(%s::text[])"
_DONE = ("ok", "replayed")


class WrongPostingError(Exception):
    """A post that no person could have asked for: an unknown account or hold, or kinds that the rule does not name."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Linked legs of one act, under the key of its caller: they succeed or fail together."""

    key: str
    subject: str
    legs: Sequence[Leg]


class Capture(NamedTuple):
    """One of many holds to be resolved: `fen` of it are posted, nothing of it releases it."""

    key: str
    hold_id: int
    fen: int


class _Asked(NamedTuple):
    """One line for the database: a leg, or the resolution of an earlier transfer."""

    key: str
    number: int
    subject: str | None
    phase: Phase
    leg: Leg | None = None
    pending: int | None = None
    fen: int | None = None

    def places(self) -> tuple[int | Place, ...]:
        return (self.leg.debit, self.leg.credit) if self.leg else ()


class _Answer(NamedTuple):
    transfer: int
    refusal: Exception | None = None


def account(kind: Kind | str, *, region: str, year: int, owner: str = "") -> int:
    """The account's id; it is opened at its first use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_account_id(%s, %s, %s, %s)", [str(Kind(kind)), region, year, owner])
        (found,) = cursor.fetchone()
    return int(found)


def accounts(places: Sequence[Place]) -> list[int]:
    """The ids of many accounts in one call; each is opened at its first use, in one order by everybody."""
    written = [place.written() for place in places]
    ordered = sorted(set(written))
    (ids,) = ask(_PLACES, [ordered])
    known = dict(zip(ordered, ids, strict=True))
    return [known[one] for one in written]


def post(legs: Sequence[Leg], *, key: str, subject: str, now: datetime) -> list[int]:
    """Posts linked legs, all or none; answers the transfers' ids.

    The same key with the same legs answers with the first transfers. Raises NotEnough, KeyReused.
    """
    return post_many([Posting(key, subject, legs)], now=now)


def post_many(postings: Sequence[Posting], *, now: datetime) -> list[int]:
    """Posts several acts, each under its own key, all or none, in one call (批量记账)."""
    return _post(_lines_of(postings), now)


def post_each(postings: Sequence[Posting], *, now: datetime) -> list[list[int] | Exception]:
    """Posts many acts in one call, each by itself (逐笔记账): its transfers, or the Refusal that it alone is told.

    In the order given; one that is short of money does not keep a later, smaller one from being posted.
    """
    return _each(_lines_of(postings), now)


def hold(leg: Leg, *, key: str, subject: str, now: datetime) -> int:
    """Sets `leg.fen` aside in its debit account (占用) until captured or released; raises NotEnough."""
    return hold_all([leg], key=key, subject=subject, now=now)[0]


def hold_all(legs: Sequence[Leg], *, key: str, subject: str, now: datetime) -> list[int]:
    """Linked holds: one order on several vouchers takes all of them or none."""
    return _post([_Asked(key, n, subject, Phase.HOLD, leg) for n, leg in enumerate(legs)], now)


def capture(hold_id: int, fen: int, *, key: str, now: datetime) -> int:
    """Posts `fen` of a hold, the rest is free again (结清占用); raises HoldResolved, AboveHold."""
    return capture_all([(hold_id, fen)], key=key, now=now)[0]


def capture_all(parts: Sequence[tuple[int, int]], *, key: str, now: datetime) -> list[int]:
    """Linked captures, each of a hold and the fen of it that are posted; a part of nothing is released."""
    return _post([_resolution(key, n, hold_id, fen) for n, (hold_id, fen) in enumerate(parts)], now)


def settle(captures: Sequence[Capture], *, now: datetime) -> list[list[int] | Exception]:
    """Resolves many holds in one call, each under its own key and by itself (批量结清).

    At most `CHUNK` at a time, each chunk in a transaction of its own, keeps everybody else's wait below 0.1 s.
    """
    return _each([_resolution(one.key, 0, one.hold_id, one.fen) for one in captures], now)


def release(hold_id: int, *, key: str, now: datetime) -> int:
    """Gives a hold back (释放占用); raises HoldResolved."""
    return _post([_resolution(key, 0, hold_id, 0)], now)[0]


def change(hold_id: int, fen: int, *, key: str, now: datetime) -> int:
    """Another amount for a hold (变更占用): the old is released and the new taken together. Answers the new hold.

    Raises NotEnough when the account cannot bear the higher amount; the old hold then stands.
    """
    old = Transfer.objects.get(id=hold_id)
    leg = Leg(old.rule, old.debit_id, old.credit_id, fen)
    lines = [
        _Asked(key, 0, old.subject, Phase.RELEASE, pending=hold_id),
        _Asked(key, 1, old.subject, Phase.HOLD, leg),
    ]
    return _post(lines, now)[-1]


def reverse(transfer_ids: Sequence[int], *, key: str, now: datetime) -> list[int]:
    """Posts the opposite of these transfers (冲销), all or none; nothing is ever changed or deleted.

    Raises AlreadyReversed, and NotEnough when the money has moved on since.
    """
    lines = [_Asked(key, n, None, Phase.REVERSAL, pending=done) for n, done in enumerate(transfer_ids)]
    return _post(lines, now)


def _lines_of(postings: Iterable[Posting]) -> list[_Asked]:
    return [_Asked(p.key, n, p.subject, Phase.POST, leg) for p in postings for n, leg in enumerate(p.legs)]


def _resolution(key: str, number: int, hold_id: int, fen: int) -> _Asked:
    """A capture, or of nothing a release."""
    if fen:
        return _Asked(key, number, None, Phase.CAPTURE, pending=hold_id, fen=fen)
    return _Asked(key, number, None, Phase.RELEASE, pending=hold_id)


def _post(lines: Sequence[_Asked], now: datetime) -> list[int]:
    """All or none; raises for the first line that may not be posted."""
    answers = _answers(lines, now)
    for answer in answers:
        if answer.refusal:
            raise answer.refusal
    return [answer.transfer for answer in answers]


def _each(lines: Sequence[_Asked], now: datetime) -> list[list[int] | Exception]:
    """The answers key by key; what refuses one line of a key refuses the key."""
    found: dict[str, list[int] | Exception] = {}
    for line, answer in zip(lines, _answers(lines, now, each=True) if lines else [], strict=True):
        so_far = found.setdefault(line.key, [])
        if answer.refusal and not isinstance(so_far, Exception):
            found[line.key] = answer.refusal
        elif isinstance(so_far, list):
            so_far.append(answer.transfer)
    return list(found.values())


def _answers(lines: Sequence[_Asked], now: datetime, *, each: bool = False) -> list[_Answer]:
    """One call of the database. With `each` the lines of every key stand or fall by themselves."""
    if len(lines) != 1 or lines[0].number or lines[0].phase is Phase.REVERSAL:
        return _many(lines, now, each)
    (line,) = lines
    if leg := line.leg:
        rule = RULES[leg.rule]
        sides = [written(leg.debit), written(leg.credit), rule.debit.value, rule.credit.value, rule.crosses]
        answered = ask(
            _ONE, [line.key, line.phase.value, rule.code, *sides, leg.fen, line.subject, now, clock.day(now)]
        )
    else:
        answered = ask(_RESOLVE, [line.key, line.phase.value, line.pending, line.fen, now, clock.day(now)])
    return [_answer(line, now, *answered)]


def _many(lines: Sequence[_Asked], now: datetime, each: bool) -> list[_Answer]:
    rules = {line.leg.rule: RULES[line.leg.rule] for line in lines if line.leg}
    at = {code: number for number, code in enumerate(rules, start=1)}
    places = sorted({place.written() for line in lines for place in line.places() if isinstance(place, Place)})
    named = {written: -number for number, written in enumerate(places, start=1)}

    def id_of(place: int | Place) -> int:
        return named[place.written()] if isinstance(place, Place) else place

    arguments: list[Any] = [
        each,
        texts([line.key for line in lines]),
        numbers([line.number for line in lines]),
        numbers([line.phase.value for line in lines]),
        numbers([at[line.leg.rule] if line.leg else None for line in lines]),
        numbers([id_of(line.leg.debit) if line.leg else None for line in lines]),
        numbers([id_of(line.leg.credit) if line.leg else None for line in lines]),
        numbers([line.leg.fen if line.leg else line.fen for line in lines]),
        numbers([line.pending for line in lines]),
        texts([line.subject for line in lines]),
        places,
        list(rules),
        [rule.debit.value for rule in rules.values()],
        [rule.credit.value for rule in rules.values()],
        [rule.crosses for rule in rules.values()],
        now,
        clock.day(now),
    ]
    transfers, codes, accounts, fens, frees = ask(_MANY, arguments)
    if codes is None:
        return [_Answer(transfer) for transfer in transfers]
    answers = zip(lines, transfers, codes, accounts, fens, frees, strict=True)
    return [_answer(line, now, *answered) for line, *answered in answers]


def numbers(values: Sequence[int | None]) -> str:
    """A list as PostgreSQL writes it. Psycopg looks at each value of it: of a thousand lines that was a third of the time."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def texts(values: Sequence[str | None]) -> str:
    """As `numbers`, of texts: each in quotation marks, with these and backslashes escaped."""
    quoted = ["NULL" if value is None else f'"{_escaped(value)}"' for value in values]
    return f"{{{','.join(quoted)}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"') if "\\" in text or '"' in text else text


def written(place: int | Place) -> str:
    """An account as the database reads it: its id, or what it is."""
    return place.written() if isinstance(place, Place) else str(place)


def answered(key: str, now: datetime, transfer: int | None, code: str, *where: int | None) -> int:
    """The transfer of one answer of the database; raises its refusal."""
    if code in _DONE and transfer:
        return transfer
    raise _refusal(code, key, clock.day(now), *where)


def _answer(line: _Asked, now: datetime, transfer: int | None, code: str, *where: int | None) -> _Answer:
    if code in _DONE:
        return _Answer(transfer or 0)  # 0: it could be posted, but what it is linked with could not
    return _Answer(0, _refusal(code, line.key, clock.day(now), *where))


def _refusal(
    code: str, key: str, on: date, account_id: int | None, fen: int | None, free: int | None
) -> Refusal | WrongPostingError:
    if code == "not_enough":
        return _not_enough(account_id, fen, free)
    if code == "above_hold":
        return AboveHold(asked_fen=fen)
    if code == "key_reused":
        return KeyReused(key=key)
    if code == "resolved":
        return HoldResolved()
    if code == "reversed":
        return AlreadyReversed()
    if code == "closed":
        return _closed(account_id, on)
    return WrongPostingError(f"{code}: {key}, account {account_id}, {fen} fen")


def _not_enough(account_id: int | None, fen: int | None, free: int | None) -> NotEnough:
    short = Account.objects.get(id=account_id or 0)
    return NotEnough(
        account_label=KIND_LABELS[Kind(short.kind)],
        region=short.region,
        year=short.year,
        owner=short.owner,
        available_fen=free,
        asked_fen=fen,
    )


def _closed(account_id: int | None, on: date) -> PeriodClosed:
    region = Account.objects.get(id=account_id or 0).region
    last = Closing.objects.filter(region=region, until__gt=on).order_by("-until").first()
    until = last.until if last else on  # of the other side's region then
    return PeriodClosed(region=region, on=on.isoformat(), last_on=(until - timedelta(days=1)).isoformat())
