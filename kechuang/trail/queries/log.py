"""Reading the log: its head, its proofs, its leaves, and how long events wait for their place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from kechuang_verify.hashing import Profile
from kechuang_verify.tree import (
    Grown,
    Place,
    consistency_ranges,
    edge_places,
    inclusion_ranges,
    places,
    range_root,
)

from kechuang.trail.models import Event, Head, Leaf, Witness
from kechuang.ui.rows import ask, run


@dataclass(frozen=True, slots=True)
class Backlog:
    """并入等待: how many events have no place yet, and since when the oldest of them waits."""

    waiting: int
    since: datetime | None


def size() -> int:
    """How many leaves the log has."""
    (count,) = ask("SELECT coalesce(max(seq) + 1, 0) FROM trail_leaf", [])
    return int(count)


def grown(profile: Profile) -> Grown:
    """The tree as it stands: its size and the completed nodes at its right edge."""
    count = size()
    where = edge_places(count)
    found = nodes_at(where)
    return Grown(profile, count, {place[0]: found[place] for place in where})


def nodes_at(wanted: Iterable[Place]) -> dict[Place, bytes]:
    """The hashes at these places; leaves stand at level 0."""
    wanted = list(wanted)
    leaves = [idx for level, idx in wanted if level == 0]
    above = [place for place in wanted if place[0] > 0]
    found: dict[Place, bytes] = {}
    if leaves:
        rows = run("SELECT seq, hash FROM trail_leaf WHERE seq = ANY(%s)", [leaves])
        found |= {(0, seq): bytes(digest) for seq, digest in rows}
    if above:
        rows = run(
            "SELECT n.level, n.idx, n.hash FROM unnest(%s::smallint[], %s::bigint[]) w (level, idx)"
            " JOIN trail_node n ON n.level = w.level AND n.idx = w.idx",
            [[level for level, _ in above], [idx for _, idx in above]],
        )
        found |= {(level, idx): bytes(digest) for level, idx, digest in rows}
    return found


def head(size: int | None = None) -> Head | None:
    """The latest signed head, or that of a size."""
    rows = Head.objects.all() if size is None else Head.objects.filter(size=size)
    return rows.order_by("-size").first()


def head_covers() -> bool:
    """Whether the latest head is of what the log holds now."""
    latest = head()
    return (latest.size if latest else 0) == size()


def heads(count: int) -> list[Head]:
    return list(Head.objects.order_by("-size")[:count])


def head_over(seq: int) -> Head | None:
    """The first head that covers a leaf."""
    return Head.objects.filter(size__gt=seq).order_by("size").first()


def inclusion(seq: int, size: int, profile: Profile) -> list[bytes]:
    """The path that proves leaf `seq` in the tree of `size` (包含证明)."""
    return _roots(inclusion_ranges(seq, size), profile)


def inclusions(seqs: Iterable[int], size: int, profile: Profile) -> dict[int, list[bytes]]:
    """The same for many leaves, with one reading of the nodes."""
    ranges = {seq: inclusion_ranges(seq, size) for seq in seqs}
    nodes = nodes_at(places(one for path in ranges.values() for one in path))
    return {
        seq: [range_root(low, high, nodes.__getitem__, profile) for low, high in path] for seq, path in ranges.items()
    }


def consistency(old: int, new: int, profile: Profile) -> list[bytes]:
    """The path that proves that the tree only grew (一致性证明)."""
    return _roots(consistency_ranges(old, new), profile)


def root_at(size: int, profile: Profile) -> bytes:
    (root,) = _roots([(0, size)], profile)
    return root


def _roots(ranges: Sequence[tuple[int, int]], profile: Profile) -> list[bytes]:
    nodes = nodes_at(places(ranges))
    return [range_root(low, high, nodes.__getitem__, profile) for low, high in ranges]


def entries(start: int, end: int) -> list[bytes]:
    """Leaf hashes from `start` up to, without, `end`: what a mirror keeps."""
    rows = Leaf.objects.filter(seq__gte=start, seq__lt=end).order_by("seq")
    return [bytes(digest) for digest in rows.values_list("hash", flat=True)]


def leaf_of(event_seq: int) -> Leaf | None:
    return Leaf.objects.filter(event_seq=event_seq).first()


def leaves_of(event_seqs: Iterable[int]) -> dict[int, int]:
    """The places of these events in the log; those that wait for one are left out."""
    return dict(Leaf.objects.filter(event_seq__in=list(event_seqs)).values_list("event_seq", "seq"))


def event(event_id: str) -> Event | None:
    return Event.objects.filter(id=event_id).first()


def last_event(object_id: str) -> Event | None:
    """The last act on a record that took it somewhere, else its last act: what a receipt is about."""
    acts = Event.objects.filter(object_id=object_id).order_by("-seq")
    return acts.exclude(target="").first() or acts.first()


def witnesses() -> list[Witness]:
    return list(Witness.objects.order_by("name"))


def backlog() -> Backlog:
    """Events without a leaf; exact, but bounded to what lies above the last leaf's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(e.at) FROM trail_event e"
            " WHERE (e.xid, e.seq) > (SELECT coalesce(max(xid), 0), coalesce(max(seq), 0) FROM trail_progress)"
            " AND NOT EXISTS (SELECT FROM trail_leaf l WHERE l.event_seq = e.seq)"
        )
        waiting, since = cursor.fetchone()
    return Backlog(waiting, since)
