"""The orders' read models, kept within the command that changes an order or its money."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec

from events.database import execute
from events.privacy.marks import Personal
from events.projections import Projection, RowsProjection, register
from events.store import RecordedEvent, read_stream
from modules.orders.contracts import FULFILMENT
from modules.orders.domain.order import Order
from modules.orders.domain.state import Line, OrderState
from modules.orders.models import OrderMoney, OrderRow
from modules.payments.selectors import moving_events, totals_of
from modules.pricing.contracts import QuotedDelivery


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@dataclass(frozen=True, slots=True)
class _Contact:
    email: Annotated[str, Personal(FULFILMENT)]
    delivery_address: Annotated[_Name, Personal(FULFILMENT)]


class _Quote(msgspec.Struct, frozen=True):
    currency: str
    total_minor: int
    lines: tuple[Line, ...]
    delivery: QuotedDelivery | None


class _Placed(Order.Placed, frozen=True):
    """As much of an order as its row says: nine tenths of one explain its prices."""

    contact: _Contact  # type: ignore[assignment]  # a part of it
    quote: _Quote  # type: ignore[assignment]  # a part of it


class Orders(Projection):
    """One row an order; the fold is the aggregate's own."""

    name = "orders.orders"
    events = (
        Order.Placed,
        Order.VatIdGiven,
        Order.Confirmed,
        Order.ParcelShipped,
        Order.ParcelDelivered,
        Order.LinesCancelled,
        Order.Cancelled,
        Order.ReturnRequested,
        Order.ReturnReceived,
        Order.Completed,
    )
    model = OrderRow
    parts = {Order.Placed: _Placed}

    def fold(self, state: dict[str, Any] | None, recorded: RecordedEvent) -> dict[str, Any]:
        return self.fold_all(state, (recorded,))

    def fold_all(
        self, state: dict[str, Any] | None, recorded: Sequence[RecordedEvent]
    ) -> dict[str, Any]:
        order = Order.blank(recorded[0].stream_id)
        row = {name: value for name, value in (state or {}).items() if name != "search"}
        if state is not None:
            order.state = msgspec.convert(state["state"], OrderState)
        for each in recorded:
            each.event.apply(order)
            if isinstance(each.event, Order.Placed):
                row = _placed(each.event, each)
        return {**row, **_columns(order)}

    def changes(self, aggregate: Order, recorded: RecordedEvent) -> dict[str, Any]:
        return _columns(aggregate)


# Whether the row is there or not; by hand, because every payment of an order runs it.
_SUMS = """
    INSERT INTO orders_money
        (order_id, status, captured_minor, refunded_minor, open_minor, troubled)
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::boolean[])
    ON CONFLICT (order_id) DO UPDATE
    SET status = excluded.status, captured_minor = excluded.captured_minor,
        refunded_minor = excluded.refunded_minor, open_minor = excluded.open_minor,
        troubled = excluded.troubled
"""


class Money(RowsProjection):
    """Writes the sums of all payments of an order beside it, whenever one of them moves.

    Payments' own read model is registered before this one (importing its selectors does that), so
    the sums read here are those after the event. Rebuild payments first, then this.
    """

    name = "orders.money"
    # The other events of a payment leave these sums and the status as they are.
    events = moving_events()

    models = (OrderMoney,)
    reads = ("payments.payments",)

    def apply(self, recorded_events: Sequence[RecordedEvent]) -> None:
        found = totals_of({_reference(row) for row in recorded_events})
        # In the order of keys, so that two commands wait and do not deadlock.
        rows = sorted(found, key=lambda each: each.reference)
        execute(
            _SUMS,
            (
                [sums.reference for sums in rows],
                [sums.status for sums in rows],
                [sums.captured_minor for sums in rows],
                [sums.refunded_minor for sums in rows],
                [sums.open_minor for sums in rows],
                [sums.troubled for sums in rows],
            ),
        )

    def clear(self) -> None:
        OrderMoney.objects.all().delete()


def row_of(recorded: Sequence[RecordedEvent]) -> OrderRow:
    """Returns the row that these events of one order, from its first, make; it is not stored."""
    columns = ORDERS.fold_all(None, recorded)
    return OrderRow(id=recorded[0].stream_id, version=recorded[-1].version, **columns)


def fold_again(order_ids: Iterable[UUID]) -> None:
    """Writes rows anew from their streams, as a rebuild would: after somebody was erased."""
    for order_id in order_ids:
        row: dict[str, Any] | None = None
        for recorded in read_stream(order_id):
            row = ORDERS.fold(row, recorded)
        if row is not None:
            OrderRow.objects.filter(id=order_id).update(**row)


def search_words(text: str) -> list[str]:
    """Returns the words of a text as they are indexed: letters and digits, lower case."""
    return re.findall(r"\w+", text.lower())


def _columns(order: Order) -> dict[str, Any]:
    return {
        "status": order.state.status,
        "fulfilment_status": order.state.fulfilment_status,
        "due_minor": order.state.due_minor,
        "open_units": order.state.open_units,
        "open_returns": order.state.open_returns,
        "state": msgspec.to_builtins(order.state),
    }


def _placed(event: Order.Placed, recorded: RecordedEvent) -> dict[str, Any]:
    contact = event.contact
    name = contact.delivery_address.name
    skus = [line.sku for line in event.quote.lines]
    words = search_words(" ".join((event.number, contact.email, name, *skus)))
    return {
        "number": event.number,
        "customer_id": event.customer_id,
        "subject": event.whose(),
        "email": contact.email,
        "name": name,
        "currency": event.quote.currency,
        "total_minor": event.quote.total_minor,
        "quantity": sum(line.quantity for line in event.quote.lines),
        "placed_at": recorded.effective_at,
        "words": " ".join(words),
    }


def _reference(recorded: RecordedEvent) -> Any:
    event: Any = recorded.event
    return event.reference


ORDERS = Orders()
register(ORDERS)
register(Money())
