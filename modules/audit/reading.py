"""Recorded events as an auditor reads them, and which of them had happened by a moment."""

from datetime import datetime
from typing import Literal

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
    everything: list[RecordedEvent],
    version: int | None,
    at: datetime | None,
    by: Literal["recorded", "effective"],
) -> list[RecordedEvent]:
    """Returns the events to fold; without its first event a stream has no state."""
    chosen = everything if version is None else everything[: max(version, 0)]
    if at is not None and by == "recorded":
        # Up to the last one known then: clocks of two machines may disagree, versions cannot.
        known = [each.version for each in chosen if each.recorded_at <= at]
        chosen = chosen[: max(known, default=0)]
    elif at is not None:
        chosen = [each for each in chosen if each.effective_at <= at]
    return chosen if chosen and chosen[0].version == everything[0].version else []
