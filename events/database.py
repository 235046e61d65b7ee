"""Statements on Django's own connection, inside its transaction, bound and prepared by the server.

Django's cursor interpolates parameters on the client, so nothing is ever prepared; for the few
statements that every command runs, that is most of their cost. Errors arrive as Django's own.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from cachalot.api import cachalot_disabled
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from events.errors import NotInTransaction
from events.prepared import Parameters, Statements
from events.statements import sent
from events.tracing import is_on, span

TENANT = 1
_KEPT = "counterfoil_statements"
# Lists up to this length are sent value by value.
FEW = 64


def fetch(sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """Runs one statement that returns rows.

    Raises:
        django.db.DatabaseError: what the server said; inside `atomic()` the transaction is lost.
    """
    return _run(sql, parameters, returns=True)


def execute(sql: str, parameters: Sequence[object] = ()) -> None:
    """Runs one statement whose rows, if any, do not matter. Raises as `fetch` does."""
    _run(sql, parameters, returns=False)


def fetch_any(sql: str, keys: Sequence[object], *rest: object) -> list[tuple[Any, ...]]:
    """Runs `fetch` of a statement that says `IN {keys}` where it begins to ask; no keys, no rows.

    An array would be one parameter, but of a length that no plan made once can know: PostgreSQL
    plans such a statement anew each time, which takes longer than running it. A short list is
    filled up with its last key to the next power of two, so that few statements are prepared.
    """
    if not keys:
        return []
    if len(keys) > FEW:
        return fetch(sql.replace("IN {keys}", "= ANY (%s)"), (list(keys), *rest))
    places, values = filled(keys)
    return fetch(sql.replace("IN {keys}", f"IN ({places})"), (*values, *rest))


def filled(keys: Sequence[object]) -> tuple[str, list[object]]:
    """Returns the places of a short list within `IN (...)`, and its values, filled up for them."""
    count = 1 << (len(keys) - 1).bit_length()
    return ", ".join(["%s"] * count), [*keys, *[keys[-1]] * (count - len(keys))]


def copy_in(sql: str, rows: Iterable[Sequence[object]]) -> None:
    """Runs `COPY ... FROM STDIN` with these rows. Raises as `fetch` does."""
    wrapper = connection
    wrapper.ensure_connection()
    wrapper.validate_no_broken_transaction()
    with (
        wrapper.wrap_database_errors,
        psycopg.Cursor(cast("Any", wrapper.connection)) as cursor,
        cursor.copy(cast("Any", sql)) as copy,
    ):
        for row in rows:
            copy.write_row(row)


@contextmanager
def uncached() -> Iterator[None]:
    """Has every query inside ask PostgreSQL, for decisions that may not rest on a cached answer.

    cachalot's own context manager does not end when its body raises: the thread would never cache
    anything again.
    """
    disabled = cachalot_disabled()
    disabled.__enter__()
    try:
        yield
    finally:
        disabled.__exit__(None, None, None)


def require_transaction(what: str) -> None:
    """Raises: NotInTransaction: there is no `transaction.atomic()` around the caller."""
    if not connection.in_atomic_block:
        raise NotInTransaction(
            f"{what} outside a transaction would survive a failure of the rest:"
            " use @command or transaction.atomic()"
        )


def _run(sql: str, parameters: Parameters, *, returns: bool) -> list[tuple[Any, ...]]:
    # Asked for once: every look through `connection` finds the thread's wrapper anew.
    wrapper = connections[DEFAULT_DB_ALIAS]
    if not wrapper.in_atomic_block:
        wrapper.close_if_health_check_failed()
    if wrapper.connection is None:
        wrapper.ensure_connection()
    wrapper.validate_no_broken_transaction()
    statements = _statements(wrapper)
    started = time.monotonic()
    try:
        sent.count += 1
        if is_on():
            with span("SQL", sql=sql):
                return statements.run(sql, parameters, returns=returns)
        return statements.run(sql, parameters, returns=returns)
    except psycopg.Error:
        # Django's own of the same name; only here, because its wrapper costs what it does not do.
        with wrapper.wrap_database_errors:
            raise
    finally:
        if wrapper.force_debug_cursor or settings.DEBUG:
            wrapper.queries_log.append({"sql": sql, "time": f"{time.monotonic() - started:.3f}"})


def _statements(wrapper: BaseDatabaseWrapper) -> Statements:
    kept: Statements | None = vars(wrapper).get(_KEPT)
    if kept is None or kept.connection is not wrapper.connection:
        kept = Statements(cast("Any", wrapper.connection))
        vars(wrapper)[_KEPT] = kept
    return kept
