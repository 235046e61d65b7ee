"""The history of a payment in plain words, for shoppers and staff alike."""

from collections.abc import Mapping
from typing import Any

from events.aggregate import Event
from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.payments.domain.payment import Payment

TITLES: dict[type[Event], str] = {
    Payment.Requested: "Payment requested",
    Payment.Started: "Payment started",
    Payment.Challenged: "The provider asked for confirmation",
    Payment.Authorised: "Payment authorised",
    Payment.SurplusAuthorised: "Authorised a second time",
    Payment.SurplusReleased: "Second authorisation given back",
    Payment.Declined: "Payment declined",
    Payment.Failed: "Payment failed",
    Payment.Expired: "Payment expired",
    Payment.CaptureRequested: "Charge requested",
    Payment.Captured: "Payment charged",
    Payment.CaptureFailed: "Charge failed",
    Payment.VoidRequested: "Release requested",
    Payment.Voided: "Payment released",
    Payment.VoidFailed: "Release failed",
    Payment.RefundRequested: "Refund requested",
    Payment.Refunded: "Refunded",
    Payment.RefundFailed: "Refund failed",
    Payment.RefundReversed: "Refund came back",
    Payment.Lapsed: "Authorisation lapsed",
    Payment.AuthorisationAdjusted: "Authorised amount changed",
    Payment.ChargedBack: "Charged back",
    Payment.ChargeBackReversed: "Dispute won, charge-back reversed",
    Payment.ChargeBackLost: "Dispute lost",
}


def words(event: Any, titles: Mapping[str, str]) -> tuple[str, str]:
    """Returns the title and the detail of a payment's event; `titles` name the providers."""
    parts = []
    amount = getattr(event, "amount_minor", None)
    if amount:
        parts.append(written(Money(amount, event.currency)))
    if isinstance(event, Payment.Requested):
        parts.append(f"by {titles.get(event.provider, event.provider)}")
    if isinstance(event, Payment.Voided) and not amount:
        parts.append("Nothing had been authorised")
    reason = getattr(event, "reason", "")
    if reason:
        parts.append(reason)
    return TITLES[type(event)], ", ".join(parts)
