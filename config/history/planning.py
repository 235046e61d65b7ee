"""What each invoice becomes in the books: orders, returns of earlier ones, adjustments.

Planning asks nothing of the shop: the same file gives the same plans, with the same ids, however
often and wherever it is imported.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from uuid import UUID

from config.history.judging import Ruling, in_utc, ruling
from config.history.surveying import AnyLine
from config.importing import rules
from config.importing.gathering import pence
from config.importing.reading import Line
from modules.kernel.identity import derived_id

SOLD = Ruling("sale", "sold, paid and sent")
CAME_BACK = Ruling("return", "returned and refunded")
NO_EARLIER_SALE = "return without an earlier sale of so many, so dear, to this customer"
NO_CUSTOMER = "return by nobody in particular"

# What an order holds: its event has to stay within a megabyte.
MAXIMUM_LINES = 300
MAXIMUM_QUANTITY = 1_000_000


@dataclass(slots=True)
class PlannedLine:
    title: str
    price_minor: int
    quantity: int = 0


@dataclass(slots=True)
class PlannedOrder:
    """An order to be: each SKU once, at one price, of one customer."""

    id: UUID
    number: str
    customer: str
    country: str
    at: datetime
    lines: dict[str, PlannedLine] = field(default_factory=dict)

    def room(self, customer: str, sku: str, price_minor: int) -> int:
        if customer != self.customer:
            return 0
        line = self.lines.get(sku)
        if line is None:
            return MAXIMUM_QUANTITY if len(self.lines) < MAXIMUM_LINES else 0
        return MAXIMUM_QUANTITY - line.quantity if line.price_minor == price_minor else 0


@dataclass(slots=True)
class PlannedReturn:
    """What one earlier order takes back of an invoice; `refund_minor` as the invoice has it."""

    order_id: UUID
    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refund_minor: int = 0


@dataclass(slots=True)
class Plan:
    """One invoice. `rulings` go with `lines`; what comes of them is decided when it is stored."""

    number: str
    lines: Sequence[AnyLine]
    rulings: list[Ruling]
    digest: str
    at: datetime
    orders: list[PlannedOrder] = field(default_factory=list)
    returns: dict[UUID, PlannedReturn] = field(default_factory=dict)

    @property
    def books(self) -> bool:
        """Tells whether anything of the invoice is booked at all."""
        return any(each.kind != "rejected" for each in self.rulings)

    def of(self, kind: str) -> list[tuple[Line, str]]:
        """Returns the lines of a kind, each with the reason."""
        pairs = zip(self.lines, self.rulings, strict=True)
        return [(line, r.reason) for line, r in pairs if r.kind == kind and isinstance(line, Line)]

    def turn(self, kind: str, into: Ruling) -> None:
        """Rules anew on all lines of a kind."""
        self.rulings = [into if each.kind == kind else each for each in self.rulings]

    def reject(self, reason: str) -> None:
        self.rulings = [
            each if each.kind == "rejected" else Ruling("rejected", reason) for each in self.rulings
        ]


@dataclass(slots=True)
class _Lot:
    """Units that were sold to a customer in one order, as far as they did not come back."""

    order_id: UUID
    price_minor: int
    sold_at: datetime
    units: int


class Planner:
    """Plans invoices in the order of the file; remembers the sales that returns will look for."""

    def __init__(self, returned: AbstractSet[tuple[str, str]]) -> None:
        self.returned = returned
        self.lots: defaultdict[tuple[str, str], list[_Lot]] = defaultdict(list)

    def plan(self, number: str, lines: Sequence[AnyLine]) -> Plan:
        """Returns what an invoice becomes. Plan every invoice once: its units are used up."""
        rulings = [ruling(line) for line in lines]
        times = (line.invoiced_at for line in lines if isinstance(line, Line))
        at = in_utc(next(times, datetime(1970, 1, 1)))  # noqa: DTZ001  # the shop's own clock
        plan = Plan(number, lines, rulings, digest(lines), at)
        self._sell(plan)
        self._take_back(plan)
        return plan

    def _sell(self, plan: Plan) -> None:
        for line, _ in plan.of("sale"):
            self._put(plan, line)
        plan.turn("sale", SOLD)
        for order in plan.orders:
            for sku, sold in order.lines.items():
                if (order.customer, sku) in self.returned:
                    lot = _Lot(order.id, sold.price_minor, order.at, sold.quantity)
                    self.lots[order.customer, sku].append(lot)

    def _put(self, plan: Plan, line: Line) -> None:
        sku, price = rules.merged_code(line.code), pence(line.price)
        left = line.quantity
        while left:
            order = next((o for o in plan.orders if o.room(line.customer, sku, price)), None)
            if order is None:
                order = self._another(plan, line)
            units = min(left, order.room(line.customer, sku, price))
            target = order.lines.setdefault(sku, PlannedLine(line.description or sku, price))
            target.quantity += units
            left -= units

    def _another(self, plan: Plan, line: Line) -> PlannedOrder:
        number = f"{plan.number}+{len(plan.orders) + 1}" if plan.orders else plan.number
        order = PlannedOrder(order_id(number), number, line.customer, line.country, plan.at)
        plan.orders.append(order)
        return order

    def _take_back(self, plan: Plan) -> None:
        for place, line in enumerate(plan.lines):
            if plan.rulings[place].kind != "return":
                continue
            assert isinstance(line, Line)
            found = self._match(line, plan.at)
            if found is None:
                why = NO_EARLIER_SALE if line.customer else NO_CUSTOMER
                plan.rulings[place] = Ruling("adjustment", why)
                continue
            plan.rulings[place] = CAME_BACK
            sku, price = rules.merged_code(line.code), pence(line.price)
            for lot, units in found:
                lot.units -= units
                part = plan.returns.setdefault(lot.order_id, PlannedReturn(lot.order_id))
                part.units[sku] += units
                part.refund_minor += units * price

    def _match(self, line: Line, at: datetime) -> list[tuple[_Lot, int]] | None:
        """Returns the oldest sales that all units of a line come from; None: there are not enough.

        Nobody gets more back than was paid, and nothing comes back before it was sold.
        """
        if not line.customer:
            return None
        key = (line.customer, rules.merged_code(line.code))
        lots = self.lots[key] = [lot for lot in self.lots[key] if lot.units]
        left, found, price = -line.quantity, [], pence(line.price)
        for lot in lots:
            if lot.price_minor >= price and lot.sold_at <= at:
                units = min(left, lot.units)
                found.append((lot, units))
                left -= units
                if not left:
                    return found
        return None


def order_id(number: str) -> UUID:
    return derived_id("history.order", number)


def digest(lines: Iterable[AnyLine]) -> str:
    """Returns a name for what an invoice says, in whichever file and format it says so."""
    said = sha256()
    for line in lines:
        if isinstance(line, Line):
            price = _written(line.price)
            fields = (line.code, line.description, str(line.quantity), str(line.invoiced_at))
            text = "\x1f".join((*fields, price, line.customer, line.country))
        else:
            text = f"{line.code}\x1f{line.reason}"
        said.update(text.encode() + b"\n")
    return said.hexdigest()


@cache
def _written(price: Decimal) -> str:
    return f"{price.normalize():f}"
