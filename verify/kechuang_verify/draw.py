"""`kechuang-verify draw FILE`: draws again from a published file, offline, and compares.

Nothing of the platform is used here; the rule is written down once more, from docs/decisions/0030 and 0090:

    leaf(entry)    = SHA-256 of the entry as JSON: keys sorted, no spaces, UTF-8, without its own `leaf`
    entries digest = SHA-256 of all leaves (32 bytes each), in the order of the entries' numbers
    seed           = SHA-256 of the lines: format, number of the release, entries digest (hex), public value
    draw(entry)    = SHA-256 of the seed (32 bytes) followed by the entry's number (UTF-8); the least comes first

A file of a spot check (抽查, format kechuang-check/1) is drawn again by the rule in `spot.py`.

A file alone shows that its result follows from its entries. That the entries are those which were closed is shown by the
list published at the close (`--entries`), by its digest from wherever it was printed (`--digest`), and that the value is
the one which the named source made public, by whoever reads that source (`--value`).
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kechuang_verify import spot

FORMAT = "kechuang-draw/1"
VERIFIED, TAMPERED, CANNOT_DECIDE = 0, 2, 3
LARGEST_FILE = 200 * 1024 * 1024


class Unreadable(Exception):
    """The file is not one of this format, or lacks what is needed to decide."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="定序结果文件 · the published result (JSON)")
    parser.add_argument("--entries", type=Path, help="截止时公布的报名清单 · the list published at the close (JSON)")
    parser.add_argument("--digest", help="截止时公布的清单摘要 · the digest of the list, as it was published (hex)")
    parser.add_argument("--value", help="从公开来源自行抄录的结果 · the public value, read from its source by yourself")


def run(args: argparse.Namespace) -> int:
    """Prints what was looked at, each finding, and the result in the last line; answers the exit code."""
    try:
        findings = list(_looked_at(args))
    except Unreadable as why:
        _say("CANNOT", str(why))
        _say("RESULT", "CANNOT DECIDE")
        return CANNOT_DECIDE
    for finding in findings:
        _say("FAIL", finding)
    if findings:
        _say("RESULT", f"TAMPERED ({len(findings)} finding{'s' if len(findings) != 1 else ''})")
        return TAMPERED
    _say("RESULT", "VERIFIED")
    return VERIFIED


def _looked_at(args: argparse.Namespace) -> Iterator[str]:
    said = read(args.file)
    checks = said["format"] == spot.FORMAT
    _say("plan" if checks else "release", f"{_number(said)}  {said['plan' if checks else 'release'].get('title', '')}")
    _say("entries", f"{len(said['entries'])}  digest {said['entries_digest']}")
    yield from own_faults(said)
    if args.entries:
        yield from against(said, read(args.entries))
    if args.digest and args.digest.strip().lower() != said["entries_digest"]:
        yield f"entries digest {said['entries_digest']} is not the published {args.digest.strip().lower()}"
    if said.get("stage") in ("entries", "register"):
        _say("note", "the list as it was closed; there is no result in it yet")
        return
    if args.value is not None and " ".join(args.value.split()) != said["seed"]["value"]:
        yield f"public value {said['seed']['value']!r} is not {args.value!r}"
    if checks:
        yield from spot.result_faults(
            said, seed(_number(said), said["entries_digest"], said["seed"]["value"], spot.FORMAT)
        )
        _say("sample", f"{len(said['result']['sample'])} claims, {len(said['result']['visits'])} visits")
        return
    yield from result_faults(said)


def _number(said: Mapping[str, Any]) -> str:
    return str(said["plan" if said["format"] == spot.FORMAT else "release"]["number"])


