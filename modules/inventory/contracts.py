"""Stock: what is on hand, what is promised, what moved and why.

`on_hand` counts units in the house; `reserved` those promised to orders not yet shipped;
`free` = on hand - reserved. A SKU may be sold down to minus `backorder_limit` free units.
received + adjusted = on hand + shipped, always (returns count as received), so that
received + adjusted = reserved + free + shipped: every unit is somewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from modules.kernel.errors import Conflict, NotFound, Unavailable


class StockNotFound(NotFound):
    """The SKU has no stock record; field: `sku`."""

    code = "stock-not-found"


class OutOfStock(Conflict):
    """Not enough free units. Fields: `sku`, `requested`, `available` of the first such SKU, and
    `shortages`, a list of the same three for every one."""

    code = "out-of-stock"


class StockHeld(Conflict):
    """An adjustment would leave fewer units than are promised. Fields: `sku`, `reserved`."""

    code = "stock-held"


class StockChanged(Conflict):
    """Somebody changed the figure that the person saw. Fields: `sku`, `expected`, `on_hand`."""

    code = "stock-changed"


class StockRefused(Conflict):
    """A quantity or figure that stock cannot have. Fields: `sku`, `quantity`."""

    code = "stock-refused"


class StockBusy(Unavailable):
    """The same reference is being reserved by two requests at this moment."""

    code = "stock-busy"


class NothingReserved(Conflict):
    """The reference holds no (or too few) units of the SKU."""

    code = "nothing-reserved"


class NotOnHand(Conflict):
    """Backordered units cannot be shipped before they arrive."""

    code = "not-on-hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveStock:
    """Units arrived; creates the stock record on first use.

    `effective_at` is when they arrived, if that was before it is recorded.
    """

    sku: str
    quantity: int
    reason: str = "delivery"
    reference: str = ""
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStock:
    """Sets what is on hand to a counted figure. `reason`: count, damage, loss, found, correction.

    `expected_on_hand` is what the person saw; another value now refuses (StockChanged conflict).
    `effective_at` is when it came to differ, if that was before it is recorded.
    """

    sku: str
    on_hand: int
    reason: str
    note: str = ""
    expected_on_hand: int | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBackorderLimit:
    sku: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Promises units to `reference` (an order id) until `expires_at`; None: until released.

    All lines or none, updated in SKU order. Lines of one SKU add up. Repeating it replaces the
    reference's earlier reservation rather than doubling it.
    """

    reference: UUID
    lines: tuple[StockLine, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Gives units back to free stock; `lines=None` releases all the reference still holds."""

    reference: UUID
    lines: tuple[StockLine, ...] | None = None
    reason: str = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship:
    """Takes reserved units out of the house."""

    reference: UUID
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restock:
    """Returned units come back on hand and free."""

    reference: UUID
    lines: tuple[StockLine, ...]
    reason: str = "return"


type Availability = Literal["in-stock", "low", "backorder", "sold-out"]
type MovementKind = Literal[
    "opened", "received", "adjusted", "reserved", "released", "shipped", "returned", "limited"
]
type StockFilter = Literal["all", "low", "out"]

# Largest number of units in one movement and in one stock record.
MAXIMUM_UNITS = 1_000_000_000
# From this many free units down a SKU counts as low.
LOW_STOCK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """`available` = how many a shopper may order now (free + backorder limit)."""

    sku: str
    on_hand: int
    reserved: int
    free: int
    available: int
    availability: Availability
    backorder_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPage:
    """One page of stock records in SKU order; pages count from 1."""

    levels: tuple[StockLevel, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    reference: UUID
    sku: str
    quantity: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of the stock book. `quantity` is signed; `kind` says which figure it moved.

    received, adjusted, returned: on hand. reserved, released: reserved. shipped: both. limited: the
    backorder limit. opened: none, the stock record was made. `effective_at` is when it happened.
    """

    id: UUID
    sku: str
    kind: MovementKind
    quantity: int
    reason: str
    reference: str
    actor: str
    recorded_at: datetime
    effective_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Units that a reference held, out of the stock book."""

    reference: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityChanged:
    """Fact: a SKU crossed from one availability to another."""

    sku: str
    availability: Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class StockBreach:
    """A SKU whose figures do not agree with its book or its reservations: see `rule`."""

    sku: str
    rule: str
    expected: int
    found: int
