"""What makes the text of a variable acceptable: addresses and keys."""

import base64
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

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
