"""What a provider says, and how it is folded: any order, any multiplicity, one outcome.

The answer to a call, a notification and the answer to an enquiry are all the same thing, a
**report**. A report is a fact about the provider's side, so it is never argued with: it is applied,
it repeats what is known, it waits for something we have not recorded yet, or it is refused because
it contradicts what was asked, and then it moves no money.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from modules.kernel.identity import derived_id
from modules.payments.domain.payment import Payment
from modules.payments.domain.state import Attempt, AttemptStatus

type ReportKind = Literal[
    "challenged",
    "authorised",
    "declined",
    "failed",
    "captured",
    "capture-failed",
    "voided",
    "void-failed",
    "refunded",
    "refund-failed",
    "refund-reversed",
    "lapsed",
    "adjusted",
    "disputed",
    "dispute-won",
    "dispute-lost",
    "noted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One statement of a provider about one attempt or operation of one payment.

    `attempt_id` is set for challenged, authorised, declined, failed, lapsed and adjusted,
    `operation_id` for the rest: ids we gave, or for what nobody here asked for (`unasked`, and
    disputes) ids derived from the provider's names. `amount_minor` None means the provider does not
    say; `held_minor` is what it still holds of the authorisation, if it says so.
    """

    kind: ReportKind
    payment_id: UUID
    attempt_id: UUID | None = None
    operation_id: UUID | None = None
    provider_reference: str = ""
    amount_minor: int | None = None
    currency: str
    redirect_url: str = ""
    message: str = ""
    occurred_at: datetime | None = None
    held_minor: int | None = None
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Literal["applied", "repeated", "waiting", "refused", "noted"]
    reason: str = ""


APPLIED = Verdict("applied")
REPEATED = Verdict("repeated")


def fold(payment: Payment, report: Report) -> Verdict:
    """Records what a report adds to a payment, and says what became of it."""
    if report.payment_id != payment.id:
        return Verdict("refused", "It is about another payment.")
    if report.currency != payment.state.currency:
        return Verdict(
            "refused", f"It says {report.currency}; the payment is in {payment.state.currency}."
        )
    verdict = FOLDS[report.kind](payment, report)
    state = payment.state
    said = verdict.outcome in ("applied", "repeated")
    if said and report.held_minor == 0 and state.open_minor > 0:
        reason = "The provider does not hold it any more."
        payment.record(Payment.Lapsed, amount_minor=state.open_minor, reason=reason)
        return APPLIED
    return verdict


def fold_all(payment: Payment, reports: Iterable[Report]) -> dict[int, Verdict]:
    """Folds reports until no waiting one can be applied; verdicts by their place in the input."""
    waiting = dict(enumerate(reports))
    verdicts: dict[int, Verdict] = {}
    progress = True
    while waiting and progress:
        progress = False
        for place, report in list(waiting.items()):
            verdicts[place] = fold(payment, report)
            if verdicts[place].outcome != "waiting":
                del waiting[place]
                progress = True
    return verdicts


def _challenged(payment: Payment, report: Report) -> Verdict:
    def record(attempt: Attempt) -> None:
        payment.record(
            Payment.Challenged,
            attempt_id=attempt.id,
            provider_reference=report.provider_reference,
            redirect_url=report.redirect_url,
        )

    return _raise_attempt(payment, report, "challenged", record)


def _authorised(payment: Payment, report: Report) -> Verdict:
    if report.amount_minor != payment.state.amount_minor:
        return _wrong_amount(report, payment.state.amount_minor)

    def record(attempt: Attempt) -> None:
        first = payment.state.authorised_attempt is None
        payment.record(
            Payment.Authorised if first else Payment.SurplusAuthorised,
            attempt_id=attempt.id,
            provider_reference=report.provider_reference,
            amount_minor=report.amount_minor,
        )

    return _raise_attempt(payment, report, "authorised", record)


def _declined(payment: Payment, report: Report) -> Verdict:
    return _unsuccessful(payment, report, "declined", Payment.Declined)


def _failed(payment: Payment, report: Report) -> Verdict:
    return _unsuccessful(payment, report, "failed", Payment.Failed)


def _unsuccessful(
    payment: Payment,
    report: Report,
    status: AttemptStatus,
    event_class: type[Payment.Declined] | type[Payment.Failed],
) -> Verdict:
    def record(attempt: Attempt) -> None:
        payment.record(
            event_class,
            attempt_id=attempt.id,
            provider_reference=report.provider_reference,
            amount_minor=payment.state.amount_minor,
            reason=report.message,
        )

    return _raise_attempt(payment, report, status, record)


