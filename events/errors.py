"""What the event store refuses, and why.

DomainError
├── NotFound
│   ├── StreamNotFound      no event of this stream (as of the asked moment)
│   └── NothingRecordedYet  the first fact is later than the asked moment
├── Conflict
│   ├── VersionConflict     the stream moved on since it was loaded; load again and decide again
│   ├── CommandReused       a command id came back with other content
│   ├── MomentAhead         the past was asked for, with a moment that is not past yet
│   ├── PastRefused         a position beyond the end of the log, or two ends at once
│   └── MomentUnreadable    a text that is no moment, or one without its offset
├── Unavailable
│   ├── OutcomeUnknown      the database went away; repeat with the same command id
│   └── BrokerAway          messages cannot be sent now; the outbox keeps them
└── StoreMisuse             a mistake in the calling code, never the shopper's
    ├── UnknownTopic        a row names an event that no class is registered for
    ├── EmptyAppend         nothing to append
    ├── PayloadTooLarge     an event is no place for a file
    ├── PersonalKeyMissing  personal data without the key that protects it, or with another one
    ├── SealBroken          a sealed field is not what was once sealed there
    └── NotInTransaction    events are appended inside transaction.atomic() only
"""

from modules.kernel.errors import Conflict, DomainError, NotFound, Unavailable


class StreamNotFound(NotFound):
    """Nothing is recorded under this id, or nothing as of the asked moment."""

    code = "stream-not-found"


class NothingRecordedYet(NotFound):
    """At that time nothing of it was recorded. Fields: `at`, `first` (of its first fact)."""

    code = "nothing-recorded-yet"


class MomentAhead(Conflict):
    """The moment asked for lies in the future, of which nothing is known. Fields: `at`, `now`."""

    code = "moment-ahead"


class MomentUnreadable(Conflict):
    """A text that is no moment: write it with its offset, like 2026-11-21T14:30:00Z.

    Field: `text`.
    """

    code = "moment-unreadable"


class PastRefused(Conflict):
    """The log has no such past: ask for a position it has, or for a moment, and not for both.

    Fields: `head`, the last position there is.
    """

    code = "past-refused"


class VersionConflict(Conflict):
    """Somebody else changed the same thing at this moment; nothing was recorded."""

    code = "version-conflict"


class CommandReused(Conflict):
    """The idempotency key was used before, for another request or other content."""

    code = "command-reused"


class OutcomeUnknown(Unavailable):
    """The database went away while the request was being stored; it may be stored or not."""

    code = "outcome-unknown"


class BrokerAway(Unavailable):
    """The message queue does not answer; what waits for it is kept and sent later."""

    code = "broker-away"


class StoreMisuse(DomainError):  # named like the four kinds
    """A mistake in the shop's own code, never the caller's."""

    code = "store-misuse"


class UnknownTopic(StoreMisuse):
    """A recorded event has a name that this version of the shop does not know."""

    code = "unknown-topic"


class EmptyAppend(StoreMisuse):
    """The shop tried to record nothing at all."""

    code = "empty-append"


class PayloadTooLarge(StoreMisuse):
    """An event was larger than an event may be; nothing was recorded."""

    code = "payload-too-large"


class PersonalKeyMissing(StoreMisuse):
    """The process lacks the key that protects personal data, or has another one."""

    code = "personal-key-missing"


class SealBroken(StoreMisuse):
    """A sealed field was changed, or moved to another field, event or person."""

    code = "seal-broken"


class NotRebuildable(Conflict):
    """A read model cannot be rebuilt, or not now; the live tables are as they were."""

    code = "not-rebuildable"


class RebuildUnderWay(NotRebuildable):
    """Another rebuild or comparison of the read models runs just now; they take turns."""

    code = "rebuild-under-way"


class RebuildStopped(StoreMisuse):
    """A rebuild met an event that it could not fold; the live tables are as they were."""

    code = "rebuild-stopped"


class NotInTransaction(StoreMisuse):
    """The shop tried to record an event outside a transaction; nothing was recorded."""

    code = "not-in-transaction"
