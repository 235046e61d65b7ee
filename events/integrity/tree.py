"""The tree in the database: extended from the log, and read for proofs."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from events.database import execute, fetch, require_transaction
from events.integrity.merkle import (
    Frontier,
    Subtree,
    collapsed,
    leaf_hash,
    proof,
    tile_row,
)

# The log's columns are read by the limit first: a plan that joins first would read all of it.
_HASHES = (
    "SELECT l.position, e.hash FROM"
    " (SELECT * FROM es.log WHERE position > %s ORDER BY position LIMIT %s) l"
    " LEFT JOIN es.event e USING (tenant_id, stream_id, version) ORDER BY l.position"
)
# Each range is looked up by itself, and its limit of a whole tile says so: on tables that were not
# analysed yet, the planner would read all of the log instead.
_NODES = (
    "SELECT n.level, n.place, n.hash FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[])"
    " AS wanted (level, start, stop) CROSS JOIN LATERAL (SELECT * FROM es.node WHERE"
    " level = wanted.level AND place >= wanted.start AND place < wanted.stop"
    " ORDER BY place LIMIT 256) n"
)
_LEAVES = (
    "SELECT l.position - 1, e.hash FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (start, stop)"
    " CROSS JOIN LATERAL (SELECT * FROM es.log WHERE position > wanted.start"
    " AND position <= wanted.stop ORDER BY position LIMIT 256) l"
    " CROSS JOIN LATERAL (SELECT hash FROM es.event WHERE tenant_id = l.tenant_id"
    " AND stream_id = l.stream_id AND version = l.version LIMIT 1) e"
)


class RecordDamaged(Exception):
    """The log or the tree was changed behind the shop's back; the message says where."""


def locked_frontier() -> Frontier | None:
    """Returns the tree as it stands and keeps others from extending it; None if one does already.

    Raises:
        NotInTransaction: nothing would hold the lock.
    """
    require_transaction("extending the tree")
    rows = fetch("SELECT size, frontier FROM es.tree FOR UPDATE SKIP LOCKED")
    return Frontier(rows[0][0], list(rows[0][1])) if rows else None


def extend(frontier: Frontier, limit: int) -> int:
    """Adds the next events of the log, `limit` at most, and stores the tree; returns how many.

    Raises:
        RecordDamaged: a position is missing, or its event is.
    """
    hashes = list(_hashes(frontier.size, limit))
    if hashes:
        completed = frontier.extend(hashes)
        _store(frontier, completed)
    return len(hashes)


def event_hashes(batch: int) -> Iterator[bytes]:
    """Yields the hash of every event in the order of the log, reading so many at once.

    Raises:
        RecordDamaged: the next position is missing, or its event is.
    """
    size, before = 0, -1
    while size > before:
        before = size
        for each in _hashes(size, batch):
            size += 1
            yield each


def _hashes(size: int, limit: int) -> Iterator[bytes]:
    for expected, (position, found) in enumerate(fetch(_HASHES, (size, limit)), start=size + 1):
        if position != expected or found is None:
            raise RecordDamaged(
                f"position {expected} of the log has no event any more: see manage.py audit verify"
            )
        yield found


def _store(frontier: Frontier, completed: Sequence[tuple[Subtree, bytes]]) -> None:
    if completed:
        execute(
            "INSERT INTO es.node (level, place, hash)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            (
                [subtree.level for subtree, _ in completed],
                [subtree.place for subtree, _ in completed],
                [digest for _, digest in completed],
            ),
        )
    execute("UPDATE es.tree SET size = %s, frontier = %s", (frontier.size, frontier.roots))


def proofs(paths: Sequence[Sequence[Sequence[Subtree]]]) -> list[list[bytes]]:
    """Returns the hashes of several proofs (`merkle.inclusion`, `merkle.consistency`).

    Two queries, however many there are.

    Raises:
        RecordDamaged: an event or a stored node that a proof needs is gone.
    """
    wanted = {each for path in paths for subtrees in path for each in subtrees}
    hashes = subtree_roots(wanted)
    return [proof(path, hashes) for path in paths]


def subtree_roots(wanted: Iterable[Subtree]) -> dict[Subtree, bytes]:
    """Returns the root of each complete subtree. Raises: RecordDamaged: it cannot be computed."""
    rows = {subtree: tile_row(subtree) for subtree in wanted}
    stored = _stored(set(rows.values()))
    result = {}
    for subtree, (level, start, stop) in rows.items():
        try:
            result[subtree] = collapsed([stored[level, place] for place in range(start, stop)])
        except KeyError as error:
            raise RecordDamaged(
                f"the tree has lost its node {error}; see `manage.py audit verify`"
            ) from error
    return result


def _stored(rows: Collection[tuple[int, int, int]]) -> dict[tuple[int, int], bytes]:
    leaves = [(start, stop) for level, start, stop in rows if level == 0]
    nodes = [(level, start, stop) for level, start, stop in rows if level > 0]
    result: dict[tuple[int, int], bytes] = {}
    if leaves:
        starts, stops = [list(each) for each in zip(*leaves, strict=True)]
        for place, event_hash in fetch(_LEAVES, (starts, stops)):
            result[0, place] = leaf_hash(event_hash)
    if nodes:
        levels, starts, stops = [list(each) for each in zip(*nodes, strict=True)]
        for level, place, digest in fetch(_NODES, (levels, starts, stops)):
            result[level, place] = digest
    return result
