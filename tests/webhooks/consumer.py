"""Somebody else's system that knows the shop by its messages alone, and rebuilds each order.

It imports nothing of the shop: what it does here is what docs/guides/webhooks.md tells to do.
"""

from dataclasses import dataclass, field
from typing import Any

type Json = dict[str, Any]


@dataclass
class Payment:
    """One payment; amounts in minor units."""

    attempts: dict[str, str] = field(default_factory=dict)
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    gone: int = 0
    lapsed: int = 0
    charged_back: int = 0
    closed: str = ""

    @property
    def outstanding(self) -> int:
        """Promised and neither taken nor given up."""
        return self.authorised - self.captured - self.gone

    @property
    def status(self) -> str:
        """Of a payment of which nothing was taken."""
        if self.authorised:
            return "authorised" if self.outstanding else "expired" if self.lapsed else "voided"
        if "started" in self.attempts.values():
            return "pending"
        last = list(self.attempts.values())[-1] if self.attempts else ""
        return self.closed or (last if last in ("declined", "failed") else "requested")


class Consumer:
    """Folds messages, each once, in the order of their sequence."""

    def __init__(self) -> None:
        self.orders: dict[str, Json] = {}
        self.payments: dict[str, dict[str, Payment]] = {}
        self.last: dict[str, int] = {}

    def take(self, message: Json) -> None:
        """Takes a message; one that came before changes nothing, and none may be missing."""
        order_id, sequence = message["order_id"], message["sequence"]
        if sequence <= self.last.get(order_id, 0):
            return
        assert sequence == self.last.get(order_id, 0) + 1, "a message is missing"
        self.last[order_id] = sequence
        subject, _, what = message["type"].partition(".")
        data = message["data"]
        if subject == "payment":
            payments = self.payments.setdefault(order_id, {})
            fold_payment(payments.setdefault(data["payment_id"], Payment()), what, data)
            return
        if what == "placed":
            self.orders[order_id] = placed(order_id, message)
        order = self.orders[order_id]
        fold_order(order, what, data, message["timestamp"])
        order["version"] = data["order_version"]

    def order(self, order_id: str) -> Json:
        """Returns an order as the shop's API shows it, without what is personal."""
        order = self.orders[order_id]
        shown = {name: value for name, value in order.items() if name != "delivered"}
        payments = list(self.payments.get(order_id, {}).values())
        shown["due_minor"] = order["total_minor"] - order["cancelled_minor"]
        shown["fulfilment_status"] = fulfilment(order)
        shown["payment_status"] = payment_status(payments)
        return shown


def placed(order_id: str, message: Json) -> Json:
    data = message["data"]
    counted = {"cancelled": 0, "shipped": 0, "returned": 0}
    shown = ("sku", "title", "quantity", "unit_price_minor", "total_minor")
    return {
        "id": order_id,
        **{name: data[name] for name in ("number", "customer_id", "currency", "total_minor")},
        "status": "placed",
        "cancelled_minor": 0,
        "placed_at": message["timestamp"],
        "parcels": [],
        "returns": [],
        "lines": [
            {name: line[name] for name in shown} | counted | {"open": line["quantity"]}
            for line in data["lines"]
        ],
    }


def fold_order(order: Json, what: str, data: Json, at: str) -> None:
    lines = {line["sku"]: line for line in order["lines"]}
    units = [{"sku": each["sku"], "quantity": each["quantity"]} for each in data.get("lines", ())]
    if what == "confirmed" or what == "completed":
        order["status"] = what
    elif what == "parcel_shipped":
        count(lines, units, "shipped")
        parcel = {"id": data["parcel_id"], "lines": units, "carrier": data["carrier"]}
        order["parcels"].append(parcel | {"shipped_at": at, "delivered_at": None})
    elif what == "parcel_delivered":
        of(order["parcels"], data["parcel_id"])["delivered_at"] = at
    elif what in ("lines_cancelled", "cancelled"):
        count(lines, units, "cancelled")
        order["cancelled_minor"] += data["value_minor"]
        if what == "cancelled":
            order["status"] = what
    elif what == "return_requested":
        new = {"id": data["return_id"], "lines": units, "requested_at": at}
        order["returns"].append(new | {"received_at": None, "value_minor": 0})
    elif what == "return_received":
        count(lines, units, "returned")
        returned = of(order["returns"], data["return_id"])
        returned["received_at"], returned["value_minor"] = at, data["value_minor"]


def count(lines: dict[str, Json], units: list[Json], counter: str) -> None:
    for each in units:
        line = lines[each["sku"]]
        line[counter] += each["quantity"]
        line["open"] = line["quantity"] - line["cancelled"] - line["shipped"]


def of(things: list[Json], identifier: str) -> Json:
    return next(each for each in things if each["id"] == identifier)


def fulfilment(order: Json) -> str:
    shipped = sum(line["shipped"] for line in order["lines"])
    still_open = sum(line["open"] for line in order["lines"])
    if not shipped:
        return "unfulfilled" if still_open else "none"
    if still_open:
        return "partially-shipped"
    return "delivered" if all(each["delivered_at"] for each in order["parcels"]) else "shipped"


def fold_payment(payment: Payment, what: str, data: Json) -> None:
    amount, attempt = data.get("amount_minor", 0), data.get("attempt_id", "")
    if attempt:
        payment.attempts[attempt] = what
    if what in ("authorised", "authorisation_adjusted"):
        payment.authorised = amount
    elif what == "captured":
        payment.captured += amount
    elif what in ("voided", "lapsed"):
        payment.gone += amount
        payment.lapsed += amount if what == "lapsed" else 0
    elif what in ("refunded", "refund_reversed"):
        payment.refunded += amount if what == "refunded" else -amount
    elif what in ("charged_back", "charge_back_reversed"):
        payment.charged_back += amount if what == "charged_back" else -amount
    if what == "expired" or (what == "voided" and not payment.authorised):
        payment.closed = what
    if what == "voided":
        ended = {key: "ended" for key, each in payment.attempts.items() if each == "started"}
        payment.attempts |= ended


def payment_status(payments: list[Payment]) -> str:
    captured = sum(each.captured for each in payments)
    refunded = sum(each.refunded for each in payments)
    charged_back = sum(each.charged_back for each in payments)
    outstanding = sum(each.outstanding for each in payments)
    if charged_back and captured == refunded + charged_back:
        return "charged-back"
    if captured and refunded:
        return "refunded" if refunded == captured else "partially-refunded"
    if captured:
        return "partially-captured" if outstanding else "captured"
    if outstanding:
        return "authorised"
    begun = (each.status for each in reversed(payments) if each.status != "requested")
    return next(begun, "requested")
