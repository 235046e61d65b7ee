"""Commands: one atomic unit each, safe to repeat.

A command id makes a repeated request return the first answer. Every outermost command has one,
given or generated, because it also settles the one question a lost connection leaves open: was it
committed?
"""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Concatenate, cast, get_type_hints
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from events import codec, outbox
from events.context import acting, current_context, note
from events.database import TENANT, fetch
from events.errors import CommandReused, OutcomeUnknown, VersionConflict
from events.metrics import count_command
from events.one_statement import OneStatement
from events.privacy.secrets import keyed_digest
from events.tracing import span
from modules.kernel.clock import now
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id

log = structlog.get_logger(__name__)

ATTEMPTS = 5
# Deadlock and serialisation failure: PostgreSQL undid everything, so that trying again is safe.
RETRIED_SQLSTATES = frozenset({"40P01", "40001"})
# The server is going down, crashed, or not up yet.
SHUTDOWN_SQLSTATES = frozenset({"57P01", "57P02", "57P03"})

_STORE = (
    "INSERT INTO es.command (tenant_id, command_id, name, fingerprint, result, recorded_at)"
    " VALUES (%s, %s, %s, %s, %s::json, %s) ON CONFLICT DO NOTHING RETURNING true"
)

_running: ContextVar[bool] = ContextVar("counterfoil_command", default=False)


class _Repeated(Exception):  # control flow, not an error
    """Somebody else stored this command id while ours was running."""


def command[C, **P, R](
    function: Callable[Concatenate[C, P], R],
) -> Callable[Concatenate[C, P], R]:
    """Runs `function(command)` in one transaction, retried as a whole when it lost a race.

    The outermost command stores its answer under its id in that same transaction; given an id by
    `acting(command_id=...)`, a repeat returns the stored answer, decoded to the annotated return
    type. A command called by another joins it, without a savepoint: refused, it ends the whole,
    even if the outer one catches the refusal. One that means to go on calls it within a
    `transaction.atomic()` of its own.

    Keyword arguments, each with a default, are what the caller has read already. They are no part
    of the command's content, and the first attempt alone gets them: a retry reads anew.

    Raises:
        CommandReused: the id was used for another command or other content.
        VersionConflict: lost the race five times.
        OutcomeUnknown: the database is gone; repeat with the same id.
    """

    return _wrapped(function, None)


def in_one_statement[C, **P, R](
    statement: Callable[Concatenate[C, P], OneStatement[R] | None],
) -> Callable[[Callable[Concatenate[C, P], R]], Callable[Concatenate[C, P], R]]:
    """Declares a `command` that `statement`, given the same, may spare its transaction.

    Where it returns a statement, that is sent first, with the answer under the command's id in it:
    one round trip instead of four. If it finds nothing to do (a basket has changed since it was
    read) or loses a race, or if the id was given, the function runs as any command does.
    """

    def declare(function: Callable[Concatenate[C, P], R]) -> Callable[Concatenate[C, P], R]:
        return _wrapped(function, statement)

    return declare


def _wrapped[C, **P, R](
    function: Callable[Concatenate[C, P], R],
    statement: Callable[Concatenate[C, P], OneStatement[R] | None] | None,
) -> Callable[Concatenate[C, P], R]:
    @functools.wraps(function)
    def run(message: C, /, *known: P.args, **read: P.kwargs) -> R:
        if _running.get():
            # What it wrote cannot be undone alone: this sees to it that nobody commits the half.
            with transaction.atomic(savepoint=False):
                return function(message, *known, **read)
        token = _running.set(True)
        given = current_context().command_id
        try:
            with acting(
                command_id=given or new_id(), correlation_id=current_context().correlation_id
            ):
                first = functools.partial(function, message, *known, **read)
                execution = _Execution(function, message, first, repeatable=given is not None)
                if statement and given is None:
                    execution.alone = functools.partial(statement, message, *known, **read)
                with observed(execution.name, message):
                    return execution.run()
        finally:
            _running.reset(token)

    return run


@contextmanager
def observed(name: str, message: object) -> Iterator[None]:
    """Counts a command by how it ends, and names it and its order in lines of the log."""
    started = time.perf_counter()
    outcome = "failed"
    names = {"command": name}
    if (order_id := getattr(message, "order_id", None)) is not None:
        names["order_id"] = str(order_id)
    note(**names)
    try:
        with structlog.contextvars.bound_contextvars(**names), span("command", **names):
            yield
        outcome = "done"
    except DomainError as refusal:
        outcome = refusal.code
        raise
    finally:
        count_command(name, outcome, time.perf_counter() - started)


def forget_commands(before: datetime) -> int:
    """Deletes answers stored before a moment; repeats of those run anew. Returns how many."""
    rows = fetch("DELETE FROM es.command WHERE recorded_at < %s RETURNING command_id", (before,))
    return len(rows)


