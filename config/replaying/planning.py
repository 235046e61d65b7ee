"""How a trade client orders an invoice: in as many orders as the shop's baskets demand.

A basket holds a SKU once, at one price, up to 999 units, and 100 different SKUs. An invoice that
sells a SKU at two prices, or more than a basket holds, becomes several orders.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from config.importing import rules
from config.importing.reading import Line
from config.replaying.day import price_minor
from modules.carts.contracts import MAXIMUM_LINES, MAXIMUM_QUANTITY
from modules.kernel.identity import derived_id


@dataclass(slots=True)
class OrderLine:
    """Units of a SKU at one price, with the lines of the file that they come from."""

    sku: str
    price_minor: int
    quantity: int = 0
    sources: list[tuple[Line, int]] = field(default_factory=list)


@dataclass(slots=True)
class Consignment:
    """One order of an invoice. Its id follows from invoice and number: played twice is once."""

    invoice: str
    number: int
    lines: dict[str, OrderLine] = field(default_factory=dict)

    @property
    def order_id(self) -> UUID:
        return order_id(self.invoice, self.number)

    @property
    def total_minor(self) -> int:
        return sum(line.price_minor * line.quantity for line in self.lines.values())

    def room(self, sku: str, price: int) -> int:
        """Returns how many units of a SKU at a price still fit in."""
        if sku not in self.lines:
            return MAXIMUM_QUANTITY if len(self.lines) < MAXIMUM_LINES else 0
        line = self.lines[sku]
        return MAXIMUM_QUANTITY - line.quantity if line.price_minor == price else 0

    def put(self, sku: str, price: int, line: Line, quantity: int) -> None:
        target = self.lines.setdefault(sku, OrderLine(sku, price))
        target.quantity += quantity
        target.sources.append((line, quantity))


def order_id(invoice: str, number: int) -> UUID:
    """Returns the id of the `number`th order of an invoice, counted from zero."""
    return derived_id("replay.order", invoice, number)


def consignments(invoice: str, lines: Iterable[Line]) -> list[Consignment]:
    """Returns the orders that together sell these lines of an invoice, each line at its price."""
    planned: list[Consignment] = []
    for line in lines:
        sku, price, left = rules.merged_code(line.code), price_minor(line), line.quantity
        while left:
            target = next((each for each in planned if each.room(sku, price)), None)
            if target is None:
                target = Consignment(invoice, len(planned))
                planned.append(target)
            units = min(left, target.room(sku, price))
            target.put(sku, price, line, units)
            left -= units
    return planned
