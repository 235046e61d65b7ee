"""What can be done with orders. Each decides from the stream; what follows is in `policies`."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings

from events.bulk import Bulk, Occasion
from events.commands import command
from events.errors import VersionConflict
from events.outbox import emit, withdraw
from events.repository import load_or_none, save
from events.store import read_stream, stream_head
from modules.kernel.clock import now
from modules.kernel.errors import DomainError
from modules.orders import money, past
from modules.orders.contracts import (
    CancelLines,
    CancelOrder,
    CaptureOrder,
    DeliverParcel,
    OrderChanged,
    OrderCommand,
    OrderNotFound,
    OrderStepRefused,
    PastOrder,
    PastReturn,
    PlaceOrder,
    ReceiveReturn,
    RefundOrder,
    RequestReturn,
    ShipParcel,
)
from modules.orders.domain.order import Order
from modules.orders.wording import words
from modules.payments import commands as payments
from modules.payments.selectors import payments_of


def place_order(message: PlaceOrder) -> UUID:
    """Records an order in the caller's transaction and winds up its clock; returns its id.

    Unpaid after `settings.RESERVATION_PERIOD`, it is cancelled and its stock released.

    Raises:
        QuoteUnsound: the quote cannot be an order.
        OrderStepRefused: another basket was ordered under this id.
        VersionConflict: the same basket is being ordered at this moment; try again.
    """
    order = Order.place(
        message.order_id,
        number=message.number,
        cart_id=message.cart_id,
        customer_id=message.customer_id,
        contact=message.contact,
        quote=message.quote,
        subject=message.subject,
        vat_id=message.vat_id,
    )
    try:
        save(order)
    except VersionConflict:
        existing = load_or_none(Order, message.order_id)
        if existing and existing.cart_id != message.cart_id:
            raise OrderStepRefused(
                "This order id is taken. Reload the page and order again.",
                step="place",
                status=existing.state.status,
            ) from None
        raise
    emit(
        "orders.expire_unpaid",
        key=str(message.order_id),
        due_at=now() + settings.RESERVATION_PERIOD,
        order_id=message.order_id,
    )
    return message.order_id


@command
def confirm_unowed(order_id: UUID) -> None:
    """Confirms an order that costs nothing; one that costs something waits for its payment.

    Raises:
        OrderNotFound: there is none.
        OrderStepRefused: it is cancelled.
    """
    order = _load(order_id)
    if not order.state.due_minor:
        order.confirm()
        save(order)
        withdraw("orders.expire_unpaid", str(order.id))


@command
def ship_parcel(message: ShipParcel) -> int:
    """Sends a parcel of a confirmed order; returns the order's version.

    Takes the units out of stock and, where the shop captures on shipment, their value.

    Raises:
        OrderNotFound, OrderChanged, OrderStepRefused, QuantityNotOpen.
        NothingReserved, NotOnHand: the stock does not have the units.
    """

    def ship(order: Order) -> None:
        order.ship(
            message.parcel_id,
            message.lines,
            carrier=message.carrier,
            tracking_number=message.tracking_number,
        )

    return _act(message, ship)


@command
def deliver_parcel(message: DeliverParcel) -> int:
    """Records that a parcel arrived; the last one completes a paid order.

    Raises:
        OrderNotFound, OrderChanged, OrderStepRefused.
    """
    return _act(message, lambda order: order.deliver(message.parcel_id))


@command
def cancel_lines(message: CancelLines) -> int:
    """Takes unshipped units off, releases their stock and gives back what was paid for them.

    Raises:
        OrderNotFound, OrderChanged, OrderStepRefused, QuantityNotOpen.
    """
    return _act(message, lambda order: order.cancel_lines(message.lines, message.reason))


@command
def cancel_order(message: CancelOrder) -> int:
    """Ends an unshipped order, releases its stock, and releases or gives back its money.

    Raises:
        OrderNotFound, OrderChanged, OrderStepRefused.
    """
    return _act(message, lambda order: order.cancel(message.reason))


@command
def request_return(message: RequestReturn) -> int:
    """Announces that shipped units come back.

    Raises:
        OrderNotFound, OrderChanged, OrderStepRefused, QuantityNotOpen.
    """
    return _act(
        message,
        lambda order: order.request_return(message.return_id, message.lines, message.reason),
    )


@command
def receive_return(message: ReceiveReturn) -> int:
    """Records that a return arrived, and puts its units on sale again if `restock` says so.

    Money is given back by `refund_order`, after somebody has looked at the goods.

    Raises:
        OrderNotFound, OrderChanged, OrderStepRefused.
    """
    return _act(
        message, lambda order: order.receive_return(message.return_id, restock=message.restock)
    )


@command
def refund_order(message: RefundOrder) -> None:
    """Asks the order's payments to give money back, oldest first, each within its own limit.

    Raises:
        OrderNotFound, OrderChanged: as for every step.
        AmountRefused: not above zero, or more than is left of what was captured.
        RequestDiffers: `refund_id` was used for another amount.
    """
    _unchanged(message)
    money.give_back(
        message.order_id, message.refund_id, message.amount_minor, reason=message.reason
    )


@command
def capture_order(message: CaptureOrder) -> None:
    """Asks the order's payments for authorised money, oldest first; None: what is still owed.

    Never more than the order is worth. Owing nothing, None changes nothing.

    Raises:
        OrderNotFound, OrderChanged: as for every step.
        AmountRefused: not above zero, or more than is owed or authorised.
    """
    money.collect(_unchanged(message), message.capture_id, message.amount_minor)


def record_past_order(bulk: Bulk, message: PastOrder, occasion: Occasion) -> None:
    """Records an order of the past from its placing to its end, and its payment.

    Raises:
        QuoteUnsound: the quote cannot be an order.
        AmountRefused: it cost nothing.
    """
    past.complete_order(bulk, message, occasion)


def record_past_returns(bulk: Bulk, parts: Sequence[PastReturn], occasion: Occasion) -> None:
    """Records that units came back and their money was given back, of all orders or of none.

    Raises:
        OrderNotFound, PaymentNotFound: `bulk` holds no such order; load it first.
        QuantityNotOpen, AmountRefused: not so much of it is left. Nothing was recorded.
    """
    past.take_back(bulk, parts, occasion)


def settle(order_id: UUID) -> None:
    """Has the providers do now what is outstanding for an order; call it after the command."""
    for payment in payments_of(order_id):
        payments.settle(payment.id)


def expire_unpaid(order_id: UUID) -> None:
    """Cancels an order that was not paid in time, after asking the provider once more.

    An attempt that the shopper left open is ended at the provider, so that it cannot be paid any
    more. One that is authorised in this very moment is recorded, and given back by policy.

    Raises:
        ProviderUnavailable: the provider has to be asked first, and does not answer.
    """
    if _load(order_id).state.status != "placed":
        return
    for payment in payments_of(order_id):
        if payment.status == "pending":
            payments.resolve_unknown(payment.id)
    _cancel_unpaid(order_id)
    settle(order_id)


@command
def _cancel_unpaid(order_id: UUID) -> None:
    order = _load(order_id)
    if order.state.status == "placed":
        order.cancel(money.NOT_PAID_IN_TIME)
        save(order)


def _act(message: OrderCommand, step: Callable[[Order], None]) -> int:
    """Loads, decides, saves. A change by somebody else is named before any other refusal."""
    order = _load(message.order_id)
    loaded = order.version
    try:
        step(order)
    except DomainError:
        _require_unchanged(message, loaded)
        raise
    if order.pending_events:
        _require_unchanged(message, loaded)
        save(order)
    # What followed from it may have moved the order on.
    head = stream_head(message.order_id)
    return head.version if head else order.version


def _unchanged(message: OrderCommand) -> Order:
    order = _load(message.order_id)
    _require_unchanged(message, order.version)
    return order


def _require_unchanged(message: OrderCommand, version: int) -> None:
    seen = message.expected_version
    if seen is None or seen == version:
        return
    recent = read_stream(message.order_id, after=min(seen, version - 1))
    last = recent[-1]
    what, _ = words(last.event)
    raise OrderChanged(
        "Somebody changed this order since you opened it. Look at it again.",
        seen=seen,
        now=version,
        by=last.actor,
        at=last.recorded_at.isoformat(),
        what=what,
    )


def _load(order_id: UUID) -> Order:
    order = load_or_none(Order, order_id)
    if order is None:
        raise OrderNotFound("There is no such order.", order_id=order_id)
    return order
