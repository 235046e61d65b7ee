"""A mail whose headers are made by classes that are made once."""

from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy, default
from secrets import token_hex
from typing import Any

from django.core.mail import EmailMultiAlternatives

# What these say depends on the kind of mail and the shop, and never on whom it is for.
ALIKE = frozenset(
    {
        "auto-submitted",
        "content-disposition",
        "content-language",
        "content-transfer-encoding",
        "content-type",
        "from",
        "mime-version",
    }
)


class Headers(HeaderRegistry):
    """Python's own, which makes a new class for every single header of every mail.

    What says the same in every mail is read once as well: no header is changed once it is made.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Any] = {}
        self._read: dict[tuple[str, str], Any] = {}

    def __call__(self, name: str, value: Any) -> Any:
        # A boundary is drawn for each mail, and said in its type; addresses may come as objects.
        if name.lower() not in ALIKE or not isinstance(value, str) or "boundary" in value:
            return super().__call__(name, value)
        found = self._read.get((name, value))
        if found is None:
            found = self._read[name, value] = super().__call__(name, value)
        return found

    def __getitem__(self, name: str) -> Any:
        key = name.lower()
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = super().__getitem__(key)
        return found


HEADERS = Headers()


class Letter(EmailMultiAlternatives):
    """A mail of several bodies, made in half the time; what it holds is the same."""

    def message(self, *, policy: Policy | None = None) -> EmailMessage:
        given = policy if isinstance(policy, EmailPolicy) else default
        made = super().message(policy=given.clone(header_factory=HEADERS))
        if made.is_multipart():
            # Else Python draws a short one and searches all of the text for it, by an expression
            # that it makes for each mail. One of 128 bits is in no text.
            made.set_boundary(f"=_{token_hex(16)}")
        return made
