"""Payments of the past, recorded in bulk: the same requests and reports, nobody asked."""

from uuid import UUID

from events.bulk import Bulk, Occasion
from modules.kernel.identity import derived_id
from modules.payments import projections as projections  # keeps the read model
from modules.payments.contracts import (
    AmountRefused,
    PaymentNotFound,
    RefundPayment,
    RequestPayment,
)
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, ReportKind, fold


def pay(bulk: Bulk, message: RequestPayment, occasion: Occasion) -> None:
    payment = Payment.request(
        message.payment_id,
        reference=message.reference,
        description=message.description,
        provider=message.provider,
        amount_minor=message.amount_minor,
        currency=message.currency,
        subject=message.subject,
    )
    attempt_id = derived_id("payments.past", payment.id, "attempt")
    capture_id = derived_id("payments.past", payment.id, "capture")
    payment.start(attempt_id)
    _report(payment, "authorised", attempt_id=attempt_id, amount_minor=message.amount_minor)
    payment.request_capture(capture_id, message.amount_minor)
    _report(payment, "captured", operation_id=capture_id, amount_minor=message.amount_minor)
    bulk.record(payment, occasion)


def check_refund(bulk: Bulk, message: RefundPayment) -> None:
    limit = _find(bulk, message.payment_id).state.refundable_minor
    if not 0 < message.amount_minor <= limit:
        raise AmountRefused(
            f"Between 1 and {limit} minor units can be refunded.",
            amount_minor=message.amount_minor,
            limit_minor=limit,
        )


def refund(bulk: Bulk, message: RefundPayment, occasion: Occasion) -> None:
    payment = _find(bulk, message.payment_id)
    payment.request_refund(message.refund_id, message.amount_minor, message.reason)
    _report(payment, "refunded", operation_id=message.refund_id, amount_minor=message.amount_minor)
    bulk.record(payment, occasion)


def _find(bulk: Bulk, payment_id: UUID) -> Payment:
    payment = bulk.find(Payment, payment_id)
    if payment is None:
        raise PaymentNotFound("There is no such payment.", payment_id=payment_id)
    return payment


def _report(
    payment: Payment,
    kind: ReportKind,
    *,
    amount_minor: int,
    attempt_id: UUID | None = None,
    operation_id: UUID | None = None,
) -> None:
    """Folds what a provider would have said."""
    verdict = fold(
        payment,
        Report(
            kind=kind,
            payment_id=payment.id,
            attempt_id=attempt_id,
            operation_id=operation_id,
            provider_reference=payment.state.description if attempt_id else "",
            amount_minor=amount_minor,
            currency=payment.state.currency,
        ),
    )
    assert verdict.outcome == "applied", verdict.reason
