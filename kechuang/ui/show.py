"""Frozen values that components show, and which colour a state has."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine


class Tone(StrEnum):
    """Colours say who must act; a word always stands beside them."""

    RUNNING = "running"  # blue: somebody else is on it
    YOURS = "yours"  # amber: it waits for you
    DONE = "done"  # green
    REFUSED = "refused"  # red: refused, failed or overdue
    CLOSED = "closed"  # grey: over, without more to come


class Verdict(StrEnum):
    """What a comparison of evidence came to."""

    AGREES = "agrees"  # 一致
    DIFFERS = "differs"  # 不一致
    MISSING = "missing"  # 缺


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison: what should be, what was found, and from which file."""

    label: str
    expected: str
    found: str
    verdict: Verdict
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One line of a money table."""

    label: str
    fen: int
    note: str = ""
    url: str = ""
    figure: str = ""  # what the amount was reckoned with: 50%


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way with a known end: done, current (neither done nor to come) or to come."""

    label: str
    done: bool = False
    current: bool = False
    hint: str = ""


_REFUSED = frozenset(
    [
        "refused",
        "declined",
        "revoked",
        "failed",
        "payment_failed",
        "returned_by_bank",
        "rejected",
        "upheld",
        "lapsed",
        "overdue",
        "disputed",
        "objected",
        "suspended",
        "stopped",
    ]
)
_CLOSED = frozenset(
    [
        "withdrawn",
        "cancelled",
        "expired",
        "closed",
        "archived",
        "ended",
        "superseded",
        "replaced",
        "used",
        "merged",
        "released",
    ]
)
_DONE = frozenset(
    [
        "paid",
        "issued",
        "active",
        "admitted",
        "in_force",
        "confirmed",
        "settled",
        "accepted",
        "cleared",
        "published",
        "completed",
        "done",
        "met",
        "payable",
        "effective",
        "reconciled",
        "passed",
        "dismissed",
        "granted",
        "signed",
        "valid",
    ]
)


# Words that mean something else elsewhere: money released to be used, a voucher's money that did its work.
_GOOD_ENDS = frozenset([("budget", "released"), ("hold", "captured")])
_OVER = frozenset([("payment_batch", "returned")])  # elsewhere what was returned waits to be corrected


def tone(machine: Machine, state: str, roles: Collection[Role] = ()) -> Tone:
    """The colour of `state` for somebody who has `roles` on the record."""
    waits = machine.waits.get(machine.states(state))
    if waits is not None and waits in roles:
        return Tone.YOURS
    if (machine.name, state) in _GOOD_ENDS:
        return Tone.DONE
    if (machine.name, state) in _OVER:
        return Tone.CLOSED
    for words, colour in ((_REFUSED, Tone.REFUSED), (_CLOSED, Tone.CLOSED), (_DONE, Tone.DONE)):
        if state in words:
            return colour
    return Tone.DONE if machine.states(state) in machine.final else Tone.RUNNING


def steps(labels: Collection[str], current: int) -> list[Step]:
    """A stepper from labels and the index of the one that runs; an index past the end means all is done."""
    return [Step(label, done=index < current, current=index == current) for index, label in enumerate(labels)]
