"""Effects: functions that reach outside, run after the commit, by Dramatiq, from outbox rows.

PostgreSQL decides everything: which attempt is next, when, and when to give up. A message only
says "look at this row, attempt n"; lost, doubled or late, it costs a delay, never an effect.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, get_type_hints
from uuid import UUID

import dramatiq
import msgspec
import structlog
from django.db import InterfaceError, OperationalError, connections, transaction
from dramatiq.middleware import TimeLimitExceeded

from events.context import acting, current_context, noting
from events.database import fetch
from events.errors import VersionConflict
from events.metrics import count_effect
from events.outbox import STILL_OPEN, emit
from events.privacy.redacting import without_addresses
from events.tracing import span
from events.turns import LEASE, TIME_LIMIT_SECONDS, Overtaken, turn
from modules.kernel.clock import now
from modules.kernel.errors import Conflict, Forbidden, NotFound

log = structlog.get_logger(__name__)

QUEUE = "effects"
ERROR_LIMIT_CHARACTERS = 2000
# A name that nothing is declared under may belong to a newer version of the shop that is just
# being rolled out: it is tried for about an hour before it is given up.
ATTEMPTS_OF_UNKNOWN = 12
# The effect that tells the operators (events.alarms).
ALARM = "events.alarm"


@dataclass(frozen=True)
class Effect:
    """A declared effect; `transactional` ones commit their rows together with the done-mark."""

    name: str
    function: Callable[..., object]
    max_attempts: int
    transactional: bool

    @cached_property
    def parameters(self) -> dict[str, Any]:
        hints = get_type_hints(self.function)
        return {name: kind for name, kind in hints.items() if name not in ("return", "effect_id")}

    def call(self, identifier: UUID, arguments: dict[str, Any]) -> None:
        """Runs the function once, its arguments read back into their annotated types."""
        typed = {
            name: msgspec.convert(value, self.parameters[name], strict=False)
            if name in self.parameters
            else value
            for name, value in arguments.items()
        }
        self.function(identifier, **typed)


MARK_DONE = "UPDATE es.outbox SET done_at = %s, last_error = '' WHERE id = %s AND done_at IS NULL"

_effects: dict[str, Effect] = {}


def effect[**P](
    name: str, *, max_attempts: int = 8, transactional: bool = False
) -> Callable[[Callable[P, object]], Callable[P, object]]:
    """Declares `f(effect_id, **arguments)` as the effect that `outbox.emit(name, ...)` asks for.

    It runs at least once for each row, and at most once per attempt. With `transactional` its rows
    and the mark that it is done are one transaction: exactly once. Without, pass `effect_id` to the
    outside as idempotency key. An exception means: again later; after `max_attempts`, or at once
    when the shop's own rules refused, it is a dead letter for the staff.

    Raises:
        ValueError: the name is taken.
    """

    def declare(function: Callable[P, object]) -> Callable[P, object]:
        if name in _effects:
            raise ValueError(f"an effect named {name} is declared already")
        _effects[name] = Effect(name, function, max_attempts, transactional)
        return function

    return declare


def declared() -> dict[str, Effect]:
    """Returns every declared effect by name."""
    return dict(_effects)


def backoff(attempt: int) -> timedelta:
    """Returns the pause after a failed attempt: 2, 4, 8 ... seconds, 15 minutes at most, +-25 %."""
    seconds = min(2.0 ** min(attempt, 10), 900.0)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311


def is_final(error: BaseException) -> bool:
    """Tells whether trying again is pointless: the shop's own rules refused, and will again."""
    refused = isinstance(error, NotFound | Conflict | Forbidden)
    return refused and not isinstance(error, VersionConflict)


def perform(identifier: UUID, attempt: int) -> bool:
    """Runs attempt number `attempt` of an effect; returns whether the effect is done now.

    The number is compared and raised in a transaction of its own before anything runs: of several
    messages for one attempt, one runs it, and a worker that dies has used it up.
    """
    row = _claim(identifier, attempt)
    if row is None:
        return False
    name, arguments, correlation_id = row
    declared_effect = _effects.get(name)
    limit = declared_effect.max_attempts if declared_effect else ATTEMPTS_OF_UNKNOWN
    if attempt > limit:
        _fail(identifier, attempt, attempt, "the last attempt's worker was never heard of again")
        return False
    with (
        acting(actor="system", causation_id=identifier, correlation_id=correlation_id),
        observed(name, identifier, attempt) as attempted,
    ):
        try:
            if declared_effect is None:
                raise LookupError(f"no effect is declared under the name {name}")
            with (
                span("effect", effect=name, attempt=attempt),
                turn(identifier, attempt, transactional=declared_effect.transactional),
            ):
                _run(declared_effect, identifier, attempt, arguments)
        except Overtaken:
            log.warning("effect overtaken")
            attempted.outcome = "overtaken"
            return False
        except (Exception, TimeLimitExceeded) as error:
            log.warning("effect failed", exc_info=True)
            _recover_connection(error)
            last = attempt if is_final(error) else limit
            attempted.outcome = "given-up" if attempt >= last else "failed"
            _fail(identifier, attempt, last, without_addresses(f"{type(error).__name__}: {error}"))
            return False
    return True


