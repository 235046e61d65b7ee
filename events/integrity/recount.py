"""The tree computed anew from the log, and held against every checkpoint that was signed."""

from collections.abc import Iterator
from itertools import islice

from events.integrity.checkpoints import Checkpoint, checkpoints, latest
from events.integrity.merkle import Frontier
from events.integrity.tree import RecordDamaged, event_hashes

BATCH = 5_000


def broken_checkpoint() -> int | None:
    """Returns the size of the first checkpoint whose root the log no longer has; None: all hold.

    It compares the hashes that are stored; whether they fit their events, the chains tell.
    """
    last = latest()
    frontier, hashes = Frontier(), event_hashes(BATCH)
    for checkpoint in signed(last.size if last else 0):
        try:
            frontier.extend(list(islice(hashes, checkpoint.size - frontier.size)))
        except RecordDamaged:
            return checkpoint.size
        if (frontier.size, frontier.root()) != (checkpoint.size, checkpoint.root):
            return checkpoint.size
    return None


def signed(upto: int) -> Iterator[Checkpoint]:
    """Yields every checkpoint up to a size, in order."""
    after = 0
    while batch := checkpoints(after=after, upto=upto, limit=BATCH):
        yield from batch
        after = batch[-1].size
