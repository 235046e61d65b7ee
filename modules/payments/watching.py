"""When to look at an authorisation, which ends by itself; `renewing` does it."""

from datetime import timedelta
from uuid import UUID

from events.outbox import emit
from modules.kernel.clock import now
from modules.payments.domain.payment import Payment
from modules.payments.providers import gateways

# A renewal may be refused, and the shopper then needs a day to pay in another way.
BEFORE_THE_END = timedelta(days=1)
AFTER_THE_END = timedelta(hours=1)
# Providers differ by card in when an authorisation ends, and may not say so by themselves.
LOOKS = 4


def plan(payment: Payment, attempt_id: UUID, number: int = 0) -> None:
    """Asks for the `number`th look at an authorisation, if it has an end at its provider."""
    code = payment.state.provider
    days = next((each.authorisation_days for each in gateways() if each.code == code), 0)
    if not days or number >= LOOKS:
        return
    wait = timedelta(days=days) - BEFORE_THE_END
    if number:
        wait = BEFORE_THE_END + AFTER_THE_END
    emit(
        "payments.check_authorisation",
        key=f"{attempt_id}:{number}",
        due_at=now() + wait,
        payment_id=payment.id,
        attempt_id=attempt_id,
        number=number,
    )
