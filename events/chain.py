"""The hash that chains a stream's events; docs/guides/event-store.md says how to recompute it.

SHA-256 over a fixed label and fourteen fields. A field is its length in bytes as four bytes, most
significant first, and then its text; an absent one is the length 0xFFFFFFFF and nothing. So no two
different rows give the same input, and nothing but the row's columns is needed to check it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID

LABEL = b"counterfoil/event/1\n"
GENESIS = bytes(32)
ABSENT = b"\xff\xff\xff\xff"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Enveloped(Protocol):
    """The columns beside the payload that the hash covers."""

    @property
    def tenant_id(self) -> int: ...
    @property
    def stream_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def topic(self) -> str: ...
    @property
    def schema_version(self) -> int: ...
    @property
    def event_id(self) -> UUID: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def effective_at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def causation_id(self) -> UUID | None: ...
    @property
    def correlation_id(self) -> UUID: ...
    @property
    def command_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An envelope before its event is recorded."""

    tenant_id: int
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    event_id: UUID
    recorded_at: datetime
    effective_at: datetime
    actor: str
    causation_id: UUID | None
    correlation_id: UUID
    command_id: UUID | None


def event_hash(previous: bytes, envelope: Enveloped, payload: bytes) -> bytes:
    """Returns the 32 bytes of an event's `hash`; `previous` is the one before, or `GENESIS`."""
    fields = (
        previous,
        b"%d" % envelope.tenant_id,
        str(envelope.stream_id).encode(),
        b"%d" % envelope.version,
        envelope.topic.encode(),
        b"%d" % envelope.schema_version,
        str(envelope.event_id).encode(),
        b"%d" % microseconds(envelope.recorded_at),
        b"%d" % microseconds(envelope.effective_at),
        envelope.actor.encode(),
        _identifier(envelope.causation_id),
        str(envelope.correlation_id).encode(),
        _identifier(envelope.command_id),
        payload,
    )
    parts = [LABEL]
    add = parts.append
    for field in fields:
        if field is None:
            add(ABSENT)
        else:
            add(len(field).to_bytes(4, "big"))
            add(field)
    return sha256(b"".join(parts)).digest()


def microseconds(moment: datetime) -> int:
    """Returns whole microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution."""
    return (moment - EPOCH) // MICROSECOND


def _identifier(value: UUID | None) -> bytes | None:
    return None if value is None else str(value).encode()
