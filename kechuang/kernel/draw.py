"""The draw (摇号、抽取) that anybody can repeat, for whoever draws: releases of budget, spot checks. Pure.

    leaf(entry)    = SHA-256 of the entry as JSON: keys sorted, no spaces, UTF-8, without its own `leaf`
    entries digest = SHA-256 of all leaves (32 bytes each), in the order of the entries' numbers
    seed           = SHA-256 of the lines: format, number of what is drawn, entries digest (hex), public value
    draw(name)     = SHA-256 of the seed (32 bytes) followed by the name (UTF-8)

and the least `draw` comes first (docs/decisions/0030). An entry of weight n holds the tickets `name`, `name#2`, … `name#n`
and draws the least of them, which is first with n times the chance of one ticket (docs/decisions/0047).

The public value is written in the one way that a pattern fixed in advance (结果格式): each # is one digit, everything else stands
as it is, and groups with a space between them rise. So whoever draws cannot choose among spellings (docs/decisions/0070, 0090).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

_SECOND = 2  # the number of the first ticket beyond the name itself
SEED_DIGIT = "#"
SEED_DIGITS_MIN = 6  # technical: fewer could be tried out one by one beforehand
SEED_PATTERN = "## ## ## ## ## ## + ##"  # technical: as the results of 双色球 are announced


def leaf(entry: Mapping[str, object]) -> str:
    """The digest of one published entry, hex (条目摘要)."""
    said = {name: value for name, value in entry.items() if name != "leaf"}
    return _sha(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def entries_digest(leaves: Mapping[str, str]) -> str:
    """The digest of all entries (清单摘要) from each number's leaf; published before the seed exists."""
    ordered = [bytes.fromhex(leaves[number]) for number in sorted(leaves)]
    return _sha(b"".join(ordered))


def seed(form: str, number: str, digest: str, public_value: str) -> str:
    """The seed (种子): nobody knows it before the public value exists, nobody can change it after."""
    return _sha("\n".join([form, number, digest, public_value]).encode())


def well_written(value: str, pattern: str) -> bool:
    """Whether a public value is written as its pattern says (一个结果一种写法)."""
    shape = "".join("[0-9]" if sign == SEED_DIGIT else re.escape(sign) for sign in pattern)
    runs = [run.split() for run in re.split(r"[^0-9 ]+", value)]
    return bool(re.fullmatch(shape, value, re.ASCII)) and all(run == sorted(run, key=int) for run in runs)


def drawn(seed_hex: str, name: str, *, weight: int = 1) -> str:
    """What one entry draws (签号), the least of its tickets; the least of all is first."""
    key = bytes.fromhex(seed_hex)
    more = (f"{name}#{ticket}" for ticket in range(_SECOND, weight + 1))
    return min(_sha(key + ticket.encode()) for ticket in (name, *more))


def draw(seed_hex: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Names with what they drew, first place first; equal draws (which nobody will see) go by name."""
    return draw_weighted(seed_hex, dict.fromkeys(names, 1))


def draw_weighted(seed_hex: str, weights: Mapping[str, int]) -> list[tuple[str, str]]:
    """The same where each name has so many tickets (加权抽取)."""
    found = ((name, drawn(seed_hex, name, weight=weight)) for name, weight in weights.items())
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
