"""Signed checkpoints, and the keys that signed them, as lists and files show them."""

from base64 import b64encode

from events.integrity.checkpoints import checkpoint_at, cosignatures, newest
from modules.audit.contracts import CheckpointUnknown, SignedCheckpoint


def log_keys() -> tuple[str, ...]:
    """Returns the public keys that signed the last checkpoint, as `verify.py --key` takes them."""
    found = newest(1)
    return found[0].keys if found else ()


def signed_checkpoints(
    limit: int = 50, *, before: int | None = None
) -> tuple[SignedCheckpoint, ...]:
    """Returns the last checkpoints, the newest first; `before` a size, for the page after."""
    found = newest(limit, before=before)
    lines = cosignatures([each.size for each in found])
    return tuple(
        SignedCheckpoint(
            size=each.size,
            root=b64encode(each.root).decode(),
            signed_at=each.signed_at,
            keys=each.keys,
            witnesses=tuple(line.witness for line in lines[each.size]),
            note=each.note,
        )
        for each in found
    )


def signed_note(size: int) -> str:
    """Returns a checkpoint's signed note with its cosignatures, as witnesses and verifiers read it.

    Raises:
        CheckpointUnknown: no checkpoint was signed at this size.
    """
    found = checkpoint_at(size)
    if found is None:
        raise CheckpointUnknown(f"No checkpoint was signed at {size} events.", size=size)
    return found.note + "".join(f"{line.line}\n" for line in cosignatures([size])[size])
