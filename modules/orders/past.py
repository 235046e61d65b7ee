"""Orders of the past, recorded in bulk: the same decisions, without what would follow today."""

from collections.abc import Sequence

from events.bulk import Bulk, Occasion
from modules.orders import projections as projections  # keeps the read model
from modules.orders.contracts import (
    LineQuantity,
    OrderNotFound,
    PastOrder,
    PastReturn,
    QuantityNotOpen,
    past_parcel,
)
from modules.orders.domain.order import Order
from modules.payments import commands as payments
from modules.payments.contracts import RefundPayment, RequestPayment


def complete_order(bulk: Bulk, message: PastOrder, occasion: Occasion) -> None:
    placed = message.order
    order = Order.place(
        placed.order_id,
        number=placed.number,
        cart_id=placed.cart_id,
        customer_id=placed.customer_id,
        contact=placed.contact,
        quote=placed.quote,
        subject=placed.subject,
    )
    everything = [LineQuantity(sku=line.sku, quantity=line.quantity) for line in placed.quote.lines]
    parcel_id = past_parcel(order.id)
    order.confirm()
    order.ship(parcel_id, everything)
    order.deliver(parcel_id)
    order.complete()
    bulk.record(order, occasion)
    payments.record_past_payment(
        bulk,
        RequestPayment(
            payment_id=message.payment_id,
            reference=order.id,
            description=placed.number,
            provider=message.provider,
            amount_minor=placed.quote.total_minor,
            currency=placed.quote.currency,
            subject=order.subject,
        ),
        occasion,
    )


def take_back(bulk: Bulk, parts: Sequence[PastReturn], occasion: Occasion) -> None:
    # All is asked before anything is recorded: what an aggregate decided cannot be undone.
    orders = [_returnable(bulk, part) for part in parts]
    for part in parts:
        payments.check_past_refund(bulk, _refund(part))
    for order, part in zip(orders, parts, strict=True):
        order.request_return(part.return_id, part.lines, part.reason)
        order.receive_return(part.return_id, restock=False)
        bulk.record(order, occasion)
        payments.record_past_refund(bulk, _refund(part), occasion)


def _returnable(bulk: Bulk, part: PastReturn) -> Order:
    order = bulk.find(Order, part.order_id)
    if order is None:
        raise OrderNotFound("There is no such order.", order_id=part.order_id)
    for wanted in part.lines:
        line = order.state.line(wanted.sku)
        available = line.returnable if line else 0
        if not 0 < wanted.quantity <= available:
            raise QuantityNotOpen(
                f"{available} of {wanted.sku} can come back, not {wanted.quantity}.",
                sku=wanted.sku,
                quantity=wanted.quantity,
                available=available,
            )
    return order


def _refund(part: PastReturn) -> RefundPayment:
    return RefundPayment(
        payment_id=part.payment_id,
        refund_id=part.return_id,
        amount_minor=part.refund_minor,
        reason=part.reason,
    )
