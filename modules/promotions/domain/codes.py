"""Voucher codes: how they are made, and how what somebody typed is read."""

import secrets

from modules.kernel.identity import ALPHABET

# 13 letters of 5 bits are 65 random bits: nobody finds one by trying.
RANDOM_LETTERS = 13
LONGEST = 40


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LETTERS))


def as_typed(text: str) -> str:
    """Returns a code without case, spaces and hyphens; empty when it cannot be one."""
    code = "".join(text.split()).replace("-", "").upper()
    return code if code.isascii() and code.isalnum() and len(code) <= LONGEST else ""
