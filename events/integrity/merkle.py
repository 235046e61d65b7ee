"""The hash tree over the log: RFC 6962, section 2, the same as RFC 9162, section 2.1.

A leaf is SHA-256 of a zero byte and an event's hash; a node is SHA-256 of a one byte and its two
children. This is the side that makes proofs; `verify.py` checks them and shares no line with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()
# Of every 8 levels of the tree one is stored: a proof reads 255 hashes a tile at most, and the
# table has one row for 255 events.
TILE_LEVELS = 8


def leaf_hash(event_hash: bytes) -> bytes:
    return sha256(b"\x00" + event_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Subtree(NamedTuple):
    """A complete subtree of 2**level leaves, the `place`-th of its level from the left."""

    level: int
    place: int


@dataclass
class Frontier:
    """A tree that only grows: the roots of its complete subtrees, largest first."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def extend(self, event_hashes: Sequence[bytes]) -> list[tuple[Subtree, bytes]]:
        """Adds a leaf for each event; returns the subtrees completed on the stored levels."""
        completed = []
        roots, size = self.roots, self.size
        for event_hash in event_hashes:
            digest = sha256(b"\x00" + event_hash).digest()
            level, rest = 0, size
            while rest & 1:
                digest = sha256(b"\x01" + roots.pop() + digest).digest()
                level += 1
                rest >>= 1
                if not level % TILE_LEVELS:
                    completed.append((Subtree(level, rest), digest))
            roots.append(digest)
            size += 1
        self.size = size
        return completed

    def root(self) -> bytes:
        """Returns the root of the whole tree; of the empty one SHA-256 of nothing."""
        return joined(self.roots) if self.roots else EMPTY_ROOT


def joined(roots: Sequence[bytes]) -> bytes:
    """Returns the root over neighbouring complete subtrees, given largest first."""
    digest = roots[-1]
    for left in reversed(roots[:-1]):
        digest = node_hash(left, digest)
    return digest


def covering(start: int, stop: int) -> list[Subtree]:
    """Returns the complete subtrees that make up the leaves from `start` to before `stop`.

    `start` must be a multiple of the largest of them, as it is wherever RFC 6962 splits a tree.
    """
    result = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        result.append(Subtree(level, start >> level))
        start += 1 << level
    return result


def inclusion(index: int, size: int) -> list[list[Subtree]]:
    """Returns what each hash of the audit path of leaf `index` covers, the lowest first.

    Raises:
        ValueError: the tree of this size has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    start, stop = 0, size
    path = []
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            path.append(covering(middle, stop))
            stop = middle
        else:
            path.append(covering(start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, new: int) -> list[list[Subtree]]:
    """Returns what each hash of the proof covers that `old` leaves begin a tree of `new` leaves.

    Raises:
        ValueError: `old` is larger than `new`, or negative.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves does not begin one of {new}")
    if old in (0, new):
        return []
    start, stop = 0, new
    path, whole = [], True
    while old != stop:
        middle = start + split(stop - start)
        if old <= middle:
            path.append(covering(middle, stop))
            stop = middle
        else:
            path.append(covering(start, middle))
            start, whole = middle, False
    # The verifier knows the old tree's own root, so it is left out where it would come first.
    return ([] if whole else [covering(start, stop)]) + path[::-1]


def split(size: int) -> int:
    """Returns the largest power of two below `size`, where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def proof(path: Sequence[Sequence[Subtree]], hashes: Mapping[Subtree, bytes]) -> list[bytes]:
    """Returns the proof's hashes from those of the subtrees that it covers."""
    return [joined([hashes[each] for each in subtrees]) for subtrees in path]


def tile_row(subtree: Subtree) -> tuple[int, int, int]:
    """Returns the stored level below a subtree, and from where to where its hashes stand there."""
    base = subtree.level - subtree.level % TILE_LEVELS
    height = subtree.level - base
    return base, subtree.place << height, (subtree.place + 1) << height


def collapsed(hashes: Sequence[bytes]) -> bytes:
    """Returns the root over a power of two of neighbouring hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in pairs(row)]
    return row[0]


def pairs(row: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip(row[::2], row[1::2], strict=True)
