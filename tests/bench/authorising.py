"""Payments at Stripe that wait, and the signed letters that authorise them."""

import json
import time
from collections.abc import Iterator
from uuid import UUID

import stripe
from django.conf import settings
from django.db.transaction import atomic

from events.repository import load, save
from modules.kernel.identity import new_id
from modules.payments.commands import request_payment
from modules.payments.contracts import RequestPayment
from modules.payments.domain.payment import Payment
from modules.payments.models import PaymentRow

AMOUNT = 10_000


def letter() -> dict[str, str]:
    """Returns body and signature of one authorisation; its payment waits for it."""
    payment_id = new_id()
    with atomic():
        request_payment(
            RequestPayment(
                payment_id=payment_id,
                reference=new_id(),
                description="Benchmark",
                provider="stripe",
                amount_minor=AMOUNT,
                currency="EUR",
            )
        )
    return about(payment_id)


def waiting() -> Iterator[dict[str, str]]:
    """Yields the letter of each payment that an order asked for and that nobody has begun."""
    rows = PaymentRow.objects.filter(provider="stripe", status="requested").order_by("id")
    for payment_id in list(rows.values_list("id", flat=True)):
        yield about(payment_id)


def about(payment_id: UUID) -> dict[str, str]:
    """Begins the payment, without asking Stripe, and returns body and signature of its letter."""
    attempt_id = new_id()
    with atomic():
        payment = load(Payment, payment_id)
        payment.start(attempt_id)
        save(payment)
    amount, currency = payment.state.amount_minor, payment.state.currency
    body = json.dumps(
        {
            "id": f"evt_{attempt_id.hex}",
            "object": "event",
            "type": "payment_intent.amount_capturable_updated",
            "created": int(time.time()),
            "livemode": False,
            "data": {
                "object": {
                    "id": f"pi_{attempt_id.hex}",
                    "object": "payment_intent",
                    "status": "requires_capture",
                    "amount": amount,
                    "amount_capturable": amount,
                    "capture_method": "manual",
                    "currency": currency.lower(),
                    "metadata": {"payment_id": str(payment_id), "attempt_id": str(attempt_id)},
                }
            },
        }
    )
    secret = settings.STRIPE_WEBHOOK_SECRETS[0]
    return {
        "body": body,
        "signature": stripe.WebhookSignature.generate_signature_header(body, secret),
    }
