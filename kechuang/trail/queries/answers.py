"""What the public may ask of the log: checked here, so that page and API refuse alike."""

from dataclasses import dataclass

from kechuang_verify.tree import consistent, included

from kechuang.trail import rules
from kechuang.trail.adapters.signing import signer
from kechuang.trail.models import Head
from kechuang.trail.queries import log
from kechuang.trail.states import ENTRIES_MAX


@dataclass(frozen=True, slots=True)
class Inclusion:
    """包含证明: leaf, its place, the size it is proved in, and the root that was signed for that size."""

    leaf: bytes
    seq: int
    size: int
    path: list[bytes]
    root: bytes

    @property
    def holds(self) -> bool:
        """Whether the path leads to that root."""
        return included(self.leaf, self.seq, self.size, self.path, self.root, signer().key.profile)


@dataclass(frozen=True, slots=True)
class Continuation:
    """一致性证明 between two checkpoints, each with the root that was signed."""

    old: int
    old_root: bytes
    new: int
    new_root: bytes
    path: list[bytes]

    @property
    def holds(self) -> bool:
        """Whether the newer tree begins with the older one."""
        return consistent(self.old, self.old_root, self.new, self.new_root, self.path, signer().key.profile)


def checkpoint(size: int | None = None) -> Head:
    """The head of a size, or the latest."""
    head = log.head(size)
    if head is None:
        raise rules.NoSuchSize(size=size or 0, now=log.size())
    return head


def inclusion_proof(*, seq: int, size: int | None) -> Inclusion:
    head = checkpoint(size)
    if not 0 <= seq < head.size:
        raise rules.NotInLog(seq=seq, size=head.size)
    (leaf,) = log.entries(seq, seq + 1)
    path = log.inclusion(seq, head.size, signer().key.profile)
    return Inclusion(leaf, seq, head.size, path, bytes(head.root))


def consistency_proof(*, old: int, new: int) -> list[bytes]:
    now = log.size()
    if not 0 <= old <= new <= now:
        raise rules.WrongRange(start=old, end=new, most=now, now=now)
    return log.consistency(old, new, signer().key.profile)


def continuation(*, old: int, new: int | None) -> Continuation:
    """That one checkpoint continues another; the latest where no newer one is named."""
    first, second = checkpoint(old), checkpoint(new)
    path = consistency_proof(old=first.size, new=second.size)
    return Continuation(first.size, bytes(first.root), second.size, bytes(second.root), path)


def leaves(*, start: int, end: int) -> bytes:
    """Leaf hashes, 32 bytes each, one after another."""
    now = log.size()
    if not 0 <= start <= end <= now or end - start > ENTRIES_MAX:
        raise rules.WrongRange(start=start, end=end, most=ENTRIES_MAX, now=now)
    return b"".join(log.entries(start, end))
