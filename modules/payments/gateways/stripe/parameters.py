"""What Stripe is asked to make, as its parameters: a page to pay at, a payment by a kept card."""

from django.conf import settings
from stripe.params import PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

from modules.payments.domain.provider import Start
from modules.payments.gateways.stripe.amounts import to_stripe


def page(request: Start) -> SessionCreateParams:
    """Returns a page of Stripe Checkout. Raises: AmountUnpayable."""
    tags = _tags(request)
    manual = settings.SHOP_CAPTURE != "at-once"
    wanted: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": str(request.payment_id),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": to_stripe(request.amount_minor, request.currency),
                    "product_data": {"name": request.description},
                },
            }
        ],
        "metadata": tags,
        "payment_intent_data": {
            "capture_method": "manual" if manual else "automatic",
            "description": request.description,
            "metadata": tags,
        },
        "success_url": request.return_url,
        "cancel_url": request.return_url,
    }
    if settings.STRIPE_KEEP_CARDS:
        wanted["customer_creation"] = "always"
        wanted["payment_intent_data"]["setup_future_usage"] = "off_session"
    if manual:
        # A parcel's value is captured when it leaves; without this the first part ends the rest.
        wanted["payment_method_options"] = {"card": {"request_multicapture": "if_available"}}
    return wanted


def renewal(request: Start, customer: str, payment_method: str) -> PaymentIntentCreateParams:
    """Returns a payment that asks a kept card without its holder. Raises: AmountUnpayable."""
    return {
        "amount": to_stripe(request.amount_minor, request.currency),
        "currency": request.currency.lower(),
        "customer": customer,
        "payment_method": payment_method,
        "off_session": True,
        "confirm": True,
        "capture_method": "manual",
        "description": request.description,
        "metadata": _tags(request),
        "expand": ["latest_charge"],
    }


def _tags(request: Start) -> dict[str, str]:
    return {"payment_id": str(request.payment_id), "attempt_id": str(request.attempt_id)}
