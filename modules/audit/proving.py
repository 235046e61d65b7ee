"""Single proofs out of the tree, for whoever checks with a program of their own."""

from base64 import b64encode

from events.database import fetch
from events.integrity.checkpoints import checkpoint_at
from events.integrity.merkle import inclusion
from events.integrity.tree import RecordDamaged, proofs
from modules.audit.contracts import (
    CheckpointUnknown,
    Consistency,
    Inclusion,
    NotCovered,
    RecordUnreadable,
)
from modules.audit.exporting import consistency_proofs


def consistency(since: int, size: int) -> Consistency:
    """Returns the proof that a checkpoint continues an earlier one.

    Raises:
        CheckpointUnknown: no checkpoint was signed at one of the sizes.
        NotCovered: `since` is the larger one.
        RecordUnreadable: an event or node that the proof needs is gone.
    """
    need(size)
    if since > size:
        raise NotCovered(
            f"The checkpoint of {size} events is earlier than that of {since}: swap them.",
            size=size,
        )
    try:
        (found,) = consistency_proofs([since], size)
    except RecordDamaged as error:
        raise RecordUnreadable(str(error), version=0) from error
    path = found["path"]
    assert isinstance(path, list)
    return Consistency(since=since, size=size, path=tuple(path))


def inclusion_proof(position: int, size: int) -> Inclusion:
    """Returns the proof that the event at a position is in a checkpoint's tree.

    Raises:
        CheckpointUnknown: no checkpoint was signed at `size`.
        NotCovered: the position is none of this tree.
        RecordUnreadable: an event or node that the proof needs is gone.
    """
    need(size)
    if not 1 <= position <= size:
        raise NotCovered(
            f"The checkpoint of {size} events covers the positions 1 to {size}.", size=size
        )
    rows = fetch(
        "SELECT e.stream_id, e.version, e.hash FROM es.log l"
        " JOIN es.event e USING (tenant_id, stream_id, version) WHERE l.position = %s",
        (position,),
    )
    try:
        if not rows:
            raise RecordDamaged(f"position {position} of the log has no event any more")
        (path,) = proofs([inclusion(position - 1, size)])
    except RecordDamaged as error:
        raise RecordUnreadable(str(error), version=0) from error
    return Inclusion(
        position=position,
        size=size,
        stream_id=rows[0][0],
        version=rows[0][1],
        hash=b64encode(rows[0][2]).decode(),
        path=tuple(b64encode(step).decode() for step in path),
    )


def need(size: int) -> None:
    if checkpoint_at(size) is None:
        raise CheckpointUnknown(f"No checkpoint was signed at {size} events.", size=size)
