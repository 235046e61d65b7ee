"""Events stored in an older version: what is stored beside what today's code reads of it."""

from typing import Any

import msgspec

from events.codec import decode_event, own_fields
from events.privacy.sealing import MARK, SEALED, personal_fields
from events.registry import resolve, topic_of
from modules.audit.contracts import AuditedEvent, ReadToday, RecordUnreadable
from modules.audit.folding import as_text, changes


def read_today(event: AuditedEvent) -> ReadToday | None:
    """Returns both forms of an event, field by field; None where it is stored in today's version.

    Sealed fields say `sealed` in both.

    Raises:
        RecordUnreadable: no class reads the topic, or what is stored fits none.
    """
    try:
        event_class, steps = resolve(event.topic)
        if not steps:
            return None
        stored = without_seals(msgspec.json.decode(event.payload))
        with personal_fields("sealed"):
            read = decode_event(event.topic, event.payload.encode(), event.stream_id, event.version)
    except Exception as error:
        # What was written behind the shop's back may break any assumption of any event.
        raise RecordUnreadable(
            f"Event {event.version} cannot be read any more ({type(error).__name__}). Recompute"
            " the chain to see whether it was changed.",
            version=event.version,
        ) from error
    fields: dict[str, object] = msgspec.to_builtins(
        own_fields(read), str_keys=True, enc_hook=as_text
    )
    return ReadToday(
        stored=event.topic,
        read=topic_of(event_class),
        steps=len(steps),
        fields=changes(stored, fields),
    )


def without_seals(value: Any) -> Any:
    """Returns stored JSON in which every seal is the word for it."""
    match value:
        case dict() if MARK in value:
            return SEALED
        case dict():
            return {name: without_seals(each) for name, each in value.items()}
        case list():
            return [without_seals(each) for each in value]
    return value
