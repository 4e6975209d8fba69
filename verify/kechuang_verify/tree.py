"""The Merkle tree of RFC 9162: its growth, its proofs, and their verification.

Only completed nodes are ever kept: node (level, index) stands for the 2^level leaves from index * 2^level on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kechuang_verify.hashing import LENGTH, Profile

Place = tuple[int, int]  # level, index; leaves are level 0
DEEPEST = 64


class Grown:
    """A tree that only grows: the completed nodes at its right edge, one per bit of its size."""

    def __init__(self, profile: Profile, size: int = 0, edge: Mapping[int, bytes] | None = None) -> None:
        self.profile, self.size, self.edge = profile, size, dict(edge or {})

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """The next leaf; answers the nodes that it completes."""
        made, level, index, digest = [], 0, self.size, leaf
        node, edge = self.profile.node, self.edge
        while index & 1:
            digest = node(edge.pop(level), digest)
            level, index = level + 1, index >> 1
            made.append((level, index, digest))
        edge[level] = digest
        self.size += 1
        return made

    def root(self) -> bytes:
        if not self.size:
            return self.profile.digest(b"")
        first, *more = sorted(self.edge)
        digest = self.edge[first]
        for level in more:
            digest = self.profile.node(self.edge[level], digest)
        return digest


def edge_places(size: int) -> list[Place]:
    """Where the completed nodes of a tree of `size` stand, from left to right."""
    return list(_perfect(0, size))


def inclusion_ranges(seq: int, size: int) -> list[tuple[int, int]]:
    """The subtrees, as ranges of leaves, whose roots prove that leaf `seq` is in a tree of `size`."""
    return _path(seq, 0, size)


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The subtrees whose roots prove that the tree of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4)."""
    if old in (0, new):
        return []
    return _sub_proof(old, 0, new, whole=True)


def _path(seq: int, low: int, high: int) -> list[tuple[int, int]]:
    if high - low == 1:
        return []
    middle = low + _split(high - low)
    if seq < middle:
        return [*_path(seq, low, middle), (middle, high)]
    return [*_path(seq, middle, high), (low, middle)]


def _sub_proof(old: int, low: int, high: int, *, whole: bool) -> list[tuple[int, int]]:
    if old == high - low:
        return [] if whole else [(low, high)]
    cut = _split(high - low)
    if old <= cut:
        return [*_sub_proof(old, low, low + cut, whole=whole), (low + cut, high)]
    return [*_sub_proof(old - cut, low + cut, high, whole=False), (low, low + cut)]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def places(ranges: Iterable[tuple[int, int]]) -> set[Place]:
    """The completed nodes from which the roots of these ranges are made."""
    return {place for low, high in ranges for place in _perfect(low, high)}


def _perfect(low: int, high: int) -> Iterator[Place]:
    while low < high:
        level = min((low & -low).bit_length() - 1 if low else DEEPEST, (high - low).bit_length() - 1)
        yield level, low >> level
        low += 1 << level


def range_root(low: int, high: int, node: Callable[[Place], bytes], profile: Profile) -> bytes:
    """The root over leaves low … high-1."""
    parts = [node(place) for place in _perfect(low, high)]
    digest = parts.pop()
    while parts:
        digest = profile.node(parts.pop(), digest)
    return digest


def root_by_inclusion(leaf: bytes, seq: int, size: int, path: Sequence[bytes], profile: Profile) -> bytes | None:
    """The root that this path leads to, or None where the path cannot be one of `seq` in `size`."""
    if not 0 <= seq < size or any(len(digest) != LENGTH for digest in (leaf, *path)):
        return None
    at, last, digest = seq, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            digest = profile.node(step, digest)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = profile.node(digest, step)
        at, last = at >> 1, last >> 1
    return digest if last == 0 else None


def included(leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes, profile: Profile) -> bool:
    """Whether leaf `seq` is in the tree of `size` with this root (RFC 9162, 2.1.3.2)."""
    return root_by_inclusion(leaf, seq, size, path, profile) == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes], profile: Profile) -> bool:
    """Whether the older tree is the beginning of the newer (RFC 9162, 2.1.4.2)."""
    if old > new or old < 0 or any(len(digest) != LENGTH for digest in (old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == profile.digest(b"")
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = profile.node(step, first), profile.node(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = profile.node(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
