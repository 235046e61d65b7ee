"""What the ledger reads of each stored event, and no more: nothing personal, nothing sealed.

Each is decoded from the payload in its present version; fields that are not named here are skipped
without being read. tests/ledger/test_history.py reads every golden sample of these topics.
"""

from decimal import Decimal
from uuid import UUID

import msgspec


class QuotedPart(msgspec.Struct, frozen=True):
    """A line or the delivery of a quote; minor units, tax included in the total."""

    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    tax_code: str
    tax_rate_millionths: int
    sku: str = ""
    quantity: int = 0


class QuoteFact(msgspec.Struct, frozen=True):
    currency: str
    tax_included: bool
    total_minor: int
    lines: tuple[QuotedPart, ...]
    delivery: QuotedPart | None


class Placed(msgspec.Struct, frozen=True):
    number: str
    quote: QuoteFact


class UnitsFact(msgspec.Struct, frozen=True):
    sku: str
    quantity: int
    value_minor: int
    tax_minor: int


class Shipped(msgspec.Struct, frozen=True):
    parcel_id: UUID
    lines: tuple[UnitsFact, ...]


class Cancelled(msgspec.Struct, frozen=True):
    lines: tuple[UnitsFact, ...]
    value_minor: int


class Ended(msgspec.Struct, frozen=True):
    """The whole of an order was cancelled; nothing of it had been sent."""

    lines: tuple[UnitsFact, ...]
    value_minor: int


class Returned(msgspec.Struct, frozen=True):
    lines: tuple[UnitsFact, ...]


class Requested(msgspec.Struct, frozen=True):
    reference: UUID
    currency: str
    provider: str


class Authorised(msgspec.Struct, frozen=True):
    reference: UUID
    provider_reference: str


class Captured(msgspec.Struct, frozen=True):
    reference: UUID
    currency: str
    amount_minor: int
    capture_id: UUID


class Refunded(msgspec.Struct, frozen=True):
    reference: UUID
    currency: str
    amount_minor: int
    refund_id: UUID


class RefundReversed(msgspec.Struct, frozen=True):
    reference: UUID
    currency: str
    amount_minor: int
    refund_id: UUID


class DisputeFact(msgspec.Struct, frozen=True):
    reference: UUID
    currency: str
    amount_minor: int
    dispute_id: UUID


class ChargedBack(DisputeFact, frozen=True):
    """The payer's bank took the amount while it is argued about."""


class ChargeBackReversed(DisputeFact, frozen=True):
    """The dispute was won."""


class ChargeBackLost(DisputeFact, frozen=True):
    """The dispute was lost, and the amount is owed again."""


class DocumentLine(msgspec.Struct, frozen=True):
    quantity: int
    unit_price: Decimal
    reason: str


class Document(msgspec.Struct, frozen=True):
    number: str
    currency: str
    entries: tuple[DocumentLine, ...]


class BookedLeg(msgspec.Struct, frozen=True):
    account: str
    amount_minor: int


class Booked(msgspec.Struct, frozen=True):
    reason: str
    memo: str
    currency: str
    legs: tuple[BookedLeg, ...]
    provider: str
    order_id: UUID | None
    order_number: str
    due_minor: int


type Fact = (
    Placed
    | Shipped
    | Cancelled
    | Ended
    | Returned
    | Requested
    | Authorised
    | Captured
    | Refunded
    | RefundReversed
    | ChargedBack
    | ChargeBackReversed
    | ChargeBackLost
    | Document
    | Booked
)

# In the first version of each: later ones resolve to the same class.
FACTS: dict[str, type[Fact]] = {
    "orders.order.placed": Placed,
    "orders.order.parcel_shipped": Shipped,
    "orders.order.lines_cancelled": Cancelled,
    "orders.order.cancelled": Ended,
    "orders.order.return_received": Returned,
    "payments.payment.requested": Requested,
    "payments.payment.authorised": Authorised,
    "payments.payment.captured": Captured,
    "payments.payment.refunded": Refunded,
    "payments.payment.refund_reversed": RefundReversed,
    "payments.payment.charged_back": ChargedBack,
    "payments.payment.charge_back_reversed": ChargeBackReversed,
    "payments.payment.charge_back_lost": ChargeBackLost,
    "adjustments.adjustment.recorded": Document,
    "ledger.booking.recorded": Booked,
}
