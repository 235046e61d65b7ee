"""Calling a provider for what was recorded, outside any transaction, and hearing its answer.

A process may die between the two; an effect that was written with the record calls again.
"""

from contextlib import suppress
from uuid import UUID

import structlog

from events.context import acting
from modules.payments.beginning import Begun, Enquiry, plan_enquiry
from modules.payments.calls import call_provider, outside_transaction, outstanding
from modules.payments.contracts import NextStep, ProviderUnavailable, ProviderUnknown
from modules.payments.hearing import answer, ask, hear, load_payment, next_step
from modules.payments.providers import gateway

log = structlog.get_logger(__name__)


def call_start(begun: Begun) -> NextStep:
    """Calls the provider with an attempt that was recorded, and returns where it stands then."""
    request = begun.start
    assert request is not None
    provider = gateway(begun.provider)
    try:
        report = call_provider(lambda: provider.start(request))
    except ProviderUnavailable as error:
        log.warning("payment start unanswered", payment=str(request.payment_id), why=error.message)
        return next_step(load_payment(request.payment_id))
    step = hear(answer(provider, report))
    if step.status == "pending":
        return step
    # What was authorised may be wanted at once, or not at all any more.
    settle(request.payment_id)
    return next_step(load_payment(request.payment_id))


def settle(payment_id: UUID) -> None:
    """Has the provider do now what was requested of it, so that a page can show the outcome.

    What it does not answer stays requested; a worker tries again. So does what was asked of a
    provider that is switched off, until somebody switches it on or the effect is given up.
    """
    with suppress(ProviderUnavailable, ProviderUnknown):
        perform_outstanding(payment_id)


def perform_outstanding(payment_id: UUID) -> None:
    """Makes every outstanding call of a payment, those included that its outcomes ask for.

    Raises:
        ProviderUnavailable: at least one was not answered; the others were made.
    """
    outside_transaction()
    tried: set[UUID] = set()
    unanswered: ProviderUnavailable | None = None
    with acting(command_id=None):
        while True:
            payment = load_payment(payment_id)
            provider = gateway(payment.state.provider)
            calls = [call for call in outstanding(payment, provider) if call.id not in tried]
            if not calls:
                break
            tried.add(calls[0].id)
            try:
                hear(answer(provider, call_provider(calls[0].make)))
            except ProviderUnavailable as error:
                unanswered = error
    if unanswered:
        raise unanswered


def resolve_unknown(payment_id: UUID) -> NextStep:
    """Asks the provider about an attempt without an outcome and records what it says.

    Raises:
        PaymentNotFound: no such payment.
        ProviderUnavailable: no answer now either.
    """
    outside_transaction()
    with acting(command_id=None):
        payment = load_payment(payment_id)
        if payment.state.live_attempt:
            ask(payment, gateway(payment.state.provider))
            settle(payment_id)
        return next_step(load_payment(payment_id))


def ask_again(payment_id: UUID, attempt_id: UUID, number: int) -> None:
    """Asks about an attempt for the `number`th time; without an outcome, once more later.

    Raises:
        ProviderUnavailable: no answer; the same question may be repeated.
    """
    step = resolve_unknown(payment_id)
    if step.status == "pending":
        plan_enquiry(Enquiry(payment_id=payment_id, attempt_id=attempt_id, number=number + 1))
