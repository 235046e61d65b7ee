"""Names for actors: an event says `staff:<id>`, a page says Lea."""

from collections.abc import Iterable
from uuid import UUID

from modules.customers.contracts import CustomerNotFound
from modules.customers.selectors import customer

ROLES = {"staff": "a member of staff", "auditor": "an auditor"}
KINDS = {"guest": "a guest", "system": "the shop", "customer": "the customer"}


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Returns what to call each actor; somebody whose account is closed keeps the role's name."""
    return {actor: actor_name(actor) for actor in dict.fromkeys(actors)}


def actor_name(actor: str) -> str:
    role, _, identifier = actor.partition(":")
    if role not in ROLES:
        return KINDS.get(role, role)
    try:
        person = customer(UUID(identifier))
    except (CustomerNotFound, ValueError):
        return ROLES[role]
    return person.name or person.email
