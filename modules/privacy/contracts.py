"""What somebody may ask of the shop about their own data: a copy of it, or its end.

A **person** is an account, an e-mail address that guests ordered with, or both. **Erasing** a
person destroys the keys of their data; what the law wants kept of invoices stays sealed under a
key of its own until its period ends.
"""

from dataclasses import dataclass
from uuid import UUID

from modules.kernel.errors import Conflict, Forbidden, NotFound


class PersonUnknown(NotFound):
    """Nothing is kept under this e-mail address or id; field: `reference`."""

    code = "person-unknown"


class OrdersOpen(Conflict):
    """Orders of this person are not finished, and nobody could send, pay or take them back.

    Nothing was erased. Wait for them, or have them cancelled, and ask again; field: `orders`, their
    numbers.
    """

    code = "orders-open"


class NotConfirmed(Forbidden):
    """Deleting an account takes its owner, signed in, and the password. Nothing was erased."""

    code = "deletion-not-confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`subjects` are the ids under which their data is sealed; `emails` are known as theirs."""

    customer_id: UUID | None
    emails: tuple[str, ...]
    subjects: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCustomer:
    """Erases all data of these subjects that exists now; see `selectors.person_named`.

    `open_orders_too` is for the shop's own staff: those orders then stay as they are, of nobody.
    """

    subjects: frozenset[UUID]
    open_orders_too: bool = False
