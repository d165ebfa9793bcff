"""The trees are those of RFC 6962: published heads and proofs, and a second implementation that is the RFC's text."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.tlog.tiles import hashes_in, leaf_tiles, path, tiles
from adapters.tlog.tree import (
    EMPTY,
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)

ENTRIES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
HEADS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [leaf_hash(one) for one in ENTRIES]

entries = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def by_the_rfc(found: list[bytes]) -> bytes:
    """MTH, word by word."""
    if not found:
        return sha256(b"").digest()
    if len(found) == 1:
        return sha256(b"\0" + found[0]).digest()
    k = 1
    while k * 2 < len(found):
        k *= 2
    return sha256(b"\1" + by_the_rfc(found[:k]) + by_the_rfc(found[k:])).digest()


def test_heads_are_the_published_ones() -> None:
    """Certificate Transparency's eight reference trees, and the empty one."""
    tree = Frontier()
    assert tree.root == EMPTY
    for leaf, head in zip(LEAVES, HEADS, strict=True):
        tree.add(leaf)
        assert tree.root.hex() == head


def test_proofs_are_the_published_ones() -> None:
    """Of the same reference trees: leaf 5 of 8, and from 6 leaves to 8 and to 7."""
    assert [one.hex()[:8] for one in inclusion_proof(LEAVES, 5)] == ["bc1a0643", "ca854ea1", "d37ee418"]
    assert [one.hex()[:8] for one in consistency_proof(LEAVES, 6)] == ["0ebc5d34", "ca854ea1", "d37ee418"]
    assert [one.hex()[:8] for one in consistency_proof(LEAVES[:7], 6)] == ["0ebc5d34", "b08693ec", "d37ee418"]


@given(entries, st.data())
def test_a_leaf_is_proved_in_its_place_and_nowhere_else(found: list[bytes], data: st.DataObject) -> None:
    """For any tree: the proof holds for its leaf, and for no other leaf, place, size, head or shortened proof."""
    leaves, head = [leaf_hash(one) for one in found], by_the_rfc(found)
    assert root(leaves) == head
    index = data.draw(st.integers(0, len(found) - 1))
    proof = inclusion_proof(leaves, index)
    assert included(index, len(leaves), leaves[index], proof, head)
    assert not included(index, len(leaves), leaf_hash(b"other"), proof, head)
    assert not included(index, len(leaves), leaves[index], [*proof, EMPTY], head)
    assert not included(len(leaves), len(leaves), leaves[index], proof, head)
    assert not included(index, len(leaves), leaves[index], proof, EMPTY)
    for place in {index ^ 1, index // 2} - {index}:
        assert not included(place, len(leaves), leaves[index], proof, head) or leaves[place : place + 1] == [
            leaves[index]
        ]
    if proof:
        assert not included(index, len(leaves), leaves[index], proof[:-1], head)


@given(entries, st.data())
def test_a_tree_that_grew_is_told_from_one_that_was_rewritten(found: list[bytes], data: st.DataObject) -> None:
    """The proof between two sizes holds; where an earlier entry was changed, no proof of the new tree does."""
    size = data.draw(st.integers(1, len(found)))
    leaves, before = [leaf_hash(one) for one in found], by_the_rfc(found[:size])
    proof = consistency_proof(leaves, size)
    assert consistent(size, before, len(leaves), by_the_rfc(found), proof)
    changed = data.draw(st.integers(0, size - 1))
    forged = [*leaves[:changed], leaf_hash(b"forged"), *leaves[changed + 1 :]]
    assert not consistent(size, before, len(forged), root(forged), consistency_proof(forged, size))
    assert not consistent(size, before, len(leaves), root(forged), proof)
    if proof:
        assert not consistent(size, before, len(leaves), by_the_rfc(found), proof[:-1])
        assert not consistent(size, before, len(leaves), by_the_rfc(found), [*proof, EMPTY])


def test_no_proof_is_made_of_what_is_not_there() -> None:
    """A leaf beyond the tree, and a size that it never had."""
    with pytest.raises(IndexError, match=r"no leaf 8 in a tree of 8"):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError, match=r"did not grow out of one of 9"):
        consistency_proof(LEAVES, 9)


def test_tiles_are_as_the_specification_counts_them() -> None:
    """Its example: 70,000 entries make 273 full tiles and one of 112, above them one full, one of 17, one of 1."""
    leaves = [sha256(number.to_bytes(4)).digest() for number in range(70_000)]
    found = dict(tiles(leaves))
    assert len(found) == 273 + 1 + 1 + 1 + 1
    assert {one for one in found if ".p/" in one} == {"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert [leaf for one in leaf_tiles(70_000) for leaf in hashes_in(found[one])] == leaves
    assert found["tile/2/000.p/1"] == root(leaves[: 256 * 256])
    assert found["tile/1/000"][:32] == root(leaves[:256])
    assert path(0, 1234067) == "tile/0/x001/x234/067"


def test_leaves_and_nodes_do_not_pass_for_each_other() -> None:
    """An entry that looks like two hashes has another hash than the node over them."""
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
