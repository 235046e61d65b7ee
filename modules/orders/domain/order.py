"""The order: what may be done with it, and the guards before each step."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from events.aggregate import Aggregate
from modules.orders.contracts import (
    Contact,
    LineQuantity,
    OrderStepRefused,
    QuantityNotOpen,
    QuoteUnsound,
)
from modules.orders.domain.events import OrderEvents
from modules.orders.domain.state import OrderState, ValuedLine
from modules.pricing.contracts import Quote


class Order(OrderEvents, Aggregate):
    """What somebody bought. Money is the payments' business; the order knows what it is worth."""

    kind = "orders.order"
    state: OrderState
    cart_id: UUID
    customer_id: UUID | None
    subject: UUID
    contact: Contact
    quote: Quote
    vat_id: str = ""

    @classmethod
    def place(
        cls,
        order_id: UUID,
        *,
        number: str,
        cart_id: UUID,
        customer_id: UUID | None,
        contact: Contact,
        quote: Quote,
        subject: UUID | None = None,
        vat_id: str = "",
    ) -> Self:
        """Records an order with its whole quote, and the VAT id it is untaxed for, if it is.

        Raises:
            QuoteUnsound: no lines, a SKU twice, or amounts that do not add up to the total.
        """
        _check(quote)
        order = cls._create(
            cls.Placed,
            id=order_id,
            number=number,
            cart_id=cart_id,
            customer_id=customer_id,
            contact=contact,
            quote=quote,
            subject=subject,
        )
        if vat_id:
            order.trigger_event(cls.VatIdGiven, vat_id=vat_id, subject=order.subject)
        return order

    def confirm(self) -> None:
        """The payment is authorised; known already: nothing.

        Raises:
            OrderStepRefused: it was cancelled.
        """
        if self.state.status in ("confirmed", "completed"):
            return
        if self.state.status == "cancelled":
            raise self._refused("confirm", "It was cancelled.")
        self.trigger_event(self.Confirmed)

    def ship(
        self,
        parcel_id: UUID,
        lines: Sequence[LineQuantity],
        *,
        carrier: str = "",
        tracking_number: str = "",
    ) -> None:
        """Sends a parcel; the same parcel again changes nothing.

        Raises:
            OrderStepRefused: not paid for yet, cancelled, or the parcel's id has other content.
            QuantityNotOpen: more units of a line than are open, or none.
        """
        wanted = _merged(lines)
        known = self.state.parcel(parcel_id)
        if known:
            if _merged(known.lines) != wanted:
                raise self._refused("ship", "A parcel of this id has other contents.")
            return
        if self.state.status != "confirmed":
            raise self._refused("ship", "Only a confirmed order is shipped.")
        valued = self._valued(wanted, "open", "shipping")
        self.trigger_event(
            self.ParcelShipped,
            parcel_id=parcel_id,
            lines=valued,
            carrier=carrier,
            tracking_number=tracking_number,
            goods_minor=sum(each.value_minor for each in valued),
            delivery_minor=0 if self.state.parcels else self.state.delivery_minor,
            subject=self.subject,
        )

    def deliver(self, parcel_id: UUID) -> None:
        """A parcel arrived; known already: nothing. Raises: OrderStepRefused: no such parcel."""
        parcel = self.state.parcel(parcel_id)
        if parcel is None:
            raise self._refused("deliver", "It has no such parcel.")
        if not parcel.delivered:
            self.trigger_event(self.ParcelDelivered, parcel_id=parcel_id)

    def cancel_lines(self, lines: Sequence[LineQuantity], reason: str) -> None:
        """Takes open units off; taking the last ones off an unshipped order cancels it.

        Raises:
            OrderStepRefused: cancelled or completed.
            QuantityNotOpen: more units of a line than are open, or none.
        """
        self._require_going_on("cancel-lines")
        wanted = _merged(lines)
        valued = self._valued(wanted, "open", "cancelling")
        if not self.state.parcels and sum(wanted.values()) == self.state.open_units:
            self._cancel(reason)
            return
        self.trigger_event(
            self.LinesCancelled,
            lines=valued,
            value_minor=sum(each.value_minor for each in valued),
            tax_minor=sum(each.tax_minor for each in valued),
            reason=reason,
            subject=self.subject,
        )

    def cancel(self, reason: str) -> None:
        """Ends the whole order; ended already: nothing.

        Raises:
            OrderStepRefused: a parcel is on its way or delivered; cancel what is open instead.
        """
        if self.state.status == "cancelled":
            return
        if self.state.parcels:
            raise self._refused("cancel", "Part of it was shipped; cancel only what is still open.")
        self._require_going_on("cancel")
        self._cancel(reason)

    def request_return(self, return_id: UUID, lines: Sequence[LineQuantity], reason: str) -> None:
        """Announces that shipped units come back; the same return again changes nothing.

        Raises:
            OrderStepRefused: the return's id has other content.
            QuantityNotOpen: more units than were shipped and are not on their way back, or none.
        """
        wanted = _merged(lines)
        known = self.state.return_(return_id)
        if known:
            if _merged(known.lines) != wanted:
                raise self._refused("return", "A return of this id has other contents.")
            return
        self._require_available(wanted, "returnable")
        self.trigger_event(
            self.ReturnRequested,
            return_id=return_id,
            lines=tuple(LineQuantity(sku=sku, quantity=n) for sku, n in wanted.items()),
            reason=reason,
            subject=self.subject,
        )

    def receive_return(self, return_id: UUID, *, restock: bool) -> None:
        """Records that a return arrived; known already: nothing.

        Raises:
            OrderStepRefused: nobody announced it.
        """
        known = self.state.return_(return_id)
        if known is None:
            raise self._refused("receive-return", "It has no such return.")
        if known.received:
            return
        valued = self._values(_merged(known.lines), "returning")
        self.trigger_event(
            self.ReturnReceived,
            return_id=return_id,
            lines=valued,
            restock=restock,
            value_minor=sum(each.value_minor for each in valued),
            tax_minor=sum(each.tax_minor for each in valued),
        )

    def complete(self) -> None:
        """Ends a paid order when all is delivered; too early, or ended already: nothing."""
        if self.state.status == "confirmed" and self.state.fulfilment_status == "delivered":
            self.trigger_event(self.Completed)

    def _cancel(self, reason: str) -> None:
        state = self.state
        rest = {line.sku: line.open for line in state.lines if line.open}
        valued = self._values(rest, "cancelling")
        self.trigger_event(
            self.Cancelled,
            lines=valued,
            value_minor=state.due_minor,
            tax_minor=sum(each.tax_minor for each in valued) + state.delivery_tax_minor,
            reason=reason,
            subject=self.subject,
        )

    def _valued(self, wanted: dict[str, int], counter: str, span: str) -> tuple[ValuedLine, ...]:
        self._require_available(wanted, counter)
        return self._values(wanted, span)

    def _values(self, wanted: dict[str, int], span: str) -> tuple[ValuedLine, ...]:
        valued = []
        for line in self.state.lines:
            if line.sku in wanted:
                units = getattr(line, span)(wanted[line.sku])
                valued.append(
                    ValuedLine(line.sku, wanted[line.sku], line.value(units), line.tax(units))
                )
        return tuple(valued)

    def _require_available(self, wanted: dict[str, int], counter: str) -> None:
        if not wanted:
            raise QuantityNotOpen("Choose at least one unit.", sku="", quantity=0, available=0)
        by_sku = {line.sku: line for line in self.state.lines}
        for sku, quantity in wanted.items():
            line = by_sku.get(sku)
            available: int = getattr(line, counter) if line else 0
            if not 0 < quantity <= available:
                raise QuantityNotOpen(
                    f"{available} of {sku} can be chosen, not {quantity}.",
                    sku=sku,
                    quantity=quantity,
                    available=available,
                )

    def _require_going_on(self, step: str) -> None:
        if self.state.status not in ("placed", "confirmed"):
            raise self._refused(step, f"It is {self.state.status}.")

    def _refused(self, step: str, why: str) -> OrderStepRefused:
        return OrderStepRefused(
            f"Order {self.state.number} does not allow this. {why}",
            step=step,
            status=self.state.status,
        )


def _merged(lines: Sequence[LineQuantity]) -> dict[str, int]:
    """Adds up the lines of one SKU, in order of first mention."""
    merged: dict[str, int] = {}
    for each in lines:
        if each.quantity <= 0:
            raise QuantityNotOpen(
                f"{each.quantity} of {each.sku} is no quantity.",
                sku=each.sku,
                quantity=each.quantity,
                available=0,
            )
        merged[each.sku] = merged.get(each.sku, 0) + each.quantity
    return merged


def _check(quote: Quote) -> None:
    delivery = quote.delivery.total_minor if quote.delivery else 0
    skus = [line.sku for line in quote.lines]
    if not quote.lines or any(line.quantity <= 0 for line in quote.lines):
        raise QuoteUnsound("An order has at least one unit of something.")
    if len(set(skus)) != len(skus):
        raise QuoteUnsound("A SKU has one line.")
    if sum(line.total_minor for line in quote.lines) + delivery != quote.total_minor:
        raise QuoteUnsound("The lines and the delivery charge do not add up to the total.")
