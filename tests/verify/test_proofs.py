"""Proofs against an independent oracle, and every forgery of one that we can think of. No database."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from kechuang_verify import sm2
from kechuang_verify.hashing import GM, INTL, Profile
from kechuang_verify.tree import Grown, consistency_ranges, consistent, included, inclusion_ranges, range_root
from pymerkle import InmemoryTree, verify_consistency

SIZE = 41


class Tree:
    """A tree of SIZE leaves with every node and every earlier root."""

    def __init__(self, profile: Profile) -> None:
        self.profile, grown = profile, Grown(profile)
        self.leaves = [profile.leaf(bytes([number])) for number in range(SIZE)]
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.roots = [grown.root()]
        for number, leaf in enumerate(self.leaves):
            self.nodes[0, number] = leaf
            self.nodes |= {(level, idx): node for level, idx, node in grown.add(leaf)}
            self.roots.append(grown.root())

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        return self._roots(inclusion_ranges(seq, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        return self._roots(consistency_ranges(old, new))

    def _roots(self, ranges: list[tuple[int, int]]) -> list[bytes]:
        return [range_root(low, high, self.nodes.__getitem__, self.profile) for low, high in ranges]


@pytest.fixture(scope="module", params=[INTL, GM], ids=lambda profile: profile.name)
def tree(request: pytest.FixtureRequest) -> Tree:
    return Tree(request.param)


def test_every_leaf_is_proved_in_every_size(tree: Tree) -> None:
    for size in range(1, SIZE + 1):
        for seq in range(size):
            path = tree.inclusion(seq, size)
            assert included(tree.leaves[seq], seq, size, path, tree.roots[size], tree.profile)


def test_every_size_continues_every_smaller_one(tree: Tree) -> None:
    for new in range(SIZE + 1):
        for old in range(new + 1):
            path = tree.consistency(old, new)
            assert consistent(old, tree.roots[old], new, tree.roots[new], path, tree.profile)


def test_an_independent_library_makes_the_same_roots_and_proofs() -> None:
    ours, oracle = Tree(INTL), InmemoryTree(algorithm="sha256")
    for number in range(SIZE):
        oracle.append_entry(bytes([number]))
    for size in range(1, SIZE + 1):
        assert oracle.get_root(size) == ours.roots[size]
        for seq in range(size):
            assert _path(oracle.prove_inclusion(seq + 1, size))[1:] == ours.inclusion(seq, size)
        for old in range(1, size):
            verify_consistency(ours.roots[old], ours.roots[size], oracle.prove_consistency(old, size))


def _path(proof: Any) -> list[bytes]:
    return [bytes.fromhex(step) for step in proof.serialize()["path"]]


def forgeries(tree: Tree, seq: int, size: int) -> Iterator[tuple[bytes, int, int, list[bytes], bytes]]:
    """Leaf, place, size, path, root: each with one thing wrong."""
    leaf, path, root = tree.leaves[seq], tree.inclusion(seq, size), tree.roots[size]
    for step in range(len(path)):
        for place in range(len(path[step])):
            yield leaf, seq, size, _flipped_in(path, step, place), root
    for place in range(len(leaf)):
        yield _flipped(leaf, place), seq, size, path, root
        yield leaf, seq, size, path, _flipped(root, place)
    for other in {*range(-1, SIZE + 2), 2 * size, 1 << 40} - {seq}:
        yield leaf, other, size, path, root
    for other in {*range(seq + 2), 2 * size, 1 << 40} - {size}:
        yield leaf, seq, other, path, root
    for wrong in ([], path[:-1], path[1:], [*path, root], [root, *path], path[::-1], path * 50, [b"", *path]):
        if wrong != path:
            yield leaf, seq, size, wrong, root
    yield leaf, seq, 0, [], root
    yield b"", seq, size, path, root


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _flipped_in(path: Sequence[bytes], step: int, place: int) -> list[bytes]:
    return [_flipped(one, place) if number == step else one for number, one in enumerate(path)]


@pytest.mark.parametrize(("seq", "size"), [(0, 41), (17, 41), (40, 41), (31, 32), (0, 1), (6, 7)])
def test_no_forged_inclusion_is_accepted(tree: Tree, seq: int, size: int) -> None:
    tried = 0
    for leaf, at, count, path, root in forgeries(tree, seq, size):
        tried += 1
        assert not included(leaf, at, count, path, root, tree.profile), (at, count, len(path))
    assert tried > 100


@pytest.mark.parametrize(("old", "new"), [(1, 41), (7, 41), (32, 41), (40, 41), (3, 4)])
def test_no_forged_consistency_is_accepted(tree: Tree, old: int, new: int) -> None:
    path, before, after = tree.consistency(old, new), tree.roots[old], tree.roots[new]
    wrong = [_flipped_in(path, step, place) for step in range(len(path)) for place in range(32)]
    wrong += [[], path[:-1], path[1:], [*path, after], path[::-1], [before, *path]]
    for one in wrong:
        if one != path:
            assert not consistent(old, before, new, after, one, tree.profile)
    assert not consistent(old, tree.roots[old - 1], new, after, path, tree.profile)
    assert not consistent(old, before, new, before, path, tree.profile)
    assert not consistent(new, after, old, before, path, tree.profile)
    assert not consistent(old, before, new + 1 if new < SIZE else new * 2, after, path, tree.profile)


def test_a_proof_under_another_algorithm_is_refused() -> None:
    ours = Tree(INTL)
    assert not included(ours.leaves[3], 3, SIZE, ours.inclusion(3, SIZE), ours.roots[SIZE], GM)


def test_a_node_does_not_pass_for_a_leaf(tree: Tree) -> None:
    """Leaves and nodes have prefixes of their own: the two halves of a tree are no entry of a smaller one."""
    left, right = tree.nodes[4, 0], tree.nodes[4, 1]
    assert tree.profile.leaf(left + right) != tree.nodes[5, 0]
    unprefixed = Profile("careless", tree.profile.digest, "")
    object.__setattr__(unprefixed, "digest", lambda data: tree.profile.digest(data[1:]))
    assert unprefixed.leaf(left + right) == unprefixed.node(left, right), "without prefixes it would"


def careless(leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes, profile: Profile) -> bool:
    """`included` with one check left out: that the path has come to the top."""
    at, last, digest = seq, size - 1, leaf
    for step in path:
        if at & 1 or at == last:
            digest = profile.node(step, digest)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = profile.node(digest, step)
        at, last = at >> 1, last >> 1
    return digest == root


def test_a_verifier_with_one_check_less_accepts_a_forgery(tree: Tree) -> None:
    accepted = [one[1:3] for one in forgeries(tree, 17, 41) if careless(*one, tree.profile)]
    assert accepted, "the negative control must have teeth"


def test_the_signature_of_the_standard_is_made_and_verified() -> None:
    """GB/T 32918.5, the example over the recommended curve."""
    private = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
    nonce = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
    made = sm2.sign(private, b"message digest", nonce=nonce)
    assert made.hex().upper() == (
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    public = sm2.public_of(private)
    assert sm2.verify(public, b"message digest", made)
    for place in (0, 31, 32, 63):
        assert not sm2.verify(public, b"message digest", _flipped(made, place))
    assert not sm2.verify(public, b"message digests", made)
    assert not sm2.verify(_flipped(public, 5), b"message digest", made)
    assert not sm2.verify(public, b"message digest", bytes(64))


def test_sm3_is_that_of_the_standard() -> None:
    assert GM.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
