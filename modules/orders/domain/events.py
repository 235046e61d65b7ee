"""Every event that can happen to an order, and what each assigns; `Order` decides before."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from events.aggregate import Event
from events.privacy.marks import Personal
from events.privacy.secrets import subject_of
from events.registry import event, unchanged, upcast
from modules.orders.contracts import FULFILMENT, INVOICE, Contact, LineQuantity
from modules.orders.domain.state import Line, OrderState, Parcel, Return, ValuedLine
from modules.pricing.contracts import Quote

# What a person typed may say anything about anybody.
Words = Annotated[str, Personal(FULFILMENT)]
# The carrier's pages say for it where somebody lives.
TrackingNumber = Annotated[str, Personal(FULFILMENT)]


class OrderEvents:
    """What `Order` nests: `Order.Placed` and so on, in the order of an order's life."""

    @event("orders.order.placed", version=1)
    class Placed(Event, frozen=True):
        number: str
        cart_id: UUID
        customer_id: UUID | None
        contact: Contact
        quote: Quote
        subject: UUID | None = None

        def whose(self) -> UUID:
            if self.customer_id is None and not self.contact.email:
                return super().whose()
            return self.subject or subject_of(self.customer_id, self.contact.email)

        def apply(self, aggregate: Any) -> None:
            aggregate.cart_id = self.cart_id
            aggregate.customer_id = self.customer_id
            aggregate.subject = self.whose()
            aggregate.contact = self.contact
            aggregate.quote = self.quote
            delivery = self.quote.delivery
            aggregate.state = OrderState(
                number=self.number,
                currency=self.quote.currency,
                total_minor=self.quote.total_minor,
                delivery_minor=delivery.total_minor if delivery else 0,
                delivery_tax_minor=delivery.tax_minor if delivery else 0,
                lines=[
                    Line(
                        sku=line.sku,
                        title=line.title,
                        quantity=line.quantity,
                        unit_price_minor=line.unit_price_minor,
                        total_minor=line.total_minor,
                        tax_minor=line.tax_minor,
                    )
                    for line in self.quote.lines
                ],
            )

    @event("orders.order.vat_id_given", version=1)
    class VatIdGiven(Event, frozen=True):
        """The buyer accounts for the tax; the invoice has to name them by this id."""

        vat_id: Annotated[str, Personal(INVOICE)]
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.vat_id = self.vat_id

    @event("orders.order.confirmed", version=1)
    class Confirmed(Event, frozen=True):
        """The money is promised; the goods may go."""

        def apply(self, aggregate: Any) -> None:
            aggregate.state.status = "confirmed"

    @event("orders.order.parcel_shipped", version=2)
    class ParcelShipped(Event, frozen=True):
        """`delivery_minor` is the delivery charge, with the first parcel; its value is both."""

        parcel_id: UUID
        lines: tuple[ValuedLine, ...]
        carrier: str
        tracking_number: TrackingNumber
        goods_minor: int
        delivery_minor: int
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            state = aggregate.state
            by_sku = {line.sku: line for line in state.lines}
            for each in self.lines:
                by_sku[each.sku].shipped += each.quantity
            state.parcels.append(
                Parcel(
                    id=self.parcel_id,
                    lines=_quantities(self.lines),
                    carrier=self.carrier,
                    tracking_number=self.tracking_number,
                )
            )

    @event("orders.order.parcel_delivered", version=1)
    class ParcelDelivered(Event, frozen=True):
        parcel_id: UUID

        def apply(self, aggregate: Any) -> None:
            aggregate.state.parcel(self.parcel_id).delivered = True

    @event("orders.order.lines_cancelled", version=1)
    class LinesCancelled(Event, frozen=True):
        """Units that were not shipped are taken off; the others keep their price and discount."""

        lines: tuple[ValuedLine, ...]
        value_minor: int
        tax_minor: int
        reason: Words
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            state = aggregate.state
            for each in self.lines:
                state.line(each.sku).cancelled += each.quantity
            state.cancelled_minor += self.value_minor

    @event("orders.order.cancelled", version=1)
    class Cancelled(Event, frozen=True):
        """All that was left of an unshipped order ends, its delivery charge included."""

        lines: tuple[ValuedLine, ...]
        value_minor: int
        tax_minor: int
        reason: Words
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            state = aggregate.state
            for each in self.lines:
                state.line(each.sku).cancelled += each.quantity
            state.cancelled_minor += self.value_minor
            state.status = "cancelled"
            state.cancel_reason = self.reason

    @event("orders.order.return_requested", version=1)
    class ReturnRequested(Event, frozen=True):
        return_id: UUID
        lines: tuple[LineQuantity, ...]
        reason: Words
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            state = aggregate.state
            for each in self.lines:
                state.line(each.sku).return_requested += each.quantity
            state.returns.append(Return(id=self.return_id, lines=self.lines, reason=self.reason))

    @event("orders.order.return_received", version=1)
    class ReturnReceived(Event, frozen=True):
        """The goods are back; `value_minor` is what was paid for them, not yet what is refunded."""

        return_id: UUID
        lines: tuple[ValuedLine, ...]
        restock: bool
        value_minor: int
        tax_minor: int

        def apply(self, aggregate: Any) -> None:
            state = aggregate.state
            for each in self.lines:
                line = state.line(each.sku)
                line.return_requested -= each.quantity
                line.returned += each.quantity
            returned = state.return_(self.return_id)
            returned.received, returned.value_minor = True, self.value_minor

    @event("orders.order.completed", version=1)
    class Completed(Event, frozen=True):
        """All is delivered and paid."""

        def apply(self, aggregate: Any) -> None:
            aggregate.state.status = "completed"


# Until version 2 tracking numbers were stored in clear.
upcast("orders.order.parcel_shipped", from_version=1)(unchanged)


def _quantities(lines: Sequence[ValuedLine]) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(sku=each.sku, quantity=each.quantity) for each in lines)
