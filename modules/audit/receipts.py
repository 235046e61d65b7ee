"""The receipt of an order: its events, and a proof for each that it is in the signed tree."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from events.chain import microseconds
from events.integrity.checkpoints import Checkpoint, cosignatures, latest
from events.integrity.merkle import inclusion
from events.integrity.tree import proofs
from events.store import RecordedEvent, read_stream
from modules.audit.contracts import ReceiptNotReady
from modules.audit.exporting import consistency_proofs
from modules.audit.streams import family, head

FORMAT = "counterfoil-receipt/1"
WAIT_SECONDS = 60


def receipt(order_id: UUID, *, since: int = 0) -> str:
    """Returns an order's receipt, a JSON text that `verify.py` verifies offline.

    `since` is the size of the checkpoint of an earlier receipt; the new one proves that its own
    checkpoint comes from there.

    Raises:
        StreamUnknown: there is no such order.
        ReceiptNotReady: no checkpoint covers the order yet.
        CheckpointUnknown: no checkpoint was signed at `since`.
    """
    return write_receipt(head(order_id).label, [order_id], since)


def order_proof(stream_id: UUID, *, since: int = 0) -> str:
    """Returns what `receipt` does, with an order's payments too. Raises as `receipt` does."""
    found = family(stream_id)
    return write_receipt(found[0].label, [each.stream_id for each in found], since)


def write_receipt(name: str, stream_ids: Sequence[UUID], since: int = 0) -> str:
    """Returns a receipt over these streams as JSON; `name` is what people call the order.

    It has every event that a checkpoint covers and counts those that wait for one. `since` is the
    size of the checkpoint of an earlier receipt, to be proved to be where this one comes from.

    Raises:
        ReceiptNotReady: the next checkpoint will be the first to cover anything of it.
        CheckpointUnknown: no checkpoint was signed at the size `since`.
    """
    checkpoint = latest()
    recorded = [event for stream_id in stream_ids for event in read_stream(stream_id)]
    covered = [
        event
        for event in recorded
        if checkpoint and event.position is not None and event.position <= checkpoint.size
    ]
    if checkpoint is None or not covered:
        raise ReceiptNotReady(
            "The order is recorded, and the next checkpoint will prove it. That takes a minute:"
            " try again then.",
            retry_after_seconds=WAIT_SECONDS,
        )
    receipt = {
        "format": FORMAT,
        "order": name,
        "keys": list(checkpoint.keys),
        "checkpoint": noted(checkpoint),
        "events": proved(covered, checkpoint.size),
        "later": len(recorded) - len(covered),
        "consistency": consistency_proofs([since] if since else [], checkpoint.size),
    }
    return json.dumps(receipt, indent=2, ensure_ascii=False) + "\n"


def noted(checkpoint: Checkpoint) -> dict[str, object]:
    lines = cosignatures([checkpoint.size])[checkpoint.size]
    return {"note": checkpoint.note, "cosignatures": [each.line for each in lines]}


def proved(recorded: Sequence[RecordedEvent], size: int) -> list[dict[str, Any]]:
    paths = proofs([inclusion((event.position or 0) - 1, size) for event in recorded])
    return [
        {
            "position": event.position,
            "tenant_id": event.tenant_id,
            "stream_id": str(event.stream_id),
            "version": event.version,
            "topic": event.topic,
            "schema_version": event.schema_version,
            "event_id": str(event.event_id),
            "recorded_at": microseconds(event.recorded_at),
            "effective_at": microseconds(event.effective_at),
            "actor": event.actor,
            "causation_id": str(event.causation_id) if event.causation_id else None,
            "correlation_id": str(event.correlation_id),
            "command_id": str(event.command_id) if event.command_id else None,
            "payload": event.payload.decode(),
            "hash": event.hash.hex(),
            "proof": [b64encode(step).decode() for step in path],
        }
        for event, path in zip(recorded, paths, strict=True)
    ]
