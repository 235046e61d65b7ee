"""Signatures of the Standard Webhooks specification 1.0 (standardwebhooks.com), symmetric ones."""

import base64
import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

PREFIX = "whsec_"
# The specification asks for 24 to 64 bytes; 32 is the digest's own length.
SECRET_BYTES = 32


def new_secret() -> bytes:
    """Returns random bytes to sign with."""
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """Returns a secret as its owner gets it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Returns `v1,<base64>` over id, timestamp (seconds since 1970) and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode()


def headers(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Returns the three headers of a message; each secret that is good now gives a signature."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
