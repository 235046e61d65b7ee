"""Effects to come: a row in the transaction of its cause, or nothing.

The row's id is derived from the effect's name and key, so that the same effect asked for twice is
one effect, and the id serves the outside as idempotency key.

A command writes all of its effects with its answer, in one statement. Until then they wait among
Django's hooks after commit, because those are forgotten exactly when what asked for them is undone:
with their savepoint, or with the whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction

from events import codec
from events.context import current_context
from events.database import execute, fetch, filled, require_transaction
from modules.kernel.clock import now
from modules.kernel.identity import derived_id

# Rows come by id, so that two commands that ask for the same effects wait and do not deadlock.
INSERT = (
    "INSERT INTO es.outbox (id, actor, arguments, due_at, created_at, correlation_id)"
    " SELECT id, actor, arguments::json, due_at, created_at, correlation_id"
    " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],"
    " %s::uuid[]) AS asked (id, actor, arguments, due_at, created_at, correlation_id)"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An effect that was asked for."""

    id: UUID
    actor: str
    arguments: str
    due_at: datetime
    created_at: datetime
    correlation_id: UUID


# Of a row named by its id: said so that no plan looks for it among all that is open (outbox_due).
STILL_OPEN = "coalesce(done_at, failed_at) IS NULL"
# One that has begun runs to its end, and whoever holds a row at this moment is not waited for: an
# effect may hold its own and want what this transaction holds.
WITHDRAW = (
    "DELETE FROM es.outbox WHERE id IN (SELECT id FROM es.outbox WHERE id IN ({places})"  # noqa: S608
    f" AND attempts = 0 AND {STILL_OPEN} FOR UPDATE SKIP LOCKED)"
)


class Gathering:
    """The effects that one run of a command asked for and did not take back."""

    def clauses(self) -> tuple[list[str], list[object]]:
        """Returns what writes all of it, as queries of a WITH clause, and their parameters."""
        rows, withdrawn = self.rows(), self.withdrawn()
        clauses: list[str] = []
        asked: list[object] = []
        if rows:
            clauses.append(f"effects AS ({INSERT})")
            asked += parameters(rows)
        if withdrawn:
            places, identifiers = filled(withdrawn)
            clauses.append(f"withdrawn AS ({WITHDRAW.format(places=places)})")
            asked += identifiers
        return clauses, asked

    def rows(self) -> list[Row]:
        """Returns them by id, each once."""
        wanted: dict[UUID, Row] = {}
        for each in self._steps():
            if each.row is None:
                wanted.pop(each.id, None)
            else:
                wanted.setdefault(each.id, each.row)
        return [wanted[identifier] for identifier in sorted(wanted)]

    def withdrawn(self) -> list[UUID]:
        """Returns the timers that have nothing left to do; what was asked for since stays."""
        found: set[UUID] = set()
        for each in self._steps():
            if each.row is not None:
                found.discard(each.id)
            elif each.later:
                found.add(each.id)
        return sorted(found)

    def _steps(self) -> "Iterator[_Step]":
        for hook in cast("Any", connection).run_on_commit:
            if isinstance(hook[1], _Step) and hook[1].gathering is self:
                yield hook[1]


@dataclass(frozen=True, slots=True)
class _Step:
    """An effect asked for or, without a row, taken back. As a hook after commit it does nothing.

    `later`: what other transactions asked for is to be taken back too, with the command's answer.
    """

    gathering: Gathering
    id: UUID
    row: Row | None
    later: bool = False

    def __call__(self) -> None:
        """The row was committed with the rest."""


_gathering: ContextVar[Gathering | None] = ContextVar("counterfoil_effects", default=None)


@contextmanager
def gathered() -> Iterator[Gathering]:
    """Keeps effects back within the block, for the caller to write by `INSERT` in the end."""
    gathering = Gathering()
    token = _gathering.set(gathering)
    try:
        yield gathering
    finally:
        _gathering.reset(token)


def parameters(rows: Iterable[Row]) -> list[list[object]]:
    """Returns what `INSERT` takes to write these rows."""
    columns = ("id", "actor", "arguments", "due_at", "created_at", "correlation_id")
    kept = list(rows)
    return [[getattr(row, column) for row in kept] for column in columns]


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
    row = Row(
        id=effect_id(actor_name, key),
        actor=actor_name,
        arguments=codec.encode(arguments).decode(),
        due_at=due_at or created_at,
        created_at=created_at,
        correlation_id=current_context().correlation_id,
    )
    gathering = _gathering.get()
    if gathering is None:
        execute(INSERT, parameters([row]))
    else:
        transaction.on_commit(_Step(gathering, row.id, row))
    return row.id


def cancel(actor_name: str, key: str) -> bool:
    """Takes back an effect that is not done; returns whether there was one.

    One that is running at this moment runs to its end.

    Raises:
        NotInTransaction: there is no transaction that the change of mind belongs to.
    """
    require_transaction("cancelling an effect")
    identifier = effect_id(actor_name, key)
    waiting = False
    if gathering := _gathering.get():
        waiting = any(row.id == identifier for row in gathering.rows())
        transaction.on_commit(_Step(gathering, identifier, None))
    rows = fetch(
        f"DELETE FROM es.outbox WHERE id = %s AND {STILL_OPEN} RETURNING true",  # noqa: S608
        (identifier,),
    )
    return waiting or bool(rows)


def withdraw(actor_name: str, key: str) -> None:
    """Takes back a timer that would find nothing to do; a command does it with its answer.

    That spares the worker to look, and its row. One that has begun, or that somebody holds at this
    moment, stays: so an effect has to find out by itself all the same.

    Raises:
        NotInTransaction: there is no transaction that the change of mind belongs to.
    """
    require_transaction("withdrawing an effect")
    identifier = effect_id(actor_name, key)
    gathering = _gathering.get()
    if gathering is None:
        places, identifiers = filled([identifier])
        execute(WITHDRAW.format(places=places), identifiers)
    else:
        transaction.on_commit(_Step(gathering, identifier, None, later=True))


AGAIN = "UPDATE es.outbox SET failed_at = NULL, sent_at = NULL, attempts = 0, due_at = %s"


def retry(identifier: UUID) -> bool:
    """Gives a dead letter its attempts back, due now; returns whether it was one."""
    rows = fetch(
        f"{AGAIN} WHERE id = %s AND failed_at IS NOT NULL RETURNING true", (now(), identifier)
    )
    return bool(rows)


def retry_all(actor_name: str) -> int:
    """Gives all dead letters of one kind their attempts back, due now; returns how many."""
    rows = fetch(
        f"{AGAIN} WHERE actor = %s AND failed_at IS NOT NULL RETURNING true", (now(), actor_name)
    )
    return len(rows)


def park(identifier: UUID, cause: str) -> bool:
    """Gives up an effect that is not done; returns whether it was open. `cause` says who and why.

    One that is running at this moment runs to its end, and is done if it gets there.
    """
    rows = fetch(
        "UPDATE es.outbox SET failed_at = %s, sent_at = NULL, last_error = %s"  # noqa: S608
        f" WHERE id = %s AND {STILL_OPEN} RETURNING true",
        (now(), cause, identifier),
    )
    return bool(rows)


def forget_effects(before: datetime) -> int:
    """Deletes effects that were done before a moment; returns how many.

    Whoever asks for one of them again gets it again, so the moment has to be long ago.
    """
    rows = fetch("DELETE FROM es.outbox WHERE done_at < %s RETURNING id", (before,))
    return len(rows)
