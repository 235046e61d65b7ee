"""After which facts a document may be due. Each asks for one effect; `domain.due` decides.

| when                       | then                                                        |
|----------------------------|-------------------------------------------------------------|
| order confirmed            | its invoice, if the policy is "on-confirmation"             |
| parcel shipped             | the parcel's invoice, if the policy is "on-shipment"        |
| lines or order cancelled   | a credit note, if they were invoiced                        |
| payment refunded           | a credit note, naming units that came back                  |
"""

from uuid import UUID

from django.conf import settings

from events.context import current_context
from events.facts import subscribe
from events.outbox import emit
from modules.invoicing.contracts import ISSUE
from modules.orders.contracts import (
    LinesCancelled,
    OrderCancelled,
    OrderConfirmed,
    ParcelShipped,
)
from modules.payments.contracts import PaymentRefunded


def look_for_documents(order_id: UUID, about: UUID) -> None:
    emit(ISSUE, key=str(current_context().causation_id or about), order_id=order_id)


def credit_what_was_cancelled(fact: LinesCancelled | OrderCancelled) -> None:
    look_for_documents(fact.order_id, fact.order_id)


def invoice_the_order(fact: OrderConfirmed) -> None:
    if settings.SHOP_INVOICE == "on-confirmation":
        look_for_documents(fact.order_id, fact.order_id)


def invoice_the_parcel(fact: ParcelShipped) -> None:
    look_for_documents(fact.order_id, fact.parcel_id)


def credit_the_refund(fact: PaymentRefunded) -> None:
    look_for_documents(fact.reference, fact.refund_id)


subscribe(OrderConfirmed, invoice_the_order)
subscribe(ParcelShipped, invoice_the_parcel)
subscribe(LinesCancelled, credit_what_was_cancelled)
subscribe(OrderCancelled, credit_what_was_cancelled)
subscribe(PaymentRefunded, credit_the_refund)
