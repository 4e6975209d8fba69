"""`kechuang-verify draw FILE` for spot checks (抽查): draws targets and inspectors again from a published file, offline.

Nothing of the platform is used here; the rule is written down once more, from docs/decisions/0047 and 0070. Leaves, digest and
seed are those of `draw.py`, under the format's own name. An entry of weight n holds the tickets NUMBER, NUMBER#2 … NUMBER#n and
draws the least SHA-256(seed, ticket). The sample is spread over the strata by their tickets, by largest remainder, never more
than a stratum has; within a stratum the least draws come first. The number of an entry is a seal: SHA-256 of what lies under it
(claim, visit, sides, salt), which the result opens for the drawn ones only. Whoever has a conflict with one of the sides of a
visit is left out; of the rest the least SHA-256(seed, "VISIT/INSPECTOR") are its team. The public value is written in the one
way that the plan fixed.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FORMAT = "kechuang-check/1"


def refuse_shape(said: Any) -> None:
    """Raises AssertionError, KeyError or TypeError for what is no file of this format."""
    assert isinstance(said["plan"]["number"], str)
    assert type(said["plan"]["drawn_count"]) is int
    assert type(said["plan"]["inspectors_count"]) is int
    assert isinstance(said["plan"]["seed_pattern"], str)
    assert isinstance(said["entries_digest"], str)
    assert said["stage"] in ("register", "result"), f"stage {said['stage']!r}"
    for entry in said["entries"]:
        assert isinstance(entry["number"], str)
        assert isinstance(entry["leaf"], str)
        if "conflicts" in entry:
            assert all(isinstance(one, str) for one in entry["conflicts"])
        else:
            assert isinstance(entry["stratum"], str)
            assert type(entry["weight"]) is int
            assert 0 < entry["weight"] < 10_000
    if said["stage"] == "result":
        assert all(isinstance(said["seed"][name], str) for name in ("event", "value", "seed"))
        assert all(isinstance(number, str) for number in said["result"]["sample"])
        for under in said["result"]["opened"]:
            assert all(isinstance(under[name], str) for name in ("claim", "visit", "provider", "holder", "salt"))
            assert all(isinstance(one, str) for one in under["sides"])
        for visit in said["result"]["visits"]:
            assert isinstance(visit["key"], str)
            assert all(isinstance(number, str) for number in visit["inspectors"])


def result_faults(said: Mapping[str, Any], seed: str) -> Iterator[str]:
    """Where sample and teams are not what the register and the seed give; `seed` is the one that was made again."""
    if seed != said["seed"]["seed"]:
        yield f"the seed should be {seed}, the file says {said['seed']['seed']}"
    if not well_written(said["seed"]["value"], said["plan"]["seed_pattern"]):
        yield f"public value {said['seed']['value']!r} is not written as {said['plan']['seed_pattern']!r}"
    claims = [entry for entry in said["entries"] if "conflicts" not in entry]
    wanted = sampled(seed, claims, said["plan"]["drawn_count"])
    listed = said["result"]["sample"]
    for number in sorted(set(wanted) - set(listed)):
        yield f"claim {number} is drawn and missing from the sample"
    for number in sorted(set(listed) - set(wanted)):
        yield f"claim {number} stands in the sample and is not drawn"
    if not set(wanted) ^ set(listed) and wanted != listed:
        yield "the sample is not in the order drawn"
    opened = {sealed(under): under for under in said["result"]["opened"]}
    for number in sorted(set(listed) - opened.keys()):
        yield f"claim {number} is drawn and not opened"
    for number in sorted(opened.keys() - set(listed)):
        yield f"claim {opened[number]['claim']} is opened under {number}, which is not in the sample"
    yield from _team_faults(said, seed, list(opened.values()))


def _team_faults(said: Mapping[str, Any], seed: str, opened: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    inspectors = [entry for entry in said["entries"] if "conflicts" in entry]
    count = said["plan"]["inspectors_count"]
    sides: dict[str, set[str]] = {}
    for under in opened:
        sides.setdefault(under["visit"], set()).update(under["sides"])
    listed = {visit["key"]: visit["inspectors"] for visit in said["result"]["visits"]}
    for key in sorted(sides.keys() | listed.keys()):
        if key not in sides:
            yield f"visit {key} is to nobody who was drawn"
            continue
        wanted = team(seed, key, inspectors, sides[key])[:count]
        if listed.get(key) != wanted:
            yield f"visit {key} is made by {', '.join(wanted)}, the file says {', '.join(listed.get(key, []))}"


def sealed(under: Mapping[str, Any]) -> str:
    """The number under which a claim stands in the register."""
    text = json.dumps(under, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def well_written(value: str, pattern: str) -> bool:
    """Each # is one digit, everything else as it stands; groups with a space between them rise."""
    shape = "".join("[0-9]" if sign == "#" else re.escape(sign) for sign in pattern)
    runs = [run.split() for run in re.split(r"[^0-9 ]+", value)]
    return bool(re.fullmatch(shape, value, re.ASCII)) and all(run == sorted(run, key=int) for run in runs)


def sampled(seed: str, claims: Sequence[Mapping[str, Any]], total: int) -> list[str]:
    """The numbers that are drawn, stratum by stratum."""
    strata: dict[str, list[Mapping[str, Any]]] = {}
    for entry in claims:
        strata.setdefault(entry["stratum"], []).append(entry)
    wanted = allocated(
        {name: len(held) for name, held in strata.items()},
        {name: sum(entry["weight"] for entry in held) for name, held in strata.items()},
        total,
    )
    found = []
    for name in sorted(strata):
        draws = {entry["number"]: drawn(seed, entry["number"], entry["weight"]) for entry in strata[name]}
        found += sorted(draws, key=lambda number: (draws[number], number))[: wanted[name]]
    return found


def allocated(sizes: Mapping[str, int], tickets: Mapping[str, int], total: int) -> dict[str, int]:
    """So many of each stratum: by tickets, largest remainder, what a full one cannot take goes to the others."""
    left, names, found = total, sorted(sizes), dict.fromkeys(sizes, 0)
    while names and left > 0:
        whole = sum(tickets[name] for name in names)
        shares = {name: left * tickets[name] // whole for name in names}
        rest = sorted(names, key=lambda name: (-(left * tickets[name] % whole), names.index(name)))
        for name in rest[: left - sum(shares.values())]:
            shares[name] += 1
        over = [name for name in names if shares[name] > sizes[name]]
        if not over:
            return found | shares
        for name in over:
            found[name], left = sizes[name], left - sizes[name]
        names = [name for name in names if name not in over]
    return found


def drawn(seed: str, number: str, weight: int) -> str:
    """The least ticket of an entry."""
    tickets = [number, *(f"{number}#{place}" for place in range(2, weight + 1))]
    key = bytes.fromhex(seed)
    return min(hashlib.sha256(key + one.encode("utf-8", "surrogatepass")).hexdigest() for one in tickets)


def team(seed: str, key: str, inspectors: Sequence[Mapping[str, Any]], sides: set[str]) -> list[str]:
    """Inspectors without a conflict in the order drawn for a visit."""
    free = sorted(one["number"] for one in inspectors if not set(one["conflicts"]) & sides)
    draws = {number: drawn(seed, f"{key}/{number}", 1) for number in free}
    return sorted(free, key=lambda number: (draws[number], number))
