"""Taking e-mail addresses out of what is said about failures."""

import re

# A mail server quotes the address that it refuses; anything like one is meant.
ADDRESS = re.compile(r"[^\s<>\"'(){}\[\],;:=]+@[^\s<>\"'(){}\[\],;:=]+")


def without_addresses(text: str) -> str:
    """Returns a text in which every e-mail address is replaced by `(address)`."""
    return ADDRESS.sub("(address)", text)