def _raise_attempt(
    payment: Payment, report: Report, status: AttemptStatus, record: Callable[[Attempt], None]
) -> Verdict:
    attempt = payment.state.attempt(report.attempt_id)
    if attempt is None:
        return Verdict("waiting", "No attempt of this id was recorded.")
    if not attempt.rises_to(status):
        return REPEATED
    record(attempt)
    return APPLIED


def _captured(payment: Payment, report: Report) -> Verdict:
    state = payment.state
    capture = state.capture(report.operation_id)
    if capture is None and report.unasked and 0 < (report.amount_minor or 0) <= state.open_minor:
        capture_id = report.operation_id
        payment.record(
            Payment.CaptureRequested, capture_id=capture_id, amount_minor=report.amount_minor
        )
        capture = state.capture(capture_id)
    if capture is None:
        return Verdict("waiting", "No capture of this id was requested.")
    if report.amount_minor != capture.amount_minor:
        return _wrong_amount(report, capture.amount_minor)
    if capture.status == "done":
        return REPEATED
    if capture.status == "failed" and capture.amount_minor > state.open_minor:
        return Verdict("refused", "It was reported failed before, and the amount is used since.")
    payment.record(Payment.Captured, capture_id=capture.id, amount_minor=capture.amount_minor)
    return APPLIED


def _capture_failed(payment: Payment, report: Report) -> Verdict:
    capture = payment.state.capture(report.operation_id)
    if capture is None:
        return Verdict("waiting", "No capture of this id was requested.")
    if capture.status != "requested":
        return REPEATED
    payment.record(
        Payment.CaptureFailed,
        capture_id=capture.id,
        amount_minor=capture.amount_minor,
        reason=report.message,
    )
    return APPLIED


def _voided(payment: Payment, report: Report) -> Verdict:
    state = payment.state
    surplus = _surplus(payment, report)
    if surplus:
        return _released(payment, surplus)
    void = state.void(report.operation_id)
    if void is None:
        return Verdict("waiting", "No void of this id was requested.")
    if void.status == "done":
        return REPEATED
    if void.status == "failed" and not (state.open_minor or state.live_attempt):
        return Verdict("refused", "It was reported failed before, and nothing is left to void.")
    # A void of an attempt we do not know the outcome of may give back what was authorised
    # meanwhile; that authorisation is still on its way to us, and is then voided by itself.
    if state.authorised_minor and report.amount_minor not in (None, state.open_minor):
        return _wrong_amount(report, state.open_minor)
    payment.record(
        Payment.Voided, void_id=void.id, amount_minor=state.open_minor, reason=void.reason
    )
    return APPLIED


def _void_failed(payment: Payment, report: Report) -> Verdict:
    if _surplus(payment, report):
        return Verdict("refused", "A second authorisation could not be given back.")
    void = payment.state.void(report.operation_id)
    if void is None:
        return Verdict("waiting", "No void of this id was requested.")
    if void.status != "requested":
        return REPEATED
    payment.record(Payment.VoidFailed, void_id=void.id, reason=report.message)
    return APPLIED


def release_id(attempt: Attempt) -> UUID:
    """Returns the operation id under which a surplus attempt is given back."""
    return derived_id("payments.release", attempt.id)


def _surplus(payment: Payment, report: Report) -> Attempt | None:
    attempts = (each for each in payment.state.attempts if each.status in ("surplus", "released"))
    return next((each for each in attempts if release_id(each) == report.operation_id), None)


def _released(payment: Payment, attempt: Attempt) -> Verdict:
    if not attempt.rises_to("released"):
        return REPEATED
    payment.record(
        Payment.SurplusReleased, attempt_id=attempt.id, amount_minor=payment.state.amount_minor
    )
    return APPLIED


def _refunded(payment: Payment, report: Report) -> Verdict:
    state = payment.state
    refund = state.refund(report.operation_id)
    left_minor = state.refundable_minor
    if refund is None and report.unasked and 0 < (report.amount_minor or 0) <= left_minor:
        payment.record(
            Payment.RefundRequested,
            refund_id=report.operation_id,
            amount_minor=report.amount_minor,
            reason=report.message or "Given back at the provider",
        )
        refund = state.refund(report.operation_id)
    if refund is None:
        return Verdict("waiting", "No refund of this id was requested.")
    if report.amount_minor != refund.amount_minor:
        return _wrong_amount(report, refund.amount_minor)
    if refund.status in ("done", "reversed"):
        return REPEATED
    limit_minor = state.refundable_minor if refund.status == "failed" else state.kept_minor
    if refund.amount_minor > limit_minor:
        return Verdict("refused", "It was reported failed or charged back, and the amount is used.")
    payment.record(
        Payment.Refunded,
        refund_id=refund.id,
        amount_minor=refund.amount_minor,
        reason=refund.reason,
    )
    return APPLIED


