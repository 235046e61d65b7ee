"""Identifiers: UUIDv7 (RFC 9562, section 5.7), names derived from them, and order numbers."""

import os
import secrets
import threading
import time
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1a4a6e-54c1-7c55-8d21-1f2f0c0f9d11")

# Crockford's base 32 without I, L, O and U: nothing in it is misread over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_lock = threading.Lock()
_last_tick = 0


def new_id() -> UUID:
    """Returns a UUIDv7; those of one process are strictly increasing.

    The twelve bits after the milliseconds hold the fraction of the millisecond (RFC 9562, section
    6.2, method 3), so that ids made within one millisecond keep their order.
    """
    global _last_tick
    with _lock:
        tick = max(time.time_ns() * 4096 // 1_000_000, _last_tick + 1)
        _last_tick = tick
    random = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    value = (tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | random
    return UUID(int=value)


def derived_id(*parts: object) -> UUID:
    """Returns the same UUIDv5 for the same parts, for effects that must happen once."""
    return uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts))


def new_order_number() -> str:
    """Returns a number to read aloud, such as `7K3M-9QXA`: 40 random bits, so it tells no count."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
