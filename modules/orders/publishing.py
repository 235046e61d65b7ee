"""Stored events of orders, told to the modules above (and to our own policies) as facts."""

from collections.abc import Iterable
from typing import Any

from events.facts import translate
from events.store import RecordedEvent
from modules.orders.contracts import (
    LineQuantity,
    LinesCancelled,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderPlaced,
    ParcelDelivered,
    ParcelShipped,
    ReturnReceived,
    ReturnRequested,
)
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from modules.orders.models import OrderRow


def tell(event_class: type[Any], fact: type[Any], *fields: str) -> None:
    """Publishes an event as a fact with the named fields of the event added."""

    def to_facts(event: Any, recorded: RecordedEvent) -> Iterable[object]:
        added = {name: getattr(event, name) for name in fields}
        if "lines" in added:
            added["lines"] = _quantities(event.lines)
        yield fact(order_id=event.originator_id, number=_number(recorded), **added)

    translate(event_class, fact, to_facts)


def _number(recorded: RecordedEvent) -> str:
    if isinstance(recorded.aggregate, Order):
        return recorded.aggregate.state.number
    return OrderRow.objects.values_list("number", flat=True).get(id=recorded.stream_id)


def _quantities(lines: Iterable[ValuedLine | LineQuantity]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(sku=each.sku, quantity=each.quantity) for each in lines)


def _placed(event: Order.Placed, recorded: RecordedEvent) -> Iterable[object]:
    yield OrderPlaced(
        order_id=event.originator_id,
        number=event.number,
        total_minor=event.quote.total_minor,
        currency=event.quote.currency,
    )


translate(Order.Placed, OrderPlaced, _placed)
tell(Order.Confirmed, OrderConfirmed)
tell(Order.ParcelShipped, ParcelShipped, "parcel_id", "lines", "goods_minor", "delivery_minor")
tell(Order.ParcelDelivered, ParcelDelivered, "parcel_id")
tell(Order.LinesCancelled, LinesCancelled, "lines", "value_minor", "tax_minor", "reason")
tell(Order.Cancelled, OrderCancelled, "value_minor", "tax_minor", "reason")
tell(Order.ReturnRequested, ReturnRequested, "return_id")
tell(
    Order.ReturnReceived,
    ReturnReceived,
    "return_id",
    "lines",
    "restock",
    "value_minor",
    "tax_minor",
)
tell(Order.Completed, OrderCompleted)
