"""Generations of read models: the same tables again, in a schema of their own.

A generation fills by folding the log from its beginning, while the shop goes on with the live
tables. Nothing here knows what a read model means: the projections' own code runs, and finds the
generation's tables because its schema comes first in the search path.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Model

from events import projections
from events.database import execute, fetch
from events.errors import NotRebuildable, RebuildStopped
from events.privacy.sealing import fetch_keys
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import RecordedEvent, log_head, read_sequenced

BATCH = 8000
# So few events behind, a generation catches up within the exchange itself.
TAIL = 200

type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one generation of a projection stands; `lag` counts events of the log."""

    projection: str
    generation: int
    state: str
    position: int | None
    lag: int
    updated_at: datetime | None


def standings() -> list[Standing]:
    """Returns every projection and its generations. Inline ones are never behind."""
    head = log_head()
    known = {
        (name, state): Standing(
            projection=name,
            generation=generation,
            state=state,
            position=position,
            lag=head - position,
            updated_at=updated_at,
        )
        for name, generation, state, position, updated_at in fetch(
            "SELECT name, generation, state, position, updated_at FROM es.projection"
            " ORDER BY name, generation"
        )
    }
    found: list[Standing] = []
    for name, projection in sorted(projections.registered().items()):
        live = known.pop((name, "live"), None)
        if live is None or projection.mode == "inline":
            live = Standing(
                projection=name,
                generation=live.generation if live else 1,
                state="live",
                position=None,
                lag=0,
                updated_at=None,
            )
        found.append(live)
    return sorted([*found, *known.values()], key=lambda each: (each.projection, each.generation))


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
    """Folds the log into a generation until it is almost at its end; returns how many events."""
    folded = 0
    while True:
        sequence()
        head = log_head()
        position = min(position_of(each.name, state) for each in chosen)
        if progress:
            progress(position, head)
        if head - position <= TAIL:
            return folded
        with transaction.atomic():
            folded += fold_next(chosen, state, BATCH)


def fold_next(chosen: Sequence[AnyProjection], state: str, limit: int) -> int:
    """Folds the next events into a generation's tables; rows and position are one transaction.

    All projections are given the same stretch of the log, since one may read what another writes.

    Raises:
        RebuildStopped: an event could not be folded.
    """
    head = log_head()
    positions = {each.name: position_of(each.name, state) for each in chosen}
    generations = {each.name: generation_of(each.name, state) or 0 for each in chosen}
    topics = sorted({topic for each in chosen for topic in projections.topics(each)})
    recorded = read_sequenced(min(positions.values()), limit, topics)
    reached = (recorded[-1].position or 0) if len(recorded) == limit else head
    fetch_keys(row.payload for row in recorded)
    for projection in chosen:
        own = [row for row in recorded if positions[projection.name] < (row.position or 0)]
        with tables_of(schema(generations[projection.name])):
            fold(projection, own)
        execute(
            "UPDATE es.projection SET position = greatest(position, %s), updated_at = now()"
            " WHERE name = %s AND generation = %s",
            (reached, projection.name, generations[projection.name]),
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
