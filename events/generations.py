"""Generations of read models: the same tables again, in a schema of their own.

A generation fills by folding the log from its beginning, while the shop goes on with the live
tables. Nothing here knows what a read model means: the projections' own code runs, and finds the
generation's tables because its schema comes first in the search path.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from django.db import OperationalError, connection, transaction
from django.db.models import Model

from events import projections
from events.database import execute, fetch
from events.errors import NotRebuildable, RebuildStopped
from events.long_runs import rare_collections
from events.privacy.sealing import fetch_keys
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import RecordedEvent, log_head, read_sequenced

BATCH = 8000
# So few events behind, a generation is about to catch up; the exchange itself folds the rest.
TAIL = 200
LAST_ROUNDS = 5

type Progress = Callable[[int, int], None]


def discard(state: str, names: Sequence[str] = ()) -> None:
    """Drops the tables of the generations in a state: `kept`, `shadow`, or `filling`."""
    for projection in choose(names):
        generation = generation_of(projection.name, state)
        if generation is not None:
            with transaction.atomic():
                for table in tables(projection):
                    execute(f"DROP TABLE IF EXISTS {schema(generation)}.{quoted(table)}")
                execute(
                    "DELETE FROM es.projection WHERE name = %s AND generation = %s",
                    (projection.name, generation),
                )
                drop_if_empty(generation)
    drop_forgotten()


def drop_forgotten() -> None:
    """Drops tables of generations that no row of es.projection knows any more.

    An exchange forgets those that were kept before it, and leaves the dropping for afterwards.
    """
    owners = {
        table: name for name, each in projections.registered().items() for table in tables(each)
    }
    for number, table in fetch(_FORGOTTEN, (list(owners.values()), list(owners))):
        execute(f"DROP TABLE IF EXISTS {schema(number)}.{quoted(table)}")
        drop_if_empty(number)


def choose(names: Sequence[str]) -> list[AnyProjection]:
    """Returns the named projections, or all that say what tables they write.

    They come in the order in which they feed on each other.

    Raises:
        NotRebuildable: a name is unknown, or its projection does not say what tables it writes.
    """
    known = projections.registered()
    for name in names:
        if name not in known:
            raise NotRebuildable(
                f"there is no projection named {name}; known are {', '.join(sorted(known))}",
                name=name,
            )
        if not tables(known[name]):
            raise NotRebuildable(
                f"{name} does not say what tables it writes: give it `models`", name=name
            )
    return [
        projection
        for name, projection in known.items()
        if tables(projection) and (not names or name in names)
    ]


def begin(chosen: Sequence[AnyProjection], state: str) -> int:
    """Makes the tables of a new generation, or returns the one that was begun before."""
    begun = [generation_of(each.name, state) for each in chosen]
    first = begun[0]
    if (
        first is not None
        and set(begun) == {first}
        and all(has_todays_columns(each, first) for each in chosen)
    ):
        return first
    discard(state, [each.name for each in chosen])
    with transaction.atomic():
        generation: int = fetch("SELECT coalesce(max(generation), 1) + 1 FROM es.projection")[0][0]
        # The number is new, so a schema of this name is what a restored or reset store left over.
        execute(f"DROP SCHEMA IF EXISTS {schema(generation)} CASCADE")
        make_tables(schema(generation), chosen)
        for projection in chosen:
            execute(
                "INSERT INTO es.projection (name, generation, state) VALUES (%s, %s, %s)",
                (projection.name, generation, state),
            )
    return generation


def make_tables(home: str, chosen: Sequence[AnyProjection]) -> None:
    """Makes a schema with empty tables of these projections, like the live ones."""
    execute(f"CREATE SCHEMA {home}")
    for projection in chosen:
        for table in tables(projection):
            execute(f"CREATE TABLE {home}.{quoted(table)} (LIKE {quoted(table)} INCLUDING ALL)")
            copy_triggers(table, home)


def copy_triggers(table: str, home: str) -> None:
    """Gives a generation's table the live one's triggers, which `LIKE` leaves out.

    A constraint that only a trigger can hold must hold while the table fills and after it is live.
    """
    place = f"{home_of(table)}.{quoted(table)}"
    rows = fetch(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass"
        " AND NOT tgisinternal",
        (place,),
    )
    for (definition,) in rows:
        before, on, after = definition.partition(" ON ")
        _, _, rest = after.partition(" ")
        execute(f"{before}{on}{home}.{quoted(table)} {rest}")


def fill(chosen: Sequence[AnyProjection], state: str, progress: Progress | None = None) -> int:
    """Folds the log into a generation until it is all but at its end; returns how many events."""
    folded, last_rounds = 0, LAST_ROUNDS
    while True:
        sequence()
        head = log_head()
        position = min(reached for _, reached in begun_in(chosen, state).values())
        if progress:
            progress(position, head)
        if head - position <= TAIL:
            # The shop is written to meanwhile: each round leaves fewer for the exchange to fold.
            if head == position or not last_rounds:
                return folded
            last_rounds -= 1
        with transaction.atomic():
            folded += fold_next(chosen, state, BATCH)


@rare_collections()
def fold_next(chosen: Sequence[AnyProjection], state: str, limit: int) -> int:
    """Folds the next events into a generation's tables; rows and position are one transaction.

    All projections are given the same stretch of the log, since one may read what another writes.

    Raises:
        RebuildStopped: an event could not be folded.
    """
    head = log_head()
    begun = begun_in(chosen, state)
    wanted = {each.name: set(projections.topics(each)) for each in chosen}
    topics = sorted(set().union(*wanted.values()))
    recorded = read_sequenced(min(position for _, position in begun.values()), limit, topics)
    reached = (recorded[-1].position or 0) if len(recorded) == limit else head
    fetch_keys(row.payload for row in recorded)
    for generation, together in groupby(chosen, key=lambda each: begun[each.name][0]):
        with tables_of(schema(generation)):
            for projection in together:
                _, position = begun[projection.name]
                names = wanted[projection.name]
                new = [row for row in recorded if position < (row.position or 0)]
                if own := [row for row in new if row.topic in names]:
                    fold(projection, own)
    execute(
        "UPDATE es.projection SET position = greatest(position, %s), updated_at = now()"
        " WHERE name = ANY (%s) AND state = %s",
        (reached, [each.name for each in chosen], state),
    )
    return len(recorded)


def fold(projection: AnyProjection, recorded: Sequence[RecordedEvent]) -> None:
    """Raises: RebuildStopped: an event could not be folded."""
    try:
        wanted = projections.followed(projection, recorded)
        if wanted:
            projection.fill(wanted)
    except OperationalError:
        raise
    except Exception as error:
        first, last = recorded[0].position, recorded[-1].position
        raise RebuildStopped(
            f"{projection.name} cannot fold an event between positions {first} and {last}:"
            f" {type(error).__name__}: {error}. The live tables are as they were.",
            projection=projection.name,
            first=first,
            last=last,
        ) from error


@contextmanager
def tables_of(home: str) -> Iterator[None]:
    """Makes unqualified names mean the tables of a schema, inside the transaction at hand."""
    before: str = fetch("SHOW search_path")[0][0]
    execute(f"SET LOCAL search_path = {home}, {before}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            execute(f"SET LOCAL search_path = {before}")


def tables(projection: AnyProjection) -> list[str]:
    """Returns the names of the tables that a projection writes."""
    return [model._meta.db_table for model in models(projection)]


def models(projection: AnyProjection) -> tuple[type[Model], ...]:
    if isinstance(projection, projections.Projection):
        return (projection.model,)
    return projection.models


def generation_of(name: str, state: str) -> int | None:
    rows = fetch(
        "SELECT generation FROM es.projection WHERE name = %s AND state = %s", (name, state)
    )
    return rows[0][0] if rows else None


def begun_in(chosen: Sequence[AnyProjection], state: str) -> dict[str, tuple[int, int]]:
    """Returns of each projection its generation in a state, and how far that is folded."""
    rows = fetch(
        "SELECT name, generation, position FROM es.projection WHERE name = ANY (%s) AND state = %s",
        ([each.name for each in chosen], state),
    )
    return {name: (generation, position) for name, generation, position in rows}


def position_of(name: str, state: str) -> int:
    rows = fetch("SELECT position FROM es.projection WHERE name = %s AND state = %s", (name, state))
    return rows[0][0] if rows else 0


def drop_if_empty(generation: int) -> None:
    name = schema(generation)
    rows = fetch(
        "SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' LIMIT 1",
        (name,),
    )
    if not rows:
        execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def schema(generation: int) -> str:
    """Returns the schema that holds the tables of a generation that is not live."""
    return f"generation_{generation:d}"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def home_of(table: str) -> str:
    """Returns the schema of the live table."""
    home: str = fetch(
        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = %s::regclass",
        (quoted(table),),
    )[0][0]
    return home


def has_todays_columns(projection: AnyProjection, generation: int) -> bool:
    """Tells whether a generation's tables have the columns of the live ones, in their order."""
    return all(
        columns(schema(generation), table) == columns(home_of(table), table)
        for table in tables(projection)
    )


def columns(home: str, table: str) -> list[tuple[str, str]]:
    return [
        (name, kind)
        for name, kind in fetch(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (f"{home}.{quoted(table)}",),
        )
    ]


_FORGOTTEN = """
SELECT substr(n.nspname, 12)::integer, c.relname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname ~ '^generation_[0-9]+$'
JOIN unnest(%s::text[], %s::text[]) AS owner (projection, written) ON owner.written = c.relname
WHERE c.relkind = 'r' AND NOT EXISTS (
    SELECT FROM es.projection p
    WHERE p.name = owner.projection AND p.generation = substr(n.nspname, 12)::integer
)
"""
