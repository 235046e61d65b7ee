"""Listening to providers: their answers, their notifications, and what they say when asked."""

from dataclasses import dataclass
from uuid import UUID

from events.commands import command
from events.context import acting
from events.outbox import emit
from events.repository import load_or_none
from modules.payments import inbox, settled
from modules.payments.calls import call_provider, enquiry, outside_transaction
from modules.payments.contracts import NextStep, PaymentNotFound, SettlementRecord
from modules.payments.domain.payment import Payment
from modules.payments.domain.provider import Gateway
from modules.payments.domain.reports import Report
from modules.payments.domain.state import Attempt

UNKNOWN = "We have no answer from the payment provider yet. We keep asking; nothing is lost."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hear:
    """What a provider said, and how it reached us."""

    provider: str
    source: inbox.Source
    payment_id: UUID
    reports: tuple[Report, ...]
    key: str = ""
    body: bytes = b""
    kept: bytes | None = None


@command
def hear(message: Hear) -> NextStep:
    """Stores and folds what was said, in one transaction; returns where the payment stands."""
    for report in message.reports:
        inbox.store(message.provider, message.source, report)
    payment = inbox.fold_waiting(message.payment_id)
    return next_step(payment or load_payment(message.payment_id))


@command
def keep(message: Hear) -> None:
    """Stores what was said, and asks for its folding in case we die before it."""
    for number, report in enumerate(message.reports):
        # One message may say several things, each of which is a row of its own.
        key = f"{message.key}/{number}" if number else message.key
        inbox.store(
            message.provider,
            message.source,
            report,
            key=key,
            body=message.body,
            kept=message.kept,
        )
    emit(
        "payments.fold",
        key=f"{message.provider}:{message.key}",
        payment_id=message.payment_id,
    )


def hear_settlement(provider: str, record: SettlementRecord) -> None:
    """Takes a line of a provider's own books as its word on a capture or refund of ours.

    What never reached us is recorded now, as a notification would have been; a line that says
    nothing new, or is about nothing that we asked for, changes nothing.
    """
    outside_transaction()
    with acting(command_id=None):
        report = settled.report_of(provider, record)
        if report is not None:
            _hear_reply(provider, (report,))


def answer(provider: Gateway, report: Report) -> Hear:
    """Wraps the answer to a call, to be heard."""
    return Hear(
        provider=provider.code, source="answer", payment_id=report.payment_id, reports=(report,)
    )


def ask(payment: Payment, provider: Gateway) -> None:
    """Asks what became of the attempt in the air, and records what the provider says.

    Raises:
        ProviderUnavailable: it says nothing.
    """
    attempt = payment.state.live_attempt
    assert attempt is not None
    question = enquiry(payment, attempt)
    reports = tuple(call_provider(lambda: provider.find(question)))
    if not reports:
        reports = (
            Report(
                kind="failed",
                payment_id=payment.id,
                attempt_id=attempt.id,
                currency=payment.state.currency,
                message="The payment did not reach the provider. Nothing was charged.",
            ),
        )
    _hear_reply(provider.code, reports)


def ask_after(payment: Payment, attempt: Attempt, provider: Gateway) -> None:
    """Records what the provider says of an attempt that was decided; its silence says nothing.

    Raises:
        ProviderUnavailable: no answer.
    """
    question = enquiry(payment, attempt)
    reports = tuple(call_provider(lambda: provider.find(question)))
    if reports:
        _hear_reply(provider.code, reports)


def next_step(payment: Payment) -> NextStep:
    """Returns what the shopper does next."""
    live = payment.state.live_attempt
    unanswered = live is not None and not live.redirect_url
    return NextStep(
        payment_id=payment.id,
        status=payment.status,
        redirect_url=live.redirect_url if live else "",
        message=UNKNOWN if unanswered else payment.state.message,
    )


def load_payment(payment_id: UUID) -> Payment:
    """Returns a payment from its stream. Raises: PaymentNotFound."""
    payment = load_or_none(Payment, payment_id)
    if payment is None:
        raise PaymentNotFound("There is no such payment.", payment_id=payment_id)
    return payment


def _hear_reply(provider: str, reports: tuple[Report, ...]) -> None:
    """Hears what a provider said because we asked, or looked into its books."""
    payment_id = reports[0].payment_id
    hear(Hear(provider=provider, source="enquiry", payment_id=payment_id, reports=reports))
