"""What somebody may ask of the shop about their own data: a copy of it, or its end.

A **person** is an account, an e-mail address that guests ordered with, or both. **Erasing** a
person destroys the keys of their data; what the law wants kept of invoices stays sealed under a
key of its own until its period ends.
"""

from dataclasses import dataclass
from uuid import UUID

from modules.kernel.errors import NotFound


class PersonUnknown(NotFound):
    """Nothing is kept under this e-mail address or id; field: `reference`."""

    code = "person-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`subjects` are the ids under which their data is sealed; `emails` are known as theirs."""

    customer_id: UUID | None
    emails: tuple[str, ...]
    subjects: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCustomer:
    """Erases all data of these subjects that exists now; see `selectors.person_named`."""

    subjects: frozenset[UUID]
