"""Everything a command may answer instead of doing what it was asked.

DomainError
├── NotFound      the thing does not exist, or not for you        (404)
├── Conflict      the thing's state does not allow it             (409)
├── Forbidden     you may not                                     (403)
└── Unavailable   not now; the same request may succeed later     (503)

Modules subclass these four in their `contracts.py` and add typed fields. `config.problems` turns a
kind into a status; domain code never names one. Workers retry `Unavailable` only.
"""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a stable `code`, a sentence for people, and fields for machines."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields


class NotFound(DomainError):
    """The thing does not exist, or not for the caller."""

    code = "not-found"


class Conflict(DomainError):
    """The thing's present state does not allow it."""

    code = "conflict"


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "forbidden"


class Unavailable(DomainError):
    """Not now; the same request may succeed later."""

    code = "unavailable"
