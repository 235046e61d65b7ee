"""Orders: what somebody bought, and everything that happened to it since.

An order's lines are named by SKU. Of each line, units are `ordered`, then `cancelled` or
`shipped`, and after that perhaps `returned`; `open` are those neither cancelled nor shipped. A
**parcel** is one shipment. Nothing of a placed order is edited: a change is a new event.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from events.privacy.marks import Personal
from modules.kernel.address import Address
from modules.kernel.identity import derived_id
from modules.orders.errors import LinkRefused as LinkRefused
from modules.orders.errors import OrderChanged as OrderChanged
from modules.orders.errors import OrderNotFound as OrderNotFound
from modules.orders.errors import OrderStepRefused as OrderStepRefused
from modules.orders.errors import PageUnknown as PageUnknown
from modules.orders.errors import PastUnsorted as PastUnsorted
from modules.orders.errors import QuantityNotOpen as QuantityNotOpen
from modules.orders.errors import QuoteUnsound as QuoteUnsound
from modules.orders.facts import LineQuantity as LineQuantity
from modules.orders.facts import LinesCancelled as LinesCancelled
from modules.orders.facts import OrderCancelled as OrderCancelled
from modules.orders.facts import OrderCompleted as OrderCompleted
from modules.orders.facts import OrderConfirmed as OrderConfirmed
from modules.orders.facts import OrderFact as OrderFact
from modules.orders.facts import OrderPlaced as OrderPlaced
from modules.orders.facts import ParcelDelivered as ParcelDelivered
from modules.orders.facts import ParcelShipped as ParcelShipped
from modules.orders.facts import ReturnReceived as ReturnReceived
from modules.orders.facts import ReturnRequested as ReturnRequested
from modules.pricing.contracts import Quote

type OrderStatus = Literal["placed", "confirmed", "completed", "cancelled"]
type FulfilmentStatus = Literal["unfulfilled", "partially-shipped", "shipped", "delivered", "none"]

# The staff's list counts its views no further: who has a thousand to ship needs no better figure.
COUNTED_TO = 1_000

# What personal data is held for, each under a key of its own: to fulfil the order, and because the
# law asks for invoices to be kept (see `settings.PERSONAL_PERIODS`).
FULFILMENT, INVOICE = "order", "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The personal data of an order, sealed in its event; each says `erased` once it is."""

    email: Annotated[str, Personal(FULFILMENT)]
    delivery_address: Annotated[Address, Personal(FULFILMENT)]
    billing_address: Annotated[Address, Personal(INVOICE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Records an order with its whole quote. `order_id` comes from the form: twice is once.

    `subject` names whose it is where neither an account nor an e-mail address does.
    `vat_id` is the buyer's, where the buyer accounts for the tax.
    """

    order_id: UUID
    number: str
    cart_id: UUID
    customer_id: UUID | None
    contact: Contact
    quote: Quote
    subject: UUID | None = None
    vat_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCommand:
    """`expected_version`: the stream version the person saw; another one now is `OrderChanged`."""

    order_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipParcel(OrderCommand):
    parcel_id: UUID
    lines: tuple[LineQuantity, ...]
    carrier: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverParcel(OrderCommand):
    parcel_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLines(OrderCommand):
    lines: tuple[LineQuantity, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(OrderCommand):
    """Cancels the whole order; refused once anything has shipped."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReturn(OrderCommand):
    return_id: UUID
    lines: tuple[LineQuantity, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReturn(OrderCommand):
    """The goods came back; `restock` puts them on sale again."""

    return_id: UUID
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder(OrderCommand):
    """Gives money back on the order's payment; refused beyond what was captured."""

    refund_id: UUID
    amount_minor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOrder(OrderCommand):
    """Takes authorised money; None takes what the order still owes."""

    capture_id: UUID
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOrder:
    """An order that was paid for, sent and received long ago; all of it at one moment."""

    order: PlaceOrder
    payment_id: UUID
    provider: str


def past_parcel(order_id: UUID) -> UUID:
    """Returns the id of the one parcel of a past order, by which such an order is known."""
    return derived_id("orders.past", order_id, "parcel")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReturn:
    """Units of one past order that came back, and the money that was given back for them."""

    order_id: UUID
    payment_id: UUID
    return_id: UUID
    lines: tuple[LineQuantity, ...]
    refund_minor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line as pages show it; amounts in minor units of the order's currency, tax included."""

    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    cancelled: int
    shipped: int
    returned: int
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    id: UUID
    lines: tuple[LineQuantity, ...]
    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    id: UUID
    lines: tuple[LineQuantity, ...]
    reason: str
    requested_at: datetime
    received_at: datetime | None
    value_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """An order as pages show it. `due_minor` = what the order is worth after cancellations."""

    id: UUID
    number: str
    status: OrderStatus
    payment_status: str
    fulfilment_status: FulfilmentStatus
    customer_id: UUID | None
    cart_id: UUID
    contact: Contact
    quote: Quote
    currency: str
    total_minor: int
    cancelled_minor: int
    due_minor: int
    lines: tuple[OrderLine, ...]
    parcels: tuple[Parcel, ...]
    returns: tuple[Return, ...]
    cancel_reason: str
    version: int
    placed_at: datetime
    allowed: frozenset[str]
    vat_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """A row of a list of orders."""

    id: UUID
    number: str
    status: OrderStatus
    payment_status: str
    fulfilment_status: FulfilmentStatus
    email: str
    name: str
    customer_id: UUID | None
    currency: str
    total_minor: int
    quantity: int
    version: int
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """`query` matches number, e-mail, name or SKU; `view`: all, to-capture, to-ship, returns,
    problem; `cursor` is the opaque end of the page before."""

    query: str = ""
    view: str = "all"
    status: str = ""
    payment_status: str = ""
    fulfilment_status: str = ""
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    customer_id: UUID | None = None
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    orders: tuple[OrderSummary, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCounts:
    """How many orders each view of the staff's list holds; `COUNTED_TO` means so many or more."""

    all: int
    to_capture: int
    to_ship: int
    returns: int
    problem: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One recorded event of an order or of its payments, in words.

    `version` counts within its own stream; `stream` is `order` or `payment`.
    """

    stream: str
    stream_id: UUID
    version: int
    topic: str
    title: str
    detail: str
    actor: str
    recorded_at: datetime
    hash: str
