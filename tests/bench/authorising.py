"""One payment at Stripe that waits, and the signed letter that authorises it."""

import json
import time

import stripe
from django.conf import settings
from django.db.transaction import atomic

from events.repository import load, save
from modules.kernel.identity import new_id
from modules.payments.commands import request_payment
from modules.payments.contracts import RequestPayment
from modules.payments.domain.payment import Payment

AMOUNT = 10_000


def letter() -> dict[str, str]:
    """Returns body and signature of one authorisation; its payment waits for it."""
    payment_id, attempt_id = new_id(), new_id()
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
    with atomic():
        payment = load(Payment, payment_id)
        payment.start(attempt_id)
        save(payment)
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
                    "amount": AMOUNT,
                    "amount_capturable": AMOUNT,
                    "capture_method": "manual",
                    "currency": "eur",
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
