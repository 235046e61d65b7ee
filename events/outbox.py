"""Effects to come: a row in the transaction of its cause, or nothing.

The row's id is derived from the effect's name and key, so that the same effect asked for twice is
one effect, and the id serves the outside as idempotency key.
"""

from datetime import datetime
from uuid import UUID

from events import codec
from events.context import current_context
from events.database import fetch, require_transaction
from modules.kernel.clock import now
from modules.kernel.identity import derived_id


def effect_id(actor_name: str, key: str) -> UUID:
    """Returns the id of the effect `actor_name` for `key`."""
    return derived_id(actor_name, key)


def emit(actor_name: str, *, key: str, due_at: datetime | None = None, **arguments: object) -> UUID:
    """Asks for an effect after this transaction; returns its id. Asked for twice, it runs once.

    `key` names what it is about (an order id, an attempt id); `due_at` makes it a timer. Arguments
    travel as JSON and arrive as the effect's annotations say.

    Raises:
        NotInTransaction: there is no transaction that the effect could depend on.
        TypeError: an argument has no JSON form.
    """
    require_transaction("an effect")
    created_at = now()
    identifier = effect_id(actor_name, key)
    fetch(
        "INSERT INTO es.outbox (id, actor, arguments, due_at, created_at, correlation_id)"
        " VALUES (%s, %s, %s::json, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING true",
        (
            identifier,
            actor_name,
            codec.encode(arguments).decode(),
            due_at or created_at,
            created_at,
            current_context().correlation_id,
        ),
    )
    return identifier


def cancel(actor_name: str, key: str) -> bool:
    """Takes back an effect that is not done; returns whether there was one.

    One that is running at this moment runs to its end.

    Raises:
        NotInTransaction: there is no transaction that the change of mind belongs to.
    """
    require_transaction("cancelling an effect")
    rows = fetch(
        "DELETE FROM es.outbox WHERE id = %s AND done_at IS NULL AND failed_at IS NULL"
        " RETURNING true",
        (effect_id(actor_name, key),),
    )
    return bool(rows)


def retry(identifier: UUID) -> bool:
    """Gives a dead letter its attempts back, due now; returns whether it was one."""
    rows = fetch(
        "UPDATE es.outbox SET failed_at = NULL, attempts = 0, due_at = %s"
        " WHERE id = %s AND failed_at IS NOT NULL RETURNING true",
        (now(), identifier),
    )
    return bool(rows)


def forget_effects(before: datetime) -> int:
    """Deletes effects that were done before a moment; returns how many.

    Whoever asks for one of them again gets it again, so the moment has to be long ago.
    """
    rows = fetch("DELETE FROM es.outbox WHERE done_at < %s RETURNING id", (before,))
    return len(rows)
