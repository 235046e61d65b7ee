"""What we read of Stripe's objects, from answers and from notifications alike.

Field names are Stripe's. What is not named here is not read, so that additions change nothing.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from modules.payments.gateways.stripe.amounts import from_stripe


class StripeThing(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    currency: str = ""
    metadata: dict[str, str] | None = None

    @property
    def tags(self) -> dict[str, str]:
        return self.metadata or {}

    @property
    def currency_code(self) -> str:
        return self.currency.upper()

    def minor(self, amount: int | None) -> int | None:
        return None if amount is None else from_stripe(amount, self.currency_code)


class Multicapture(msgspec.Struct, frozen=True):
    status: str = "unavailable"


class CardDetails(msgspec.Struct, frozen=True):
    multicapture: Multicapture | None = None


class MethodDetails(msgspec.Struct, frozen=True):
    card: CardDetails | None = None


class Charge(StripeThing, frozen=True, kw_only=True):
    status: str = ""
    payment_method_details: MethodDetails | None = None

    @property
    def takes_parts(self) -> bool:
        """True when a part can be captured without the rest being given back."""
        card = self.payment_method_details and self.payment_method_details.card
        return bool(card and card.multicapture and card.multicapture.status == "available")


class Complaint(msgspec.Struct, frozen=True):
    message: str | None = None
    code: str | None = None


class Intent(StripeThing, frozen=True, kw_only=True):
    """A PaymentIntent: one authorisation and what became of it."""

    status: str
    amount: int
    amount_received: int = 0
    amount_capturable: int = 0
    capture_method: str = "automatic"
    latest_charge: Charge | str | None = None
    last_payment_error: Complaint | None = None
    customer: str | None = None
    payment_method: str | None = None

    @property
    def is_manual(self) -> bool:
        return self.capture_method == "manual"


class Session(StripeThing, frozen=True, kw_only=True):
    """A Checkout Session: the page at Stripe where the shopper pays."""

    status: str
    url: str | None = None
    amount_total: int | None = None
    payment_intent: Intent | str | None = None


class RefundObject(StripeThing, frozen=True, kw_only=True):
    amount: int
    status: str | None = None
    payment_intent: str | None = None
    failure_reason: str | None = None


class DisputeObject(StripeThing, frozen=True, kw_only=True):
    amount: int
    status: str
    reason: str = ""
    payment_intent: str | None = None


class ChargeWithIntent(StripeThing, frozen=True, kw_only=True):
    """A charge as Stripe's books name it, with the intent that it belongs to."""

    amount_captured: int | None = None
    payment_intent: Intent | str | None = None


class BalanceLine(StripeThing, frozen=True, kw_only=True):
    """A balance transaction; `amount` is below zero where it left the account, `fee` is part."""

    type: str
    amount: int
    created: int
    fee: int = 0
    source: dict[str, Any] | str | None = None

    @property
    def source_name(self) -> str:
        """Stripe's name for what moved the money."""
        if isinstance(self.source, dict):
            return str(self.source.get("id", ""))
        return self.source or ""


class EventData(msgspec.Struct, frozen=True):
    object: msgspec.Raw


class Letter(msgspec.Struct, frozen=True):
    """An event as it is posted to us; `created` in seconds since 1970."""

    id: str
    type: str
    created: int
    livemode: bool
    data: EventData

    @property
    def occurred_at(self) -> datetime:
        return datetime.fromtimestamp(self.created, UTC)


def read[T](answered: Any, kind: type[T]) -> T:
    """Returns an object of the SDK as ours. Raises: msgspec.ValidationError: it is another."""
    return msgspec.convert(answered.to_dict(), kind, strict=False)
