"""Two states of a stream beside each other, and what tables hold beside what the events make."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from events import projections
from events.database import execute, fetch
from events.generations import choose, home_of, models, quoted
from events.privacy.sealing import SEALED, View, personal_fields
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import RecordedEvent, read_stream
from modules.audit.contracts import Change, RowCompared
from modules.audit.folding import ABSENT, flat

type Row = dict[str, Any]
# (table, key) -> row
type Rows = dict[tuple[str, str], Row]


def stored_and_fresh(stream_ids: Sequence[UUID]) -> tuple[RowCompared, ...]:
    """Returns the rows that these streams feed: as the tables hold them, as the events make them.

    Nothing stays of it: the events are folded into tables of this transaction's own. The streams
    have to be all that feed these rows: an order and all its payments. Personal values say only
    whether they agree.
    """
    sequence()
    recorded = [event for stream_id in stream_ids for event in read_stream(stream_id)]
    numbered = sorted(
        (event for event in recorded if event.position is not None),
        key=lambda event: event.position or 0,
    )
    stored, fresh, sealed = folded(numbered)
    return tuple(
        RowCompared(
            table=table,
            key=key,
            columns=columns(stored.get((table, key), {}), row, sealed.get((table, key), {})),
        )
        for (table, key), row in fresh.items()
    )


def left_out(stream_ids: Sequence[UUID]) -> tuple[str, ...]:
    """Returns the names of the read models that these streams feed and that are not compared.

    They follow the log, so that they may be behind it, and read other streams too: the drift check
    compares them.
    """
    topics = {event.topic for stream_id in stream_ids for event in read_stream(stream_id)}
    return tuple(sorted(each.name for each in fed_by(topics) if each.mode != "inline"))


def fed_by(topics: Collection[str]) -> list[AnyProjection]:
    wanted = set(topics)
    return [each for each in choose(()) if wanted.intersection(projections.topics(each))]


def columns(stored: Row, fresh: Row, sealed: Row) -> tuple[Change, ...]:
    """Returns every field of a row, those that differ first; `before` is what is stored."""
    old, new, hidden = flat(stored), flat(fresh), flat(sealed)
    found = []
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        # What reads differently when the seals are closed is somebody's.
        if hidden.get(name, ABSENT) != after:
            shown = (SEALED, SEALED if before == after else f"{SEALED}, and another")
        else:
            shown = (before, after)
        found.append(Change(field=name, before=shown[0], after=shown[1], changed=before != after))
    return tuple(sorted(found, key=lambda each: not each.changed))


def folded(recorded: Sequence[RecordedEvent]) -> tuple[Rows, Rows, Rows]:
    """Returns the rows as they are stored, as the events make them, and those with seals closed."""
    chosen = [each for each in fed_by({row.topic for row in recorded}) if each.mode == "inline"]
    primary = {
        model._meta.db_table: quoted(model._meta.pk.column or "")
        for each in chosen
        for model in models(each)
    }
    with transaction.atomic():
        homes = {table: f"{home_of(table)}.{quoted(table)}" for table in primary}
        make_tables(homes)
        sealed = made(chosen, recorded, "sealed", primary)
        for table in primary:
            execute(f"DELETE FROM pg_temp.{quoted(table)}")  # noqa: S608  # quoted names
        fresh = made(chosen, recorded, "open", primary)
        stored = {
            (table, key): row
            for table, home in homes.items()
            for key, row in rows(home, primary[table], only_of(table, primary[table])).items()
        }
        transaction.set_rollback(True)
    return stored, fresh, sealed


def make_tables(homes: dict[str, str]) -> None:
    """Makes empty tables that hide the live ones of the same names until the transaction ends."""
    before: str = fetch("SHOW search_path")[0][0]
    for table, home in homes.items():
        execute(
            f"CREATE TEMPORARY TABLE {quoted(table)} (LIKE {home} INCLUDING ALL) ON COMMIT DROP"
        )
    # Named first, so that statements prepared for the live tables are planned anew.
    execute(f"SET LOCAL search_path = pg_temp, {before}")


def made(
    chosen: Sequence[AnyProjection],
    recorded: Sequence[RecordedEvent],
    view: View,
    primary: dict[str, str],
) -> Rows:
    """Folds the events into the tables at hand and returns what is in them then."""
    events = reread(recorded)
    with personal_fields(view):
        for projection in chosen:
            wanted = [row for row in events if type(row.event) in projection.events]
            if wanted:
                projection.project(wanted)
    return {
        (table, key): row
        for table, column in primary.items()
        for key, row in rows(f"pg_temp.{quoted(table)}", column).items()
    }


def only_of(table: str, primary: str) -> str:
    return f"WHERE {primary} IN (SELECT {primary} FROM pg_temp.{quoted(table)})"  # noqa: S608


def reread(recorded: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """Returns the events undecoded again: a decoded one keeps the view in which it was read."""
    return [
        RecordedEvent(**{name: value for name, value in vars(row).items() if name != "event"})
        for row in recorded
    ]


def rows(table: str, primary: str, condition: str = "") -> dict[str, Row]:
    """Returns the rows of a table by key."""
    found = fetch(
        f"SELECT {primary}::text, to_jsonb(t)::text FROM {table} t {condition} ORDER BY 1"  # noqa: S608  # quoted names
    )
    return {key: json.loads(text) for key, text in found}
