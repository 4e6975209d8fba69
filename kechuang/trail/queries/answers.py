"""What the public may ask of the log: checked here, so that page and API refuse alike."""

from dataclasses import dataclass

from kechuang.trail import rules
from kechuang.trail.adapters.signing import signer
from kechuang.trail.models import Head
from kechuang.trail.queries import log
from kechuang.trail.states import ENTRIES_MAX


@dataclass(frozen=True, slots=True)
class Inclusion:
    """包含证明: leaf, its place, the size it is proved in."""

    leaf: bytes
    seq: int
    size: int
    path: list[bytes]


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
    return Inclusion(leaf, seq, head.size, path)


def consistency_proof(*, old: int, new: int) -> list[bytes]:
    now = log.size()
    if not 0 <= old <= new <= now:
        raise rules.WrongRange(start=old, end=new, most=now, now=now)
    return log.consistency(old, new, signer().key.profile)


def leaves(*, start: int, end: int) -> bytes:
    """Leaf hashes, 32 bytes each, one after another."""
    now = log.size()
    if not 0 <= start <= end <= now or end - start > ENTRIES_MAX:
        raise rules.WrongRange(start=start, end=end, most=ENTRIES_MAX, now=now)
    return b"".join(log.entries(start, end))
