"""Rebuilding read models while the shop is open, and taking it back.

A new generation fills beside the live tables and is exchanged with them in milliseconds; the tables
that were live are kept, so that `switch_back` can exchange them again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from events.database import execute, fetch
from events.errors import NotRebuildable
from events.exclusive import LOCK_TIMEOUT, only_one, without_writers
from events.generations import (
    BATCH,
    Progress,
    begin,
    choose,
    discard,
    drop_if_empty,
    fill,
    fold_next,
    generation_of,
    has_todays_columns,
    home_of,
    position_of,
    quoted,
    schema,
    tables,
)
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import log_head

EXCHANGE_ATTEMPTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What an exchange did: `milliseconds` is how long the shop's writers had to wait."""

    generation: int
    position: int
    events: int
    milliseconds: float


def rebuild(names: Sequence[str] = (), progress: Progress | None = None) -> Exchanged:
    """Folds read models anew beside the live ones and exchanges them; all of them without names.

    One that was broken off goes on where it stopped. The live tables stay untouched until the
    exchange, and are kept for `switch_back` after it.

    Raises:
        NotRebuildable: a name is unknown, or its projection does not say what tables it writes.
        RebuildStopped: an event could not be folded; the live tables are as they were.
    """
    chosen = choose(names)
    with only_one():
        generation = begin(chosen, "filling")
        folded = fill(chosen, "filling", progress)
        exchanged = exchange(chosen, "filling")
    return Exchanged(
        generation=generation,
        position=exchanged.position,
        events=folded + exchanged.events,
        milliseconds=exchanged.milliseconds,
    )


def switch_back(names: Sequence[str] = ()) -> Exchanged:
    """Exchanges the live tables with those kept at the last exchange, after bringing these up.

    Raises:
        NotRebuildable: nothing was kept.
        RebuildStopped: an event could not be folded; the live tables are as they were.
    """
    chosen = choose(names)
    with only_one():
        for projection in chosen:
            kept = generation_of(projection.name, "kept")
            if kept is None or not has_todays_columns(projection, kept):
                raise NotRebuildable(
                    f"no earlier tables of {projection.name} with today's columns are kept:"
                    " rebuild it instead",
                    name=projection.name,
                )
        folded = fill(chosen, "kept")
        exchanged = exchange(chosen, "kept")
    return Exchanged(
        generation=exchanged.generation,
        position=exchanged.position,
        events=folded + exchanged.events,
        milliseconds=exchanged.milliseconds,
    )


def exchange(chosen: Sequence[AnyProjection], state: str) -> Exchanged:
    """Puts a generation in place of the live tables; writers wait while the last events are folded.

    Writers that came first are waited for.
    """
    return without_writers(chosen, state, EXCHANGE_ATTEMPTS, lambda: _exchange(chosen, state))


def _exchange(chosen: Sequence[AnyProjection], state: str) -> Exchanged:
    live_tables = [table for each in chosen for table in tables(each)]
    generation = 0
    with transaction.atomic():
        execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        # An async projection's worker holds its row while it folds.
        fetch(
            "SELECT name FROM es.projection WHERE name = ANY (%s) AND state = 'live' FOR UPDATE",
            ([each.name for each in chosen],),
        )
        execute(f"LOCK TABLE {', '.join(map(quoted, live_tables))} IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        sequence()
        position = log_head()
        events = 0
        while any(position_of(each.name, state) < position for each in chosen):
            events += fold_next(chosen, state, BATCH)
        # A table with deferred checks to come cannot be moved; they are made now.
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        for projection in chosen:
            generation = _swap(projection, state, position)
    return Exchanged(
        generation=generation,
        position=position,
        events=events,
        milliseconds=(time.monotonic() - started) * 1000,
    )


def _swap(projection: AnyProjection, state: str, position: int) -> int:
    """Exchanges one projection's tables; those that were live are kept, older kept ones go."""
    new = generation_of(projection.name, state)
    old = generation_of(projection.name, "live") or 1
    if state != "kept":
        discard("kept", [projection.name])
    execute(f"CREATE SCHEMA IF NOT EXISTS {schema(old)}")
    for table in tables(projection):
        home = home_of(table)
        execute(f"ALTER TABLE {home}.{quoted(table)} SET SCHEMA {schema(old)}")
        execute(f"ALTER TABLE {schema(new or 0)}.{quoted(table)} SET SCHEMA {home}")
    # Inline tables are as far as the log; the others as far as their worker had come.
    reached = position if projection.mode == "inline" else position_of(projection.name, "live")
    # What the live tables could not fold, the new ones have folded.
    execute("DELETE FROM es.dead WHERE projection = %s", (projection.name,))
    execute("DELETE FROM es.projection WHERE name = %s AND state = 'live'", (projection.name,))
    execute(
        "UPDATE es.projection SET state = 'live' WHERE name = %s AND generation = %s",
        (projection.name, new),
    )
    execute(
        "INSERT INTO es.projection (name, generation, state, position) VALUES (%s, %s, 'kept', %s)",
        (projection.name, old, reached),
    )
    drop_if_empty(new or 0)
    return new or 0
