"""Checkpoints: the tree's size and root, signed, one row each, in the order of the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from events.database import execute, fetch
from events.integrity.keys import signing_keys
from events.integrity.merkle import Frontier
from events.integrity.notes import SigningKey, checkpoint_body, signed_note
from events.integrity.shipping import ship_later
from events.integrity.tree import RecordDamaged, extend, locked_frontier
from events.sequencer import sequence
from modules.kernel.clock import now

INTERVAL = timedelta(seconds=60)
EVENTS = 1000
# Of a log that was never signed, so many events go into one checkpoint and one transaction.
BATCH = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log's first `size` events have the root `root`; `note` is the signed text."""

    size: int
    root: bytes
    note: str
    keys: tuple[str, ...]
    signed_at: datetime

    @property
    def origin(self) -> str:
        return self.note.partition("\n")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness's signature line under the checkpoint of this size."""

    size: int
    witness: str
    line: str
    received_at: datetime


def take() -> Checkpoint | None:
    """Signs what the log has grown by and asks for it to be shipped, in one transaction.

    Returns None when there is nothing new, or another process is signing just now. More than
    `BATCH` new events take several calls.

    Raises:
        KeyRefused: there is no key to sign with.
        RecordDamaged: the log or the tree is not what was signed before; nothing is signed then.
    """
    keys = signing_keys()
    sequence()
    with transaction.atomic():
        frontier = locked_frontier()
        if frontier is None:
            return None
        compare(frontier, latest(), keys[0].name)
        if not extend(frontier, BATCH):
            return None
        checkpoint = sign(frontier, keys)
        ship_later(checkpoint.size, checkpoint.signed_at)
    return checkpoint


def compare(frontier: Frontier, last: Checkpoint | None, origin: str) -> None:
    """Refuses to sign over a tree that is not the one signed last: a log must never fork."""
    signed = (last.size, last.root) if last else (0, Frontier().root())
    if (frontier.size, frontier.root()) != signed:
        raise RecordDamaged(
            f"the tree of {frontier.size} events is not the one that was signed at {signed[0]}"
        )
    if last is not None and last.origin != origin:
        raise RecordDamaged(f"the log was signed as {last.origin}, and the key is of {origin}")


def sign(frontier: Frontier, keys: Sequence[SigningKey]) -> Checkpoint:
    root = frontier.root()
    checkpoint = Checkpoint(
        size=frontier.size,
        root=root,
        note=signed_note(checkpoint_body(keys[0].name, frontier.size, root), keys),
        keys=tuple(key.verifier.text for key in keys),
        signed_at=now(),
    )
    execute(
        "INSERT INTO es.checkpoint (size, root, note, keys, signed_at) VALUES (%s, %s, %s, %s, %s)",
        (
            checkpoint.size,
            checkpoint.root,
            checkpoint.note,
            list(checkpoint.keys),
            checkpoint.signed_at,
        ),
    )
    return checkpoint


def is_due(moment: datetime) -> bool:
    """Tells whether events wait for a checkpoint: 1,000 of them, or any for a minute."""
    waiting, signed_at = fetch(
        "SELECT s.position - t.size,"
        " (SELECT signed_at FROM es.checkpoint ORDER BY size DESC LIMIT 1)"
        " FROM es.sequencer s, es.tree t"
    )[0]
    if waiting <= 0:
        return False
    return waiting >= EVENTS or signed_at is None or moment - signed_at >= INTERVAL


_CHECKPOINT = "SELECT size, root, note, keys, signed_at FROM es.checkpoint"


def latest() -> Checkpoint | None:
    rows = fetch(f"{_CHECKPOINT} ORDER BY size DESC LIMIT 1")
    return _checkpoint(rows[0]) if rows else None


def checkpoint_at(size: int) -> Checkpoint | None:
    rows = fetch(f"{_CHECKPOINT} WHERE size = %s", (size,))
    return _checkpoint(rows[0]) if rows else None


def checkpoints(*, after: int = 0, upto: int, limit: int) -> list[Checkpoint]:
    """Returns checkpoints of more than `after` events and of `upto` at most, in order."""
    rows = fetch(
        f"{_CHECKPOINT} WHERE size > %s AND size <= %s ORDER BY size LIMIT %s",
        (after, upto, limit),
    )
    return [_checkpoint(row) for row in rows]


def newest(limit: int, *, before: int | None = None) -> list[Checkpoint]:
    """Returns the last checkpoints, the newest first; `before` a size, for the page after."""
    largest = (1 << 62) if before is None else before
    rows = fetch(f"{_CHECKPOINT} WHERE size < %s ORDER BY size DESC LIMIT %s", (largest, limit))
    return [_checkpoint(row) for row in rows]


def cosignatures(sizes: Sequence[int]) -> dict[int, list[Cosignature]]:
    """Returns what witnesses answered for the checkpoints of these sizes, by size."""
    rows = fetch(
        "SELECT size, witness, line, received_at FROM es.cosignature"
        " WHERE size = ANY (%s) ORDER BY size, witness",
        (list(sizes),),
    )
    result: dict[int, list[Cosignature]] = {size: [] for size in sizes}
    for row in rows:
        found = Cosignature(size=row[0], witness=row[1], line=row[2], received_at=row[3])
        result[found.size].append(found)
    return result


def last_cosigned(witness: str, upto: int) -> int:
    """Returns the largest size up to `upto` that the witness cosigned as far as is known, or 0."""
    rows = fetch(
        "SELECT coalesce(max(size), 0) FROM es.cosignature WHERE witness = %s AND size <= %s",
        (witness, upto),
    )
    size: int = rows[0][0]
    return size


def keep_cosignature(size: int, witness: str, line: str) -> None:
    """Stores a witness's line; the first one for a checkpoint stays."""
    execute(
        "INSERT INTO es.cosignature (size, witness, line, received_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (size, witness, line, now()),
    )


def _checkpoint(row: Sequence[Any]) -> Checkpoint:
    return Checkpoint(size=row[0], root=row[1], note=row[2], keys=tuple(row[3]), signed_at=row[4])
