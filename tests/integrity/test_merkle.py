"""The tree is that of RFC 6962: published vectors, the RFC's own examples, and another's code."""

from collections.abc import Iterator
from hashlib import sha256

import pymerkle
import pytest

import verify
from events.integrity.merkle import (
    EMPTY_ROOT,
    TILE_LEVELS,
    Frontier,
    Subtree,
    collapsed,
    consistency,
    covering,
    inclusion,
    joined,
    leaf_hash,
    proof,
    tile_row,
)

# The inputs and roots that Certificate Transparency's implementations test with.
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f")  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = 300
LEAVES = [sha256(b"%d" % number).digest() for number in range(SIZES)]


def roots_of(leaves: list[bytes]) -> Iterator[bytes]:
    frontier = Frontier()
    for each in leaves:
        frontier.extend([each])
        yield frontier.root()


@pytest.fixture(scope="module")
def hashes() -> dict[Subtree, bytes]:
    """The root of every complete subtree over the leaves."""
    row = [leaf_hash(each) for each in LEAVES]
    result: dict[Subtree, bytes] = {}
    level = 0
    while row:
        result |= {Subtree(level, place): each for place, each in enumerate(row)}
        whole = row[: len(row) // 2 * 2]
        row = [collapsed(whole[place : place + 2]) for place in range(0, len(whole), 2)]
        level += 1
    return result


def test_roots_are_the_published_ones() -> None:
    found = roots_of([bytes.fromhex(each) for each in INPUTS])
    assert [each.hex() for each in found] == list(ROOTS)
    assert Frontier().root() == EMPTY_ROOT == verify.EMPTY_ROOT


def named(path: list[list[Subtree]]) -> list[tuple[int, int]]:
    """Returns what each hash of a proof covers, as the first leaf and the one after the last."""
    return [
        (subtrees[0].place << subtrees[0].level, (subtrees[-1].place + 1) << subtrees[-1].level)
        for subtrees in path
    ]


def test_paths_of_seven_leaves_are_those_of_the_rfc() -> None:
    """RFC 6962, section 2.1.3, in the letters of its picture."""
    b, c, d, e, f, j = (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)
    g, h, i, k, l = (0, 2), (2, 4), (4, 6), (0, 4), (4, 7)  # noqa: E741
    assert named(inclusion(0, 7)) == [b, h, l]
    assert named(inclusion(3, 7)) == [c, g, l]
    assert named(inclusion(4, 7)) == [f, j, k]
    assert named(inclusion(6, 7)) == [i, k]
    assert named(consistency(3, 7)) == [c, d, g, l]
    assert named(consistency(4, 7)) == [l]
    assert named(consistency(6, 7)) == [i, j, k]
    assert e in named(inclusion(5, 7))


def test_every_size_has_the_root_that_another_implementation_has() -> None:
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    for each, root in zip(LEAVES, roots_of(LEAVES), strict=True):
        theirs.append_entry(each)
        assert theirs.get_root() == root


def test_every_leaf_of_every_size_is_proved(hashes: dict[Subtree, bytes]) -> None:
    for size, root in enumerate(roots_of(LEAVES), start=1):
        for index in range(size):
            path = proof(inclusion(index, size), hashes)
            assert verify.included(LEAVES[index], index, size, path, root)
            # The same path proves no other place and no other leaf.
            assert not verify.included(LEAVES[index], index ^ 1, size, path, root)


def test_every_size_is_proved_to_begin_every_larger_one(hashes: dict[Subtree, bytes]) -> None:
    roots = [EMPTY_ROOT, *roots_of(LEAVES)]
    for new in range(1, SIZES + 1):
        for old in range(new + 1):
            path = proof(consistency(old, new), hashes)
            assert verify.consistent(old, roots[old], new, roots[new], path)
            if path and new - old < 3:
                assert not verify.consistent(old, roots[old - 1], new, roots[new], path)
                assert not verify.consistent(old, roots[old], new, roots[new - 1], path)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 64, 100, 255, 256, 257, 299, 300])
def test_another_implementation_verifies_against_our_roots(
    size: int, hashes: dict[Subtree, bytes]
) -> None:
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    for each in LEAVES:
        theirs.append_entry(each)
    roots = [EMPTY_ROOT, *roots_of(LEAVES)]
    for index in range(size):
        found = theirs.prove_inclusion(index + 1, size)
        pymerkle.verify_inclusion(leaf_hash(LEAVES[index]), roots[size], found)
        ours = proof(inclusion(index, size), hashes)
        assert {*ours, leaf_hash(LEAVES[index])} == set(found.path)
    for old in range(1, size + 1):
        found = theirs.prove_consistency(old, size)
        pymerkle.verify_consistency(roots[old], roots[size], found)


def test_a_tree_extended_at_once_is_the_one_extended_leaf_by_leaf() -> None:
    at_once, one_by_one = Frontier(), Frontier()
    completed = at_once.extend(LEAVES)
    assert completed == [node for each in LEAVES for node in one_by_one.extend([each])]
    assert at_once == one_by_one
    assert len(at_once.roots) == SIZES.bit_count()
    assert [subtree for subtree, _ in completed] == [Subtree(TILE_LEVELS, 0)]


def test_a_stored_row_holds_all_that_a_subtree_needs() -> None:
    assert tile_row(Subtree(3, 5)) == (0, 40, 48)
    assert tile_row(Subtree(8, 5)) == (8, 5, 6)
    assert tile_row(Subtree(17, 1)) == (16, 2, 4)


def test_covering_subtrees_join_to_the_root(hashes: dict[Subtree, bytes]) -> None:
    for size, root in enumerate(roots_of(LEAVES), start=1):
        assert joined([hashes[each] for each in covering(0, size)]) == root


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion(index, size)


def test_a_larger_tree_begins_no_smaller_one() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        consistency(4, 3)
