"""The auditor's view: every recorded event, the state it made, and whether the record is whole.

An auditor reads and never writes, except that looking at personal data leaves a record. A
**stream** is the history of one order or one payment; its **chain** is the row of hashes, each made
from the one before and everything its event says.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from modules.kernel.errors import Conflict, NotFound


class StreamUnknown(NotFound):
    """No order number, order id or stream id like this; field: `reference`."""

    code = "stream-unknown"


class NothingRecordedYet(NotFound):
    """At that time the stream had no event. Fields: `at`, `first`."""

    code = "nothing-recorded-yet"


class ReasonMissing(Conflict):
    """Personal data is opened for a reason in words, which is recorded; field: `least`."""

    code = "reason-missing"


class RecordUnreadable(Conflict):
    """An event that was changed so that no event can be read from it. Fields: `version`."""

    code = "record-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An invariant that did not hold right after an event, whatever was put right later."""

    invariant: str
    position: int
    stream_id: UUID
    version: int
    topic: str
    actor: str
    recorded_at: datetime
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSeals:
    """An auditor wants to see the personal data of a stream, and says why."""

    stream_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody had the personal data of a stream opened."""

    actor: str
    reason: str
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHead:
    """A stream as a list shows it; `kind` is `orders.order` or `payments.payment`."""

    stream_id: UUID
    kind: str
    label: str
    version: int
    hash: str
    last_recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedEvent:
    """One recorded event with its envelope; `payload` is the exact JSON text that was hashed."""

    stream_id: UUID
    version: int
    position: int | None
    topic: str
    title: str
    event_id: UUID
    actor: str
    recorded_at: datetime
    effective_at: datetime
    causation_id: UUID | None
    correlation_id: UUID | None
    command_id: UUID | None
    previous_hash: str
    hash: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of the state before and after an event; equal where nothing changed."""

    field: str
    before: str
    after: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAt:
    """The state folded from the first `version` events, and what the last of them changed."""

    stream_id: UUID
    kind: str
    version: int
    versions: int
    recorded_at: datetime
    state: dict[str, object]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """`bad_version` is the first event whose hash does not follow; None when the chain is whole."""

    stream_id: UUID
    kind: str
    events: int
    bad_version: int | None
    reason: str

    @property
    def whole(self) -> bool:
        return self.bad_version is None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """The outcome over many streams."""

    streams: int
    events: int
    broken: tuple[Verification, ...]
