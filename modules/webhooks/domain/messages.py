"""What the shop tells others: every type of message, its fields, and its version.

A message is made from one stored event of an order or of one of its payments, and holds ids and
amounts: nothing that is sealed in the event is opened for it. These classes are the public words;
fields are only ever added to them, and what has to change otherwise becomes another version.
"""

from datetime import datetime
from uuid import UUID

import msgspec


class Data(msgspec.Struct, frozen=True):
    """The `data` of a message."""


class OrderData(Data, frozen=True):
    """`order_version`: the number of events of the order itself, this one included."""

    order_version: int


class OrderedLine(msgspec.Struct, frozen=True):
    """A line of an order; amounts in minor units, of all its units."""

    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    tax_minor: int


class Units(msgspec.Struct, frozen=True):
    """So many units of a line."""

    sku: str
    quantity: int


class ValuedUnits(msgspec.Struct, frozen=True):
    """So many units of a line, what was paid for them, and the tax in it."""

    sku: str
    quantity: int
    value_minor: int
    tax_minor: int


class OrderPlaced(OrderData, frozen=True):
    """Somebody ordered. `delivery_minor` is part of the total."""

    number: str
    customer_id: UUID | None
    currency: str
    total_minor: int
    delivery_minor: int
    lines: tuple[OrderedLine, ...]


class VatIdGiven(OrderData, frozen=True):
    """The buyer accounts for the tax; the id itself is personal data."""


class OrderConfirmed(OrderData, frozen=True):
    """The money is promised; the goods may go."""


class ParcelShipped(OrderData, frozen=True):
    """A parcel left. Its value is the goods' and, with the first parcel, the delivery charge."""

    parcel_id: UUID
    lines: tuple[ValuedUnits, ...]
    carrier: str
    goods_minor: int
    delivery_minor: int


class ParcelDelivered(OrderData, frozen=True):
    """A parcel arrived."""

    parcel_id: UUID


class LinesCancelled(OrderData, frozen=True):
    """Units that were not shipped were taken off."""

    lines: tuple[ValuedUnits, ...]
    value_minor: int
    tax_minor: int


class OrderCancelled(OrderData, frozen=True):
    """All that was left of an unshipped order ended; its value includes the delivery charge."""

    lines: tuple[ValuedUnits, ...]
    value_minor: int
    tax_minor: int


class ReturnRequested(OrderData, frozen=True):
    """Units that were shipped will come back."""

    return_id: UUID
    lines: tuple[Units, ...]


class ReturnReceived(OrderData, frozen=True):
    """They came back; their value is what was paid for them, not yet what is refunded."""

    return_id: UUID
    lines: tuple[ValuedUnits, ...]
    restock: bool
    value_minor: int
    tax_minor: int


class OrderCompleted(OrderData, frozen=True):
    """All is delivered and paid."""


class PaymentData(Data, frozen=True):
    """Amounts are in minor units of `currency`, and of this step alone."""

    payment_id: UUID
    currency: str


class PaymentRequested(PaymentData, frozen=True):
    """An amount will be asked of a provider."""

    provider: str
    amount_minor: int


class AttemptStarted(PaymentData, frozen=True):
    """The buyer is being asked; the outcome is open."""

    attempt_id: UUID


class AttemptEnded(PaymentData, frozen=True):
    """What became of an attempt; the amount is the one that was asked for."""

    attempt_id: UUID
    amount_minor: int


class AmountOnly(PaymentData, frozen=True):
    """The amount is no longer to be had."""

    amount_minor: int


class Capture(PaymentData, frozen=True):
    """Money that was promised is being taken, was taken, or was not."""

    capture_id: UUID
    amount_minor: int


class VoidAsked(PaymentData, frozen=True):
    """What is promised and not taken is being given back, or was refused to be."""

    void_id: UUID


class Voided(PaymentData, frozen=True):
    """What was promised and not taken is given back; zero where nothing was promised."""

    void_id: UUID
    amount_minor: int


class Refund(PaymentData, frozen=True):
    """Money is being given back, was given back, was not, or came back to the shop."""

    refund_id: UUID
    amount_minor: int


class AuthorisationAdjusted(PaymentData, frozen=True):
    """The promised amount is this from now on."""

    amount_minor: int
    stated_at: datetime


class Dispute(PaymentData, frozen=True):
    """The payer's bank took the amount, gave it back, or keeps it."""

    dispute_id: UUID
    amount_minor: int


class Ping(Data, frozen=True):
    """Nothing happened: somebody tries the endpoint."""

    endpoint_id: UUID


# By type; the stored event of a message is called the same, after its module.
DATA: dict[str, type[Data]] = {
    "order.placed": OrderPlaced,
    "order.vat_id_given": VatIdGiven,
    "order.confirmed": OrderConfirmed,
    "order.parcel_shipped": ParcelShipped,
    "order.parcel_delivered": ParcelDelivered,
    "order.lines_cancelled": LinesCancelled,
    "order.cancelled": OrderCancelled,
    "order.return_requested": ReturnRequested,
    "order.return_received": ReturnReceived,
    "order.completed": OrderCompleted,
    "payment.requested": PaymentRequested,
    "payment.started": AttemptStarted,
    "payment.authorised": AttemptEnded,
    "payment.surplus_authorised": AttemptEnded,
    "payment.surplus_released": AttemptEnded,
    "payment.declined": AttemptEnded,
    "payment.failed": AttemptEnded,
    "payment.expired": AmountOnly,
    "payment.capture_requested": Capture,
    "payment.captured": Capture,
    "payment.capture_failed": Capture,
    "payment.void_requested": VoidAsked,
    "payment.voided": Voided,
    "payment.void_failed": VoidAsked,
    "payment.refund_requested": Refund,
    "payment.refunded": Refund,
    "payment.refund_failed": Refund,
    "payment.refund_reversed": Refund,
    "payment.lapsed": AmountOnly,
    "payment.authorisation_adjusted": AuthorisationAdjusted,
    "payment.charged_back": Dispute,
    "payment.charge_back_reversed": Dispute,
    "payment.charge_back_lost": Dispute,
}
# The version of each type that is sent; all are in their first.
VERSION = 1
PING = "webhook.ping"
