"""Looking at an authorisation that is about to end, and asking for the rest of it anew."""

from uuid import UUID

from events.commands import command
from events.context import acting
from modules.kernel.identity import derived_id
from modules.payments import watching
from modules.payments.calls import outside_transaction
from modules.payments.commands import request_payment, start_payment
from modules.payments.contracts import RequestPayment, StartPayment
from modules.payments.domain.payment import Payment
from modules.payments.hearing import ask_after, load_payment
from modules.payments.providers import gateway


def check_authorisation(payment_id: UUID, attempt_id: UUID, number: int) -> None:
    """Looks after an authorisation that is about to end, for the `number`th time from zero.

    Before its end it is renewed, where the provider can: as a payment of its own for the rest, of
    which the old one is given back. After its end the provider is asked, and says that it lapsed.

    Raises:
        ProviderUnavailable: no answer; the same question may be repeated.
    """
    outside_transaction()
    with acting(command_id=None):
        payment = load_payment(payment_id)
        provider = gateway(payment.state.provider)
        attempt = payment.state.authorised_attempt
        if attempt is None or attempt.id != attempt_id or not payment.state.capturable_minor:
            return
        ask_after(payment, attempt, provider)
        payment = load_payment(payment_id)
        if not payment.state.capturable_minor:
            return
        _watch_on(payment, attempt_id, number + 1)
        if number == 0 and provider.renews:
            start_payment(_open_renewal(payment, attempt_id))


@command
def _watch_on(payment: Payment, attempt_id: UUID, number: int) -> None:
    watching.plan(payment, attempt_id, number)


@command
def _open_renewal(payment: Payment, attempt_id: UUID) -> StartPayment:
    state = payment.state
    renewal_id = derived_id("payments.renewal", attempt_id)
    request_payment(
        RequestPayment(
            payment_id=renewal_id,
            reference=state.reference,
            description=state.description,
            provider=state.provider,
            amount_minor=state.open_minor,
            currency=state.currency,
            subject=payment.subject,
        )
    )
    return StartPayment(
        payment_id=renewal_id,
        attempt_id=derived_id("payments.renewal.attempt", attempt_id),
        return_url="",
        renews=state.provider_reference,
    )