def read(path: Path) -> dict[str, Any]:
    """The file as it is written; raises Unreadable, which names what is wrong with it."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"{path}: larger than {LARGEST_FILE} bytes")
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(f"{path}: {error}") from error
    try:
        _refuse_shape(said)
    except (KeyError, TypeError, AssertionError) as error:
        raise Unreadable(f"{path}: not a file of {FORMAT}: {error!r}") from error
    return dict(said)


def _refuse_shape(said: Any) -> None:
    assert isinstance(said, dict), "not an object"
    if said["format"] == spot.FORMAT:
        spot.refuse_shape(said)
        return
    assert said["format"] == FORMAT, f"format {said['format']!r}"
    assert isinstance(said["release"]["number"], str)
    assert isinstance(said["release"].get("seed_pattern", ""), str)
    assert said["release"]["way"] in ("lottery", "scored"), f"way {said['release']['way']!r}"
    assert isinstance(said["entries_digest"], str)
    assert said["stage"] in ("entries", "result"), f"stage {said['stage']!r}"
    for pool in said["pools"]:
        assert isinstance(pool["key"], str)
        assert type(pool["amount_fen"]) is int
    for entry in said["entries"]:
        assert isinstance(entry["number"], str)
        assert isinstance(entry["leaf"], str)
        assert type(entry["fen"]) is int
        assert type(entry["place"]) is int
        assert all(isinstance(pool, str) for pool in entry["pools"])
        assert said["release"]["way"] != "scored" or type(entry["score"]["points_count"]) is int
    if said["stage"] == "result":
        for line in said["result"]:
            assert isinstance(line["number"], str)
            assert isinstance(line["pool"], str)
        assert said["release"]["way"] != "lottery" or all(
            isinstance(said["seed"][name], str) for name in ("event", "value", "seed")
        )


def own_faults(said: Mapping[str, Any]) -> Iterator[str]:
    """Where the entries do not fit their leaves, or the leaves the digest."""
    seen: set[str] = set()
    for entry in said["entries"]:
        if entry["number"] in seen:
            yield f"entry {entry['number']} stands twice in the list"
        seen.add(entry["number"])
        if leaf(entry) != entry["leaf"]:
            yield f"entry {entry['number']} does not match its leaf {entry['leaf'][:16]}…"
        if said["format"] == FORMAT and said["release"]["way"] == "scored":
            yield from _score_faults(entry)
    if entries_digest(said["entries"]) != said["entries_digest"]:
        yield f"the leaves make the digest {entries_digest(said['entries'])}, the file says {said['entries_digest']}"


def _score_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    total = sum(line["points_count"] for line in entry["score"].get("lines", ()))
    if total != entry["score"]["points_count"]:
        yield f"entry {entry['number']} has {entry['score']['points_count']} points, its lines make {total}"


def against(said: Mapping[str, Any], closed: Mapping[str, Any]) -> Iterator[str]:
    """Every entry that is not as it was closed: changed, added, missing."""
    if said["format"] != closed["format"] or _number(said) != _number(closed):
        yield f"the list is of {_number(closed)}, not {_number(said)}"
    before = {entry["number"]: entry for entry in closed["entries"]}
    after = {entry["number"]: entry for entry in said["entries"]}
    for number in sorted(before.keys() | after.keys()):
        if number not in after:
            yield f"entry {number} is missing; it was in the list at the close"
        elif number not in before:
            yield f"entry {number} was added; it was not in the list at the close"
        elif before[number] != after[number]:
            fields = sorted(before[number].keys() | after[number].keys())
            what = [name for name in fields if before[number].get(name) != after[number].get(name) and name != "leaf"]
            was = ", ".join(
                f"{name}: now {after[number].get(name)!r}, closed {before[number].get(name)!r}" for name in what
            )
            yield f"entry {number} was changed ({was or 'leaf'})"
    if said["format"] == FORMAT and said["pools"] != closed["pools"]:
        yield f"pools are {said['pools']}, they were {closed['pools']} at the close"
    if said["format"] == FORMAT:
        for name in sorted(said["release"].keys() | closed["release"].keys()):
            now, was = said["release"].get(name), closed["release"].get(name)
            if now != was:
                yield f"{name} of the release is {now!r}, it was {was!r} at the close"


def result_faults(said: Mapping[str, Any]) -> Iterator[str]:
    """Where the result is not what the entries and the seed give."""
    order, draws = _order(said)
    if said["release"]["way"] == "lottery":
        made = seed(said["release"]["number"], said["entries_digest"], said["seed"]["value"])
        if made != said["seed"]["seed"]:
            yield f"the seed should be {made}, the file says {said['seed']['seed']}"
        yield from _spelling_faults(said)
    wanted = shared_out(said, order)
    lines = said["result"]
    listed = [line["number"] for line in lines]
    for number in sorted(set(order) - set(listed)):
        yield f"entry {number} is missing from the result"
    for number in sorted(set(listed) - set(order)):
        yield f"entry {number} stands in the result and is no entry"
    for place, number in enumerate(order, 1):
        line = lines[place - 1] if place <= len(lines) else None
        if line is None or line["number"] != number or line.get("place") != place:
            yield f"place {place} is {number}'s, the file says {line['number'] if line else 'nobody'}"
        elif line["pool"] != wanted[number]:
            yield f"entry {number} at place {place} gets {wanted[number] or 'nothing'}, the file says {line['pool'] or 'nothing'}"
        elif draws and line.get("draw") != draws[number]:
            yield f"entry {number} draws {draws[number][:16]}…, the file says {str(line.get('draw'))[:16]}…"
    if not set(listed) ^ set(order) and len(listed) != len(order):
        yield "an entry stands twice in the result"
    _say("result", f"{sum(1 for pool in wanted.values() if pool)} of {len(order)} get a part")


def _spelling_faults(said: Mapping[str, Any]) -> Iterator[str]:
    """The value in the one way of writing, of the event, that the list named before either was known (docs/decisions/0090)."""
    pattern, event = said["release"].get("seed_pattern", ""), said["release"].get("seed_event")
    if pattern and not spot.well_written(said["seed"]["value"], pattern):
        yield f"public value {said['seed']['value']!r} is not written as {pattern!r}"
    if not pattern:
        _say("note", "no way of writing the value was fixed: whoever drew could choose among spellings")
    if event is not None and said["seed"]["event"] != event:
        yield f"the value is of {said['seed']['event']!r}, named in advance was {event!r}"


def _order(said: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    if said["release"]["way"] == "scored":
        rows = {entry["number"]: (-entry["score"]["points_count"], entry["place"]) for entry in said["entries"]}
        return sorted(rows, key=lambda number: (*rows[number], number)), {}
    key = bytes.fromhex(seed(said["release"]["number"], said["entries_digest"], said["seed"]["value"]))
    draws = {e["number"]: hashlib.sha256(key + e["number"].encode()).hexdigest() for e in said["entries"]}
    return sorted(draws, key=lambda number: (draws[number], number)), draws


def shared_out(said: Mapping[str, Any], order: Sequence[str]) -> dict[str, str]:
    """Who gets a part of which pool; the first for whom a pool is too small closes it for all behind."""
    left = {pool["key"]: pool["amount_fen"] for pool in said["pools"]}
    asks = {entry["number"]: entry for entry in said["entries"]}
    given: dict[str, str] = {}
    for number in order:
        given[number] = ""
        for pool in asks[number]["pools"]:
            if pool in left and left[pool] >= asks[number]["fen"]:
                left[pool] -= asks[number]["fen"]
                given[number] = pool
                break
            left.pop(pool, None)
    return given


def leaf(entry: Mapping[str, Any]) -> str:
    said = {name: value for name, value in entry.items() if name != "leaf"}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def entries_digest(entries: Sequence[Mapping[str, Any]]) -> str:
    whole = hashlib.sha256()
    for entry in sorted(entries, key=lambda one: str(one["number"])):
        whole.update(_bytes_of(str(entry["leaf"])))
    return whole.hexdigest()


def _bytes_of(leaf_hex: str) -> bytes:
    """A leaf that is no hexadecimal number counts by its letters: it is then found not to match its entry."""
    try:
        return bytes.fromhex(leaf_hex)
    except ValueError:
        return leaf_hex.encode("utf-8", "surrogatepass")


def seed(number: str, digest: str, value: str, form: str = FORMAT) -> str:
    return hashlib.sha256(f"{form}\n{number}\n{digest}\n{value}".encode("utf-8", "surrogatepass")).hexdigest()


def _say(word: str, text: str) -> None:
    print(f"{word:<10}{text}", file=sys.stdout)
