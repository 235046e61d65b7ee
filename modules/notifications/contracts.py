"""Mails the shop sends about an order, one kind for each thing a customer waits to hear."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from modules.kernel.errors import Conflict

type Kind = Literal[
    "order-placed",
    "payment-declined",
    "payment-link",
    "payment-reminder",
    "parcel-shipped",
    "lines-cancelled",
    "order-cancelled",
    "return-received",
    "refunded",
    "order-link",
    "invoice-issued",
    "credit-note-issued",
]

type Language = Literal["en", "de", "fr"]


class MailRefused(Conflict):
    """A mail server refused a mail for good: its recipient, sender or content."""

    code = "mail-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail as it is read: the text and the HTML say the same."""

    subject: str
    text: str
    html: str


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


# The effect that sends one mail, and the timer that looks after an order nobody has paid.
SEND = "notifications.send"
REMIND = "notifications.remind_unpaid"
