"""What is known of an order, counted in units, and what each unit is worth.

The units of a line are numbered. From the front they are shipped, and of those the first are
returned first; from the end they are cancelled. So every unit has one value for its whole life,
and shipped, open and cancelled units always add up to the line, to the minor unit.
"""

from uuid import UUID

import msgspec

from modules.orders.contracts import FulfilmentStatus, LineQuantity, OrderStatus


class Line(msgspec.Struct):
    """A line of the order; `total_minor` and `tax_minor` are of all `quantity` units."""

    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    tax_minor: int
    cancelled: int = 0
    shipped: int = 0
    return_requested: int = 0
    returned: int = 0

    @property
    def open(self) -> int:
        """Units neither cancelled nor shipped."""
        return self.quantity - self.cancelled - self.shipped

    @property
    def returnable(self) -> int:
        return self.shipped - self.return_requested - self.returned

    def shipping(self, count: int) -> slice:
        """The units that the next parcel takes."""
        return slice(self.shipped, self.shipped + count)

    def cancelling(self, count: int) -> slice:
        """The units that the next cancellation takes."""
        last = self.quantity - self.cancelled
        return slice(last - count, last)

    def returning(self, count: int) -> slice:
        """The units that the next received return takes."""
        return slice(self.returned, self.returned + count)

    def value(self, units: slice) -> int:
        """What these units cost, tax included, in minor units."""
        return _worth(self.total_minor, self.quantity, units)

    def tax(self, units: slice) -> int:
        """The tax within `value`."""
        return _worth(self.tax_minor, self.quantity, units)


def _worth(amount_minor: int, quantity: int, units: slice) -> int:
    """Returns what `allocate(amount_minor, [1] * quantity)` gives to these units, without a list.

    All units get the same, and the first of them one minor unit more while there is a rest.
    """
    if not amount_minor:
        return 0
    each, rest = divmod(abs(amount_minor), quantity)
    first, end, _ = units.indices(quantity)
    worth = each * max(end - first, 0) + max(min(end, rest) - min(first, rest), 0)
    return -worth if amount_minor < 0 else worth


class ValuedLine(msgspec.Struct, frozen=True):
    """So many units of a line with what they are worth; recorded, so that nobody recomputes."""

    sku: str
    quantity: int
    value_minor: int
    tax_minor: int


class Parcel(msgspec.Struct):
    id: UUID
    lines: tuple[LineQuantity, ...]
    carrier: str
    tracking_number: str
    delivered: bool = False


class Return(msgspec.Struct):
    id: UUID
    lines: tuple[LineQuantity, ...]
    reason: str
    received: bool = False
    value_minor: int = 0


class OrderState(msgspec.Struct):
    """The folded state of one order; amounts in minor units of `currency`."""

    number: str
    currency: str
    total_minor: int
    delivery_minor: int
    delivery_tax_minor: int
    lines: list[Line]
    status: OrderStatus = "placed"
    parcels: list[Parcel] = []
    returns: list[Return] = []
    cancelled_minor: int = 0
    cancel_reason: str = ""

    def line(self, sku: str) -> Line | None:
        return next((each for each in self.lines if each.sku == sku), None)

    def parcel(self, parcel_id: UUID) -> Parcel | None:
        return next((each for each in self.parcels if each.id == parcel_id), None)

    def return_(self, return_id: UUID) -> Return | None:
        return next((each for each in self.returns if each.id == return_id), None)

    @property
    def due_minor(self) -> int:
        """What the order is worth after cancellations."""
        return self.total_minor - self.cancelled_minor

    @property
    def open_units(self) -> int:
        return sum(line.open for line in self.lines)

    @property
    def shipped_units(self) -> int:
        return sum(line.shipped for line in self.lines)

    @property
    def open_returns(self) -> int:
        return sum(not each.received for each in self.returns)

    @property
    def fulfilment_status(self) -> FulfilmentStatus:
        if not self.shipped_units:
            return "unfulfilled" if self.open_units else "none"
        if self.open_units:
            return "partially-shipped"
        return "delivered" if all(each.delivered for each in self.parcels) else "shipped"

    @property
    def allowed(self) -> frozenset[str]:
        """The steps that the goods allow now; what the money allows, its payments say."""
        steps: dict[str, object] = {
            "ship": self.status == "confirmed" and self.open_units,
            "deliver": any(not each.delivered for each in self.parcels),
            "cancel-lines": self._is_going_on and self.open_units,
            "cancel": self._is_going_on and not self.parcels,
            "return": any(line.returnable for line in self.lines),
            "receive-return": self.open_returns,
        }
        return frozenset(step for step, possible in steps.items() if possible)

    @property
    def _is_going_on(self) -> bool:
        return self.status in ("placed", "confirmed")
