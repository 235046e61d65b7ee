"""Messages made of stored events: which event is which message, and what it says."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from modules.kernel.identity import derived_id
from modules.webhooks.domain.messages import DATA, Data

MODULES = {"order": "orders", "payment": "payments"}


class Message(msgspec.Struct, frozen=True):
    """A message as it is sent.

    `position` is its place in the log of all that happens, `sequence` counts the messages of its
    order from 1 without a gap, whatever types an endpoint asked for. Both are zero in a ping.
    """

    type: str
    version: int
    timestamp: datetime
    position: int
    order_id: UUID | None
    sequence: int
    data: Any


def topic_of(message_type: str) -> str:
    """Returns the name of the stored event behind a type, without its version."""
    return f"{MODULES[message_type.partition('.')[0]]}.{message_type}"


def type_of(topic: str) -> str:
    """Returns the type of the message that an event of this topic becomes."""
    return topic.partition(".")[2].rpartition(".v")[0]


def message_id(event_id: UUID) -> str:
    """Returns the `webhook-id`: the same for one event to every endpoint, however often."""
    return f"msg_{derived_id('webhooks.message', event_id).hex}"


def data_of(message_type: str, fields: Mapping[str, Any], stream_id: UUID, version: int) -> Data:
    """Returns what a message says, from the fields of its event in their present version.

    Raises:
        msgspec.ValidationError: the event lacks something that the message promises.
    """
    found = _FLATTENED.get(message_type, dict)(fields)
    found |= {"order_version": version, "payment_id": str(stream_id)}
    data: Data = msgspec.convert(found, DATA[message_type])
    return data


def _placed(fields: Mapping[str, Any]) -> dict[str, Any]:
    quote = fields["quote"]
    delivery = quote.get("delivery")
    return {
        "number": fields["number"],
        "customer_id": fields["customer_id"],
        "currency": quote["currency"],
        "total_minor": quote["total_minor"],
        "delivery_minor": delivery["total_minor"] if delivery else 0,
        "lines": quote["lines"],
    }


_FLATTENED: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"order.placed": _placed}