@dataclass
class _Attempted:
    outcome: str = "done"


@contextmanager
def observed(name: str, identifier: UUID, attempt: int) -> Iterator[_Attempted]:
    """Counts an attempt, writes its line, and names it in every line that is written within."""
    started = time.perf_counter()
    attempted = _Attempted()
    with (
        noting() as notes,
        structlog.contextvars.bound_contextvars(
            effect=name,
            effect_id=str(identifier),
            attempt=attempt,
            correlation_id=str(current_context().correlation_id),
        ),
    ):
        yield attempted
        seconds = time.perf_counter() - started
        count_effect(name, attempted.outcome, seconds)
        log.info(
            "effect", outcome=attempted.outcome, milliseconds=round(seconds * 1000, 1), **notes
        )


def _claim(identifier: UUID, attempt: int) -> tuple[str, dict[str, Any], UUID] | None:
    moment = now()
    rows = fetch(
        "UPDATE es.outbox SET attempts = attempts + 1, sent_at = %s, due_at = %s"  # noqa: S608
        f" WHERE id = %s AND attempts = %s AND {STILL_OPEN}"
        " RETURNING actor, arguments, correlation_id",
        (moment, moment + LEASE, identifier, attempt - 1),
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def _run(
    declared_effect: Effect, identifier: UUID, attempt: int, arguments: dict[str, Any]
) -> None:
    if not declared_effect.transactional:
        declared_effect.call(identifier, arguments)
        # Whoever did it, it is done: an attempt that was overtaken meanwhile may say so too.
        fetch(f"{MARK_DONE} RETURNING true", (now(), identifier))
        return
    with transaction.atomic():
        # Marked first: the row's lock keeps a second attempt waiting until this one is decided.
        if not fetch(f"{MARK_DONE} AND attempts = %s RETURNING true", (now(), identifier, attempt)):
            raise Overtaken
        declared_effect.call(identifier, arguments)


def _fail(identifier: UUID, attempt: int, max_attempts: int, error: str) -> None:
    moment = now()
    dead = attempt >= max_attempts
    with transaction.atomic():
        rows = fetch(
            "UPDATE es.outbox SET last_error = %s, sent_at = NULL, due_at = %s, failed_at = %s"
            " WHERE id = %s AND attempts = %s AND done_at IS NULL RETURNING actor",
            (
                error[:ERROR_LIMIT_CHARACTERS],
                moment + backoff(attempt),
                moment if dead else None,
                identifier,
                attempt,
            ),
        )
        if dead and rows:
            _tell(rows[0][0], f"{moment:%Y-%m-%d}")
    if dead:
        log.error("effect given up", id=str(identifier), attempts=attempt, error=error)


def _tell(name: str, day: str) -> None:
    """Has the operators told, once a day for each kind; a failed alarm tells nobody."""
    if name != ALARM:
        emit(
            ALARM,
            key=f"given-up:{name}:{day}",
            subject=f"{name} was given up",
            text=f"An effect named {name} failed for good. Nothing else waits for it. The page"
            " shows what failed and why, and has it tried again.",
            page="/staff/effects/",
        )


def _recover_connection(error: BaseException) -> None:
    if isinstance(error, OperationalError | InterfaceError):
        connections["default"].close_if_unusable_or_obsolete()


class _FreshConnections(dramatiq.Middleware):
    """Ends a worker thread's database connection when it broke, aged, or the thread ends."""

    def after_process_message(
        self, broker: Any, message: Any, *, result: Any = None, exception: Any = None
    ) -> None:
        for each in connections.all(initialized_only=True):
            each.close_if_unusable_or_obsolete()

    def before_worker_thread_shutdown(self, broker: Any, thread: Any) -> None:
        connections.close_all()


def declare_actor(broker: dramatiq.Broker) -> None:
    """Gives a broker the one actor that performs every effect, and its thread hygiene."""
    broker.add_middleware(_FreshConnections())

    def run(effect_id: str, attempt: int) -> None:
        perform(UUID(effect_id), attempt)

    dramatiq.Actor(
        run,
        broker=broker,
        actor_name=QUEUE,
        queue_name=QUEUE,
        priority=0,
        options={"time_limit": TIME_LIMIT_SECONDS * 1000},
    )


def message(identifier: UUID, attempt: int) -> "dramatiq.Message[None]":
    """Returns the message that has a worker run an attempt."""
    return dramatiq.Message(
        queue_name=QUEUE,
        actor_name=QUEUE,
        args=(),
        kwargs={"effect_id": str(identifier), "attempt": attempt},
        options={},
        message_id=f"{identifier}:{attempt}",
    )
