"""The history of an order in plain words, for shoppers and staff alike."""

from collections.abc import Iterable
from typing import Any

from events.aggregate import Event
from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.orders.domain.order import Order

TITLES: dict[type[Event], str] = {
    Order.Placed: "Order placed",
    Order.VatIdGiven: "VAT id given, the buyer accounts for the tax",
    Order.Confirmed: "Order confirmed",
    Order.ParcelShipped: "Parcel shipped",
    Order.ParcelDelivered: "Parcel delivered",
    Order.LinesCancelled: "Part of the order cancelled",
    Order.Cancelled: "Order cancelled",
    Order.ReturnRequested: "Return announced",
    Order.ReturnReceived: "Return received",
    Order.Completed: "Order completed",
}


def words(event: Any, currency: str = "") -> tuple[str, str]:
    """Returns the title and the detail of an order's event; amounts need its `currency`."""
    parts: list[str] = []
    if isinstance(event, Order.Placed):
        parts = [_listed(event.quote.lines), _money(event.quote.total_minor, event.quote.currency)]
    elif isinstance(event, Order.ParcelShipped):
        parts = [_listed(event.lines), " ".join((event.carrier, event.tracking_number)).strip()]
    elif isinstance(event, Order.LinesCancelled):
        parts = [_listed(event.lines), _money(event.value_minor, currency), event.reason]
    elif isinstance(event, Order.Cancelled):
        parts = [_money(event.value_minor, currency), event.reason]
    elif isinstance(event, Order.ReturnRequested):
        parts = [_listed(event.lines), event.reason]
    elif isinstance(event, Order.ReturnReceived):
        restocked = "put back on sale" if event.restock else ""
        parts = [_listed(event.lines), _money(event.value_minor, currency), restocked]
    return TITLES[type(event)], ", ".join(part for part in parts if part)


def _listed(lines: Iterable[Any]) -> str:
    return ", ".join(f"{line.quantity} x {line.sku}" for line in lines)


def _money(minor: int, currency: str) -> str:
    return written(Money(minor, currency)) if currency else ""
