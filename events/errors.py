"""What the event store refuses, and why.

DomainError
├── NotFound
│   └── StreamNotFound      no event of this stream (as of the asked moment)
├── Conflict
│   ├── VersionConflict     the stream moved on since it was loaded; load again and decide again
│   └── CommandReused       a command id came back with other content
├── Unavailable
│   ├── OutcomeUnknown      the database went away; repeat with the same command id
│   └── BrokerAway          messages cannot be sent now; the outbox keeps them
└── StoreMisuse             a mistake in the calling code, never the shopper's
    ├── UnknownTopic        a row names an event that no class is registered for
    ├── EmptyAppend         nothing to append
    ├── PayloadTooLarge     an event is no place for a file
    └── NotInTransaction    events are appended inside transaction.atomic() only
"""

from modules.kernel.errors import Conflict, DomainError, NotFound, Unavailable


class StreamNotFound(NotFound):
    code = "stream-not-found"


class VersionConflict(Conflict):
    code = "version-conflict"


class CommandReused(Conflict):
    code = "command-reused"


class OutcomeUnknown(Unavailable):
    code = "outcome-unknown"


class BrokerAway(Unavailable):
    code = "broker-away"


class StoreMisuse(DomainError):  # named like the four kinds
    code = "store-misuse"


class UnknownTopic(StoreMisuse):
    code = "unknown-topic"


class EmptyAppend(StoreMisuse):
    code = "empty-append"


class PayloadTooLarge(StoreMisuse):
    code = "payload-too-large"


class NotInTransaction(StoreMisuse):
    code = "not-in-transaction"
