"""Signing and verifying the test bank's notifications: HMAC-SHA256 over time and raw body.

The scheme is the one most card providers use (compare Stripe's `v1` signatures): the moment is
signed with the body, so that a captured message cannot be sent again later.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

from modules.payments.contracts import NotificationRefused

HEADER = "bank-signature"
TOLERANCE_SECONDS = 300


def sign(body: bytes, at: datetime) -> str:
    """Returns the header's value for a body sent at a moment."""
    stamp = int(at.timestamp())
    return f"t={stamp},v1={_digest(next(_secrets()), stamp, body)}"


def verify(header: str, body: bytes, now: datetime) -> None:
    """Requires a signature of ours over these very bytes, at most 300 seconds away from now.

    While the secret is being changed, the old one (SECRET_KEY_FALLBACKS) is accepted too.

    Raises:
        NotificationRefused: no, wrong or stale signature.
    """
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 16 and given.isascii()):
        raise NotificationRefused("The signature header is missing or unreadable.")
    expected = [_digest(secret, int(stamp), body) for secret in _secrets()]
    if not any(hmac.compare_digest(each, given) for each in expected):
        raise NotificationRefused("The signature does not fit the body.")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise NotificationRefused("The message is older or newer than five minutes.")


def _digest(secret: str, stamp: int, body: bytes) -> str:
    message = str(stamp).encode() + b"." + body
    return hmac.new(secret.encode(), message, "sha256").hexdigest()


def _secrets() -> Iterator[str]:
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield salted_hmac(
            "payments.testbank", "notifications", secret=key, algorithm="sha256"
        ).hexdigest()
