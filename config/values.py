"""What the text of a variable must be: an address, a key, a host of this machine."""

import base64
import ipaddress
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from modules.kernel.money import EXPONENTS

type Rounding = Literal["per-line", "per-total"]

ROUNDINGS: dict[str, Rounding] = {"per-line": "per-line", "per-total": "per-total"}
# AES-256.
PII_KEY_BYTES = 32


def address(*schemes: str, path: bool = True) -> AfterValidator:
    """Accepts an empty text or an address with one of `schemes`, a sane port, and no stray path."""
    expected = " or ".join(f"{scheme}://" for scheme in schemes)

    def check(text: str) -> str:
        if not text:
            return text
        parts = urlsplit(text)
        if parts.scheme not in schemes:
            raise ValueError(f"does not start with {expected}")
        try:
            parts.port  # noqa: B018 (reading it is what checks it)
        except ValueError:
            raise ValueError("names a port that is not a number between 0 and 65535") from None
        if not path and (parts.path.strip("/") or parts.query or not parts.hostname):
            raise ValueError("is not a plain origin such as https://shop.example")
        return text if path else text.rstrip("/")

    return AfterValidator(check)


def pii_keys(text: str) -> tuple[bytes, ...]:
    """Raises: ValueError: one of them is not base64url."""
    written = [each.strip().rstrip("=") for each in text.split(",") if each.strip()]
    return tuple(
        base64.b64decode(each + "=" * (-len(each) % 4), altchars=b"-_", validate=True)
        for each in written
    )


def check_pii_key(secret: SecretStr) -> SecretStr:
    try:
        lengths = {len(key) for key in pii_keys(secret.get_secret_value())}
    except ValueError:
        raise ValueError("is not written in base64url") from None
    if lengths - {PII_KEY_BYTES}:
        raise ValueError(f"holds a key that has not {PII_KEY_BYTES} bytes")
    return secret


def check_stripe_key(secret: SecretStr) -> SecretStr:
    key = secret.get_secret_value()
    if key and not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ValueError("is no secret key of Stripe's: those begin with sk_ or rk_")
    return secret


def roundings(text: str) -> dict[str, Rounding]:
    """Reads `per-line,JPY=per-total` into a policy for each currency; that of "" is for the rest.

    Raises:
        ValueError: a policy or a currency that there is not.
    """
    found: dict[str, Rounding] = {"": "per-line"}
    for part in filter(None, (each.strip() for each in text.split(","))):
        currency, _, policy = part.rpartition("=")
        if policy not in ROUNDINGS:
            raise ValueError(f"names {policy!r}, which is neither {' nor '.join(ROUNDINGS)}")
        if currency and currency not in EXPONENTS:
            raise ValueError(f"names {currency!r}, which is no currency that this shop knows")
        found[currency] = ROUNDINGS[policy]
    return found


def check_rounding(text: str) -> str:
    roundings(text)
    return text


def is_local(host: str) -> bool:
    bare = host.strip("[]")
    if bare in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
