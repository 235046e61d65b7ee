"""An order's events, turned into what pages and the API show of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.store import RecordedEvent
from modules.orders.contracts import OrderDetail, OrderLine, Parcel, Return
from modules.orders.domain import state
from modules.orders.domain.order import Order

# When each parcel and return moved, by the kind of step and its id.
type Moments = dict[tuple[str, UUID], datetime]


def detail_of(recorded: Sequence[RecordedEvent], payment_status: str) -> OrderDetail:
    """Returns the order that these events, from its first, make."""
    order = Order.fold(recorded[0].stream_id, (row.event for row in recorded))
    return _detail(order, _moments(recorded), payment_status)


def _moments(recorded: Sequence[RecordedEvent]) -> Moments:
    moments: Moments = {}
    for row in recorded:
        event = row.event
        if isinstance(event, Order.Placed):
            moments["placed", row.stream_id] = row.effective_at
        elif isinstance(event, Order.ParcelShipped):
            moments["shipped", event.parcel_id] = row.effective_at
        elif isinstance(event, Order.ParcelDelivered):
            moments["delivered", event.parcel_id] = row.effective_at
        elif isinstance(event, Order.ReturnRequested):
            moments["requested", event.return_id] = row.effective_at
        elif isinstance(event, Order.ReturnReceived):
            moments["received", event.return_id] = row.effective_at
    return moments


def _detail(order: Order, moments: Moments, payment_status: str) -> OrderDetail:
    known = order.state
    return OrderDetail(
        id=order.id,
        number=known.number,
        status=known.status,
        payment_status=payment_status,
        fulfilment_status=known.fulfilment_status,
        customer_id=order.customer_id,
        cart_id=order.cart_id,
        contact=order.contact,
        quote=order.quote,
        currency=known.currency,
        total_minor=known.total_minor,
        cancelled_minor=known.cancelled_minor,
        due_minor=known.due_minor,
        lines=tuple(_line(line) for line in known.lines),
        parcels=tuple(_parcel(parcel, moments) for parcel in known.parcels),
        returns=tuple(_return(each, moments) for each in known.returns),
        cancel_reason=known.cancel_reason,
        version=order.version,
        placed_at=moments["placed", order.id],
        allowed=known.allowed,
        vat_id=order.vat_id,
    )


def _line(line: state.Line) -> OrderLine:
    return OrderLine(
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        total_minor=line.total_minor,
        cancelled=line.cancelled,
        shipped=line.shipped,
        returned=line.returned,
        open=line.open,
    )


def _parcel(parcel: state.Parcel, moments: Moments) -> Parcel:
    return Parcel(
        id=parcel.id,
        lines=parcel.lines,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        shipped_at=moments["shipped", parcel.id],
        delivered_at=moments.get(("delivered", parcel.id)),
    )


def _return(each: state.Return, moments: Moments) -> Return:
    return Return(
        id=each.id,
        lines=each.lines,
        reason=each.reason,
        requested_at=moments["requested", each.id],
        received_at=moments.get(("received", each.id)),
        value_minor=each.value_minor,
    )
