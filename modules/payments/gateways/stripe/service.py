"""Calls to Stripe through its SDK: version pinned, timeouts short, failures told apart.

A clear no is `Refusal`. Whatever leaves the outcome open is ProviderUnavailable, and the same call
is made again under the same idempotency key.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import stripe
import structlog
from django.conf import settings

from modules.payments.contracts import ProviderUnavailable

log = structlog.get_logger(__name__)

# Stripe changes its objects by version; ours is the one that this code was written against.
API_VERSION = "2026-10-28.endive"
TIMEOUTS_SECONDS = (3.05, 15.0)
NETWORK_RETRIES = 1
# Stripe keeps an answer under its key, a failure of its own included; then another key is needed.
KEYS_TRIED = 4


class Refusal(Exception):
    """Stripe said no, in `words` that can be shown; nothing was done."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.code = code


def client() -> stripe.StripeClient:
    """Returns the client of the configured account."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@cache
def _client(secret_key: str, api_base: str) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=TIMEOUTS_SECONDS)
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else None,
        max_network_retries=NETWORK_RETRIES,
        http_client=http,
    )


def is_live() -> bool:
    """Tells whether the configured key moves real money."""
    key: str = settings.STRIPE_SECRET_KEY
    return key.startswith(("sk_live_", "rk_live_"))


def ask[R](call: Callable[[], R]) -> R:
    """Makes a call that changes nothing.

    Raises:
        Refusal: Stripe says no, such as for an unknown name.
        ProviderUnavailable: no answer.
    """
    try:
        return call()
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise _refusal(error) from error
    except stripe.StripeError as error:
        raise _unavailable(error) from error


def act[R](call: Callable[[str], R], key: str) -> R:
    """Makes a call under an idempotency key.

    A failure of Stripe's own that is replayed from its memory would be replayed for ever: the next
    key then is the same with a number. Whoever calls has asked before that it was not done.

    Raises:
        Refusal: Stripe says no; under this key it was, and stays, not done.
        ProviderUnavailable: the outcome is unknown.
    """
    for number in range(KEYS_TRIED):
        try:
            return ask(lambda number=number: call(f"{key}:{number}" if number else key))  # type: ignore[misc]
        except ProviderUnavailable as error:
            if not _is_replayed(error.__cause__):
                raise
    raise ProviderUnavailable("Stripe keeps failing; the payment will be asked about.")


def _is_replayed(error: BaseException | None) -> bool:
    headers: Any = getattr(error, "headers", None) or {}
    return str(headers.get("idempotent-replayed", "")).lower() == "true"


def _refusal(error: stripe.CardError | stripe.InvalidRequestError) -> Refusal:
    if isinstance(error, stripe.CardError):
        return Refusal(error.user_message or "The card was declined.", error.code or "")
    log.warning("stripe refused", code=error.code, param=error.param, request=error.request_id)
    return Refusal(error.user_message or "Stripe refused the request.", error.code or "")


def _unavailable(error: stripe.StripeError) -> ProviderUnavailable:
    log.warning(
        "stripe unavailable",
        kind=type(error).__name__,
        status=error.http_status,
        request=error.request_id,
    )
    return ProviderUnavailable("Stripe did not answer; the outcome will be asked for.")
