"""Mails the shop sends about an order, one kind for each thing a customer waits to hear."""

from typing import Literal

type Kind = Literal[
    "order-placed",
    "payment-declined",
    "parcel-shipped",
    "lines-cancelled",
    "order-cancelled",
    "return-received",
    "refunded",
]
