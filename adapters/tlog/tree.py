"""Merkle trees as RFC 6962 and RFC 9162 have them: tree heads, and proofs that a leaf is in and that a tree grew."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256(b"").digest()
"""The head of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that only grows: no more of it is kept than its complete subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Grow by one leaf hash."""
        node, size = leaf, self.size
        while size & 1:
            node, size = node_hash(self._subtrees.pop(), node), size >> 1
        self._subtrees.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The tree head at this size."""
        if not self._subtrees:
            return EMPTY
        *others, node = self._subtrees
        for subtree in reversed(others):
            node = node_hash(subtree, node)
        return node


def root(leaves: Iterable[bytes]) -> bytes:
    """The tree head over leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH of RFC 9162 2.1.3.1: what leads from one leaf to the head, nearest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"There is no leaf {index} in a tree of {len(leaves)}.")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*inclusion_proof(left, index), root(right)]
    return [*inclusion_proof(right, index - split), root(left)]


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """PROOF of RFC 9162 2.1.4.1: what leads from the head at an earlier size to the head now."""
    if not 0 < size <= len(leaves):
        raise IndexError(f"A tree of {len(leaves)} leaves did not grow out of one of {size}.")
    return _subproof(leaves, size, whole=True)


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether the proof leads from a leaf to the head, as RFC 9162 2.1.3.2 checks it."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(step, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == head


def consistent(size: int, head: bytes, later_size: int, later_head: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the later tree begins with the earlier one, as RFC 9162 2.1.4.2 checks it."""
    if size == later_size:
        return not proof and head == later_head
    if not 0 < size < later_size:
        return False
    steps: Iterator[bytes] = iter(proof if size & (size - 1) else (head, *proof))
    at, last = size - 1, later_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = next(steps, b"")
    for step in steps:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == head and after == later_head


def _subproof(leaves: Sequence[bytes], size: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF; `whole` says that the earlier tree's head is known to who checks."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if size <= split:
        return [*_subproof(left, size, whole=whole), root(right)]
    return [*_subproof(right, size - split, whole=False), root(left)]


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)
