"""What became of what was asked for: captures, voids and refunds, done or not done.

As all folds: applied, repeated, waiting or refused, whatever the order in which things are said.
"""

from collections.abc import Callable
from uuid import UUID

from modules.kernel.identity import derived_id
from modules.payments.domain.payment import Payment
from modules.payments.domain.said import APPLIED, REPEATED, Report, Verdict, wrong_amount
from modules.payments.domain.state import Attempt, Operation


def captured(payment: Payment, report: Report) -> Verdict:
    """Records money that was taken, asked for by us or at the provider."""
    state = payment.state
    capture = state.capture(report.operation_id)
    if capture is None and _came_unasked(report, state.open_minor):
        capture_id = report.operation_id
        payment.record(
            Payment.CaptureRequested, capture_id=capture_id, amount_minor=report.amount_minor
        )
        capture = state.capture(capture_id)
    if capture is None:
        return _never_requested("capture")
    if known := _known(report, capture):
        return known
    if capture.status == "failed" and capture.amount_minor > state.open_minor:
        return Verdict("refused", "It was reported failed before, and the amount is used since.")
    payment.record(Payment.Captured, capture_id=capture.id, amount_minor=capture.amount_minor)
    return APPLIED


def capture_failed(payment: Payment, report: Report) -> Verdict:
    """Records that a capture was not done; one that was done stays so."""

    def record(capture: Operation) -> None:
        payment.record(
            Payment.CaptureFailed,
            capture_id=capture.id,
            amount_minor=capture.amount_minor,
            reason=report.message,
        )

    return _not_done(payment.state.capture(report.operation_id), "capture", record)


def voided(payment: Payment, report: Report) -> Verdict:
    """Records that what was authorised and not captured is given back."""
    state = payment.state
    surplus = _surplus(payment, report)
    if surplus:
        return released_surplus(payment, surplus)
    void = state.void(report.operation_id)
    if void is None:
        return _never_requested("void")
    if void.status == "done":
        return REPEATED
    if void.status == "failed" and not (state.open_minor or state.live_attempt):
        return Verdict("refused", "It was reported failed before, and nothing is left to void.")
    # A void of an attempt we do not know the outcome of may give back what was authorised
    # meanwhile; that authorisation is still on its way to us, and is then voided by itself.
    if state.authorised_minor and report.amount_minor not in (None, state.open_minor):
        return wrong_amount(report, state.open_minor)
    payment.record(
        Payment.Voided, void_id=void.id, amount_minor=state.open_minor, reason=void.reason
    )
    return APPLIED


def void_failed(payment: Payment, report: Report) -> Verdict:
    """Records that a void was not done; one that was done stays so."""
    if _surplus(payment, report):
        return Verdict("refused", "A second authorisation could not be given back.")

    def record(void: Operation) -> None:
        payment.record(Payment.VoidFailed, void_id=void.id, reason=report.message)

    return _not_done(payment.state.void(report.operation_id), "void", record)


def refunded(payment: Payment, report: Report) -> Verdict:
    """Records money that was given back, asked for by us or at the provider."""
    state = payment.state
    refund = state.refund(report.operation_id)
    if refund is None and _came_unasked(report, state.refundable_minor):
        payment.record(
            Payment.RefundRequested,
            refund_id=report.operation_id,
            amount_minor=report.amount_minor,
            reason=report.message or "Given back at the provider",
        )
        refund = state.refund(report.operation_id)
    if refund is None:
        return _never_requested("refund")
    if known := _known(report, refund):
        return known
    limit_minor = state.refundable_minor if refund.status == "failed" else state.left_minor
    if refund.amount_minor > limit_minor:
        return Verdict("refused", "It was reported failed or charged back, and the amount is used.")
    payment.record(
        Payment.Refunded,
        refund_id=refund.id,
        amount_minor=refund.amount_minor,
        reason=refund.reason,
    )
    return APPLIED


def refund_failed(payment: Payment, report: Report) -> Verdict:
    """Records that a refund was not done; one that was done stays so."""

    def record(refund: Operation) -> None:
        payment.record(
            Payment.RefundFailed,
            refund_id=refund.id,
            amount_minor=refund.amount_minor,
            reason=report.message,
        )

    return _not_done(payment.state.refund(report.operation_id), "refund", record)


def refund_reversed(payment: Payment, report: Report) -> Verdict:
    """Records that money given back came back to us."""
    refund = payment.state.refund(report.operation_id)
    if refund is not None and refund.status == "reversed":
        return REPEATED
    if refund is None or refund.status != "done":
        # Only what was given back comes back, so that this says both.
        verdict = refunded(payment, report)
        refund = payment.state.refund(report.operation_id)
        if verdict != APPLIED or refund is None:
            return verdict
    if report.amount_minor != refund.amount_minor:
        return wrong_amount(report, refund.amount_minor)
    payment.record(
        Payment.RefundReversed,
        refund_id=refund.id,
        amount_minor=refund.amount_minor,
        reason=report.message,
    )
    return APPLIED


def released_surplus(payment: Payment, attempt: Attempt) -> Verdict:
    """Records that an authorisation too many was given back."""
    if not attempt.rises_to("released"):
        return REPEATED
    payment.record(
        Payment.SurplusReleased, attempt_id=attempt.id, amount_minor=payment.state.amount_minor
    )
    return APPLIED


def release_id(attempt: Attempt) -> UUID:
    """Returns the operation id under which a surplus attempt is given back."""
    return derived_id("payments.release", attempt.id)


def _surplus(payment: Payment, report: Report) -> Attempt | None:
    attempts = (each for each in payment.state.attempts if each.status in ("surplus", "released"))
    return next((each for each in attempts if release_id(each) == report.operation_id), None)


def _came_unasked(report: Report, limit_minor: int) -> bool:
    """True for what was done at the provider without us, and fits."""
    return report.unasked and 0 < (report.amount_minor or 0) <= limit_minor


def _never_requested(what: str) -> Verdict:
    return Verdict("waiting", f"No {what} of this id was requested.")


def _known(report: Report, operation: Operation) -> Verdict | None:
    """Returns the verdict on another amount than was asked for, and on what is done already."""
    if report.amount_minor != operation.amount_minor:
        return wrong_amount(report, operation.amount_minor)
    return REPEATED if operation.status in ("done", "reversed") else None


def _not_done(
    operation: Operation | None, what: str, record: Callable[[Operation], None]
) -> Verdict:
    if operation is None:
        return _never_requested(what)
    if operation.status != "requested":
        return REPEATED
    record(operation)
    return APPLIED
