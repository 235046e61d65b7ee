"""After which facts a document may be due. Each asks for one effect; `domain.due` decides.

| when                       | then                                                        |
|----------------------------|-------------------------------------------------------------|
| order confirmed            | its invoice, if the policy is "on-confirmation"             |
| parcel shipped             | the parcel's invoice, if the policy is "on-shipment"        |
| lines or order cancelled   | a credit note, if they were invoiced                        |
| payment refunded           | a credit note, naming units that came back                  |
"""

from uuid import UUID

from events.context import current_context
from events.facts import subscribe
from events.outbox import emit
from modules.invoicing.contracts import ISSUE
from modules.orders.contracts import (
    LinesCancelled,
    OrderCancelled,
    OrderConfirmed,
    OrderFact,
    ParcelShipped,
)
from modules.payments.contracts import PaymentRefunded


def look_for_documents(order_id: UUID, about: UUID) -> None:
    emit(ISSUE, key=str(current_context().causation_id or about), order_id=order_id)


def after_the_order_moved(fact: OrderFact) -> None:
    look_for_documents(fact.order_id, fact.order_id)


def invoice_the_parcel(fact: ParcelShipped) -> None:
    look_for_documents(fact.order_id, fact.parcel_id)


def credit_the_refund(fact: PaymentRefunded) -> None:
    look_for_documents(fact.reference, fact.refund_id)


subscribe(OrderConfirmed, after_the_order_moved)
subscribe(ParcelShipped, invoice_the_parcel)
subscribe(LinesCancelled, after_the_order_moved)
subscribe(OrderCancelled, after_the_order_moved)
subscribe(PaymentRefunded, credit_the_refund)
