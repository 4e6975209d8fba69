"""Names of records: sortable ids for machines, unguessable numbers for people."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U
_CHECKS = _ALPHABET + "*~$=U"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PAIR_BITS, _PAIR_MASK = 10, len(_PAIRS) - 1
_TIME_CHARS, _RANDOM_CHARS = 10, 16
_NUMBER_CHARS, _GROUP = 16, 4  # 80 random bits, in groups a person can read out


class _Seeded:
    """Ids of a play: a counter in place of the time, so that one seed always writes the same rows."""

    def __init__(self, seed: str) -> None:
        self.random, self.ticks = Random(seed), 0

    def tick(self) -> int:
        self.ticks += 1
        return self.ticks


_seeded: ContextVar[_Seeded | None] = ContextVar("seeded_ids", default=None)


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Within it ids and numbers follow from `seed`. For plays and tests: numbers are guessable then."""
    token = _seeded.set(_Seeded(seed))
    try:
        yield
    finally:
        _seeded.reset(token)


def new_id(prefix: str) -> str:
    """`vch_` + 26 characters that sort by the time of making."""
    source = _seeded.get()
    ticks = source.tick() if source else time.time_ns() // 1_000_000
    return f"{prefix}_{_written(ticks, _TIME_CHARS)}{_written(_bits(5 * _RANDOM_CHARS), _RANDOM_CHARS)}"


def public_number(prefix: str) -> str:
    """`KQ-7K3M-9QF2-XY4T-0GHJ-A`: all but 80 unguessable bits and a check symbol (threat T3 of the trust paper).

    The symbol is always a letter or digit: the five signs of the alphabet's end (`*~$=U` as Crockford has them) are hard
    to say on the telephone and not welcome in a bank's remark. Numbers that end in one are read all the same.
    """
    value = _bits(5 * _NUMBER_CHARS)
    while value % len(_CHECKS) >= len(_ALPHABET):
        value = _bits(5 * _NUMBER_CHARS)
    text = _written(value, _NUMBER_CHARS)
    groups = [text[i : i + _GROUP] for i in range(0, _NUMBER_CHARS, _GROUP)]
    return "-".join([prefix, *groups, _CHECKS[value % len(_CHECKS)]])


def salt(byte_count: int) -> str:
    """An unguessable value, hex, that keeps a published digest from being tried out; of a play it follows from the seed."""
    return f"{_bits(8 * byte_count):0{2 * byte_count}x}"


def is_public_number(text: str) -> bool:
    """Whether the check symbol fits: typing errors are found without asking the database."""
    _, *groups = text.strip().upper().split("-")
    if len(groups) != _NUMBER_CHARS // _GROUP + 1 or not all(c in _ALPHABET for g in groups[:-1] for c in g):
        return False
    value = 0
    for char in "".join(groups[:-1]):
        value = value * len(_ALPHABET) + _ALPHABET.index(char)
    return groups[-1] == _CHECKS[value % len(_CHECKS)]


def _bits(count: int) -> int:
    source = _seeded.get()
    return source.random.getrandbits(count) if source else secrets.randbits(count)


def _written(value: int, width: int) -> str:
    """`value` in so many characters (an even number); two at a time, since ids are made for every row."""
    pairs = []
    for _ in range(width // 2):
        pairs.append(_PAIRS[value & _PAIR_MASK])
        value >>= _PAIR_BITS
    return "".join(reversed(pairs))
