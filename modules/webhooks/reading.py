"""Messages read back from the log; nothing of what they say is kept anywhere else."""

from collections.abc import Sequence
from typing import Any

import msgspec

from events import codec
from events.database import fetch
from events.recorded import COLUMNS, RecordedEvent, from_row
from modules.orders.contracts import OrderDetail
from modules.orders.selectors import order_detail
from modules.webhooks.domain.making import Message, data_of, message_id
from modules.webhooks.domain.messages import (
    PING,
    VERSION,
    OrderCancelled,
    OrderPlaced,
    ParcelShipped,
    Ping,
    ReturnRequested,
    VatIdGiven,
)
from modules.webhooks.models import DeliveryRow, MessageRow

_EVENTS = (
    f"SELECT l.position, {COLUMNS} FROM es.log l"  # noqa: S608
    " JOIN es.event e USING (tenant_id, stream_id, version) WHERE l.position = ANY (%s)"
)


def messages(rows: Sequence[MessageRow]) -> list[tuple[str, Message]]:
    """Returns what these rows of the feed say, each with its `webhook-id`; one query."""
    found = fetch(_EVENTS, ([row.position for row in rows],)) if rows else []
    events = {row[0]: from_row(row[0], row[1:]) for row in found}
    return [
        (message_id(events[row.position].event_id), _message(row, events[row.position]))
        for row in rows
    ]


def body_of(delivery: DeliveryRow, *, personal: bool = False) -> bytes:
    """Returns the body of a delivery: the same bytes at every attempt.

    With `personal` it also says what the order says of people at this moment, so that whoever was
    erased meanwhile is named no more.
    """
    if delivery.type == PING:
        return codec.encode(
            Message(
                type=PING,
                version=VERSION,
                timestamp=delivery.created_at,
                position=0,
                order_id=None,
                sequence=0,
                data=Ping(endpoint_id=delivery.endpoint_id),
            )
        )
    row = MessageRow.objects.get(position=delivery.position)
    message = messages([row])[0][1]
    words = people(message) if personal else {}
    if not words:
        return codec.encode(message)
    return codec.encode({**msgspec.to_builtins(message), "personal": words})


def people(message: Message) -> dict[str, Any]:
    """Returns what a message leaves out of an order's personal data; empty where it is nothing.

    Raises:
        OrderNotFound: there is no such order.
    """
    data = message.data
    kinds = OrderPlaced | VatIdGiven | ParcelShipped | OrderCancelled | ReturnRequested
    if message.order_id is None or not isinstance(data, kinds):
        return {}
    order = order_detail(message.order_id)
    if isinstance(data, ParcelShipped):
        numbers = {each.id: each.tracking_number for each in order.parcels}
        return {"tracking_number": numbers.get(data.parcel_id, "")}
    if isinstance(data, ReturnRequested):
        reasons = {each.id: each.reason for each in order.returns}
        return {"reason": reasons.get(data.return_id, "")}
    if isinstance(data, OrderCancelled):
        return {"reason": order.cancel_reason}
    if isinstance(data, VatIdGiven):
        return {"vat_id": order.vat_id}
    return _contact(order)


def _contact(order: OrderDetail) -> dict[str, Any]:
    builtins: dict[str, Any] = msgspec.to_builtins(order.contact)
    return builtins


def _message(row: MessageRow, recorded: RecordedEvent) -> Message:
    return Message(
        type=row.type,
        version=VERSION,
        timestamp=recorded.effective_at,
        position=row.position,
        order_id=row.order_id,
        sequence=row.sequence,
        data=data_of(
            row.type,
            codec.decode_fields(recorded.topic, recorded.payload),
            recorded.stream_id,
            recorded.version,
        ),
    )
