"""Histories of one payment of 100.00 EUR, to begin tests with."""

from typing import Any
from uuid import UUID

from modules.payments.domain.events import PaymentEvent
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, ReportKind
from tests.support.given import AN_ID, given, past

REFERENCE = UUID("00000000-0000-7000-8000-00000000000f")
ATTEMPT, SECOND_ATTEMPT = (UUID(f"00000000-0000-7000-8000-0000000000a{n}") for n in (1, 2))
CAPTURE, SECOND_CAPTURE = (UUID(f"00000000-0000-7000-8000-0000000000c{n}") for n in (1, 2))
REFUND, SECOND_REFUND = (UUID(f"00000000-0000-7000-8000-0000000000f{n}") for n in (1, 2))
VOID = UUID("00000000-0000-7000-8000-0000000000d1")


def of_payment(event_class: type[PaymentEvent], **fields: Any) -> past[PaymentEvent]:
    return past(event_class, reference=REFERENCE, currency="EUR", **fields)


REQUESTED = of_payment(
    Payment.Requested, description="Order", provider="testbank", amount_minor=10_000
)
STARTED = of_payment(Payment.Started, attempt_id=ATTEMPT)
CHALLENGED = of_payment(
    Payment.Challenged, attempt_id=ATTEMPT, provider_reference="b1", redirect_url="/bank/b1/"
)
AUTHORISED = of_payment(
    Payment.Authorised, attempt_id=ATTEMPT, provider_reference="b1", amount_minor=10_000
)
DECLINED = of_payment(
    Payment.Declined,
    attempt_id=ATTEMPT,
    provider_reference="b1",
    amount_minor=10_000,
    reason="The bank said no.",
)
FAILED = of_payment(
    Payment.Failed,
    attempt_id=ATTEMPT,
    provider_reference="",
    amount_minor=10_000,
    reason="The bank never heard of it.",
)


def capture_requested(amount_minor: int, capture_id: UUID = CAPTURE) -> past[PaymentEvent]:
    return of_payment(Payment.CaptureRequested, capture_id=capture_id, amount_minor=amount_minor)


def captured(amount_minor: int, capture_id: UUID = CAPTURE) -> past[PaymentEvent]:
    return of_payment(Payment.Captured, capture_id=capture_id, amount_minor=amount_minor)


def capture_failed(amount_minor: int, capture_id: UUID = CAPTURE) -> past[PaymentEvent]:
    return of_payment(
        Payment.CaptureFailed, capture_id=capture_id, amount_minor=amount_minor, reason="no"
    )


def refund_requested(amount_minor: int, refund_id: UUID = REFUND) -> past[PaymentEvent]:
    return of_payment(
        Payment.RefundRequested, refund_id=refund_id, amount_minor=amount_minor, reason="returned"
    )


def refunded(amount_minor: int, refund_id: UUID = REFUND) -> past[PaymentEvent]:
    return of_payment(
        Payment.Refunded, refund_id=refund_id, amount_minor=amount_minor, reason="returned"
    )


def void_requested() -> past[PaymentEvent]:
    return of_payment(Payment.VoidRequested, void_id=VOID, reason="cancelled")


def voided(amount_minor: int) -> past[PaymentEvent]:
    return of_payment(Payment.Voided, void_id=VOID, amount_minor=amount_minor, reason="cancelled")


def requested() -> given[Payment]:
    return given(Payment, REQUESTED)


def authorised(*later: past[PaymentEvent]) -> given[Payment]:
    return given(Payment, REQUESTED, STARTED, AUTHORISED, *later)


def captured_whole(*later: past[PaymentEvent]) -> given[Payment]:
    return authorised(capture_requested(10_000), captured(10_000), *later)


def report(kind: ReportKind, **changes: Any) -> Report:
    """A provider's statement about the attempt, or about the operation named by `operation_id`."""
    fields: dict[str, Any] = {
        "kind": kind,
        "payment_id": AN_ID,
        "attempt_id": None if "operation_id" in changes else ATTEMPT,
        "provider_reference": "b1",
        "currency": "EUR",
    }
    if kind == "authorised":
        fields["amount_minor"] = 10_000
    if kind == "challenged":
        fields["redirect_url"] = "/bank/b1/"
    if kind == "declined":
        fields["message"] = "The bank said no."
    return Report(**{**fields, **changes})
