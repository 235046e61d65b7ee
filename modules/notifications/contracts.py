"""Mails the shop sends about an order, one kind for each thing a customer waits to hear."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

type Kind = Literal[
    "order-placed",
    "payment-declined",
    "payment-link",
    "parcel-shipped",
    "lines-cancelled",
    "order-cancelled",
    "return-received",
    "refunded",
    "order-link",
    "invoice-issued",
    "credit-note-issued",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOrderLink:
    """Somebody lost an order's link: it goes to the order's own e-mail address, if both fit."""

    number: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPaymentLink:
    """Staff ask the buyer to pay what is open of an order."""

    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoiceAgain:
    """Staff send an invoice or a credit note once more, by its number."""

    number: str


# The effect that sends one mail.
SEND = "notifications.send"
