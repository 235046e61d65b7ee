"""What may be asked of the mails directly."""

from events.commands import command
from events.context import current_context
from events.outbox import emit
from modules.kernel.identity import new_id
from modules.notifications.contracts import SEND, SendOrderLink
from modules.orders.contracts import OrderNotFound
from modules.orders.selectors import order_by_number


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
