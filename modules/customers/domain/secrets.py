"""Secrets of API keys: made once, shown once, recognised by their hash."""

import secrets
from hashlib import sha256

# A fixed start lets scanners of public repositories find a leaked key.
MARK = "cfk_"
PREFIX_LENGTH = len(MARK) + 6


def new_secret() -> str:
    """Returns a secret of 256 random bits."""
    return MARK + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
