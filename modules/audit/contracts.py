"""The auditor's view: every recorded event, the state it made, and whether the record is whole.

An auditor reads and never writes, except that looking at personal data leaves a record. A
**stream** is the history of one order or one payment; its
**chain** is the row of hashes, each made from the one before and everything its event says. A
**checkpoint** is a signed statement of how many events there are and of the root of the hash tree
over all of them; a **receipt** proves that an order's events are in such a tree.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from events.errors import NothingRecordedYet as NothingRecordedYet
from modules.audit.errors import BundleGone as BundleGone
from modules.audit.errors import CheckpointUnknown as CheckpointUnknown
from modules.audit.errors import NotCovered as NotCovered
from modules.audit.errors import NothingSigned as NothingSigned
from modules.audit.errors import QuestionRefused as QuestionRefused
from modules.audit.errors import ReadModelUnknown as ReadModelUnknown
from modules.audit.errors import ReasonMissing as ReasonMissing
from modules.audit.errors import ReceiptNotReady as ReceiptNotReady
from modules.audit.errors import RecordUnreadable as RecordUnreadable
from modules.audit.errors import RunRefused as RunRefused
from modules.audit.errors import RunUnknown as RunUnknown
from modules.audit.errors import StreamUnknown as StreamUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """That the event with `hash` stands at `position` in the tree of `size` events.

    `path` are the hashes of RFC 9162, section 2.1.3, from the leaf's neighbour up; each in base64.
    """

    position: int
    size: int
    stream_id: UUID
    version: int
    hash: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """That the tree of `size` events begins with that of `since`: RFC 9162, section 2.1.4."""

    since: int
    size: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint as a list shows it: `root` in base64, `witnesses` those who cosigned it."""

    size: int
    root: str
    signed_at: datetime
    keys: tuple[str, ...]
    witnesses: tuple[str, ...]
    note: str


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
class ReadToday:
    """An event of an older version: `before` is what is stored, `after` what today's code reads.

    `stored` and `read` are the topics of the two versions, `steps` how many lead from one to the
    other.
    """

    stored: str
    read: str
    steps: int
    fields: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCompared:
    """A row of a read model: `before` is what the table holds, `after` what the events make."""

    table: str
    key: str
    columns: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAt:
    """The state folded from the first `version` events, and what the last of them changed.

    `erasures` are the moments since when personal data of the stream is gone, if that was asked.
    """

    stream_id: UUID
    kind: str
    version: int
    versions: int
    recorded_at: datetime
    state: dict[str, object]
    changes: tuple[Change, ...]
    erasures: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowThen:
    """A row of a read model; `version` counts the events that it was folded from."""

    name: str
    key: UUID
    version: int
    columns: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsOf:
    """The sums of one currency in minor units; `adjusted` exactly, in units of the currency."""

    currency: str
    orders: int
    ordered_minor: int
    authorised_minor: int
    captured_minor: int
    voided_minor: int
    refunded_minor: int
    adjustments: int
    adjusted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    currencies: tuple[TotalsOf, ...]


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


# What a question to the log may name, and what it then means.
QUALIFIERS = {
    "actor": "who did it: staff:..., customer:..., guest, provider, system",
    "topic": "what happened: orders.order.placed, or the beginning of it",
    "order": "an order number, order id or payment id, with its payments",
    "after": "a day, a time, or a position of the log",
    "before": "as after",
    "cause": "a correlation id: all that one request led to",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """What is looked for in the log of all events; empty parts ask for nothing."""

    actor: str = ""
    topic: str = ""
    order: str = ""
    after: str = ""
    before: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event of the log with the name of its stream."""

    event: AuditedEvent
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Events, newest first; `older` is where the next page begins, `head` the newest position."""

    events: tuple[LoggedEvent, ...]
    older: int | None
    head: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVerification:
    """What the record itself says of a verification of the positions 1 to `size`.

    `root` is that of the tree over them in base64, empty where a hole leaves no tree; `checkpoint`
    the size of the last one compared, 0 if none was signed. `position` is where the record says so.
    """

    run_id: UUID
    position: int
    actor: str
    recorded_at: datetime
    size: int
    root: str
    checkpoint: int
    whole: bool
    findings: int
    first_position: int | None
    first_finding: str


type RunKind = Literal["verify", "export", "drift", "rebuild", "back", "retry", "past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRun:
    """Somebody wants the worker to do a longer piece of work.

    `subject` is the read model of a rebuild or a way back (empty: all of them), read model and
    stream of a retry separated by a space, the size of an earlier checkpoint for an export. For a
    look back there is `AskPast`.
    """

    kind: RunKind
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPast:
    """Somebody wants a whole read model as it was: after so many events, or at a moment."""

    read_model: str
    position: int | None = None
    as_known_at: datetime | None = None
    as_effective_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it was recorded; `position` is None where the log has no place."""

    position: int | None
    stream_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A piece of work as a page shows it: how far it is, how fast, and what came out.

    `outcome` is empty until it is finished; then good, bad (it found something) or failed.
    `per_second` counts positions of the log.
    """

    id: UUID
    kind: RunKind
    subject: str
    actor: str
    asked_at: datetime
    started_at: datetime | None
    heard_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    per_second: int
    outcome: str
    message: str
    findings: tuple[Finding, ...]
    facts: dict[str, str]
