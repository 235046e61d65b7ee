"""What a provider says, and how it is folded: any order, any multiplicity, one outcome.

The answer to a call, a notification and the answer to an enquiry are all the same thing, a
**report**. A report is a fact about the provider's side, so it is never argued with: it is applied,
it repeats what is known, it waits for something we have not recorded yet, or it is refused because
it contradicts what was asked, and then it moves no money.
"""

from collections.abc import Callable, Iterable

from modules.payments.domain import operations, setbacks
from modules.payments.domain.operations import release_id as release_id
from modules.payments.domain.payment import Payment
from modules.payments.domain.said import APPLIED, REPEATED, Verdict, wrong_amount
from modules.payments.domain.said import Report as Report
from modules.payments.domain.said import ReportKind as ReportKind
from modules.payments.domain.state import Attempt, AttemptStatus


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
        return wrong_amount(report, payment.state.amount_minor)

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


def _noted(payment: Payment, report: Report) -> Verdict:
    return Verdict("noted", report.message)


FOLDS: dict[ReportKind, Callable[[Payment, Report], Verdict]] = {
    "challenged": _challenged,
    "authorised": _authorised,
    "declined": _declined,
    "failed": _failed,
    "captured": operations.captured,
    "capture-failed": operations.capture_failed,
    "voided": operations.voided,
    "void-failed": operations.void_failed,
    "refunded": operations.refunded,
    "refund-failed": operations.refund_failed,
    "refund-reversed": operations.refund_reversed,
    "lapsed": setbacks.lapsed,
    "adjusted": setbacks.adjusted,
    "disputed": setbacks.disputed,
    "dispute-won": setbacks.dispute_won,
    "dispute-lost": setbacks.dispute_lost,
    "noted": _noted,
}
