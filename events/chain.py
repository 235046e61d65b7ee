"""The hash that chains a stream's events; docs/guides/event-store.md says how to recompute it.

SHA-256 over a fixed label and fourteen fields. A field is its length in bytes as four bytes, most
significant first, and then its text; an absent one is the length 0xFFFFFFFF and nothing. So no two
different rows give the same input, and nothing but the row's columns is needed to check it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
    return sha256(
        b"".join(
            (
                LABEL,
                _field(previous),
                _number(envelope.tenant_id),
                _repeated_id(envelope.stream_id),
                _number(envelope.version),
                _text(envelope.topic),
                _number(envelope.schema_version),
                _id(envelope.event_id),
                _moment(envelope.recorded_at),
                _moment(envelope.effective_at),
                _text(envelope.actor),
                _repeated_id(envelope.causation_id),
                _repeated_id(envelope.correlation_id),
                _repeated_id(envelope.command_id),
                _field(payload),
            )
        )
    ).digest()


def microseconds(moment: datetime) -> int:
    """Returns whole microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution."""
    return (moment - EPOCH) // MICROSECOND


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _id(value: UUID | None) -> bytes:
    return ABSENT if value is None else _field(str(value).encode())


# Events that are recorded or verified together share most of their envelope.
@lru_cache(maxsize=4096)
def _repeated_id(value: UUID | None) -> bytes:
    return _id(value)


@lru_cache(maxsize=1024)
def _text(value: str) -> bytes:
    return _field(value.encode())


@lru_cache(maxsize=1024)
def _number(value: int) -> bytes:
    return _field(b"%d" % value)


@lru_cache(maxsize=1024)
def _moment(value: datetime) -> bytes:
    return _number(microseconds(value))
