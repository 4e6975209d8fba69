"""The draw of a release (摇号): the order that `kernel.draw` gives, and which part each gets in that order. Pure.

Written down so that anybody can do it again with a pocket program (docs/decisions/0030-a-draw-anyone-can-repeat.md):

    leaf(entry)   = SHA-256 of the entry as JSON: keys sorted, no spaces, UTF-8, without its own `leaf`
    entries digest = SHA-256 of all leaves (32 bytes each), in the order of the entries' numbers
    seed          = SHA-256 of the lines: format, number of the release, entries digest (hex), public value
    draw(entry)   = SHA-256 of the seed (32 bytes) followed by the entry's number (UTF-8)

and the least `draw` comes first. `kechuang-verify draw` does the same from the published file alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kechuang.kernel.draw import draw as draw
from kechuang.kernel.draw import drawn as drawn
from kechuang.kernel.draw import entries_digest as entries_digest
from kechuang.kernel.draw import leaf as leaf
from kechuang.kernel.draw import seed as seed_of
from kechuang.releases.states import DRAW_FORMAT


def seed(number: str, digest: str, public_value: str) -> str:
    """The seed of a release (种子): that of `kernel.draw` under this format's name."""
    return seed_of(DRAW_FORMAT, number, digest, public_value)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of the result: the place, and the pool that it was given a part of; "" is the waiting list (候补)."""

    place: int
    number: str
    pool: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gets a part of which pool ("" is the waiting list), and which pools are now too small for the next."""

    given: Mapping[str, str]
    full: frozenset[str]


def share_out(asks: Sequence[tuple[str, int, Sequence[str]]], left: Mapping[str, int]) -> Shares:
    """Which pool each gets its part from, in the order given (按序分配).

    An ask is its number, the fen it needs, and the pools open to it, its reserve before the general one. Nobody is
    overtaken (不越位): the first for whom a pool is too small closes it for all behind.
    """
    rest, given = dict(left), {}
    for number, fen, pools in asks:
        given[number] = ""
        for pool in pools:
            if pool not in rest:
                continue
            if rest[pool] >= fen:
                rest[pool] -= fen
                given[number] = pool
                break
            del rest[pool]
    return Shares(given, frozenset(left) - frozenset(rest))


def ranking(
    asks: Mapping[str, tuple[int, Sequence[str]]], order: Sequence[str], left: Mapping[str, int]
) -> list[Ranked]:
    """The result (定序结果): everybody in order, with the pool or the waiting list."""
    given = share_out([(number, *asks[number]) for number in order], left).given
    return [Ranked(place, number, given[number]) for place, number in enumerate(order, 1)]
