"""What may be asked of the mails directly."""

from uuid import UUID

from events.commands import command
from events.context import current_context
from events.outbox import emit
from modules.invoicing.selectors import document
from modules.kernel.identity import new_id
from modules.notifications.contracts import SEND, SendInvoiceAgain, SendOrderLink, SendPaymentLink
from modules.orders.contracts import OrderNotFound, OrderStepRefused
from modules.orders.selectors import order_by_number, payable_minor


@command
def send_order_link(message: SendOrderLink) -> None:
    """Sends an order's link to its own e-mail address; says nothing when there is no such order."""
    try:
        order = order_by_number(message.number)
    except OrderNotFound:
        return
    if order.contact.email.lower() != message.email.lower():
        return
    emit(
        SEND,
        key=f"order-link:{current_context().command_id or new_id()}",
        kind="order-link",
        order_id=order.id,
        about=order.id,
        amount_minor=0,
    )


@command
def send_payment_link(message: SendPaymentLink) -> None:
    """Sends the buyer of an order the link by which the open amount can be paid.

    Raises:
        OrderNotFound: no such order.
        OrderStepRefused: nothing of it is open.
    """
    open_minor = payable_minor(message.order_id)
    if not open_minor:
        raise OrderStepRefused("Nothing of this order is left to pay.", step="pay", status="paid")
    emit(
        SEND,
        key=f"payment-link:{current_context().command_id or new_id()}",
        kind="payment-link",
        order_id=message.order_id,
        about=message.order_id,
        amount_minor=open_minor,
    )


@command
def send_invoice_again(message: SendInvoiceAgain) -> UUID:
    """Sends an invoice or a credit note to its customer once more; returns its order's id.

    Raises:
        DocumentNotFound: there is none of this number.
    """
    found = document(message.number)
    emit(
        SEND,
        key=f"invoice-again:{current_context().command_id or new_id()}",
        kind="invoice-issued" if found.kind == "invoice" else "credit-note-issued",
        order_id=found.order_id,
        about=found.id,
        amount_minor=found.total_minor,
    )
    return found.order_id
