"""One pass over events, leaves and nodes, in the order in which the log grew.

Each node is compared with the hash of its stored children, so that one altered leaf names one pair, not a whole path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kechuang_verify.hashing import LENGTH, Profile
from kechuang_verify.note import Checkpoint, Malformed, read_checkpoint
from kechuang_verify.report import Report

FETCHED = 20_000
SHOWN = 20
_ABSENT = b"\x00" * LENGTH

_LEAVES = """
    SELECT l.seq, l.hash, e.body, e.after, e.row_digest
    FROM trail_leaf l LEFT JOIN trail_event e ON e.seq = l.event_seq ORDER BY l.seq"""
_NODES = "SELECT level, idx, hash FROM trail_node ORDER BY (idx + 1) << level, level"
_WAITING = """
    SELECT count(*) FILTER (WHERE NOT passed), count(*) FILTER (WHERE passed), min(id) FILTER (WHERE passed)
    FROM (SELECT e.id, (e.xid, e.seq) <= (SELECT max(p.xid), max(p.seq) FROM trail_progress p) AS passed
        FROM trail_event e WHERE NOT EXISTS (SELECT FROM trail_leaf l WHERE l.event_seq = e.seq)) x"""


@dataclass
class Scanned:
    """What the pass found: sizes, the roots at the sizes that were asked for, and every leaf hash."""

    rows: int = 0
    nodes: int = 0
    size: int = 0
    waiting: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)
    leaves: bytearray = field(default_factory=bytearray)

    @staticmethod
    def named(database: Any, seq: int) -> str:
        """Which act stands at this place."""
        found = database.execute(
            "SELECT e.action, e.object_type, e.object_id FROM trail_leaf l JOIN trail_event e ON e.seq = l.event_seq"
            " WHERE l.seq = %s",
            [seq],
        ).fetchone()
        return f"event {found[0]} {found[1]}:{found[2]}" if found else "event gone"


def head_notes(database: Any, report: Report) -> list[Checkpoint]:
    """Every head, the smallest first; its columns must be those of its note."""
    found = []
    for size, root, note in database.execute("SELECT size, root, note FROM trail_head ORDER BY size"):
        try:
            point = read_checkpoint(note)
        except Malformed as why:
            report.fail(f"head of size {size}: {why}")
            continue
        if (point.size, point.root) != (size, bytes(root)):
            report.fail(f"table trail_head pk {size}: its columns are not those of its note")
        found.append(point)
    return sorted(found, key=lambda point: point.size)


def scan(database: Any, profile: Profile, heads: Mapping[int, Checkpoint], also: set[int], report: Report) -> Scanned:
    """Rehashes every event, compares every node, and answers the roots at all heads and at the sizes in `also`."""
    found, faults = Scanned(), _Faults(report)
    stops = set(heads) | also
    nodes = _streamed(database, "nodes", _NODES)
    edge: dict[int, bytes] = {}
    digest, node, leaf = profile.digest, profile.node, profile.leaf
    expected = next(nodes, None)
    for seq, stored, body, after, row_digest in _streamed(database, "leaves", _LEAVES):
        while found.size < seq:  # a gap: the place counts as an absent leaf, so that what follows is still compared
            expected = _grow(found, edge, _ABSENT, node, nodes, expected, faults, gap=True)
            faults.gap(found.size - 1)
            _note_root(found, edge, profile, stops)
        if seq < found.size:
            faults.add(f"leaf {seq} stands twice")
            continue
        if body is None:
            faults.add(f"leaf {seq}: its event is gone")
        else:
            row = digest(after.encode()).hex() if after else row_digest
            if leaf(b'{"act":%s,"row":"%s","v":1}' % (body, row.encode())) != stored:
                faults.add(f"leaf {seq}  body does not match hash    {found.named(database, seq)}")
        found.rows += 1
        expected = _grow(found, edge, stored, node, nodes, expected, faults)
        _note_root(found, edge, profile, stops)
    faults.close()
    if expected is not None:
        report.fail(f"node level {expected[0]} index {expected[1]} stands without its leaves")
    found.waiting, passed, first = database.execute(_WAITING).fetchone()
    if passed:
        report.fail(f"{passed} events were passed over or put in later, the first of them {first}")
    return found


def _grow(
    found: Scanned, edge: dict[int, bytes], leaf: bytes, node: Any, nodes: Iterator[Any], expected: Any, faults: "_Faults",
    *, gap: bool = False,
) -> Any:  # fmt: skip
    """Adds a leaf and compares the nodes that it completes with those that are stored; answers the next stored one."""
    level, index, digest = 0, found.size, leaf
    found.leaves += leaf
    while index & 1:
        made = node(edge.pop(level), digest)
        level, index = level + 1, index >> 1
        if expected is None or (expected[0], expected[1]) != (level, index):
            faults.add(f"node level {level} index {index} is missing")
            digest = made
            continue
        digest = expected[2]
        found.nodes += 1
        if digest != made and not gap and not faults.near_gap(level, index):
            low = index << level
            faults.add(
                f"node level {level} index {index} (leaves {low}..{low + (1 << level) - 1}) does not follow from its children"
            )
        expected = next(nodes, None)
    edge[level] = digest
    found.size += 1
    return expected


def _note_root(found: Scanned, edge: dict[int, bytes], profile: Profile, stops: set[int]) -> None:
    if found.size not in stops:
        return
    first, *more = sorted(edge)
    digest = edge[first]
    for level in more:
        digest = profile.node(edge[level], digest)
    found.roots[found.size] = digest


def _streamed(database: Any, name: str, sql: str) -> Iterator[Any]:
    with database.cursor(name=name, binary=True) as cursor:
        cursor.itersize = FETCHED
        cursor.execute(sql)
        yield from cursor


class _Faults:
    """Findings of the pass: gaps as ranges, each kind bounded in what it prints."""

    def __init__(self, report: Report) -> None:
        self.report, self.count, self.gaps = report, 0, list[list[int]]()

    def add(self, words: str) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.report.fail(words)

    def gap(self, seq: int) -> None:
        if self.gaps and self.gaps[-1][1] == seq - 1:
            self.gaps[-1][1] = seq
        else:
            self.gaps.append([seq, seq])

    def near_gap(self, level: int, index: int) -> bool:
        low, high = index << level, (index + 1 << level) - 1
        return level == 1 and any(first <= high and last >= low for first, last in self.gaps[-2:])

    def close(self) -> None:
        for first, last in self.gaps:
            self.report.fail(f"leaf {first} missing" if first == last else f"leaves {first}..{last} missing")
        if self.count > SHOWN:
            self.report.fail(f"… and {self.count - SHOWN} more of these")
