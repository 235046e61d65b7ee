"""Events and commands as JSON: the same value gives the same bytes, for they are hashed.

Personal fields are sealed on the way out and opened on the way in (`events.privacy`); sealing the
same event twice gives other bytes, each as good as the other.
"""

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from events import registry
from events.privacy.marks import EACH, marked
from events.privacy.sealing import MARK_TEXT, open_sealed, seal

if TYPE_CHECKING:
    from events.aggregate import Event

ENVELOPE = frozenset({"originator_id", "originator_version"})


# Sorted keys, so that neither the order of a dict nor of a class's fields reaches the hash.
_encoder = msgspec.json.Encoder(order="sorted")
_raw_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def encode(value: object) -> bytes:
    """Returns `value` as UTF-8 JSON with sorted keys.

    Raises:
        TypeError: a part of it has no JSON form (see msgspec's supported types).
    """
    return _encoder.encode(value)


def decode[T](data: bytes, type_: type[T]) -> T:
    """Returns the value that `encode` was given.

    Raises:
        msgspec.ValidationError: the JSON is not of this type.
    """
    value: T = _decoder(type_).decode(data)  # type: ignore[arg-type]  # a type is hashable
    return value


def encode_event(event: "Event", ahead: "bytes | dict[str, Any] | None" = None) -> bytes:
    """Returns the event's own fields; what the envelope says (stream, version) is left out.

    Personal fields are sealed under keys of `event.whose()`, made if there are none yet: within
    the transaction that stores the event. `ahead` is what `encode_ahead` returned, used up here.
    """
    if isinstance(ahead, bytes):
        return ahead
    marks = marked(type(event))
    fields = ahead or own_fields(event)
    if not marks:
        return _encoder.encode(fields)
    if ahead is None:
        # The rest, an order's whole quote among it, is left to the encoder.
        for name in {mark.path[0] for mark in marks}:
            fields[name] = msgspec.to_builtins(fields[name], str_keys=True)
    subject = event.whose()
    if "subject" in fields:
        fields["subject"] = str(subject)
    seal(
        marks,
        fields,
        subject=subject,
        stream_id=event.originator_id,
        version=event.originator_version,
    )
    return _encoder.encode(fields)


def encode_ahead(event: "Event") -> bytes | dict[str, Any]:
    """Does of `encode_event` what needs neither keys nor a transaction; it makes the same bytes."""
    personal = {mark.path[0] for mark in marked(type(event))}
    if not personal:
        return _encoder.encode(own_fields(event))
    return {
        name: msgspec.to_builtins(value, str_keys=True)
        if name in personal
        else msgspec.Raw(_encoder.encode(value))
        for name, value in own_fields(event).items()
    }


def seals(event: "Event") -> set[tuple[UUID, str]]:
    """Returns whose keys `encode_event` seals the event under, and for what purposes."""
    marks = [mark for mark in marked(type(event)) if _is_filled(event, mark.path)]
    return {(event.whose(), mark.purpose) for mark in marks}


def _is_filled(value: Any, path: tuple[str, ...]) -> bool:
    if not path or value is None:
        return bool(value)
    if path[0] == EACH:
        return any(_is_filled(item, path[1:]) for item in value)
    return _is_filled(getattr(value, path[0], None), path[1:])


def own_fields(event: "Event") -> dict[str, Any]:
    """Returns the event's fields as they are in memory, those of the envelope left out."""
    return {name: getattr(event, name) for name in event.__struct_fields__ if name not in ENVELOPE}


def decode_event(
    topic: str, payload: bytes, stream_id: UUID, version: int, part: "type[Event] | None" = None
) -> "Event":
    """Returns the event of a stored row, brought up to its class's present version.

    `part` is a class with some of the event's fields, for who reads no others: what it lacks is
    neither decoded nor opened.

    Raises:
        UnknownTopic: no class is registered for the topic.
        msgspec.ValidationError: the payload does not fit the class.
        SealBroken: a sealed field was changed or moved.
    """
    event_class, steps = registry.resolve(topic)
    event_class = part or event_class
    sealed = MARK_TEXT in payload
    if steps:
        payload = _encoder.encode(decode_fields(topic, payload))
    if sealed:
        marks = marked(event_class)
        personal = {mark.path[0] for mark in marks}
        fields: dict[str, Any] = {
            name: msgspec.json.decode(value) if name in personal else value
            for name, value in _raw_fields.decode(payload).items()
            if part is None or name in part.__struct_fields__
        }
        open_sealed(marks, fields, stream_id=stream_id, version=version)
        payload = _encoder.encode(fields)
    # The envelope goes last: of a repeated key the last one counts, so no payload can claim
    # another stream than its row's.
    separator = b"" if payload.strip() == b"{}" else b","
    whole = b'%s%s"originator_id":"%s","originator_version":%d}' % (
        payload.rstrip()[:-1],
        separator,
        str(stream_id).encode(),
        version,
    )
    event: Event = _decoder(event_class).decode(whole)
    return event


def decode_fields(topic: str, payload: bytes) -> dict[str, Any]:
    """Returns a stored payload as plain JSON, brought up to its class's present version.

    Sealed fields stay as they are stored.

    Raises:
        UnknownTopic: no class is registered for the topic.
        msgspec.DecodeError: it is not JSON.
    """
    fields: dict[str, Any] = msgspec.json.decode(payload)
    for step in registry.resolve(topic)[1]:
        fields = step(fields)
    return fields


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)
