"""Events as Stripe would post them, signed: those that the stand-in made, and those it cannot."""

import json
import time
from typing import Any
from uuid import UUID

import stripe
from django.test import Client

from modules.kernel.identity import new_id
from modules.payments.commands import receive_notification
from modules.payments.selectors import payment
from tests.support.stripe_process import StandIn

SECRET, OLD_SECRET = "whsec_tests_new", "whsec_tests_old"
ADDRESS = "/api/payments/notifications/stripe"


def signed(body: bytes, *, secret: str = SECRET, seconds: int = 0) -> dict[str, str]:
    """Returns the header of a body sent `seconds` from now."""
    stamp = int(time.time()) + seconds
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, stamp)
    return {"Stripe-Signature": header}


def event(kind: str, thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{new_id().hex}",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": thing},
        **changes,
    }


def deliver(said: dict[str, Any]) -> None:
    """Has the shop take in an event, below the web."""
    body = json.dumps(said).encode()
    receive_notification("stripe", signed(body), body)


def post(body: bytes | dict[str, Any], **signing: Any) -> int:
    """Posts an event to the shop's address and returns the status."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Client().post(
        ADDRESS, raw, content_type="application/json", headers=signed(raw, **signing)
    )
    return answer.status_code


def bring(stand_in: StandIn, payment_id: UUID, *kinds: str) -> list[dict[str, Any]]:
    """Delivers all that the stand-in said about a payment so far; returns it."""
    said = about(stand_in, payment_id, *kinds)
    for each in said:
        deliver(each)
    return said


def about(stand_in: StandIn, payment_id: UUID, *kinds: str) -> list[dict[str, Any]]:
    name = str(payment_id)
    return [
        each
        for each in stand_in.events(*kinds)
        if each["data"]["object"].get("metadata", {}).get("payment_id") == name
    ]


def intent_of(payment_id: UUID) -> str:
    return payment(payment_id).provider_reference


def intent(payment_id: UUID, attempt_id: UUID, **changes: Any) -> dict[str, Any]:
    """A PaymentIntent of 100.00 EUR that waits to be captured."""
    return {
        "id": f"pi_{attempt_id.hex}",
        "object": "payment_intent",
        "status": "requires_capture",
        "amount": 10_000,
        "amount_capturable": 10_000,
        "amount_received": 0,
        "capture_method": "manual",
        "currency": "eur",
        "latest_charge": "ch_1",
        "metadata": {"payment_id": str(payment_id), "attempt_id": str(attempt_id)},
        **changes,
    }


def dispute(payment_id: UUID, **changes: Any) -> dict[str, Any]:
    """A dispute about the whole of it."""
    return {
        "id": "du_1",
        "object": "dispute",
        "amount": 10_000,
        "currency": "eur",
        "status": "needs_response",
        "reason": "fraudulent",
        "payment_intent": intent_of(payment_id),
        **changes,
    }
