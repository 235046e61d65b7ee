"""Do the read models still say what the events say? Compared with a second fold, cell by cell.

A shadow generation of every read model follows the log. Where a live row differs from its shadow,
somebody wrote around the events, or a fold is not what it was.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from django.db import OperationalError, transaction

from events import follower
from events.alarms import raise_alarm
from events.database import execute, fetch
from events.exclusive import only_for, only_one, without_writers
from events.generations import (
    BATCH,
    begin,
    choose,
    discard,
    fold_next,
    generation_of,
    home_of,
    models,
    position_of,
    quoted,
    schema,
    tables,
)
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import log_head

log = structlog.get_logger(__name__)

CONFIRM_ATTEMPTS = 20
# So many cells are named in a mail; the page has all.
TOLD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One cell: what the table holds, what the events make. No column: a whole row, on one side."""

    projection: str
    table: str
    key: str
    column: str
    stored: str | None
    fresh: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The last comparison: when, up to which position of the log, and what differed."""

    at: datetime
    position: int
    differences: tuple[Difference, ...]


def check(*, fresh: bool = True, seconds: float | None = None) -> Checked | None:
    """Compares every read model with a fold of the events and records what differs.

    With `fresh` the fold begins at the first event; else it goes on from the last check. Returns
    None when `seconds` did not suffice to fold all: the next check goes on.

    Raises:
        NotRebuildable: a rebuild or another check runs.
        RebuildStopped: an event could not be folded.
    """
    chosen = choose(())
    deadline = time.monotonic() + seconds if seconds is not None else None
    with only_one():
        if fresh:
            discard("shadow", [each.name for each in chosen])
        begin(chosen, "shadow")
        while behind(chosen):
            if deadline is not None and time.monotonic() > deadline:
                return None
            with transaction.atomic():
                fold_next(chosen, "shadow", BATCH)
        suspects = {each.name: suspected(each) for each in chosen}
        found = confirmed(chosen, suspects) if any(suspects.values()) else []
        return record(found)


def last_check(limit: int | None = None) -> Checked | None:
    """Returns what the last comparison found; `limit`: at most so many of the differences."""
    rows = fetch("SELECT checked_at, position FROM es.drift_check")
    if not rows:
        return None
    found = fetch(
        "SELECT projection, table_name, key, column_name, stored, fresh FROM es.drift"
        " ORDER BY table_name, key, column_name LIMIT %s",
        (limit,),
    )
    return Checked(
        at=rows[0][0],
        position=rows[0][1],
        differences=tuple(
            Difference(
                projection=row[0], table=row[1], key=row[2], column=row[3], stored=row[4],
                fresh=row[5],
            )
            for row in found
        ),
    )  # fmt: skip


def behind(chosen: Sequence[AnyProjection]) -> bool:
    sequence()
    head = log_head()
    return any(position_of(each.name, "shadow") < head for each in chosen)


def suspected(projection: AnyProjection) -> list[tuple[str, str]]:
    """Returns (table, key) of rows that differ at this moment, those being written included."""
    found: list[tuple[str, str]] = []
    for model in models(projection):
        table, primary = model._meta.db_table, quoted(model._meta.pk.column or "")
        live, shadow = f"{home_of(table)}.{quoted(table)}", shadow_of(projection, table)
        rows = fetch(
            f"SELECT coalesce(l.{primary}, s.{primary})::text"  # noqa: S608  # quoted names
            f" FROM {live} l FULL JOIN {shadow} s ON l.{primary} = s.{primary}"
            " WHERE l IS DISTINCT FROM s"
        )
        found += [(table, row[0]) for row in rows]
    return found


def confirmed(
    chosen: Sequence[AnyProjection], suspects: dict[str, list[tuple[str, str]]]
) -> list[Difference]:
    """Compares the suspects again while nobody writes: what differs then, differs.

    Writers wait for the few events since; whoever came first is waited for, a second at a time.
    """

    def compare(patience_ms: int) -> list[Difference]:
        follower.catch_up()
        return _confirmed(chosen, suspects, patience_ms)

    return without_writers(chosen, "shadow", CONFIRM_ATTEMPTS, compare)


def _confirmed(
    chosen: Sequence[AnyProjection],
    suspects: dict[str, list[tuple[str, str]]],
    patience_ms: int,
) -> list[Difference]:
    with transaction.atomic():
        only_for(patience_ms)
        names = [quoted(table) for each in chosen for table in tables(each)]
        execute(f"LOCK TABLE {', '.join(names)} IN SHARE MODE")
        sequence()
        while behind(chosen):
            fold_next(chosen, "shadow", BATCH)
        if any(is_late(each) for each in chosen):
            raise OperationalError("an async read model fell behind meanwhile")
        return [
            difference
            for projection in chosen
            for model in models(projection)
            for difference in cells(
                projection,
                model._meta.db_table,
                quoted(model._meta.pk.column or ""),
                [key for table, key in suspects[projection.name] if table == model._meta.db_table],
            )
        ]


def is_late(projection: AnyProjection) -> bool:
    """Tells whether the live tables of an async projection have not seen all events yet."""
    return projection.mode == "async" and position_of(projection.name, "live") < log_head()


def cells(
    projection: AnyProjection, table: str, primary: str, keys: Sequence[str]
) -> list[Difference]:
    """Returns the cells in which rows differ, now."""
    if not keys:
        return []
    live, shadow = f"{home_of(table)}.{quoted(table)}", shadow_of(projection, table)
    rows = fetch(
        f"SELECT coalesce(l.{primary}, s.{primary})::text, c.name,"  # noqa: S608  # quoted names
        " to_jsonb(l) ->> c.name, to_jsonb(s) ->> c.name"
        f" FROM {live} l FULL JOIN {shadow} s ON l.{primary} = s.{primary}"
        " CROSS JOIN LATERAL (SELECT jsonb_object_keys(to_jsonb(l)) AS name"
        f"   WHERE l.{primary} IS NOT NULL AND s.{primary} IS NOT NULL"
        f"   UNION ALL SELECT '' WHERE l.{primary} IS NULL OR s.{primary} IS NULL) c"
        f" WHERE coalesce(l.{primary}, s.{primary})::text = ANY (%s)"
        " AND (c.name = '' OR to_jsonb(l) -> c.name IS DISTINCT FROM to_jsonb(s) -> c.name)"
        " ORDER BY 1, 2",
        (list(keys),),
    )
    return [
        Difference(
            projection=projection.name,
            table=table,
            key=key,
            column=column,
            stored=stored,
            fresh=fresh,
        )
        for key, column, stored, fresh in rows
    ]


def shadow_of(projection: AnyProjection, table: str) -> str:
    return f"{schema(generation_of(projection.name, 'shadow') or 0)}.{quoted(table)}"


def record(found: Sequence[Difference]) -> Checked | None:
    """Keeps what was found for the pages, and raises the alarm in the log."""
    with transaction.atomic():
        execute("DELETE FROM es.drift")
        for each in found:
            execute(
                "INSERT INTO es.drift (projection, table_name, key, column_name, stored, fresh)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (each.projection, each.table, each.key, each.column, each.stored, each.fresh),
            )
        execute(
            "INSERT INTO es.drift_check (checked_at, position) VALUES (now(), %s)"
            " ON CONFLICT (one) DO UPDATE SET checked_at = excluded.checked_at,"
            " position = excluded.position",
            (log_head(),),
        )
        if found:
            tell(found)
    for each in found:
        # The values may be somebody's name: they are for the page, not for the log.
        log.error("read model drifted", table=each.table, key=each.key, column=each.column)
    return last_check()


def tell(found: Sequence[Difference]) -> None:
    """Has the operators told, once for the same cells."""
    names = [f"{each.table} {each.key} {each.column or '(the row)'}" for each in found]
    digest = sha256("\n".join(names).encode()).hexdigest()
    raise_alarm(
        f"drift:{digest}",
        f"{len(found)} cells of the read models drifted",
        "These are not what the events make; rebuild them:\n" + "\n".join(names[:TOLD]),
    )
