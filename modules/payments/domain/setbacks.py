"""What takes a promise or money from us again, unasked: lapses, adjustments, disputes.

As all folds: applied, repeated, waiting or refused, whatever the order in which things are said.
"""

from modules.payments.domain.operations import released_surplus
from modules.payments.domain.payment import Payment
from modules.payments.domain.said import APPLIED, REPEATED, Report, Verdict, wrong_amount


def lapsed(payment: Payment, report: Report) -> Verdict:
    """Records that what is left of an authorisation is held no longer."""
    state = payment.state
    attempt = state.attempt(report.attempt_id)
    if attempt and attempt.status in ("surplus", "released"):
        return released_surplus(payment, attempt)
    if attempt is None or attempt.status != "authorised":
        return Verdict("waiting", "The attempt is not known to be authorised.")
    if state.pending_captures_minor:
        return Verdict("waiting", "A capture has no answer yet.")
    if not state.open_minor:
        return REPEATED
    payment.record(Payment.Lapsed, amount_minor=state.open_minor, reason=report.message)
    return APPLIED


def adjusted(payment: Payment, report: Report) -> Verdict:
    """Records what is authorised as of a moment; an older statement changes nothing."""
    state = payment.state
    attempt = state.attempt(report.attempt_id)
    if attempt is None or attempt.status != "authorised":
        return Verdict("waiting", "The attempt is not known to be authorised.")
    if report.occurred_at is None or report.amount_minor is None:
        return Verdict("refused", "It does not say how much, or as of when.")
    if state.adjusted_at and report.occurred_at <= state.adjusted_at:
        return REPEATED
    used_minor = state.authorised_minor - state.open_minor
    if not used_minor <= report.amount_minor <= state.amount_minor:
        return Verdict(
            "refused",
            f"It says {report.amount_minor} minor units are authorised; between {used_minor} and "
            f"{state.amount_minor} are possible.",
        )
    payment.record(
        Payment.AuthorisationAdjusted,
        amount_minor=report.amount_minor,
        stated_at=report.occurred_at,
        reason=report.message,
    )
    return APPLIED


def disputed(payment: Payment, report: Report) -> Verdict:
    """Records that the payer's bank took money of a capture."""
    state = payment.state
    known = state.dispute(report.operation_id)
    if known:
        same = known.amount_minor == report.amount_minor
        return REPEATED if same else wrong_amount(report, known.amount_minor)
    if not 0 < (report.amount_minor or 0) <= state.left_minor:
        return Verdict("waiting", f"Of {state.left_minor} minor units more cannot be charged back.")
    payment.record(
        Payment.ChargedBack,
        dispute_id=report.operation_id,
        amount_minor=report.amount_minor,
        reason=report.message,
    )
    return APPLIED


def dispute_won(payment: Payment, report: Report) -> Verdict:
    """Records that a dispute ended in our favour, its beginning included."""
    return _decided(payment, report, Payment.ChargeBackReversed)


def dispute_lost(payment: Payment, report: Report) -> Verdict:
    """Records that a dispute ended against us, its beginning included."""
    return _decided(payment, report, Payment.ChargeBackLost)


def _decided(
    payment: Payment,
    report: Report,
    event_class: type[Payment.ChargeBackReversed] | type[Payment.ChargeBackLost],
) -> Verdict:
    verdict = disputed(payment, report)
    dispute = payment.state.dispute(report.operation_id)
    if verdict.outcome in ("waiting", "refused") or dispute is None:
        return verdict
    if dispute.status != "open":
        return REPEATED
    payment.record(
        event_class,
        dispute_id=dispute.id,
        amount_minor=dispute.amount_minor,
        reason=report.message or dispute.reason,
    )
    return APPLIED
