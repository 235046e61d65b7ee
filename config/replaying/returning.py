"""Plays a cancellation: units that this shop sold to the customer come back and are refunded."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from config.importing import rules
from config.importing.reading import Line
from config.replaying.day import Day, Invoice, price_minor
from config.replaying.planning import order_id
from config.replaying.shop import Json, Shop
from modules.kernel.identity import derived_id


@dataclass(slots=True)
class GivenBack:
    """What one order takes back for one cancellation; `refund_minor` at the file's prices."""

    order: Json
    units: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    refund_minor: int = 0
    sources: list[tuple[Line, int]] = field(default_factory=list)


@dataclass(slots=True)
class Matching:
    """Finds the sales that a cancellation takes back, in the order in which they were made.

    Only what this shop sold counts: an order's id follows from its invoice, so the orders of the
    customer's earlier invoices are asked for by name, whatever day they were replayed.
    """

    shop: Shop
    day: Day
    invoice: Invoice
    matched: dict[str, GivenBack] = field(default_factory=dict)

    @property
    def return_id(self) -> UUID:
        return derived_id("replay.return", self.invoice.number)

    def take(self, line: Line) -> int:
        """Matches as many units of a line as can be; returns how many found no sale."""
        sku, price = rules.merged_code(line.code), price_minor(line)
        left = -line.quantity
        for order in self.orders(sku):
            if not left:
                break
            given = self.matched.setdefault(order["id"], GivenBack(order))
            units = min(left, self.returnable(given, sku, price))
            if units:
                given.units[sku] += units
                given.refund_minor += units * price
                given.sources.append((line, units))
                left -= units
        return left

    def orders(self, sku: str) -> Iterator[Json]:
        for number in self.day.earlier.get((self.invoice.customer, sku), ()):
            for part in range(100):
                name = str(order_id(number, part))
                order = self.matched[name].order if name in self.matched else None
                order = order or self.shop.order(UUID(name))
                if order is None:
                    break
                yield order

    def returnable(self, given: GivenBack, sku: str, price: int) -> int:
        """Returns how many units may still come back at a price that was paid for them.

        Units that an earlier run of this same cancellation took back count as still to come.
        """
        line = next((line for line in given.order["lines"] if line["sku"] == sku), None)
        if line is None or line["unit_price_minor"] < price:
            return 0
        returned = line["returned"]
        for each in given.order["returns"]:
            if each["id"] == str(self.return_id):
                returned -= sum(row["quantity"] for row in each["lines"] if row["sku"] == sku)
        return max(0, int(line["shipped"]) - int(returned) - given.units[sku])


def give_back(matching: Matching, given: GivenBack) -> int:
    """Returns the goods and the money of one order; answers what the shop gave back, in pence.

    Whatever of it was done by an earlier run is not done again.
    """
    shop, number = matching.shop, matching.invoice.number
    path = f"/orders/{given.order['id']}"
    return_id = str(matching.return_id)
    known = {each["id"]: each for each in given.order["returns"]}
    if return_id not in known:
        lines = [{"sku": sku, "quantity": units} for sku, units in given.units.items() if units]
        body = {"return_id": return_id, "lines": lines, "reason": f"cancellation {number}"}
        shop.post(f"{path}/returns", body)
    if return_id not in known or known[return_id]["received_at"] is None:
        shop.post(f"/staff{path}/returns/{return_id}/receipt", {"restock": True})
    refund_id = str(derived_id("replay.refund", number, given.order["id"]))
    refund = {
        "refund_id": refund_id,
        "amount_minor": given.refund_minor,
        "reason": f"cancellation {number}",
    }
    shop.post(f"/staff{path}/refunds", refund)
    return refunded(shop, path, refund_id)


def refunded(shop: Shop, path: str, refund_id: str) -> int:
    """Returns what the provider says of a refund: its amount once it is done, else nothing."""
    total = 0
    for payment in shop.get(f"{path}/payments"):
        detail = shop.get(f"/staff/payments/{payment['id']}")
        for refund in detail["refunds"]:
            if refund["id"] == refund_id and refund["status"] == "refunded":
                total += refund["amount_minor"]
    return total