def _refund_failed(payment: Payment, report: Report) -> Verdict:
    refund = payment.state.refund(report.operation_id)
    if refund is None:
        return Verdict("waiting", "No refund of this id was requested.")
    if refund.status != "requested":
        return REPEATED
    payment.record(
        Payment.RefundFailed,
        refund_id=refund.id,
        amount_minor=refund.amount_minor,
        reason=report.message,
    )
    return APPLIED


def _wrong_amount(report: Report, expected_minor: int) -> Verdict:
    return Verdict(
        "refused", f"It says {report.amount_minor} minor units; {expected_minor} were asked for."
    )


def _refund_reversed(payment: Payment, report: Report) -> Verdict:
    refund = payment.state.refund(report.operation_id)
    if refund is not None and refund.status == "reversed":
        return REPEATED
    if refund is None or refund.status != "done":
        # Only what was given back comes back, so that this says both.
        verdict = _refunded(payment, report)
        refund = payment.state.refund(report.operation_id)
        if verdict != APPLIED or refund is None:
            return verdict
    if report.amount_minor != refund.amount_minor:
        return _wrong_amount(report, refund.amount_minor)
    payment.record(
        Payment.RefundReversed,
        refund_id=refund.id,
        amount_minor=refund.amount_minor,
        reason=report.message,
    )
    return APPLIED


def _lapsed(payment: Payment, report: Report) -> Verdict:
    state = payment.state
    attempt = state.attempt(report.attempt_id)
    if attempt and attempt.status in ("surplus", "released"):
        return _released(payment, attempt)
    if attempt is None or attempt.status != "authorised":
        return Verdict("waiting", "The attempt is not known to be authorised.")
    if state.pending_captures_minor:
        return Verdict("waiting", "A capture has no answer yet.")
    if not state.open_minor:
        return REPEATED
    payment.record(Payment.Lapsed, amount_minor=state.open_minor, reason=report.message)
    return APPLIED


def _adjusted(payment: Payment, report: Report) -> Verdict:
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


def _disputed(payment: Payment, report: Report) -> Verdict:
    state = payment.state
    known = state.dispute(report.operation_id)
    if known:
        same = known.amount_minor == report.amount_minor
        return REPEATED if same else _wrong_amount(report, known.amount_minor)
    if not 0 < (report.amount_minor or 0) <= state.kept_minor:
        return Verdict("waiting", f"Of {state.kept_minor} minor units more cannot be charged back.")
    payment.record(
        Payment.ChargedBack,
        dispute_id=report.operation_id,
        amount_minor=report.amount_minor,
        reason=report.message,
    )
    return APPLIED


def _dispute_won(payment: Payment, report: Report) -> Verdict:
    return _dispute_decided(payment, report, Payment.ChargeBackReversed)


def _dispute_lost(payment: Payment, report: Report) -> Verdict:
    return _dispute_decided(payment, report, Payment.ChargeBackLost)


def _dispute_decided(
    payment: Payment,
    report: Report,
    event_class: type[Payment.ChargeBackReversed] | type[Payment.ChargeBackLost],
) -> Verdict:
    verdict = _disputed(payment, report)
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


def _noted(payment: Payment, report: Report) -> Verdict:
    return Verdict("noted", report.message)


FOLDS: dict[ReportKind, Callable[[Payment, Report], Verdict]] = {
    "challenged": _challenged,
    "authorised": _authorised,
    "declined": _declined,
    "failed": _failed,
    "captured": _captured,
    "capture-failed": _capture_failed,
    "voided": _voided,
    "void-failed": _void_failed,
    "refunded": _refunded,
    "refund-failed": _refund_failed,
    "refund-reversed": _refund_reversed,
    "lapsed": _lapsed,
    "adjusted": _adjusted,
    "disputed": _disputed,
    "dispute-won": _dispute_won,
    "dispute-lost": _dispute_lost,
    "noted": _noted,
}
