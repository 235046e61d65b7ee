"""Recorded events as an auditor reads them, and which of them had happened by a moment."""

from events.errors import NothingRecordedYet
from events.moments import AsOf
from events.store import RecordedEvent
from modules.audit.contracts import AuditedEvent


def audited(recorded: RecordedEvent, previous: bytes) -> AuditedEvent:
    return AuditedEvent(
        stream_id=recorded.stream_id,
        version=recorded.version,
        position=recorded.position,
        topic=recorded.topic,
        title=words(recorded.topic),
        event_id=recorded.event_id,
        actor=recorded.actor,
        recorded_at=recorded.recorded_at,
        effective_at=recorded.effective_at,
        causation_id=recorded.causation_id,
        correlation_id=recorded.correlation_id,
        command_id=recorded.command_id,
        previous_hash=previous.hex(),
        hash=recorded.hash.hex(),
        payload=recorded.payload.decode(),
    )


def words(topic: str) -> str:
    """Writes a topic's event for people, without reading it: Parcel shipped."""
    return topic.rpartition(".v")[0].rpartition(".")[2].replace("_", " ").capitalize()


def chosen_events(
    everything: list[RecordedEvent], version: int | None, as_of: AsOf | None
) -> list[RecordedEvent]:
    """Returns the events to fold.

    Raises:
        NothingRecordedYet: no event of it at that version or time.
    """
    chosen = everything if version is None else everything[: max(version, 0)]
    if not chosen:
        first = everything[0].recorded_at.isoformat()
        raise NothingRecordedYet(
            f"This stream has no event {version}; its first event is of {first}.",
            at=str(version),
            first=first,
        )
    return chosen if as_of is None else as_of.required(chosen, "this stream")
