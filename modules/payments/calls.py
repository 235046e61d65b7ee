"""What a payment still wants of its provider, as the calls that would get it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import structlog
from django.db import connection

from modules.kernel.errors import DomainError
from modules.payments.contracts import ProviderUnavailable
from modules.payments.domain.payment import Payment
from modules.payments.domain.provider import Find, Gateway, Operate
from modules.payments.domain.reports import Report, release_id
from modules.payments.domain.state import Attempt

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One outstanding call; `id` is its idempotency key."""

    id: UUID
    make: Callable[[], Report]


def outside_transaction() -> None:
    """Refuses to go on inside a transaction: no lock may be held over the network.

    Raises:
        RuntimeError: the caller holds a transaction open.
    """
    # What `atomic(durable=True)` looks at, without opening one; a test's own does not count.
    blocks = cast("Any", connection).atomic_blocks
    if blocks and not blocks[-1]._from_testcase:
        raise RuntimeError("a payment provider is never called inside a transaction")


def call_provider[R](call: Callable[[], R]) -> R:
    """Makes a call; any way of failing but a refusal in words leaves the outcome unknown.

    Raises:
        ProviderUnavailable: no answer, or none that could be read.
    """
    try:
        return call()
    except DomainError:
        raise
    except Exception as error:
        log.exception("payment provider failed")
        raise ProviderUnavailable("The payment provider's answer was not understood.") from error


def outstanding(payment: Payment, gateway: Gateway) -> Iterator[Call]:
    """Yields the calls in the order that a provider needs: take, then release, then give back."""
    state = payment.state
    counting = state.authorised_attempt or state.live_attempt
    if counting:
        for capture in state.captures:
            if capture.status == "requested":
                request = _operate(payment, counting, capture.id, capture.amount_minor)
                yield Call(capture.id, _bound(gateway.capture, request))
        if state.pending_void:
            request = _operate(payment, counting, state.pending_void.id, state.open_minor)
            yield Call(state.pending_void.id, _bound(gateway.void, request))
        for refund in state.refunds:
            if refund.status == "requested":
                request = _operate(payment, counting, refund.id, refund.amount_minor, refund.reason)
                yield Call(refund.id, _bound(gateway.refund, request))
    for attempt in state.attempts:
        if attempt.status == "surplus":
            request = _operate(payment, attempt, release_id(attempt), state.amount_minor)
            yield Call(request.operation_id, _bound(gateway.void, request))


def enquiry(payment: Payment, attempt: Attempt) -> Find:
    """Returns the question what became of an attempt."""
    return Find(
        payment_id=payment.id,
        attempt_id=attempt.id,
        provider_reference=attempt.provider_reference,
        amount_minor=payment.state.amount_minor,
        currency=payment.state.currency,
    )


def _operate(
    payment: Payment, attempt: Attempt, operation_id: UUID, amount_minor: int, reason: str = ""
) -> Operate:
    return Operate(
        payment_id=payment.id,
        attempt_id=attempt.id,
        operation_id=operation_id,
        provider_reference=attempt.provider_reference,
        amount_minor=amount_minor,
        currency=payment.state.currency,
        reason=reason,
    )


def _bound(method: Callable[[Operate], Report], request: Operate) -> Callable[[], Report]:
    return lambda: method(request)
