"""Which fact is worth a mail. Each asks for one effect, whose key makes it one mail."""

from uuid import UUID

from django.conf import settings

from events.context import current_context
from events.facts import subscribe
from events.outbox import emit, withdraw
from events.privacy.erasing import CustomerErased
from modules.customers.selectors import account_emails
from modules.invoicing.contracts import DocumentIssued
from modules.kernel.clock import now
from modules.notifications.contracts import REMIND, SEND, Kind
from modules.notifications.folder import Forgotten, forget, kept_mails
from modules.orders.contracts import (
    LinesCancelled,
    OrderCancelled,
    OrderConfirmed,
    OrderNotFound,
    OrderPlaced,
    ParcelShipped,
    ReturnReceived,
)
from modules.orders.selectors import orders_of, payable_minor
from modules.payments.contracts import PaymentDeclined, PaymentLapsed, PaymentRefunded


def write(kind: Kind, order_id: UUID, about: UUID, amount_minor: int = 0) -> None:
    """Asks for a mail; ids alone travel, so that no personal data lies in a queue.

    One mail for each stored event: its id is the cause that a published fact carries along.
    """
    emit(
        SEND,
        key=f"{kind}:{current_context().causation_id or about}",
        kind=kind,
        order_id=order_id,
        about=about,
        amount_minor=amount_minor,
    )


def confirm_the_order(fact: OrderPlaced) -> None:
    write("order-placed", fact.order_id, fact.order_id)


def remind_of_the_payment(fact: OrderPlaced) -> None:
    """Winds up a reminder that finds the order unpaid half-way through its reservation, or not."""
    emit(
        REMIND,
        key=str(fact.order_id),
        due_at=now() + settings.PAYMENT_REMINDER_AFTER,
        order_id=fact.order_id,
    )


def spare_the_reminder(fact: OrderConfirmed) -> None:
    withdraw(REMIND, str(fact.order_id))


def say_it_was_declined(fact: PaymentDeclined) -> None:
    # A renewal that was declined is no matter of the buyer's while the old promise holds.
    if open_of(fact.reference):
        write("payment-declined", fact.reference, fact.payment_id)


def open_of(reference: UUID) -> int:
    """Returns what is left to pay of an order; nothing of what is no order."""
    try:
        return payable_minor(reference)
    except OrderNotFound:
        return 0


def ask_to_pay_again(fact: PaymentLapsed) -> None:
    """What nobody holds any more is asked for again, if the order still needs it."""
    open_minor = open_of(fact.reference)
    if open_minor:
        write("payment-link", fact.reference, fact.payment_id, open_minor)


def say_it_is_on_its_way(fact: ParcelShipped) -> None:
    write("parcel-shipped", fact.order_id, fact.parcel_id)


def say_what_was_cancelled(fact: LinesCancelled) -> None:
    write("lines-cancelled", fact.order_id, fact.order_id, fact.value_minor)


def say_it_is_cancelled(fact: OrderCancelled) -> None:
    write("order-cancelled", fact.order_id, fact.order_id)


def say_it_came_back(fact: ReturnReceived) -> None:
    write("return-received", fact.order_id, fact.return_id, fact.value_minor)


def say_it_is_refunded(fact: PaymentRefunded) -> None:
    write("refunded", fact.reference, fact.refund_id, fact.amount_minor)


def forget_the_mails(fact: CustomerErased) -> None:
    """Clears the folder of a shop without a mail server; other mails are out of reach."""
    if not kept_mails():
        return
    forget(
        Forgotten(
            subjects=fact.subjects,
            addresses=account_emails(fact.subjects),
            orders=[
                order.number
                for order in orders_of(fact.subjects)
                if order.placed_at <= fact.erased_at
            ],
            until=fact.erased_at,
        )
    )


subscribe(CustomerErased, forget_the_mails)


def send_the_document(fact: DocumentIssued) -> None:
    kind: Kind = "invoice-issued" if fact.kind == "invoice" else "credit-note-issued"
    write(kind, fact.order_id, fact.document_id, fact.total_minor)


subscribe(OrderPlaced, confirm_the_order)
subscribe(OrderPlaced, remind_of_the_payment)
subscribe(OrderConfirmed, spare_the_reminder)
subscribe(PaymentDeclined, say_it_was_declined)
subscribe(PaymentLapsed, ask_to_pay_again)
subscribe(ParcelShipped, say_it_is_on_its_way)
subscribe(LinesCancelled, say_what_was_cancelled)
subscribe(OrderCancelled, say_it_is_cancelled)
subscribe(ReturnReceived, say_it_came_back)
subscribe(PaymentRefunded, say_it_is_refunded)
subscribe(DocumentIssued, send_the_document)
