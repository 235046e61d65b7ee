"""The moment in which a generation takes the place of the live tables.

The shop's writers wait from the first lock on a live table to the end of the transaction. All that
can be asked or done before or after is, and what is left goes to the server as one statement: on a
busy machine each statement costs its turn on a processor, whatever it does.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from psycopg.sql import Literal

from events.database import execute, fetch
from events.exclusive import only_for, without_writers
from events.generations import (
    BATCH,
    LAST_ROUNDS,
    begun_in,
    drop_forgotten,
    fold_next,
    generation_of,
    home_of,
    quoted,
    schema,
    tables,
)
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import log_head

EXCHANGE_ATTEMPTS = 30
# Nobody in the shop waits for us meanwhile. PostgreSQL takes a second to call autovacuum away.
PATIENCE_MS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What an exchange did: `milliseconds` is how long the shop's writers had to wait at most."""

    generation: int
    position: int
    events: int
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A projection, the generation that comes, and the live one, which is kept.

    `reached` is how far an async live one has come; an inline one is as far as the log.
    """

    projection: AnyProjection
    new: int
    old: int
    reached: int | None
    homes: tuple[tuple[str, str], ...]


def exchange(chosen: Sequence[AnyProjection], state: str) -> Exchanged:
    """Puts a generation in place of the live tables; writers wait while the last events are folded.

    Writers that came first are waited for. What was kept before is dropped afterwards.

    Raises:
        django.db.OperationalError: writers were there at every attempt.
        RebuildStopped: an event could not be folded; the live tables are as they were.
    """
    exchanged = without_writers(
        chosen, state, EXCHANGE_ATTEMPTS, lambda patience: _exchange(chosen, state, patience)
    )
    drop_forgotten()
    return exchanged


def _exchange(chosen: Sequence[AnyProjection], state: str, patience_ms: int) -> Exchanged:
    with transaction.atomic():
        only_for(PATIENCE_MS)
        # Autovacuum may be at tables that were filled just now: nobody else knows them.
        coming = [
            f"{schema(generation_of(each.name, state) or 0)}.{quoted(table)}"
            for each in chosen
            for table in tables(each)
        ]
        execute(f"LOCK TABLE {', '.join(coming)} IN ACCESS EXCLUSIVE MODE")
        pairs = _pairs(chosen, state)
        live = [f"{home}.{quoted(table)}" for pair in pairs for table, home in pair.homes]
        # Until there is nothing, now that all else is done; an async one's worker waits at its row.
        before, position = _catch_up(chosen, state, since=0)
        # What is async goes on from there: the live tables were never as far as the log either.
        inline = [each for each in chosen if each.mode == "inline"]
        for _ in range(LAST_ROUNDS):
            more, reached = _catch_up(inline, state, since=position)
            before += more
            if reached == position:
                break
            position = reached
        _make_room(pairs, state)
        only_for(patience_ms)
        started = time.monotonic()
        execute(f"LOCK TABLE {', '.join(live)} IN ACCESS EXCLUSIVE MODE")
        events, position = _catch_up(inline, state, since=position)
        execute(_swapping(pairs, state, position))
    return Exchanged(
        generation=max(pair.new for pair in pairs),
        position=position,
        events=before + events,
        milliseconds=(time.monotonic() - started) * 1000,
    )


def _pairs(chosen: Sequence[AnyProjection], state: str) -> list[_Pair]:
    # An async projection's worker holds its row while it folds.
    live = {
        name: (generation, position)
        for name, generation, position in fetch(
            "SELECT name, generation, position FROM es.projection"
            " WHERE name = ANY (%s) AND state = 'live' FOR UPDATE",
            ([each.name for each in chosen],),
        )
    }
    coming = begun_in(chosen, state)
    return [
        _Pair(
            projection=each,
            new=coming[each.name][0],
            old=live.get(each.name, (1, 0))[0],
            reached=None if each.mode == "inline" else live.get(each.name, (1, 0))[1],
            homes=tuple((table, home_of(table)) for table in tables(each)),
        )
        for each in chosen
    ]


def _catch_up(chosen: Sequence[AnyProjection], state: str, *, since: int) -> tuple[int, int]:
    """Folds what the log has gained since a position; returns how many events, and its end."""
    sequence()
    head, events = log_head(), 0
    if head == since or not chosen:
        return 0, head
    folded = BATCH
    while folded == BATCH:
        folded = fold_next(chosen, state, BATCH)
        events += folded
    if events:
        execute(_CHECK_NOW)
    return events, head


def _make_room(pairs: Sequence[_Pair], state: str) -> None:
    """Does what nobody but the worker of async read models can see, and that one waits."""
    names = [pair.projection.name for pair in pairs]
    for old in {pair.old for pair in pairs}:
        execute(f"CREATE SCHEMA IF NOT EXISTS {schema(old)}")
    # What the live tables could not fold, the new ones have folded.
    execute("DELETE FROM es.dead WHERE projection = ANY (%s)", (names,))
    if state != "kept":
        # The tables that were kept before this exchange: `drop_forgotten` has the time.
        execute("DELETE FROM es.projection WHERE name = ANY (%s) AND state = 'kept'", (names,))


def _swapping(pairs: Sequence[_Pair], state: str, position: int) -> str:
    """Returns one statement that exchanges the tables and says so in es.projection."""
    steps = [
        step
        for pair in pairs
        for table, home in pair.homes
        for step in (
            f"ALTER TABLE {home}.{quoted(table)} SET SCHEMA {schema(pair.old)}",
            f"ALTER TABLE {schema(pair.new)}.{quoted(table)} SET SCHEMA {home}",
        )
    ]
    names = ", ".join(_literal(pair.projection.name) for pair in pairs)
    olds = ", ".join(
        f"({_literal(pair.projection.name)}, {pair.old}, 'kept',"
        f" {position if pair.reached is None else pair.reached})"
        for pair in pairs
    )
    steps += [
        f"DELETE FROM es.projection WHERE name IN ({names}) AND state = 'live'",  # noqa: S608
        "UPDATE es.projection SET state = 'live'"  # noqa: S608  # quoted by psycopg
        f" WHERE name IN ({names}) AND state = {_literal(state)}",
        f"INSERT INTO es.projection (name, generation, state, position) VALUES {olds}",  # noqa: S608
    ]
    return f"DO $swap$ BEGIN {' '.join(f'{step};' for step in steps)} END $swap$"


def _literal(text: str) -> str:
    return Literal(text).as_string(connection.connection)


# A table with deferred checks to come cannot be moved.
_CHECK_NOW = "DO $$ BEGIN SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; END $$"
