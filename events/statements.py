"""How many statements a thread has sent to PostgreSQL: for the log's line of each request."""

import threading
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from events.tracing import span


class Sent(threading.local):
    """The statements of this thread so far; BEGIN and COMMIT are not among them."""

    count = 0


sent = Sent()


def observe(
    execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Counts a statement, and makes it a span where traces are on; a wrapper of Django's cursors.

    `events.database` does the same for its own.
    """
    sent.count += 1
    with span("SQL", sql=sql):
        return execute(sql, parameters, many, context)


def watch(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Has a new connection observed (receives Django's `connection_created`)."""
    if observe not in connection.execute_wrappers:
        connection.execute_wrappers.append(observe)
