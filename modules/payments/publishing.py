"""Stored events of payments, told to the modules above as facts."""

from collections.abc import Iterable
from typing import Any

from events.facts import translate
from events.store import RecordedEvent
from modules.payments.contracts import (
    CaptureFailed,
    ChargeBackLost,
    ChargeBackReversed,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentChargedBack,
    PaymentDeclined,
    PaymentExpired,
    PaymentFailed,
    PaymentLapsed,
    PaymentRefunded,
    PaymentVoided,
    RefundFailed,
    RefundReversed,
)
from modules.payments.domain.events import PaymentEvent
from modules.payments.domain.payment import Payment


def tell(event_class: type[PaymentEvent], fact: type[Any], *fields: str) -> None:
    """Publishes an event as a fact with the named fields of the event added."""

    def to_facts(event: Any, recorded: RecordedEvent) -> Iterable[object]:
        yield fact(
            payment_id=event.originator_id,
            reference=event.reference,
            amount_minor=event.amount_minor,
            currency=event.currency,
            **{name: getattr(event, name) for name in fields},
        )

    translate(event_class, fact, to_facts)


tell(Payment.Authorised, PaymentAuthorised)
tell(Payment.Declined, PaymentDeclined, "reason")
tell(Payment.Failed, PaymentFailed, "reason")
tell(Payment.Expired, PaymentExpired)
tell(Payment.Captured, PaymentCaptured)
tell(Payment.CaptureFailed, CaptureFailed, "capture_id", "reason")
tell(Payment.Voided, PaymentVoided)
tell(Payment.Refunded, PaymentRefunded, "refund_id", "reason")
tell(Payment.RefundFailed, RefundFailed, "refund_id", "reason")
tell(Payment.RefundReversed, RefundReversed, "refund_id", "reason")
tell(Payment.Lapsed, PaymentLapsed, "reason")
tell(Payment.ChargedBack, PaymentChargedBack, "dispute_id", "reason")
tell(Payment.ChargeBackReversed, ChargeBackReversed, "dispute_id", "reason")
tell(Payment.ChargeBackLost, ChargeBackLost, "dispute_id", "reason")