class _Execution[C, R]:
    """One outermost command from first attempt to answer."""

    def __init__(
        self,
        function: Callable[..., R],
        message: C,
        first: Callable[[], R],
        *,
        repeatable: bool,
    ) -> None:
        self.function = function
        self.message = message
        # What the next attempt does; only the first one knows what the caller had read.
        self.act = first
        self.name = f"{function.__module__}.{function.__qualname__}"
        command_id = current_context().command_id
        assert command_id is not None
        self.command_id: UUID = command_id
        self.look_up_first = repeatable
        # What may do all of it in one statement; asked at the first attempt alone.
        self.alone: Callable[[], OneStatement[R] | None] | None = None
        # What an attempt of ours that reached its commit would announce after it.
        self.hooks: list[tuple[Callable[[], object], bool]] = []

    def run(self) -> R:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self.in_one_statement() if attempt == 1 else None
                return answer[0] if answer else self.attempt()
            except (VersionConflict, _Repeated):
                if attempt == ATTEMPTS:
                    raise
            except (OperationalError, InterfaceError) as error:
                if connection_lost(error):
                    answer = self.after_lost_connection(error)
                    if answer is not None:
                        return answer[0]
                elif sqlstate(error) not in RETRIED_SQLSTATES:
                    raise
                if attempt == ATTEMPTS:
                    raise
            self.look_up_first = True
            self.act = functools.partial(self.function, self.message)
            log.info("command retried", command=self.name, attempt=attempt)
            # Jitter, so that two that collided do not collide again.
            time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311
        raise AssertionError("the last attempt returns or raises")

    def in_one_statement(self) -> tuple[R] | None:
        """Returns the answer, or None: the command has to be run.

        Within somebody's transaction it is run, because an error would end that one too.
        """
        one = self.alone() if self.alone and not connection.in_atomic_block else None
        if one is None or not one.run_with(self.stored(one.answer)):
            return None
        return (one.answer,)

    def attempt(self) -> R:
        with transaction.atomic():
            stored = self.stored_answer() if self.look_up_first else None
            if stored is None:
                self.hooks = []
                with outbox.gathered() as effects:
                    result = self.act()
                self.store(result, effects)
                self.hooks = [(hook[1], hook[2]) for hook in cast("Any", connection).run_on_commit]
        if stored is None:
            return result
        self.announce()
        return stored[0]

    def store(self, result: R, effects: outbox.Gathering) -> None:
        """Writes the answer, and the effects with it in the same statement."""
        clauses, asked = effects.clauses()
        sql = f"WITH {', '.join(clauses)} {_STORE}" if clauses else _STORE
        if not fetch(sql, (*asked, *self.stored(result))):
            raise _Repeated

    def stored(self, result: R) -> tuple[object, ...]:
        answer = codec.encode(result).decode()
        return (TENANT, self.command_id, self.name, self.fingerprint(), answer, now())

    def stored_answer(self) -> tuple[R] | None:
        rows = fetch(
            "SELECT name, fingerprint, result::text FROM es.command"
            " WHERE tenant_id = %s AND command_id = %s",
            (TENANT, self.command_id),
        )
        if not rows:
            return None
        name, fingerprint, result = rows[0]
        if name != self.name or fingerprint != self.fingerprint():
            raise CommandReused(
                "this command id was used before with other content: use a new one",
                command_id=self.command_id,
            )
        return (codec.decode(result.encode(), _return_type(self.function)),)

    def fingerprint(self) -> bytes:
        # Keyed, because a plain hash of an address or a reason could be guessed.
        return keyed_digest("command", self.name.encode() + b"\n" + codec.encode(self.message))

    def after_lost_connection(self, error: DatabaseError | InterfaceError) -> tuple[R] | None:
        """Returns the answer if the transaction was committed after all, None if it was not.

        A commit that the server is still working on is found by the next attempt: it waits for the
        row of the same id, and then finds the answer.
        """
        if connection.in_atomic_block:
            raise error
        connection.close()
        try:
            answer = self.stored_answer()
        except (OperationalError, InterfaceError) as again:
            raise OutcomeUnknown(
                "the database went away; repeat the request with the same command id",
                command_id=self.command_id,
            ) from again
        if answer is not None:
            log.warning("commit reply lost, command found committed", command=self.name)
            self.announce()
        return answer

    def announce(self) -> None:
        """Runs the hooks that Django forgot together with the lost connection."""
        hooks, self.hooks = self.hooks, []
        for hook, robust in hooks:
            try:
                hook()
            except Exception:
                if not robust:
                    raise
                log.exception("hook after commit failed", command=self.name)


def connection_lost(error: BaseException) -> bool:
    """Tells whether an error means that the server is no longer there to say what it did.

    By the error and not by the connection: Django may have opened a new one on its way out.
    """
    code = sqlstate(error)
    return code is None or code.startswith("08") or code in SHUTDOWN_SQLSTATES


def sqlstate(error: BaseException) -> str | None:
    """Returns PostgreSQL's five-letter code of a Django database error, if the server sent one."""
    code: str | None = getattr(error.__cause__, "sqlstate", None)
    return code


@functools.cache
def _return_type(function: Callable[..., Any]) -> Any:
    return get_type_hints(function).get("return", Any)
