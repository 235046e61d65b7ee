"""Who somebody is to the shop, and all it keeps of them."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

import msgspec

from events.database import fetch
from events.privacy.secrets import guest_subject, party_subject
from modules.adjustments.selectors import adjustments_of
from modules.carts.selectors import open_cart_of
from modules.customers.contracts import CustomerNotFound
from modules.customers.selectors import addresses, customer, customer_by_email, proven_emails
from modules.invoicing.selectors import document, documents_of
from modules.orders.selectors import orders_of, timeline
from modules.payments.selectors import payments_of
from modules.privacy.contracts import Person, PersonUnknown


def person_of_account(customer_id: UUID) -> Person:
    """Returns somebody who is signed in, with the e-mail addresses they have shown to be theirs.

    An address that nobody has confirmed may be somebody else's, and so may the orders under it.

    Raises:
        CustomerNotFound: there is no such account.
    """
    found = customer(customer_id)
    return _person(found.id, proven_emails(found.id))


def person_named(reference: str) -> Person:
    """Returns whom an e-mail address, an account's id or a name in imported books means.

    For the shop's own staff to ask.

    Raises:
        PersonUnknown: nothing is kept under it.
    """
    text = reference.strip()
    person = _by_email(text) if "@" in text else _by_id(text) or _by_party(text)
    if person is None:
        raise PersonUnknown(
            f"Nothing is kept under “{text}”. Give the e-mail address of an order or an account,"
            " an account's id, or the name of somebody in imported books, such as"
            " “Customer 17850”.",
            reference=text,
        )
    return person


def personal_data(person: Person) -> dict[str, Any]:
    """Returns all that is kept of somebody, as plain JSON values; what was erased says so."""
    found = orders_of(person.subjects)
    data: dict[str, Any] = {
        "account": None,
        "addresses": (),
        "adjustments": adjustments_of(person.subjects),
        "basket": None,
        "emails": person.emails,
        "orders": [
            {
                "order": order,
                "payments": payments_of(order.id),
                "history": timeline(order.id),
                "documents": tuple(document(each.number) for each in documents_of(order.id)),
            }
            for order in found
        ],
    }
    if person.customer_id is not None:
        data["account"] = customer(person.customer_id)
        data["addresses"] = addresses(person.customer_id)
        data["basket"] = open_cart_of(person.customer_id)
    return cast("dict[str, Any]", msgspec.to_builtins(data, str_keys=True))


def count_orders(person: Person) -> int:
    """Returns how many orders hold data of somebody."""
    return len(orders_of(person.subjects))


def _by_email(email: str) -> Person | None:
    found = customer_by_email(email)
    if found is not None:
        return _person(found.id, dict.fromkeys((found.email, *proven_emails(found.id))))
    person = _person(None, (email.lower(),))
    return person if _is_known(person.subjects) else None


def _by_id(text: str) -> Person | None:
    try:
        subject = UUID(text)
    except ValueError:
        return None
    try:
        found = customer(subject)
    except CustomerNotFound:
        # Who left no address is known by the id of the order, or of an account that is gone.
        person = Person(customer_id=None, emails=(), subjects=frozenset([subject]))
        return person if _is_known(person.subjects) else None
    return _person(found.id, dict.fromkeys((found.email, *proven_emails(found.id))))


def _by_party(text: str) -> Person | None:
    person = Person(customer_id=None, emails=(), subjects=frozenset([party_subject(text)]))
    return person if _is_known(person.subjects) else None


def _person(customer_id: UUID | None, emails: Iterable[str]) -> Person:
    known = tuple(emails)
    own = frozenset([customer_id] if customer_id else [])
    return Person(
        customer_id=customer_id,
        emails=known,
        subjects=own | {guest_subject(email) for email in known},
    )


def _is_known(subjects: frozenset[UUID]) -> bool:
    rows = fetch(
        "SELECT EXISTS (SELECT 1 FROM pii.key WHERE subject = ANY (%s))", (list(subjects),)
    )
    return bool(rows[0][0])
