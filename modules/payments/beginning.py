"""Beginning an attempt: recorded before anybody is called, and asked about until it is decided."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from events.commands import command
from events.outbox import emit, withdraw
from events.repository import save
from modules.kernel.clock import now
from modules.payments.contracts import NextStep, ProviderUnavailable, StartPayment
from modules.payments.domain.payment import Payment
from modules.payments.domain.provider import Start
from modules.payments.domain.reports import fold
from modules.payments.hearing import load_payment, next_step
from modules.payments.providers import gateway

# When an attempt without an outcome is asked about, counted from its start; a shopper at the
# bank's page takes minutes, a lost answer should not.
ENQUIRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 8, 20, 45))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """The `number`th question, counted from zero, about an attempt."""

    payment_id: UUID
    attempt_id: UUID
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What beginning an attempt came to: `start` is to be called, or `step` says what goes on.

    `unanswered`: an earlier attempt has no outcome and has to be asked about first.
    """

    provider: str
    step: NextStep
    unanswered: bool
    start: Start | None


@command
def begin(message: StartPayment) -> Begun:
    """Records an attempt, unless an earlier one goes on or has to be asked about first."""
    payment = load_payment(message.payment_id)
    state = payment.state
    live = state.live_attempt
    other = live if live and live.id != message.attempt_id else None
    if other is None:
        payment.start(message.attempt_id)
        _ask_local(payment, message)
        if not gateway(state.provider).needs_shopper:
            # It would start what nobody has started.
            withdraw("payments.start", str(payment.id))
    attempt = state.attempt(message.attempt_id)
    if payment.pending_events:
        save(payment)
        if attempt and attempt.status == "started":
            _emit_enquiry(Enquiry(payment_id=message.payment_id, attempt_id=message.attempt_id))
    return Begun(
        provider=state.provider,
        step=next_step(payment),
        unanswered=other is not None and not other.redirect_url,
        start=_start_of(payment, message) if attempt and attempt.status == "started" else None,
    )


@command
def plan_enquiry(message: Enquiry) -> None:
    """Has an attempt asked about at its next moment, if there is one left."""
    _emit_enquiry(message)


def _emit_enquiry(message: Enquiry) -> None:
    if message.number < len(ENQUIRIES):
        emit(
            "payments.ask_again",
            key=f"{message.attempt_id}:{message.number}",
            due_at=now() + ENQUIRIES[message.number],
            payment_id=message.payment_id,
            attempt_id=message.attempt_id,
            number=message.number,
        )


def _ask_local(payment: Payment, message: StartPayment) -> None:
    """Records the outcome with the attempt, if the provider is no outside party.

    Nothing is unknown in between, so that there is no answer to keep and nothing to ask for later.
    """
    provider, attempt = gateway(payment.state.provider), payment.state.attempt(message.attempt_id)
    if provider.local and attempt and attempt.status == "started":
        verdict = fold(payment, provider.start(_start_of(payment, message)))
        if verdict.outcome != "applied":
            raise ProviderUnavailable(verdict.reason)


def _start_of(payment: Payment, message: StartPayment) -> Start:
    return Start(
        payment_id=payment.id,
        attempt_id=message.attempt_id,
        description=payment.state.description,
        amount_minor=payment.state.amount_minor,
        currency=payment.state.currency,
        return_url=message.return_url,
        renews=message.renews,
    )
