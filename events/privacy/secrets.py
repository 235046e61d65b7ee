"""The key-encrypting keys, which are never in the database, and what is derived from them."""

import hmac
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from events.errors import PersonalKeyMissing


def key_encrypting_keys() -> tuple[bytes, ...]:
    """Returns the keys of 32 bytes, the one that wraps first; all of them unwrap.

    Raises:
        PersonalKeyMissing: the process was given none.
    """
    keys: tuple[bytes, ...] = settings.PII_KEYS
    if not keys:
        raise PersonalKeyMissing("PII_KEY is not set: personal data can be neither read nor kept")
    return keys


def keyed_digest(label: str, text: bytes) -> bytes:
    """Returns 32 bytes that nobody without the key can compute, so that guessing is no use.

    Of the oldest key, so that a newer one put before it changes nothing.
    """
    return hmac.digest(_derived(key_encrypting_keys()[-1], label), text, sha256)


@lru_cache(64)
def _derived(key: bytes, label: str) -> bytes:
    return hmac.digest(key, f"counterfoil/{label}/1".encode(), sha256)


def guest_subject(email: str) -> UUID:
    """Returns the subject of somebody without an account: one for each e-mail address."""
    return UUID(bytes=keyed_digest("subject", email.strip().lower().encode())[:16])


def party_subject(name: str) -> UUID:
    """Returns the subject of somebody whom the books know by name or number alone."""
    return UUID(bytes=keyed_digest("party", name.strip().encode())[:16])


def subject_of(customer_id: UUID | None, email: str) -> UUID:
    """Returns whose data an order's is: the account's own id, or the guest's by e-mail address."""
    return customer_id or guest_subject(email)
